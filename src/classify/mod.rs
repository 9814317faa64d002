//! Human or machine: facts of a hit, its neighbours and its mail to a verdict with its rule. Pure.
//! Rules are small functions over stored facts, asked in a fixed order; what no rule speaks about
//! is `unknown`, never quietly human. The judgement may be given again when more is known.

mod around;
mod decide;
mod fanout;
pub mod group;
mod lift;
mod reason;
mod releases;
mod rules;
mod runs;

pub use fanout::{FANOUT_MS, FANOUT_RECIPIENTS, Fanout, Fanouts};
pub use group::{ACTION_MS, Known, MailContext, NEIGHBOURS_MS};
pub use reason::{Reason, Shown, reason};

use crate::domain::hit::{HitFacts, HitKind};
use crate::domain::verdict::Judgement;
use around::Around;
use decide::decide;
use rules::{Case, TABLE};

/// Judges one hit by itself: what its own facts say, without its time, its mail and the hits
/// around it.
pub fn judge(kind: HitKind, facts: &HitFacts) -> Judgement {
    let case = Case {
        kind,
        facts,
        at: None,
        mail: &MailContext::default(),
        around: Around::default(),
        fanout: Fanout::default(),
    };
    by_rules(&case)
}

fn by_rules(case: &Case<'_>) -> Judgement {
    decide(
        TABLE
            .iter()
            .filter_map(|(rule, test)| Some((*rule, test(case)?))),
    )
}

/// Judges the hits on one delivery together, one judgement each, in the order given; the result
/// does not depend on that order. `fanout` tells what the network of a hit did around it, and is
/// asked for clicks alone. What a person has overruled stays. [`group`] says which hits must be
/// there for the result to be final.
pub fn judge_group(
    hits: &[Known],
    mail: &MailContext,
    fanout: &dyn Fn(&Known) -> Fanout,
) -> Vec<Judgement> {
    let mut order: Vec<usize> = (0..hits.len()).collect();
    order.sort_unstable_by_key(|place| (hits[*place].at, hits[*place].seq));
    let sorted: Vec<&Known> = order.iter().map(|place| &hits[*place]).collect();
    let mut judged: Vec<Judgement> = sorted
        .iter()
        .zip(around::look(&sorted, mail))
        .map(|(hit, around)| in_group(hit, mail, around, fanout))
        .collect();
    lift::lift(&sorted, mail, &mut judged);
    let mut placed: Vec<(usize, Judgement)> = order.into_iter().zip(judged).collect();
    placed.sort_unstable_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, judgement)| judgement).collect()
}

fn in_group(
    hit: &Known,
    mail: &MailContext,
    around: Around,
    fanout: &dyn Fn(&Known) -> Fanout,
) -> Judgement {
    if hit.overruled() {
        return hit.now.clone();
    }
    by_rules(&Case {
        kind: hit.kind,
        facts: &hit.facts,
        at: Some(hit.at),
        mail,
        around,
        fanout: if hit.kind == HitKind::Click {
            fanout(hit)
        } else {
            Fanout::default()
        },
    })
}

#[cfg(test)]
mod tests;
