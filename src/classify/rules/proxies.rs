//! Mail providers that fetch pictures for people. They fetch pixels; an agent of theirs on a link is
//! somebody else's, and no rule here speaks about it.

use super::{Case, Finding};
use crate::domain::clock::SECOND_MS;
use crate::domain::hit::{AgentClass, Certainty, Scope};
use crate::domain::verdict::Verdict;

/// A view this soon after the hand-over may be a fetch on arrival: sources disagree.
const ON_ARRIVAL_MS: i64 = 10 * SECOND_MS;

fn pixel_by(case: &Case<'_>, class: AgentClass) -> bool {
    case.open() && case.facts.agent.class == class
}

/// Apple fetches pixels whether or not anybody looks. Certain with the address in Apple's list, else
/// by the agent alone; the list without the agent means nothing, people browse through it.
pub(super) fn apple(case: &Case<'_>) -> Option<Finding> {
    let certainty = case
        .listed(Scope::AppleRelay)
        .map_or(Certainty::Probable, |listed| listed.certainty);
    let word = if certainty == Certainty::Certain {
        "network"
    } else {
        "agent"
    };
    pixel_by(case, AgentClass::AppleProxy)
        .then(|| Finding::new(Verdict::Prefetch, certainty, [word.to_owned()]))
}

/// Gmail fetches on arrival while a session is open elsewhere (bird.com, "Gmail prefetching
/// images"). No browser of today has this agent.
pub(super) fn gmail_ahead(case: &Case<'_>) -> Option<Finding> {
    (case.facts.agent.class == AgentClass::GmailPrefetch)
        .then(|| Finding::new(Verdict::Prefetch, Certainty::Certain, []))
}

/// Gmail's image proxy fetches when somebody views; who and where stays unknown.
pub(super) fn gmail(case: &Case<'_>) -> Option<Finding> {
    if !pixel_by(case, AgentClass::GmailProxy) {
        return None;
    }
    let soon = case
        .after_hand_over()
        .filter(|after| *after < ON_ARRIVAL_MS);
    Some(match soon {
        Some(after) => Finding::new(Verdict::Unknown, Certainty::Certain, [after.to_string()]),
        None => Finding::new(Verdict::Proxy, Certainty::Certain, []),
    })
}

/// As Gmail's, for Yahoo and AOL; it asks again when it could not keep the picture.
pub(super) fn yahoo(case: &Case<'_>) -> Option<Finding> {
    if !pixel_by(case, AgentClass::YahooProxy) {
        return None;
    }
    Some(if case.around.asked_again {
        Finding::new(Verdict::Prefetch, Certainty::Certain, ["again".to_owned()])
    } else {
        Finding::new(Verdict::Proxy, Certainty::Certain, [])
    })
}

/// Outlook on the web fetches for a person from the networks that Microsoft's scanners use. Only a
/// client that also followed a link of the mail is known for a scanner.
pub(super) fn microsoft(case: &Case<'_>) -> Option<Finding> {
    let listed = case.listed(Scope::Clicks).filter(|_| case.open())?;
    let label = listed.label.clone();
    Some(if case.around.client_clicked {
        let clicked = "clicked".to_owned();
        Finding::new(Verdict::Scanner, Certainty::Certain, [label, clicked])
    } else {
        Finding::new(Verdict::Unknown, Certainty::Weak, [label])
    })
}

/// Other providers' image proxies: at view, or when the mail is checked.
pub(super) fn other(case: &Case<'_>) -> Option<Finding> {
    pixel_by(case, AgentClass::ImageProxy).then(|| {
        let name = case.facts.agent.family.clone();
        Finding::new(Verdict::Proxy, Certainty::Weak, [name])
    })
}
