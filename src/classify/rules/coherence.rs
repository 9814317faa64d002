//! Whether agent, headers and network fit together.

use super::{Case, Finding};
use crate::classify::releases;
use crate::domain::hit::{Agent, AgentClass, Certainty, HeaderBits, HitFacts, Method, Scope};
use crate::domain::verdict::Verdict;

/// A browser this many versions behind is not kept up to date by anybody.
const STALE_VERSIONS: u16 = 8;

/// Chrome or Edge of long ago in a listed network. Old PCs exist, but not in data centres.
pub(super) fn stale(case: &Case<'_>) -> Option<Finding> {
    let agent = &case.facts.agent;
    let chromium = agent.class == AgentClass::Browser
        && matches!(agent.family.as_str(), "Chrome" | "Edge")
        && agent.system != "iOS";
    let hosted =
        case.listed(Scope::All).is_some() || case.click() && case.listed(Scope::Clicks).is_some();
    let behind = releases::current_chrome(case.at?).saturating_sub(agent.major);
    (chromium && hosted && agent.major > 0 && behind >= STALE_VERSIONS).then(|| {
        let browser = format!("{} {}", agent.family, agent.major);
        Finding::scanner(Certainty::Probable, browser)
    })
}

/// The first version that sends `Sec-Fetch-*` over https, by family (MDN browser-compat-data).
/// Safari's came with 16.4, so 17 is the first major that surely does; browsers on iOS are Safari
/// inside and tell a version of their own.
const SENDS_FETCH: [(&str, u16); 6] = [
    ("Chrome", 76),
    ("Edge", 79),
    ("Firefox", 90),
    ("Opera", 63),
    ("Samsung Internet", 12),
    ("Safari", 17),
];

fn sends_fetch(agent: &Agent) -> bool {
    let safari_inside = agent.system == "iOS" && agent.family != "Safari";
    agent.class == AgentClass::Browser
        && !safari_inside
        && SENDS_FETCH
            .iter()
            .any(|(family, since)| agent.family == *family && agent.major >= *since)
}

/// Headers that the claimed browser would have sent. Company proxies strip them too, so this tips
/// only what is otherwise unknown.
pub(super) fn missing_headers(case: &Case<'_>) -> Option<Finding> {
    let bits = case.facts.bits;
    if !case.click() || case.facts.method != Method::Get {
        return None;
    }
    let without_fetch = sends_fetch(&case.facts.agent)
        && bits.has(HeaderBits::HTTPS)
        && !bits.has(HeaderBits::ANY_FETCH);
    let missing: Vec<&str> = [
        (without_fetch, "fetch"),
        (bits.has(HeaderBits::ANY_TYPE), "accept"),
        (!bits.has(HeaderBits::LANGUAGE), "language"),
    ]
    .into_iter()
    .filter_map(|(missing, word)| missing.then_some(word))
    .collect();
    (!missing.is_empty()).then(|| Finding::scanner(Certainty::Weak, missing.join(" ")))
}

/// How well a hit's facts attest a person's browser; the worse half of a twin has less.
pub(in crate::classify) fn attested(facts: &HitFacts) -> i32 {
    let seen = [
        HeaderBits::NAVIGATE,
        HeaderBits::DOCUMENT,
        HeaderBits::USER,
        HeaderBits::HTML,
        HeaderBits::LANGUAGE,
    ]
    .into_iter()
    .filter(|bit| facts.bits.has(*bit))
    .count() as i32;
    let accused = facts
        .listed
        .as_ref()
        .is_some_and(|listed| matches!(listed.scope, Scope::All | Scope::Clicks));
    // A listed network outweighs every header.
    seen - if accused { 10 } else { 0 }
}

/// The same link at the same time from another place and system: the one that looks less like a
/// person's browser was a gateway's. A person with two devices makes two that look alike.
pub(super) fn twin(case: &Case<'_>) -> Option<Finding> {
    let apart = case.around.twin_ms?;
    Some(Finding::new(
        Verdict::Scanner,
        Certainty::Weak,
        [apart.to_string()],
    ))
}
