//! Judges drawn histories as the product would and counts what came out against what was true. Pure.

use super::{History, Truth};
use crate::classify::{Fanouts, Known, MailContext, judge, judge_group};
use crate::domain::hit::HitKind;
use crate::domain::id::Seq;
use crate::domain::verdict::{Judgement, Rule, Verdict};
use crate::track::catalogue::Catalogue;
use crate::track::{ClientKey, reduce};
use std::collections::BTreeMap;
use std::fmt;

/// One history with its hits as they stand in the log.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its mail.
    pub mail: MailContext,
    /// Its hits, in the order of its requests.
    pub hits: Vec<Known>,
}

/// Reduces every request to facts.
pub fn told(histories: &[History], catalogue: &Catalogue) -> Vec<Told> {
    let key = ClientKey::new(&[1; 32], &[2; 32]);
    let mut seq = 0;
    histories
        .iter()
        .map(|history| Told {
            mail: MailContext {
                handed_over: Some(history.handed_over),
                links: history.links,
                own_domain: false,
                quoted_since: history.quoted_since,
                actions: history.actions.clone(),
            },
            hits: history
                .requests
                .iter()
                .map(|request| {
                    let record = &request.record;
                    let facts = reduce(record, Some(&key), catalogue, request.own);
                    seq += 1;
                    Known {
                        seq: Seq(seq),
                        at: record.at,
                        kind: record.kind,
                        link_no: record.link_no,
                        now: judge(record.kind, &facts),
                        facts,
                    }
                })
                .collect(),
        })
        .collect()
}

/// Judges all of them, with the fan-out of every network over them all.
pub fn judged(histories: &[History], told: &[Told]) -> Vec<Vec<Judgement>> {
    let clicks = histories.iter().zip(told).flat_map(|(history, told)| {
        let clicks = told.hits.iter().filter(|hit| hit.kind == HitKind::Click);
        clicks.map(|hit| (hit.at, hit.facts.network, history.delivery))
    });
    let fanouts = Fanouts::of(clicks);
    told.iter()
        .map(|one| {
            judge_group(&one.hits, &one.mail, &|hit| {
                fanouts.around(hit.facts.network, hit.at)
            })
        })
        .collect()
}

/// How often one kind of maker was judged what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// `human` or `likely_human`.
    pub human: u32,
    /// `proxy`.
    pub proxy: u32,
    /// `scanner`, `preview` or `prefetch`.
    pub machine: u32,
    /// `self`.
    pub own: u32,
    /// `unknown`.
    pub unknown: u32,
}

impl Row {
    /// All of them.
    pub const fn all(&self) -> u32 {
        self.human + self.proxy + self.machine + self.own + self.unknown
    }

    fn count(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Human | Verdict::LikelyHuman => &mut self.human,
            Verdict::Proxy => &mut self.proxy,
            Verdict::Scanner | Verdict::Preview | Verdict::Prefetch => &mut self.machine,
            Verdict::Own => &mut self.own,
            Verdict::Unknown => &mut self.unknown,
        } += 1;
    }
}

/// Hits that are counted alike, and the verdict that is right for them.
struct Class {
    name: &'static str,
    clicks: bool,
    truths: &'static [Truth],
    judged: fn(&Row) -> u32,
}

/// A person's own program shows a picture without any header that tells a person, so people's
/// pixels are no class: they are `unknown` until an action proves them.
const CLASSES: [Class; 5] = [
    Class {
        name: "human clicks",
        clicks: true,
        truths: &[Truth::Person],
        judged: |row| row.human,
    },
    Class {
        name: "machine clicks",
        clicks: true,
        truths: &[Truth::Scanner, Truth::Preview, Truth::Ahead],
        judged: |row| row.machine,
    },
    Class {
        name: "own clicks",
        clicks: true,
        truths: &[Truth::Own],
        judged: |row| row.own,
    },
    Class {
        name: "machine pixels",
        clicks: false,
        truths: &[Truth::Scanner, Truth::Ahead],
        judged: |row| row.machine,
    },
    Class {
        name: "proxied views",
        clicks: false,
        truths: &[Truth::Viewed],
        judged: |row| row.proxy,
    },
];

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// By truth, pixel (`false`) or link (`true`), and kind of maker.
    pub rows: BTreeMap<(Truth, bool, &'static str), Row>,
    /// Verdicts that no rule gave.
    pub without_rule: u32,
    /// Views through a provider, and fetches ahead, that count as human although nobody acted.
    pub confirmed_without_action: u32,
}

