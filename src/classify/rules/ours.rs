//! Our own people: the Sent copy, the quoted thread.

use super::{Case, Finding};
use crate::domain::hit::{AgentClass, Certainty};
use crate::domain::verdict::Verdict;

/// Address and agent are those of a session of ours. A colleague's mail is left alone: there the
/// recipient sits in the same office. Risk: a customer on site shares our address and our browser.
pub(super) fn same_browser(case: &Case<'_>) -> Option<Finding> {
    let own = case.facts.own.filter(|_| !case.mail.own_domain)?;
    let minutes = (own.seconds_before / 60).to_string();
    Some(Finding::new(Verdict::Own, Certainty::Probable, [minutes]))
}

/// The reply quotes our mail with its pixel, so whoever reads the reply fetches it again. Through a
/// proxy nobody can tell the sender from a recipient who looks once more: unknown, but no new open.
pub(super) fn quoted_before(case: &Case<'_>) -> Option<Finding> {
    let since = case.at?.since(case.mail.quoted_since?);
    let (verdict, certainty) = match case.facts.agent.class {
        _ if since < 0 => return None,
        // What is certain is that nobody can tell.
        AgentClass::GmailProxy | AgentClass::YahooProxy => (Verdict::Unknown, Certainty::Certain),
        _ if case.facts.own.is_some() => (Verdict::Own, Certainty::Probable),
        _ => return None,
    };
    Some(Finding::new(
        verdict,
        certainty,
        [(since / 60_000).to_string()],
    ))
}
