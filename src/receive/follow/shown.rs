//! What is shown of a mail whatever follows from it.

use super::Case;
use crate::domain::inbound::InboundKind;
use crate::inbound::{Told, Unsubscribe};
use crate::store::inbound::{Finding, Found, ReportedRecipient};

/// Everything that the mail alone says.
pub(super) fn begin(case: &Case<'_>, kind: InboundKind) -> Finding {
    let mail = case.mail;
    let from = mail.headers.from.as_ref();
    Finding {
        kind: Some(kind),
        message_id: mail.headers.message_id.clone(),
        sender: mail.headers.sender().to_owned(),
        sender_name: from.and_then(|from| from.name.clone()),
        subject: mail.headers.subject.clone(),
        text: mail.new_text.text.clone(),
        away_until: mail.away.map(|away| away.until),
        outcome: mail.outcome.as_ref().map(|suggestion| suggestion.outcome),
        found: found(case),
        ..Finding::default()
    }
}

fn found(case: &Case<'_>) -> Found {
    let mail = case.mail;
    let evidence = mail.evidence.iter();
    let attachments = mail.attachments.iter();
    let size = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
    Found {
        evidence: evidence
            .map(|one| (one.code.as_str().to_owned(), one.text.clone()))
            .collect(),
        recipients: recipients(mail.report.as_ref()),
        attachments: attachments
            .map(|one| (one.name.clone(), one.media_type.clone(), size(one.size)))
            .collect(),
        offsets: mail
            .new_text
            .parts
            .iter()
            .map(|part| (size(part.start), size(part.end)))
            .collect(),
        whole: mail.new_text.whole,
        cut: mail.cut,
        outcome_words: mail.outcome.as_ref().map(|one| one.words.clone()),
        alternative: mail.left.as_ref().and_then(|left| left.alternative.clone()),
        may_unsubscribe: mail.unsubscribe == Unsubscribe::Possible,
        ambiguous_return: mail.away.is_some_and(|away| away.ambiguous),
        ..Found::default()
    }
}

fn recipients(report: Option<&Told>) -> Vec<ReportedRecipient> {
    match report {
        Some(Told::Delivery(report)) => report
            .recipients
            .iter()
            .map(|one| ReportedRecipient {
                address: one.address.clone(),
                class: one.class.as_str().to_owned(),
                reason: one.reason.as_str().to_owned(),
                code: one.code.clone(),
                text: one.text.clone(),
            })
            .collect(),
        Some(Told::Complaint(complaint)) => vec![ReportedRecipient {
            address: complaint.recipient.clone(),
            ..ReportedRecipient::default()
        }],
        None => Vec::new(),
    }
}
