//! Each rule by itself, with the exact agents that were seen, and what it must leave alone.

mod context;

use super::*;
use crate::classify::runs::Run;
use crate::classify::{Fanout, MailContext, judge};
use crate::domain::hit::{
    Agent, AgentClass, Certainty, HeaderBits, Listed, Method, Network, OwnSession,
};
use crate::domain::id::UserId;
use crate::domain::verdict::{Judgement, Verdict};
use uuid::Uuid;

/// The headers of a person's click, over https.
pub(in crate::classify) const NAVIGATION: u16 = HeaderBits::NAVIGATE
    | HeaderBits::DOCUMENT
    | HeaderBits::USER
    | HeaderBits::HTML
    | HeaderBits::LANGUAGE
    | HeaderBits::ANY_FETCH
    | HeaderBits::HTTPS;

/// A GET by a browser of today on Windows.
pub(in crate::classify) fn facts(class: AgentClass, bits: u16) -> HitFacts {
    HitFacts {
        method: Method::Get,
        network: Network::None,
        client: Some(1),
        agent: Agent {
            class,
            family: "Chrome".into(),
            major: 156,
            system: "Windows".into(),
        },
        bits: HeaderBits(bits),
        listed: None,
        own: None,
    }
}

pub(in crate::classify) fn listed(scope: Scope, certainty: Certainty) -> Listed {
    Listed {
        label: "Microsoft".into(),
        scope,
        certainty,
        list: 1,
    }
}

fn verdict(kind: HitKind, facts: &HitFacts) -> (Rule, Verdict) {
    let judgement = judge(kind, facts);
    (judgement.rule, judgement.verdict)
}

