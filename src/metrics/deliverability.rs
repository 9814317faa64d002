//! What a delivery adds to the counts of deliverability: sent, given up, came back and why,
//! complained about, unsubscribed from.

use super::delivery::DeliveryFacts;
use super::tally::{Change, Count, Metric, Place, Side};
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::gateway::Gateway;
use crate::domain::inbound::{BounceClass, BounceReason};
use serde::{Deserialize, Serialize};

/// What became of a delivery, beside being sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fate {
    /// When it was given up, and why.
    pub failed: Option<(Millis, BounceReason)>,
    /// The worst report that it came back, by the order of classes, then the earliest.
    pub returned: Option<(BounceClass, Millis, BounceReason)>,
    /// When the contact first complained.
    pub complained: Option<Millis>,
    /// When the contact first unsubscribed by it.
    pub unsubscribed: Option<Millis>,
}

/// Whether `event` can change the fate of a delivery.
pub const fn concerns(event: &NewEvent) -> bool {
    matches!(
        event.kind,
        EventKind::Failed | EventKind::Bounced | EventKind::Complained | EventKind::Unsubscribed
    )
}

impl Fate {
    /// Takes one event of the delivery, in any order, any number of times.
    pub fn note(&mut self, event: &NewEvent) {
        let at = event.at;
        let first = |known: Option<Millis>| Some(known.map_or(at, |known| known.min(at)));
        match event.kind {
            EventKind::Failed => {
                let told = (at, given_up(&event.detail));
                self.failed = Some(self.failed.map_or(told, |known| known.min(told)));
            }
            EventKind::Bounced => {
                let (class, reason) = match &event.detail {
                    Detail::Report(report) => {
                        (report.class.unwrap_or(BounceClass::Soft), report.reason)
                    }
                    _ => (BounceClass::Soft, BounceReason::Unstated),
                };
                let told = (class, at, reason);
                self.returned = Some(self.returned.map_or(told, |known| known.min(told)));
            }
            EventKind::Complained => self.complained = first(self.complained),
            EventKind::Unsubscribed => self.unsubscribed = first(self.unsubscribed),
            _ => {}
        }
    }
}

/// The group of the word that the queue gave up with.
fn given_up(detail: &Detail) -> BounceReason {
    let Detail::Reason { code, .. } = detail else {
        return BounceReason::Unstated;
    };
    match code.as_str() {
        "no_such_user" | "bad_address" => BounceReason::UnknownUser,
        "no_such_domain" => BounceReason::UnknownHost,
        "mailbox_disabled" => BounceReason::Inactive,
        "mailbox_full" => BounceReason::MailboxFull,
        "too_big" | "content" => BounceReason::Content,
        "greylisted" | "rate_limited" => BounceReason::Throttled,
        "policy" | "sender_refused" => BounceReason::Policy,
        "auth" => BounceReason::Authentication,
        "timeout" | "unreachable" | "connection_lost" | "server_busy" | "expired" => {
            BounceReason::Expired
        }
        "tls" | "unsupported" | "protocol" => BounceReason::System,
        _ => BounceReason::Unstated,
    }
}

/// Notes that a delivery's facts went from `old` to `new`.
pub fn note(change: &mut Change, old: &DeliveryFacts, new: &DeliveryFacts) {
    let told = |facts: &DeliveryFacts| (place(facts), counts(facts));
    let (before, after) = (told(old), told(new));
    if before == after {
        return;
    }
    for ((place, counts), times) in [(before, -1), (after, 1)] {
        if let Some(place) = place {
            change.count(&place, &counts, times);
        }
    }
}

fn place(facts: &DeliveryFacts) -> Option<Place> {
    let frozen = facts.frozen.as_ref()?;
    Some(Place {
        day: frozen.day,
        rep: Some(frozen.rep.0),
        sides: vec![
            (Side::Mailbox, frozen.mailbox),
            (Side::Gateway, i64::from(frozen.gateway)),
        ],
        shift: 0,
    })
}

/// Whether a provider tells senders of complaints, as of 2026: Microsoft's junk mail reporting,
/// Yahoo's complaint feedback loop, the postmaster services of Mail.ru and Yandex do. Gmail gives
/// sums alone, Apple nothing.
const fn reports_complaints(gateway: Gateway) -> bool {
    matches!(
        gateway,
        Gateway::Microsoft | Gateway::Yahoo | Gateway::MailRu | Gateway::Yandex
    )
}

fn counts(facts: &DeliveryFacts) -> Vec<Count> {
    let mut counts = Vec::new();
    let Some(frozen) = &facts.frozen else {
        return counts;
    };
    let reports = Gateway::from_code(frozen.gateway).is_some_and(reports_complaints);
    let fate = &facts.fate;
    match (facts.sent, fate.failed) {
        (Some(_), _) => {
            counts.push((Metric::Sent, 0));
            counts.extend(reports.then_some((Metric::SentReporting, 0)));
        }
        (None, Some((_, reason))) => counts.push((Metric::Failed, reason.code())),
        (None, None) => return counts,
    }
    let class = match fate.returned {
        Some((BounceClass::Hard, _, reason)) => Some((Metric::Hard, reason.code())),
        Some((BounceClass::Soft, _, reason)) => Some((Metric::Soft, reason.code())),
        Some((BounceClass::Block, _, reason)) => Some((Metric::Block, reason.code())),
        _ => None,
    };
    counts.extend(class.filter(|_| facts.sent.is_some()));
    counts.extend(
        fate.complained
            .map(|_| (Metric::Complained, i16::from(reports))),
    );
    counts.extend(fate.unsubscribed.map(|_| (Metric::Unsubscribed, 0)));
    counts
}
