//! The rules, one small function each, and the table that orders them: headers that give a
//! machine away, the mail proxies, those who declare themselves, then what speaks for a person.

use crate::domain::hit::{AgentClass, HeaderBits, HitFacts, HitKind, Method};
use crate::domain::verdict::{Rule, Verdict};

/// What a rule found.
pub(super) struct Finding {
    /// The verdict.
    pub(super) verdict: Verdict,
    /// What its evidence is rendered with; at most two.
    pub(super) params: Vec<String>,
}

/// A rule: `None` when it has nothing to say.
type Test = fn(HitKind, &HitFacts) -> Option<Finding>;

/// Every rule that runs by itself, in the order they are asked.
pub(super) const TABLE: [(Rule, Test); 8] = [
    (Rule::PfHeader, prefetch_header),
    (Rule::MHead, head_request),
    (Rule::OMpp, apple_proxy),
    (Rule::OGprefetch, gmail_prefetch),
    (Rule::OGproxy, gmail_proxy),
    (Rule::OYproxy, yahoo_proxy),
    (Rule::BDeclared, declared),
    (Rule::HNav, navigation),
];

fn found<const N: usize>(holds: bool, verdict: Verdict, params: [&str; N]) -> Option<Finding> {
    holds.then(|| Finding {
        verdict,
        params: params.map(str::to_owned).to_vec(),
    })
}

/// A header says that nobody asked for the page yet.
fn prefetch_header(_: HitKind, facts: &HitFacts) -> Option<Finding> {
    found(
        facts.bits.has(HeaderBits::PREFETCH),
        Verdict::Prefetch,
        ["prefetch"],
    )
    .or_else(|| {
        found(
            facts.bits.has(HeaderBits::PREVIEW),
            Verdict::Prefetch,
            ["preview"],
        )
    })
}

/// Browsers follow links with GET; HEAD and OPTIONS are a machine's. A GET that follows is judged
/// by itself.
fn head_request(_: HitKind, facts: &HitFacts) -> Option<Finding> {
    found(facts.method == Method::Head, Verdict::Scanner, ["HEAD"]).or_else(|| {
        found(
            facts.method == Method::Options,
            Verdict::Scanner,
            ["OPTIONS"],
        )
    })
}

/// Apple fetches pixels whether or not anybody looks; on a link the same agent means nothing.
fn apple_proxy(kind: HitKind, facts: &HitFacts) -> Option<Finding> {
    let pixel = kind == HitKind::Open;
    found(
        pixel && facts.agent.class == AgentClass::AppleProxy,
        Verdict::Prefetch,
        [],
    )
}

/// Gmail fetches on arrival while a session is open elsewhere.
fn gmail_prefetch(_: HitKind, facts: &HitFacts) -> Option<Finding> {
    found(
        facts.agent.class == AgentClass::GmailPrefetch,
        Verdict::Prefetch,
        [],
    )
}

/// Gmail's image proxy fetches when somebody views; who and where stays unknown.
fn gmail_proxy(_: HitKind, facts: &HitFacts) -> Option<Finding> {
    found(
        facts.agent.class == AgentClass::GmailProxy,
        Verdict::Proxy,
        [],
    )
}

/// As Gmail's, for Yahoo and AOL.
fn yahoo_proxy(_: HitKind, facts: &HitFacts) -> Option<Finding> {
    found(
        facts.agent.class == AgentClass::YahooProxy,
        Verdict::Proxy,
        [],
    )
}

/// The agent says what it is.
fn declared(_: HitKind, facts: &HitFacts) -> Option<Finding> {
    let verdict = match facts.agent.class {
        AgentClass::Preview => Verdict::Preview,
        AgentClass::Bot => Verdict::Scanner,
        _ => return None,
    };
    found(true, verdict, [&facts.agent.family])
}

/// The headers a browser sends when a person follows a link, and an agent that could be one. A
/// gateway may drive a real browser, so this is never more than likely.
fn navigation(kind: HitKind, facts: &HitFacts) -> Option<Finding> {
    let headers = HeaderBits::NAVIGATE
        | HeaderBits::DOCUMENT
        | HeaderBits::USER
        | HeaderBits::HTML
        | HeaderBits::LANGUAGE;
    let could_be_a_browser = matches!(
        facts.agent.class,
        AgentClass::Browser | AgentClass::MailClient | AgentClass::Other
    );
    found(
        kind == HitKind::Click
            && facts.method == Method::Get
            && could_be_a_browser
            && facts.bits.has(headers),
        Verdict::LikelyHuman,
        [&facts.agent.family, &facts.agent.system],
    )
}

