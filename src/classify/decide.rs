//! From what the rules found to one judgement. Pure.
//!
//! The first certain finding decides. Otherwise two signs of a machine, one of them probable, make
//! a scanner; a probable one alone makes `unknown` and keeps the hit from counting as human; a weak
//! one alone tips only what nothing speaks for. Findings that name ourselves or a mail provider
//! rest on an exact agent or an exact address already, so they need no second.

use crate::domain::hit::Certainty;
use crate::domain::verdict::{Judgement, Rule, Verdict};

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) certainty: Certainty,
    /// What the reason is rendered with; at most two.
    pub(super) params: Vec<String>,
}

impl Finding {
    /// A machine's sign, with the one thing its reason shows.
    pub(super) fn scanner(certainty: Certainty, param: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Scanner,
            certainty,
            params: vec![param.into()],
        }
    }

    /// Any other finding.
    pub(super) fn new<const N: usize>(
        verdict: Verdict,
        certainty: Certainty,
        params: [String; N],
    ) -> Self {
        Self {
            verdict,
            certainty,
            params: params.into(),
        }
    }

    fn by(self, rule: Rule) -> Judgement {
        Judgement {
            verdict: self.verdict,
            rule,
            params: self.params,
        }
    }
}

/// Decides over `findings`, which come in the order of the rules and are asked for one by one.
pub(super) fn decide(findings: impl Iterator<Item = (Rule, Finding)>) -> Judgement {
    let mut signs = Signs::default();
    for (rule, finding) in findings {
        if finding.certainty == Certainty::Certain {
            return finding.by(rule);
        }
        signs.take(rule, finding);
    }
    signs.weigh()
}

/// The uncertain findings.
#[derive(Default)]
struct Signs {
    /// The first that names ourselves or a mail provider.
    named: Option<(Rule, Finding)>,
    /// The first sign of a machine that is more than weak.
    probable: Option<(Rule, Finding)>,
    /// The first other sign of a machine.
    second: Option<(Rule, Finding)>,
    /// What speaks for a person.
    person: Option<(Rule, Finding)>,
    /// The first weak one that knows no machine.
    hint: Option<(Rule, Finding)>,
}

impl Signs {
    fn take(&mut self, rule: Rule, finding: Finding) {
        let probable = finding.certainty == Certainty::Probable;
        let place = match finding.verdict {
            Verdict::LikelyHuman => &mut self.person,
            Verdict::Scanner if probable && self.probable.is_none() => &mut self.probable,
            Verdict::Scanner => &mut self.second,
            _ if probable => &mut self.named,
            _ => &mut self.hint,
        };
        place.get_or_insert((rule, finding));
    }

    fn weigh(self) -> Judgement {
        if let Some((rule, finding)) = self.named {
            return finding.by(rule);
        }
        match (self.probable, self.second, self.person) {
            (Some((rule, mut finding)), Some((also, _)), _) => {
                finding.params.push(also.id().to_owned());
                finding.by(rule)
            }
            (Some((rule, mut finding)), None, _) => {
                finding.verdict = Verdict::Unknown;
                finding.by(rule)
            }
            (None, _, Some((rule, finding))) | (None, Some((rule, finding)), None) => {
                finding.by(rule)
            }
            (None, None, None) => self
                .hint
                .map_or_else(undecided, |(rule, found)| found.by(rule)),
        }
    }
}

fn undecided() -> Judgement {
    Judgement {
        verdict: Verdict::Unknown,
        rule: Rule::None,
        params: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Certainty::{Certain, Probable, Weak};

    fn decided(findings: &[(Rule, Verdict, Certainty)]) -> (Rule, Verdict, Vec<String>) {
        let found = findings.iter().map(|(rule, verdict, certainty)| {
            (*rule, Finding::new(*verdict, *certainty, ["x".to_owned()]))
        });
        let judgement = decide(found);
        (judgement.rule, judgement.verdict, judgement.params)
    }

    #[test]
    fn the_first_certain_finding_decides() {
        let found = decided(&[
            (Rule::SelfNet, Verdict::Own, Probable),
            (Rule::NClicknet, Verdict::Scanner, Probable),
            (Rule::MHead, Verdict::Scanner, Certain),
            (Rule::BDeclared, Verdict::Preview, Certain),
        ]);
        assert_eq!(found.0, Rule::MHead);
    }

    #[test]
    fn two_signs_make_a_scanner_when_one_is_probable_and_both_are_named() {
        for other in [Probable, Weak] {
            let found = decided(&[
                (Rule::NClicknet, Verdict::Scanner, Probable),
                (Rule::CStale, Verdict::Scanner, other),
                (Rule::HNav, Verdict::LikelyHuman, Weak),
            ]);
            assert_eq!(found.0, Rule::NClicknet);
            assert_eq!(
                (found.1, found.2[1].as_str()),
                (Verdict::Scanner, "C-STALE")
            );
        }
        let found = decided(&[
            (Rule::TFast, Verdict::Scanner, Weak),
            (Rule::CStale, Verdict::Scanner, Probable),
        ]);
        assert_eq!((found.0, found.1), (Rule::CStale, Verdict::Scanner));
        assert_eq!(found.2[1], "T-FAST");
    }

    #[test]
    fn one_probable_sign_keeps_a_hit_from_being_human_and_condemns_nobody() {
        let found = decided(&[
            (Rule::NClicknet, Verdict::Scanner, Probable),
            (Rule::HNav, Verdict::LikelyHuman, Weak),
        ]);
        assert_eq!((found.0, found.1), (Rule::NClicknet, Verdict::Unknown));
    }

    #[test]
    fn weak_signs_tip_only_what_nothing_speaks_for() {
        let weak = (Rule::CHeaders, Verdict::Scanner, Weak);
        assert_eq!(decided(&[weak]).1, Verdict::Scanner);
        let person = (Rule::HNav, Verdict::LikelyHuman, Weak);
        assert_eq!(decided(&[weak, weak, person]).1, Verdict::LikelyHuman);
        let hint = (Rule::OMsnet, Verdict::Unknown, Weak);
        assert_eq!(decided(&[hint]).0, Rule::OMsnet);
        assert_eq!(decided(&[hint, weak]).1, Verdict::Scanner);
        assert_eq!(decided(&[]).0, Rule::None);
    }

    #[test]
    fn ourselves_and_mail_providers_need_no_second_sign() {
        let own = (Rule::SelfNet, Verdict::Own, Probable);
        let person = (Rule::HNav, Verdict::LikelyHuman, Weak);
        let network = (Rule::NClicknet, Verdict::Scanner, Probable);
        assert_eq!(decided(&[own, network, person]).1, Verdict::Own);
        let apple = (Rule::OMpp, Verdict::Prefetch, Probable);
        assert_eq!(decided(&[apple]).1, Verdict::Prefetch);
    }
}
