//! Who says what it is, who says nothing, and whose network it is.

use super::{Case, Finding};
use crate::domain::hit::{AgentClass, Certainty, HeaderBits, Scope};
use crate::domain::verdict::Verdict;

/// The agent says what it is. An image proxy that follows links is no image proxy.
pub(super) fn declared(case: &Case<'_>) -> Option<Finding> {
    let verdict = match case.facts.agent.class {
        AgentClass::Preview => Verdict::Preview,
        AgentClass::Bot => Verdict::Scanner,
        AgentClass::ImageProxy if !case.open() => Verdict::Scanner,
        _ => return None,
    };
    let name = case.facts.agent.family.clone();
    Some(Finding::new(verdict, Certainty::Certain, [name]))
}

/// No agent on a link. Privacy proxies drop it as well, but leave `Sec-Fetch-*` in place.
pub(super) fn silent(case: &Case<'_>) -> Option<Finding> {
    let silent =
        case.facts.agent.class == AgentClass::Empty && !case.facts.bits.has(HeaderBits::ANY_FETCH);
    (case.click() && silent)
        .then(|| Finding::new(Verdict::Scanner, Certainty::Probable, [String::new()]))
}

/// A network no person uses, by whatever hit.
pub(super) fn listed(case: &Case<'_>) -> Option<Finding> {
    let listed = case.listed(Scope::All)?;
    Some(Finding::scanner(listed.certainty, listed.label.clone()))
}

/// A link followed from a network that only fetches pictures for people. Certain for mail security,
/// probable for a whole cloud, where virtual desktops stand as well.
pub(super) fn listed_for_clicks(case: &Case<'_>) -> Option<Finding> {
    let listed = case.listed(Scope::Clicks).filter(|_| case.click())?;
    Some(Finding::scanner(listed.certainty, listed.label.clone()))
}
