//! What speaks for a person.

use super::{Case, Finding};
use crate::domain::hit::{Agent, AgentClass, Certainty, HeaderBits, Method};
use crate::domain::verdict::Verdict;

/// The headers a browser sends when a person follows a link. A gateway may drive a real browser, so
/// this is never more than likely, and any probable sign against it outweighs it.
pub(super) fn navigation(case: &Case<'_>) -> Option<Finding> {
    let agent = &case.facts.agent;
    let mut headers =
        HeaderBits::NAVIGATE | HeaderBits::DOCUMENT | HeaderBits::HTML | HeaderBits::LANGUAGE;
    if !is_webkit(agent) {
        headers |= HeaderBits::USER;
    }
    let browser = matches!(agent.class, AgentClass::Browser | AgentClass::MailClient);
    (case.click() && case.facts.method == Method::Get && browser && case.facts.bits.has(headers))
        .then(|| {
            let shown = [agent.family.clone(), agent.system.clone()];
            Finding::new(Verdict::LikelyHuman, Certainty::Weak, shown)
        })
}

/// Safari, and every browser on iOS, never sends `Sec-Fetch-User` (MDN browser-compat-data).
fn is_webkit(agent: &Agent) -> bool {
    agent.family == "Safari" || agent.system == "iOS"
}
