//! The reason for a verdict as one plain sentence, rendered from rule and parameters when a
//! person asks. Nothing rendered is stored.

use crate::domain::verdict::{Judgement, Rule};

/// Why the judgement was given, in English, without a full stop.
pub fn evidence(judgement: &Judgement) -> String {
    let param = |index: usize| judgement.params.get(index).map_or("", String::as_str);
    match judgement.rule {
        Rule::MHead => format!(
            "a {} request, which no browser makes for a person",
            param(0)
        ),
        Rule::PfHeader => format!("a header says it was fetched ahead of time: {}", param(0)),
        Rule::OMpp => "Apple's privacy proxy, which fetches whether or not anyone looks".into(),
        Rule::OGprefetch => "Gmail fetched it on arrival, before anyone looked".into(),
        Rule::OGproxy => "viewed through Gmail; place and device unknown".into(),
        Rule::OYproxy => "viewed through Yahoo Mail; place and device unknown".into(),
        Rule::BDeclared => format!("declares itself: {}", param(0)),
        Rule::HNav => navigation(param(0), param(1)),
        Rule::None => "nothing speaks for or against a person".into(),
        Rule::SelfNet => "the same address and browser as one of us".into(),
        Rule::SelfThread => "the message had been quoted in a reply before".into(),
        Rule::OMsnet => format!(
            "from the network of {}, which may show mail to a person",
            param(0)
        ),
        Rule::OProxy => format!("fetched by the image proxy of {}", param(0)),
        Rule::BEmpty => "no user agent at all".into(),
        Rule::NClicknet => format!("from the network of {}, listed for clicks", param(0)),
        Rule::NListed => format!("from the network of {}", param(0)),
        Rule::GBurst => "several links within seconds".into(),
        Rule::GFanout => "links of several recipients within a minute".into(),
        Rule::TFast => "followed at the very moment of delivery".into(),
        Rule::CStale => format!("an outdated browser in a data centre: {}", param(0)),
        Rule::CHeaders => "headers are missing that this browser sends".into(),
        Rule::Twin => "the same link at the same time from another system".into(),
        Rule::HAction => "a reply or a form came after it".into(),
        Rule::Overruled => match param(0) {
            "" => "decided by a person".into(),
            name => format!("decided by {name}"),
        },
    }
}

fn navigation(family: &str, system: &str) -> String {
    let browser = if family.is_empty() {
        "a browser"
    } else {
        family
    };
    match system {
        "" => format!("followed as {browser} does for a person"),
        system => format!("followed as {browser} on {system} does for a person"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Verdict;

    #[test]
    fn each_rule_has_a_sentence_and_shows_its_parameters() {
        for rule in Rule::ALL {
            let sentence = evidence(&Judgement {
                verdict: Verdict::Unknown,
                rule,
                params: vec!["Slackbot".into(), "Windows".into()],
            });
            assert!(
                sentence.len() > 10 && !sentence.ends_with('.'),
                "{sentence}"
            );
        }
        let declared = Judgement {
            verdict: Verdict::Preview,
            rule: Rule::BDeclared,
            params: vec!["Slackbot".into()],
        };
        assert_eq!(evidence(&declared), "declares itself: Slackbot");
    }
}