#[cfg(test)]
mod tests {
    use crate::classify::judge;
    use crate::domain::hit::{Agent, AgentClass, HeaderBits, HitFacts, HitKind, Method, Network};
    use crate::domain::verdict::{Rule, Verdict};

    const NAVIGATION: u16 = HeaderBits::NAVIGATE
        | HeaderBits::DOCUMENT
        | HeaderBits::USER
        | HeaderBits::HTML
        | HeaderBits::LANGUAGE;

    fn facts(class: AgentClass, bits: u16) -> HitFacts {
        HitFacts {
            method: Method::Get,
            network: Network::None,
            client: None,
            agent: Agent {
                class,
                family: "Chrome".into(),
                major: 146,
                system: "Windows".into(),
            },
            bits: HeaderBits(bits),
            listed: None,
            own: None,
        }
    }

    fn verdict(kind: HitKind, facts: &HitFacts) -> (Rule, Verdict) {
        let judgement = judge(kind, facts);
        assert!(judgement.params.len() <= 2);
        (judgement.rule, judgement.verdict)
    }

    #[test]
    fn a_browsers_click_is_likely_human() {
        let click = facts(AgentClass::Browser, NAVIGATION);
        assert_eq!(
            verdict(HitKind::Click, &click),
            (Rule::HNav, Verdict::LikelyHuman)
        );
        assert_eq!(judge(HitKind::Click, &click).params, ["Chrome", "Windows"]);
    }

    #[test]
    fn a_navigation_that_lacks_any_one_header_is_unknown() {
        for bit in [
            HeaderBits::NAVIGATE,
            HeaderBits::DOCUMENT,
            HeaderBits::USER,
            HeaderBits::HTML,
            HeaderBits::LANGUAGE,
        ] {
            let click = facts(AgentClass::Browser, NAVIGATION & !bit);
            assert_eq!(
                verdict(HitKind::Click, &click),
                (Rule::None, Verdict::Unknown)
            );
        }
        let open = facts(AgentClass::Browser, NAVIGATION);
        assert_eq!(
            verdict(HitKind::Open, &open),
            (Rule::None, Verdict::Unknown)
        );
    }

    #[test]
    fn headers_and_methods_outweigh_everything_else() {
        let ahead = facts(AgentClass::Browser, NAVIGATION | HeaderBits::PREFETCH);
        assert_eq!(
            verdict(HitKind::Click, &ahead),
            (Rule::PfHeader, Verdict::Prefetch)
        );
        let preview = facts(AgentClass::Browser, NAVIGATION | HeaderBits::PREVIEW);
        assert_eq!(
            verdict(HitKind::Click, &preview),
            (Rule::PfHeader, Verdict::Prefetch)
        );
        for method in [Method::Head, Method::Options] {
            let hit = HitFacts {
                method,
                ..facts(AgentClass::Browser, NAVIGATION)
            };
            assert_eq!(
                verdict(HitKind::Click, &hit),
                (Rule::MHead, Verdict::Scanner)
            );
        }
    }

    #[test]
    fn no_mail_proxy_is_ever_human() {
        for (class, rule, expected) in [
            (AgentClass::AppleProxy, Rule::OMpp, Verdict::Prefetch),
            (
                AgentClass::GmailPrefetch,
                Rule::OGprefetch,
                Verdict::Prefetch,
            ),
            (AgentClass::GmailProxy, Rule::OGproxy, Verdict::Proxy),
            (AgentClass::YahooProxy, Rule::OYproxy, Verdict::Proxy),
        ] {
            let hit = facts(class, NAVIGATION);
            assert_eq!(verdict(HitKind::Open, &hit), (rule, expected));
            assert!(!judge(HitKind::Click, &hit).verdict.counts_as_human());
        }
        let click = facts(AgentClass::AppleProxy, NAVIGATION);
        assert_eq!(
            verdict(HitKind::Click, &click),
            (Rule::None, Verdict::Unknown)
        );
    }

    #[test]
    fn a_preview_is_told_from_a_scanner() {
        let preview = facts(AgentClass::Preview, NAVIGATION);
        assert_eq!(
            verdict(HitKind::Click, &preview),
            (Rule::BDeclared, Verdict::Preview)
        );
        let bot = facts(AgentClass::Bot, NAVIGATION);
        assert_eq!(
            verdict(HitKind::Click, &bot),
            (Rule::BDeclared, Verdict::Scanner)
        );
        let silent = facts(AgentClass::Empty, NAVIGATION);
        assert_eq!(
            verdict(HitKind::Click, &silent),
            (Rule::None, Verdict::Unknown)
        );
    }
}
