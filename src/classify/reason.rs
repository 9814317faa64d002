//! Why a judgement was given, as data: the rule with its stored parameters read back. The words, in
//! each language, are the pages'. Pure; nothing rendered is stored.

use crate::domain::verdict::{Judgement, Rule, Verdict};

/// What a reason shows beside its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown<'a> {
    /// Nothing.
    Plain,
    /// A name: of an agent, a network, a browser, a header.
    Name(&'a str),
    /// So many, within so many milliseconds.
    Count(u32, u32),
    /// A span of milliseconds; negative for "before".
    Span(i64),
    /// A browser and its system; either may be empty.
    Browser(&'a str, &'a str),
}

/// A reason, ready to be put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason<'a> {
    /// The rule that decided.
    pub rule: Rule,
    /// What it shows.
    pub shown: Shown<'a>,
    /// The second sign, where the verdict needed one.
    pub also: Option<Rule>,
    /// Whether the one sign there is was not enough for a verdict.
    pub alone: bool,
}

/// Reads the reason back from what is stored. Unreadable parameters are left out.
pub fn reason(judgement: &Judgement) -> Reason<'_> {
    let param = |index: usize| judgement.params.get(index).map(String::as_str);
    let first = param(0).filter(|text| !text.is_empty());
    let name = || first.map_or(Shown::Plain, Shown::Name);
    let span = |unit_ms: i64| {
        let read = first.and_then(|text| text.parse::<i64>().ok());
        read.map_or(Shown::Plain, |n| Shown::Span(n.saturating_mul(unit_ms)))
    };
    let shown = match judgement.rule {
        Rule::HNav => Shown::Browser(first.unwrap_or_default(), param(1).unwrap_or_default()),
        Rule::GBurst | Rule::GFanout => first.and_then(count).unwrap_or(Shown::Plain),
        Rule::TFast | Rule::Twin | Rule::OGproxy => span(1),
        Rule::HAction => span(1_000),
        Rule::SelfNet | Rule::SelfThread => span(60_000),
        _ => name(),
    };
    let scanner = judgement.verdict == Verdict::Scanner;
    let also = param(1).filter(|_| scanner).and_then(by_id);
    Reason {
        rule: judgement.rule,
        shown,
        also,
        alone: judgement.verdict == Verdict::Unknown && accuses(judgement.rule),
    }
}

fn count(text: &str) -> Option<Shown<'static>> {
    let (count, within) = text.split_once('/')?;
    Some(Shown::Count(count.parse().ok()?, within.parse().ok()?))
}

fn by_id(id: &str) -> Option<Rule> {
    Rule::ALL.into_iter().find(|rule| rule.id() == id)
}

/// Whether the rule is a sign of a machine.
const fn accuses(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::BEmpty
            | Rule::NClicknet
            | Rule::NListed
            | Rule::GBurst
            | Rule::GFanout
            | Rule::CStale
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judgement(verdict: Verdict, rule: Rule, params: &[&str]) -> Judgement {
        Judgement {
            verdict,
            rule,
            params: params.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn parameters_are_read_back_as_what_they_were() {
        for (rule, params, shown) in [
            (Rule::GBurst, &["5/400"][..], Shown::Count(5, 400)),
            (Rule::GFanout, &["9/12000"], Shown::Count(9, 12_000)),
            (Rule::TFast, &["-80"], Shown::Span(-80)),
            (Rule::HAction, &["240"], Shown::Span(240_000)),
            (Rule::NClicknet, &["Microsoft"], Shown::Name("Microsoft")),
            (
                Rule::HNav,
                &["Chrome", "Windows"],
                Shown::Browser("Chrome", "Windows"),
            ),
            (Rule::GBurst, &["nonsense"], Shown::Plain),
            (Rule::TFast, &[], Shown::Plain),
            (Rule::BEmpty, &[""], Shown::Plain),
        ] {
            assert_eq!(
                reason(&judgement(Verdict::Scanner, rule, params)).shown,
                shown
            );
        }
    }

    #[test]
    fn the_second_sign_and_its_absence_are_told() {
        let two = judgement(Verdict::Scanner, Rule::NClicknet, &["Microsoft", "C-STALE"]);
        assert_eq!(reason(&two).also, Some(Rule::CStale));
        let one = judgement(Verdict::Unknown, Rule::NClicknet, &["Microsoft"]);
        assert!(reason(&one).alone && reason(&one).also.is_none());
        assert!(!reason(&judgement(Verdict::Unknown, Rule::None, &[])).alone);
    }
}