/// A click at noon of 24 November 2026 on a mail that `change` describes.
fn at_noon(
    facts: &HitFacts,
    kind: HitKind,
    change: impl FnOnce(&mut Case<'_>, &mut MailContext),
) -> Judgement {
    let mail = MailContext::default();
    let mut changed = MailContext::default();
    let mut case = Case {
        kind,
        facts,
        at: Millis::parse_rfc3339("2026-11-24T12:00:00Z"),
        mail: &mail,
        around: Around::default(),
        fanout: Fanout::default(),
    };
    change(&mut case, &mut changed);
    case.mail = &changed;
    crate::classify::by_rules(&case)
}

#[test]
fn a_browsers_click_is_likely_human_and_lacks_no_header() {
    let click = facts(AgentClass::Browser, NAVIGATION);
    assert_eq!(
        verdict(HitKind::Click, &click),
        (Rule::HNav, Verdict::LikelyHuman)
    );
    assert_eq!(judge(HitKind::Click, &click).params, ["Chrome", "Windows"]);
    assert_eq!(
        verdict(HitKind::Open, &click),
        (Rule::None, Verdict::Unknown)
    );
    for bit in [
        HeaderBits::NAVIGATE,
        HeaderBits::DOCUMENT,
        HeaderBits::USER,
        HeaderBits::HTML,
        HeaderBits::LANGUAGE,
    ] {
        let click = facts(AgentClass::Browser, NAVIGATION & !bit);
        assert!(!judge(HitKind::Click, &click).verdict.counts_as_human());
    }
    let other = facts(AgentClass::Other, NAVIGATION);
    assert_eq!(
        verdict(HitKind::Click, &other),
        (Rule::None, Verdict::Unknown)
    );
}

#[test]
fn safari_never_says_that_a_person_asked_and_is_believed_without() {
    for (family, system, rule) in [
        ("Safari", "macOS", Rule::HNav),
        ("Chrome", "iOS", Rule::HNav),
        ("Chrome", "macOS", Rule::None),
    ] {
        let mut click = facts(AgentClass::Browser, NAVIGATION & !HeaderBits::USER);
        click.agent.family = family.into();
        click.agent.system = system.into();
        assert_eq!(
            verdict(HitKind::Click, &click).0,
            rule,
            "{family} on {system}"
        );
    }
}

#[test]
fn headers_and_methods_outweigh_everything_else() {
    for bit in [HeaderBits::PREFETCH, HeaderBits::PREVIEW] {
        let mut ahead = facts(AgentClass::Browser, NAVIGATION | bit);
        assert_eq!(
            verdict(HitKind::Click, &ahead),
            (Rule::PfHeader, Verdict::Prefetch)
        );
        ahead.method = Method::Head;
        assert_eq!(verdict(HitKind::Click, &ahead).0, Rule::PfHeader);
    }
    for (method, word) in [(Method::Head, "HEAD"), (Method::Options, "OPTIONS")] {
        let mut hit = facts(AgentClass::Browser, NAVIGATION);
        hit.method = method;
        assert_eq!(
            verdict(HitKind::Click, &hit),
            (Rule::MHead, Verdict::Scanner)
        );
        assert_eq!(judge(HitKind::Open, &hit).params, [word]);
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
        (AgentClass::ImageProxy, Rule::OProxy, Verdict::Proxy),
    ] {
        let hit = facts(class, NAVIGATION);
        assert_eq!(verdict(HitKind::Open, &hit), (rule, expected));
        assert!(!judge(HitKind::Click, &hit).verdict.counts_as_human());
    }
    let link = facts(AgentClass::ImageProxy, 0);
    assert_eq!(
        verdict(HitKind::Click, &link),
        (Rule::BDeclared, Verdict::Scanner)
    );
}

#[test]
fn apples_list_makes_sure_of_its_agent_and_means_nothing_without_it() {
    let mut open = facts(AgentClass::AppleProxy, 0);
    assert_eq!(judge(HitKind::Open, &open).params, ["agent"]);
    open.listed = Some(listed(Scope::AppleRelay, Certainty::Certain));
    assert_eq!(judge(HitKind::Open, &open).params, ["network"]);
    let mut click = facts(AgentClass::Browser, NAVIGATION);
    click.listed = Some(listed(Scope::AppleRelay, Certainty::Certain));
    assert_eq!(
        verdict(HitKind::Click, &click),
        (Rule::HNav, Verdict::LikelyHuman)
    );
    assert_eq!(
        verdict(HitKind::Open, &click),
        (Rule::None, Verdict::Unknown)
    );
}

#[test]
fn gmail_seconds_after_the_hand_over_may_be_a_fetch_on_arrival() {
    let open = facts(AgentClass::GmailProxy, 0);
    for (after, expected) in [
        (9_999, Verdict::Unknown),
        (10_000, Verdict::Proxy),
        (-5, Verdict::Unknown),
    ] {
        let judged = at_noon(&open, HitKind::Open, |case, mail| {
            mail.handed_over = case.at.map(|at| at.plus(-after));
        });
        assert_eq!(
            (judged.rule, judged.verdict),
            (Rule::OGproxy, expected),
            "{after}"
        );
    }
}

#[test]
fn yahoo_asking_again_is_no_second_view() {
    let open = facts(AgentClass::YahooProxy, 0);
    let again = at_noon(&open, HitKind::Open, |case, _| {
        case.around.asked_again = true;
    });
    assert_eq!(
        (again.rule, again.verdict),
        (Rule::OYproxy, Verdict::Prefetch)
    );
}

#[test]
fn a_pixel_from_microsoft_is_undecided_until_its_client_follows_a_link() {
    let mut open = facts(AgentClass::Browser, 0);
    open.listed = Some(listed(Scope::Clicks, Certainty::Probable));
    assert_eq!(
        verdict(HitKind::Open, &open),
        (Rule::OMsnet, Verdict::Unknown)
    );
    let scanned = at_noon(&open, HitKind::Open, |case, _| {
        case.around.client_clicked = true;
    });
    assert_eq!(
        (scanned.rule, scanned.verdict),
        (Rule::OMsnet, Verdict::Scanner)
    );
}

#[test]
fn those_who_declare_themselves_are_told_apart() {
    let preview = facts(AgentClass::Preview, NAVIGATION);
    assert_eq!(
        verdict(HitKind::Click, &preview),
        (Rule::BDeclared, Verdict::Preview)
    );
    let bot = facts(AgentClass::Bot, NAVIGATION);
    assert_eq!(
        verdict(HitKind::Open, &bot),
        (Rule::BDeclared, Verdict::Scanner)
    );
}

#[test]
fn silence_is_a_sign_on_links_and_needs_a_second() {
    let silent = facts(AgentClass::Empty, HeaderBits::LANGUAGE | HeaderBits::HTML);
    assert_eq!(
        verdict(HitKind::Click, &silent),
        (Rule::BEmpty, Verdict::Unknown)
    );
    assert_eq!(
        verdict(HitKind::Open, &silent),
        (Rule::None, Verdict::Unknown)
    );
    let bare = judge(HitKind::Click, &facts(AgentClass::Empty, 0));
    assert_eq!((bare.rule, bare.verdict), (Rule::BEmpty, Verdict::Scanner));
    assert_eq!(bare.params, ["", "C-HEADERS"]);
    let private = facts(AgentClass::Empty, NAVIGATION);
    assert_eq!(
        verdict(HitKind::Click, &private),
        (Rule::None, Verdict::Unknown)
    );
}

#[test]
fn mail_security_decides_and_a_whole_cloud_needs_a_second_sign() {
    let mut click = facts(AgentClass::Browser, NAVIGATION);
    click.listed = Some(listed(Scope::Clicks, Certainty::Certain));
    assert_eq!(
        verdict(HitKind::Click, &click),
        (Rule::NClicknet, Verdict::Scanner)
    );
    click.listed = Some(listed(Scope::Clicks, Certainty::Probable));
    assert_eq!(
        verdict(HitKind::Click, &click),
        (Rule::NClicknet, Verdict::Unknown)
    );
    click.listed = Some(listed(Scope::All, Certainty::Certain));
    assert_eq!(
        verdict(HitKind::Open, &click),
        (Rule::NListed, Verdict::Scanner)
    );
}

#[test]
fn an_old_chrome_from_a_cloud_is_a_scanner_and_an_old_pc_is_not() {
    // Chrome/97.0.4692.99 and "Chrome 125, 8+ versions old", as Defender sends them.
    for major in [79, 80, 96, 97, 125] {
        let mut click = facts(AgentClass::Browser, NAVIGATION);
        click.agent.major = major;
        click.listed = Some(listed(Scope::Clicks, Certainty::Probable));
        let judged = at_noon(&click, HitKind::Click, |_, _| {});
        assert_eq!(
            (judged.rule, judged.verdict),
            (Rule::NClicknet, Verdict::Scanner)
        );
        assert_eq!(judged.params, ["Microsoft", "C-STALE"]);
        click.listed = None;
        assert_eq!(at_noon(&click, HitKind::Click, |_, _| {}).rule, Rule::HNav);
    }
    let mut desktop = facts(AgentClass::Browser, NAVIGATION);
    desktop.listed = Some(listed(Scope::Clicks, Certainty::Probable));
    let judged = at_noon(&desktop, HitKind::Click, |_, _| {});
    assert_eq!(
        judged.verdict,
        Verdict::Unknown,
        "a virtual desktop is no scanner"
    );
}

#[test]
fn missing_headers_are_listed_and_tip_what_nothing_speaks_for() {
    let bare = facts(
        AgentClass::Browser,
        HeaderBits::HTTPS | HeaderBits::ANY_TYPE,
    );
    let judged = judge(HitKind::Click, &bare);
    assert_eq!(
        (judged.rule, judged.verdict),
        (Rule::CHeaders, Verdict::Scanner)
    );
    assert_eq!(judged.params, ["fetch accept language"]);
    let polite = HeaderBits::HTML | HeaderBits::LANGUAGE;
    for (family, major, system, https, expected) in [
        ("Chrome", 76, "Windows", true, Rule::CHeaders),
        ("Chrome", 75, "Windows", true, Rule::None),
        ("Chrome", 156, "Windows", false, Rule::None),
        ("Chrome", 156, "iOS", true, Rule::None),
        ("Safari", 16, "macOS", true, Rule::None),
        ("Safari", 17, "macOS", true, Rule::CHeaders),
        ("Internet Explorer", 11, "Windows", true, Rule::None),
    ] {
        let bits = polite | if https { HeaderBits::HTTPS } else { 0 };
        let mut click = facts(AgentClass::Browser, bits);
        (click.agent.family, click.agent.major) = (family.into(), major);
        click.agent.system = system.into();
        assert_eq!(
            judge(HitKind::Click, &click).rule,
            expected,
            "{family} {major}"
        );
        assert_eq!(judge(HitKind::Open, &click).rule, Rule::None);
    }
}
