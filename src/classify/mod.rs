//! Human or machine: facts of a hit to a verdict with its rule. Pure. Rules are functions over
//! stored facts, asked in a fixed order; the first that speaks decides. What no rule speaks about
//! is `unknown`, never quietly human.

mod evidence;
mod rules;

pub use evidence::evidence;

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
