//! Feedback reports (RFC 5965): somebody pressed "spam", or the like.

use super::super::fields::Fields;
use super::super::headers::first_address;
use super::super::mime::Tree;
use super::super::understood::{Complaint, Feedback};
use super::returned::Returned;

/// The complaint in `tree`, if it is one.
pub(in crate::inbound) fn complaint(tree: &Tree<'_>, returned: &Returned) -> Option<Complaint> {
    let own = |at: usize| tree.enclosing_message(at).is_none();
    let part = tree
        .parts
        .iter()
        .enumerate()
        .find(|(at, part)| own(*at) && part.is("message/feedback-report"));
    let named = tree.root().media.report_type.as_deref() == Some("feedback-report");
    let Some((_, part)) = part else {
        let nothing_more = Complaint {
            feedback: Feedback::Other,
            recipient: None,
            subject: returned.subject.clone(),
        };
        return named.then_some(nothing_more);
    };
    let bytes = part.decoded();
    let fields = Fields::read(bytes.trim_ascii_start());
    let feedback = match fields
        .text("Feedback-Type")
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "abuse" => Feedback::Abuse,
        "fraud" => Feedback::Fraud,
        "virus" => Feedback::Virus,
        "opt-out" | "opt-out-list" => Feedback::OptOut,
        "not-spam" => Feedback::NotSpam,
        "auth-failure" | "dmarc" => Feedback::AuthFailure,
        _ => Feedback::Other,
    };
    let named = ["Original-Rcpt-To", "Removal-Recipient"]
        .iter()
        .find_map(|name| first_address(&fields.text(name)?));
    let recipient = named.or_else(|| returned.to.first().cloned());
    Some(Complaint {
        feedback,
        recipient: recipient.filter(|one| !is_blotted(one)),
        subject: returned.subject.clone(),
    })
}

/// Whether an address was made unreadable by who reports.
fn is_blotted(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    local.contains("redacted")
        || !local.is_empty() && local.chars().all(|c| matches!(c, 'x' | '*' | '-'))
}