impl Outcome {
    /// Counts one batch.
    pub fn of(histories: &[History], judged: &[Vec<Judgement>]) -> Self {
        let mut outcome = Self::default();
        for (history, judgements) in histories.iter().zip(judged) {
            for (request, judgement) in history.requests.iter().zip(judgements) {
                let click = request.record.kind == HitKind::Click;
                let row = outcome
                    .rows
                    .entry((request.truth, click, request.actor))
                    .or_default();
                row.count(judgement.verdict);
                let by_none = judgement.rule == Rule::None;
                outcome.without_rule += u32::from(by_none && judgement.verdict != Verdict::Unknown);
                let nobodys = matches!(request.truth, Truth::Viewed | Truth::Ahead);
                let acted = judgement.rule == Rule::HAction && request.truth == Truth::Viewed;
                outcome.confirmed_without_action +=
                    u32::from(nobodys && judgement.verdict.counts_as_human() && !acted);
            }
        }
        outcome
    }

    fn links(&self, truth: Truth) -> Row {
        let mut sum = Row::default();
        for (_, row) in self.rows.iter().filter(|(key, _)| key.0 == truth && key.1) {
            sum.human += row.human;
            sum.proxy += row.proxy;
            sum.machine += row.machine;
            sum.own += row.own;
            sum.unknown += row.unknown;
        }
        sum
    }

    /// Precision and recall of one class.
    fn class(&self, class: &Class) -> (f64, f64) {
        let rows = || self.rows.iter().filter(|(key, _)| class.clicks == key.1);
        let theirs = || rows().filter(|(key, _)| class.truths.contains(&key.0));
        let right: u32 = theirs().map(|(_, row)| (class.judged)(row)).sum();
        let called: u32 = rows().map(|(_, row)| (class.judged)(row)).sum();
        let all: u32 = theirs().map(|(_, row)| row.all()).sum();
        (share(right, called), share(right, all))
    }

    /// Of the clicks counted as human, the share people made.
    pub fn human_precision(&self) -> f64 {
        let clicks = self.rows.iter().filter(|(key, _)| key.1);
        let counted: u32 = clicks.map(|(_, row)| row.human).sum();
        share(self.links(Truth::Person).human, counted)
    }

    /// Of the clicks people made, the share counted as human.
    pub fn human_recall(&self) -> f64 {
        let people = self.links(Truth::Person);
        share(people.human, people.all())
    }

    /// Of the clicks gateways made, the share known for a machine's.
    pub fn scanner_recall(&self) -> f64 {
        let scanners = self.links(Truth::Scanner);
        share(scanners.machine, scanners.all())
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        1.0
    } else {
        f64::from(part) / f64::from(whole)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<9} {:<6} {:<34} {:>7} {:>7} {:>7} {:>8} {:>6} {:>8}",
            "truth", "asked", "maker", "hits", "human", "proxy", "machine", "self", "unknown"
        )?;
        for ((truth, click, actor), row) in &self.rows {
            let truth = format!("{truth:?}").to_lowercase();
            let asked = if *click { "link" } else { "pixel" };
            writeln!(
                f,
                "{truth:<9} {asked:<6} {actor:<34} {:>7} {:>7} {:>7} {:>8} {:>6} {:>8}",
                row.all(),
                row.human,
                row.proxy,
                row.machine,
                row.own,
                row.unknown
            )?;
        }
        writeln!(f, "{:<16} {:>9} {:>9}", "class", "precision", "recall")?;
        for class in CLASSES {
            let (precision, recall) = self.class(&class);
            let (precision, recall) = (100.0 * precision, 100.0 * recall);
            writeln!(f, "{:<16} {precision:>7.2} % {recall:>7.2} %", class.name)?;
        }
        writeln!(
            f,
            "human clicks: precision {:.2} %, recall {:.2} % · scanner clicks: recall {:.2} %",
            100.0 * self.human_precision(),
            100.0 * self.human_recall(),
            100.0 * self.scanner_recall()
        )?;
        writeln!(
            f,
            "opens through a provider counted as confirmed without an action: {} · verdicts without a rule: {}",
            self.confirmed_without_action, self.without_rule
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Cast, histories};

    fn outcome(seed: u64, count: u32, cast: Cast) -> Outcome {
        let histories = histories(seed, count, cast);
        let told = told(&histories, &Catalogue::shipped());
        Outcome::of(&histories, &judged(&histories, &told))
    }

    #[test]
    fn the_same_seed_tells_the_same_and_another_something_else() {
        assert_eq!(outcome(1, 300, Cast::Known), outcome(1, 300, Cast::Known));
        assert_ne!(outcome(1, 300, Cast::Known), outcome(2, 300, Cast::Known));
    }

    #[test]
    fn people_and_machines_are_told_apart_whatever_the_cast() {
        for (seed, count, cast) in [(20_261_124, 10_000, Cast::Known), (77, 30_000, Cast::Other)] {
            let outcome = outcome(seed, count, cast);
            println!("seed {seed}, {cast:?}\n{outcome}");
            assert!(outcome.human_precision() >= 0.98, "{outcome}");
            assert!(outcome.human_recall() >= 0.95, "{outcome}");
            assert!(outcome.scanner_recall() >= 0.95, "{outcome}");
            assert_eq!(outcome.confirmed_without_action, 0, "{outcome}");
            assert_eq!(outcome.without_rule, 0, "{outcome}");
        }
    }
}
