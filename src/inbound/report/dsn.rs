//! Delivery reports by structure (RFC 3464): the groups of fields in `message/delivery-status`.

use super::super::fields::Fields;
use super::super::headers::{Headers, first_address};
use super::super::mime::{Part, Tree};
use super::super::understood::{Bounced, DeliveryReport};
use super::prose::machine_sender;
use super::reason::{Facts, judge};
use super::returned::Returned;

/// Most recipients read of one report.
const MAX_RECIPIENTS: usize = 500;

/// The report in `tree`, if it has one. `prose` is its text for people: servers often say there
/// alone what happened.
pub(in crate::inbound) fn delivery_report(
    tree: &Tree<'_>,
    headers: &Headers,
    prose: &str,
    returned: &Returned,
) -> Option<DeliveryReport> {
    let is_status = |part: &Part<'_>| {
        matches!(
            part.media.name.as_str(),
            "message/delivery-status" | "message/global-delivery-status" | "text/delivery-status"
        )
    };
    // A gateway may wrap a report into a mail of its own; a person who passes one on is no machine.
    let wrapped = prose.trim().is_empty() || machine_sender(headers);
    let own = |at: usize| tree.enclosing_message(at).is_none();
    let parts = || tree.parts.iter().enumerate();
    let status = parts()
        .find(|(at, part)| own(*at) && is_status(part))
        .or_else(|| parts().find(|(_, part)| wrapped && is_status(part)));
    let (_, status) = status?;
    let bytes = status.decoded();
    let groups = groups(&bytes);
    let server = groups
        .first()
        .and_then(|group| group.text("Reporting-MTA"))
        .unwrap_or_default();
    let of_recipient = |group: &&Fields<'_>| {
        ["Final-Recipient", "Original-Recipient", "Action", "Status"]
            .iter()
            .any(|name| group.raw(name).is_some())
    };
    let mut recipients: Vec<Bounced> = groups
        .iter()
        .filter(of_recipient)
        .take(MAX_RECIPIENTS)
        .map(|group| recipient(group, &server, prose))
        .collect();
    if recipients.is_empty() {
        return None;
    }
    if let [only] = recipients.as_mut_slice()
        && only.address.is_none()
    {
        only.address = returned.to.first().cloned();
    }
    Some(DeliveryReport {
        recipients,
        subject: returned.subject.clone(),
    })
}

/// The groups of fields, parted by blank lines.
fn groups(bytes: &[u8]) -> Vec<Fields<'_>> {
    let (mut groups, mut start, mut at) = (Vec::new(), 0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            groups.push(Fields::read(&bytes[start..at]));
            start = at + line.len();
        }
        at += line.len();
    }
    groups.push(Fields::read(&bytes[start..]));
    groups.truncate(MAX_RECIPIENTS + 2);
    groups
}

fn recipient(group: &Fields<'_>, server: &str, prose: &str) -> Bounced {
    let address = |name: &str| {
        let text = group.text(name)?;
        let (_, value) = text.split_once(';').unwrap_or(("", &text));
        first_address(value)
    };
    let (original, last) = (address("Original-Recipient"), address("Final-Recipient"));
    let last = last.or_else(|| address("X-Actual-Recipient"));
    let diagnostic = group.text("Diagnostic-Code").unwrap_or_default();
    let (kind, words) = diagnostic.split_once(';').unwrap_or(("", &diagnostic));
    let words = if kind.trim().contains(' ') {
        diagnostic.as_str()
    } else {
        words.trim()
    };
    let remote = group.text("Remote-MTA").unwrap_or_default();
    let judged = judge(&Facts {
        action: &group.text("Action").unwrap_or_default(),
        status: &group.text("Status").unwrap_or_default(),
        words,
        prose,
        server: &format!("{server} {remote}"),
    });
    Bounced {
        final_address: last
            .clone()
            .filter(|last| original.as_ref().is_some_and(|first| first != last)),
        address: original.or(last),
        class: judged.class,
        reason: judged.reason,
        code: judged.code,
        text: judged.text,
    }
}
