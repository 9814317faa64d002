//! Human or machine: facts of a hit, its neighbours and its mail to a verdict with its rule. Pure.
//! Rules are small functions over stored facts, asked in a fixed order; what no rule speaks about
//! is `unknown`, never quietly human. The judgement may be given again when more is known.

mod evidence;
mod fanout;
mod group;
mod rules;
mod runs;

pub use evidence::evidence;
pub use fanout::{FANOUT_MS, Fanout, Fanouts};
pub use group::{ACTION_MS, Known, MailContext, NEIGHBOURS_MS};

use crate::domain::hit::{HitFacts, HitKind};
use crate::domain::verdict::{Judgement, Rule, Verdict};

/// Judges one hit by itself.
pub fn judge(kind: HitKind, facts: &HitFacts) -> Judgement {
    for (rule, test) in rules::TABLE {
        if let Some(finding) = test(kind, facts) {
            return Judgement {
                verdict: finding.verdict,
                rule,
                params: finding.params,
            };
        }
    }
    Judgement {
        verdict: Verdict::Unknown,
        rule: Rule::None,
        params: Vec::new(),
    }
}

/// Judges the hits on one delivery together, one judgement each, in the order given; the result
/// does not depend on that order. `fanout` tells what the hit's network did around it, and is
/// asked for clicks alone. [`group`] says which hits must be there for the result to be final.
pub fn judge_group(
    hits: &[Known],
    _mail: &MailContext,
    _fanout: &dyn Fn(&Known) -> Fanout,
) -> Vec<Judgement> {
    hits.iter()
        .map(|hit| {
            if hit.overruled() {
                hit.now.clone()
            } else {
                judge(hit.kind, &hit.facts)
            }
        })
        .collect()
}
