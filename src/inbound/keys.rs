//! The ways to find what a mail belongs to, surest first.

use super::fields::Fields;
use super::headers::{Headers, addresses};
use super::ours::Ours;
use super::report::Returned;
use super::understood::{Arrival, MatchKey, Told};
use crate::domain::id::DeliveryId;
use crate::domain::inbound::MatchedBy;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Fields that name whom a mail was for, as servers on the way and the author did.
const RECIPIENT_FIELDS: &[&str] = &[
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Forwarded-To",
    "Resent-To",
    "To",
    "Cc",
];

/// Most keys; a mail with more ids is no answer.
const MAX_KEYS: usize = 200;

/// The keys of a mail; `quoted` is the delivery that a link of ours in its own text names.
pub(super) fn keys(
    fields: &Fields<'_>,
    headers: &Headers,
    arrival: &Arrival,
    returned: &Returned,
    quoted: Option<DeliveryId>,
    told: Option<&Told>,
    ours: &Ours,
) -> Vec<MatchKey> {
    let mut keys: Vec<MatchKey> = Vec::new();
    let named = RECIPIENT_FIELDS
        .iter()
        .flat_map(|name| fields.all(name))
        .flat_map(|raw| {
            let text = String::from_utf8_lossy(raw);
            addresses(&text).take(50).collect::<Vec<_>>()
        });
    let tagged = arrival.envelope_to.iter().cloned().chain(named);
    keys.extend(
        tagged
            .filter_map(|to| ours.delivery_in_address(&to))
            .map(|id| MatchKey::Token(MatchedBy::Token, id)),
    );
    let by = |by: MatchedBy| move |id: &String| MatchKey::Id(by, id.clone());
    keys.extend(headers.in_reply_to.iter().map(by(MatchedBy::InReplyTo)));
    keys.extend(
        headers
            .references
            .iter()
            .rev()
            .map(by(MatchedBy::References)),
    );
    keys.extend(returned.ids.iter().map(by(MatchedBy::Returned)));
    keys.extend(
        returned
            .delivery
            .into_iter()
            .chain(quoted)
            .map(|id| MatchKey::Token(MatchedBy::ReturnedToken, id)),
    );
    let indexes = thread_index(fields)
        .into_iter()
        .chain(returned.thread_index.clone());
    keys.extend(
        indexes
            .filter_map(|bytes| bytes.first_chunk::<22>().copied())
            .map(MatchKey::ThreadIndex),
    );
    keys.extend(by_subject(headers, told));
    let mut seen: Vec<MatchKey> = Vec::new();
    for key in keys {
        if seen.len() < MAX_KEYS && !seen.contains(&key) {
            seen.push(key);
        }
    }
    seen
}

/// The subject with whom it concerns: the author, or for a report each recipient it names.
fn by_subject(headers: &Headers, told: Option<&Told>) -> Vec<MatchKey> {
    let pair = |subject: &str, address: &str| MatchKey::SubjectAndSender {
        subject: super::headers::normalised_subject(subject),
        address: address.to_owned(),
    };
    let found: Vec<MatchKey> = match told {
        Some(Told::Delivery(report)) => {
            let subject = report.subject.as_deref().unwrap_or_default();
            report
                .recipients
                .iter()
                .filter_map(|one| one.address.as_deref())
                .map(|one| pair(subject, one))
                .collect()
        }
        Some(Told::Complaint(complaint)) => {
            let subject = complaint.subject.as_deref().unwrap_or_default();
            complaint
                .recipient
                .iter()
                .map(|one| pair(subject, one))
                .collect()
        }
        None if headers.sender().is_empty() => Vec::new(),
        None => vec![pair(&headers.subject, headers.sender())],
    };
    let named = |key: &MatchKey| matches!(key, MatchKey::SubjectAndSender { subject, .. } if !subject.is_empty());
    found.into_iter().filter(named).collect()
}

/// The bytes of `Thread-Index`.
pub(super) fn thread_index(fields: &Fields<'_>) -> Option<Vec<u8>> {
    let text: String = fields.text("Thread-Index")?.split_whitespace().collect();
    STANDARD.decode(text).ok()
}
