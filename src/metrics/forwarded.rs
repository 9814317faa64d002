//! Clicks that somebody else probably made: the mail went on. A click says which copy the link
//! came from and never who held it; this says when it was likely another hand. Pure.

use crate::domain::clock::{MINUTE_MS, Millis};
use crate::domain::hit::{HitFacts, Network};
use crate::domain::id::Seq;
use crate::domain::verdict::Verdict;

/// One reader changes neither program nor place sooner, as far as that tells readers apart.
const APART_MS: i64 = 10 * MINUTE_MS;

/// A click on one delivery.
#[derive(Debug, Clone, Copy)]
pub struct Click<'a> {
    /// Its place in the log.
    pub seq: Seq,
    /// When it was made.
    pub at: Millis,
    /// What was kept of the request.
    pub facts: &'a HitFacts,
    /// The verdict as it is now.
    pub verdict: Verdict,
}

/// Those of `clicks`, which are all of one delivery, that came after the mail was probably passed
/// on: a person's from another program and network more than ten minutes after a first one, or
/// after somebody had a preview made of a link.
pub fn forwarded(clicks: &[Click<'_>]) -> Vec<Seq> {
    let is_person = |click: &&Click<'_>| click.verdict.counts_as_human();
    let first = clicks.iter().filter(is_person).min_by_key(|it| it.at);
    let preview = clicks.iter().filter(|it| it.verdict == Verdict::Preview);
    let previewed = preview.map(|it| it.at).min();
    clicks
        .iter()
        .filter(is_person)
        .filter(|click| {
            previewed.is_some_and(|at| click.at >= at)
                || first.is_some_and(|first| is_elsewhere(first, click))
        })
        .map(|click| click.seq)
        .collect()
}

fn is_elsewhere(first: &Click<'_>, click: &Click<'_>) -> bool {
    let (a, b) = (first.facts, click.facts);
    let are_known = a.network != Network::None && b.network != Network::None;
    click.at.since(first.at) > APART_MS
        && are_known
        && a.network != b.network
        && a.agent.family != b.agent.family
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hit::{Agent, AgentClass, HeaderBits, Method};

    fn facts(family: &str, network: u8) -> HitFacts {
        HitFacts {
            method: Method::Get,
            network: Network::V4([192, 0, network]),
            client: None,
            agent: Agent {
                class: AgentClass::Browser,
                family: family.to_owned(),
                major: 140,
                system: "Windows".to_owned(),
            },
            bits: HeaderBits::default(),
            listed: None,
            own: None,
        }
    }

    const fn click(facts: &HitFacts, minute: i64, verdict: Verdict) -> Click<'_> {
        Click {
            seq: Seq(minute),
            at: Millis(minute * MINUTE_MS),
            facts,
            verdict,
        }
    }

    #[test]
    fn another_program_in_another_network_after_ten_minutes_is_another_hand() {
        use Verdict::{LikelyHuman, Scanner};
        let here = facts("Chrome", 1);
        let (moved, switched) = (facts("Chrome", 2), facts("Firefox", 1));
        let there = facts("Firefox", 2);
        let clicks = [
            click(&here, 0, LikelyHuman),
            click(&there, 10, LikelyHuman),
            click(&there, 11, LikelyHuman),
            click(&moved, 20, LikelyHuman),
            click(&switched, 21, LikelyHuman),
            click(&there, 30, Scanner),
        ];
        assert_eq!(forwarded(&clicks), [Seq(11)]);
        assert_eq!(forwarded(&clicks[1..3]), [], "one reader");
        assert_eq!(forwarded(&[]), []);
    }

    #[test]
    fn whoever_clicks_after_a_preview_was_shown_the_link() {
        let here = facts("Chrome", 1);
        let clicks = [
            click(&here, 1, Verdict::Human),
            click(&here, 5, Verdict::Preview),
            click(&here, 6, Verdict::Human),
        ];
        assert_eq!(forwarded(&clicks), [Seq(6)]);
    }
}
