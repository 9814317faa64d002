//! The order of decisions: the first kind that has proof wins, and all evidence is kept.

use super::clues::Clue;
use super::understood::Evidence;
use crate::domain::inbound::InboundKind;

/// The kind as it stands, once ours, and once not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) now: InboundKind,
    pub(super) if_ours: InboundKind,
    pub(super) if_not: InboundKind,
}

/// Decides by `evidence`.
pub(super) fn decide(evidence: &[Evidence]) -> Verdict {
    let has = |clue: Clue| evidence.iter().any(|one| one.code == clue);
    let always = |kind| Verdict {
        now: kind,
        if_ours: kind,
        if_not: kind,
    };
    if has(Clue::FeedbackReport) {
        always(InboundKind::Complaint)
    } else if has(Clue::DeliveryReport) || has(Clue::FailedRecipients) || has(Clue::BounceProse) {
        always(InboundKind::Bounce)
    } else if has(Clue::AutoReplied) || has(Clue::AutoHeader) {
        always(InboundKind::AutoReply)
    } else if has(Clue::ListHeader) {
        Verdict {
            now: InboundKind::List,
            if_ours: InboundKind::Reply,
            if_not: InboundKind::List,
        }
    } else if has(Clue::HasText) {
        let now = if has(Clue::Answers) {
            InboundKind::Reply
        } else {
            InboundKind::Enquiry
        };
        Verdict {
            now,
            if_ours: InboundKind::Reply,
            if_not: InboundKind::Enquiry,
        }
    } else {
        always(InboundKind::Other)
    }
}
