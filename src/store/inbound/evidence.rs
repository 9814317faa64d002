//! What a mail proves about deliveries: that one arrived, or came back. Evidence is taken from
//! every state in which a body may have left, whoever holds the lane by then.

use super::super::queue::sources;
use super::super::sql::{execute, statements};
use super::super::{Result, Tx, log};
use crate::domain::clock::Millis;
use crate::domain::delivery::{DeliveryEvent, DeliveryState};
use crate::domain::event::{Detail, Event, EventKind, NewEvent};
use crate::domain::id::{DeliveryNo, Seq};
use crate::domain::inbound::{BounceClass, Report};

statements! {
    /// Only a body that was let go can have arrived or come back.
    SETTLE = sqlite "UPDATE deliveries SET state = $2, settled_at = $4, reason_code = $5, reason_text = $6
        WHERE no = $1 AND ((1 << state) & $3) <> 0 AND handed_over_at IS NOT NULL"
        postgres "UPDATE deliveries SET state = $2, settled_at = $4, reason_code = $5, reason_text = $6
        WHERE no = $1 AND ((1 << state) & $3::INTEGER) <> 0 AND handed_over_at IS NOT NULL";
    /// What came back once comes back for good.
    WORSEN = "UPDATE deliveries SET reason_code = $3, reason_text = $4 WHERE no = $1 AND state = $2";
}

/// What showed that a delivery had reached its server, though no answer said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Its recipient wrote.
    Answer,
    /// A machine of the recipient's wrote.
    Machine,
    /// The provider filed it in Sent.
    SentCopy,
    /// A report said so.
    Report,
    /// Its recipient complained.
    Complaint,
}

impl Proof {
    /// The stable word in the log and beside the delivery.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answer => "known_by_answer",
            Self::Machine => "known_by_auto_reply",
            Self::SentCopy => "known_by_sent_copy",
            Self::Report => "known_by_report",
            Self::Complaint => "known_by_complaint",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Answer => {
                "the server's answer was lost; the contact's own answer shows that it arrived"
            }
            Self::Machine => {
                "the server's answer was lost; an automatic answer shows that it arrived"
            }
            Self::SentCopy => {
                "the server's answer was lost; the provider's copy in Sent shows that it went"
            }
            Self::Report => "the server's answer was lost; a report shows that it arrived",
            Self::Complaint => "the server's answer was lost; a complaint shows that it arrived",
        }
    }
}

/// A delivery is known to have reached its server: one that was `uncertain` becomes `sent`. Gives
/// whether that was news.
pub async fn arrived(tx: &mut Tx, delivery: DeliveryNo, proof: Proof, at: Millis) -> Result<bool> {
    log::append(tx, &[]).await?;
    let (event, to) = (DeliveryEvent::Accept, DeliveryState::Sent);
    let n = execute!(&mut *tx, SETTLE; delivery, to.code(), sources(event, to), at,
        Some(proof.code()), Some(proof.text()))?;
    if n == 1 {
        let event = NewEvent {
            at,
            kind: EventKind::Sent,
            delivery: Some(delivery),
            contact: None,
            detail: Detail::Reason {
                code: proof.code().to_owned(),
                text: String::new(),
            },
        };
        log::append(tx, &[event]).await?;
    }
    Ok(n == 1)
}

/// Says in the log what a report says of a delivery, and moves the delivery where it came back.
/// One that bounced before stays as it is, and the report is told once, unless it came back for
/// now and this says that it does for good. Gives whether that was news.
pub async fn reported(
    tx: &mut Tx,
    delivery: DeliveryNo,
    kind: EventKind,
    report: &Report,
    at: Millis,
) -> Result<bool> {
    log::append(tx, &[]).await?;
    if kind == EventKind::Bounced {
        let (event, to) = (DeliveryEvent::Bounce, DeliveryState::Bounced);
        let code = Some(report.reason.as_str());
        let text = Some(report.text.as_str());
        let n =
            execute!(&mut *tx, SETTLE; delivery, to.code(), sources(event, to), at, code, text)?;
        if n == 0 && !worsened(tx, delivery, report).await? {
            return Ok(false);
        }
    }
    if kind == EventKind::Delivered {
        arrived(tx, delivery, Proof::Report, at).await?;
    }
    let event = NewEvent {
        at,
        kind,
        delivery: Some(delivery),
        contact: None,
        detail: Detail::Report(report.clone()),
    };
    log::append(tx, &[event]).await?;
    Ok(true)
}

/// Whether `delivery` came back before, and `report` is the first to say that it does for good.
async fn worsened(tx: &mut Tx, delivery: DeliveryNo, report: &Report) -> Result<bool> {
    let is_hard = |report: &Report| report.class == Some(BounceClass::Hard);
    if !is_hard(report) {
        return Ok(false);
    }
    let told = log::of_delivery_until(tx, delivery, Seq(i64::MAX)).await?;
    let was_hard = |event: &Event| matches!(&event.event.detail, Detail::Report(told) if event.event.kind == EventKind::Bounced && is_hard(told));
    if told.iter().any(was_hard) {
        return Ok(false);
    }
    let (code, text) = (report.reason.as_str(), report.text.as_str());
    let n = execute!(tx, WORSEN; delivery, DeliveryState::Bounced.code(), code, text)?;
    Ok(n == 1)
}
