//! What a mail proves about deliveries: that one arrived, or came back. Evidence is taken from
//! every state in which a body may have left, whoever holds the lane by then.

use super::super::queue::sources;
use super::super::sql::{execute, maybe, one, statements};
use super::super::{Result, Store, Tx, log};
use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::delivery::{DeliveryEvent, DeliveryState};
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{ContactNo, DeliveryNo, InboundNo, MailboxNo};
use crate::domain::inbound::{BounceReason, Report};

statements! {
    SETTLE = sqlite "UPDATE deliveries SET state = $2, settled_at = $4, reason_code = $5, reason_text = $6
        WHERE no = $1 AND ((1 << state) & $3) <> 0"
        postgres "UPDATE deliveries SET state = $2, settled_at = $4, reason_code = $5, reason_text = $6
        WHERE no = $1 AND ((1 << state) & $3::INTEGER) <> 0";
    ADD_SOFT = "INSERT INTO soft_bounces (address_hash, reason, inbound_no, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (address_hash, reason, inbound_no) DO NOTHING";
    COUNT_SOFT = "SELECT COUNT(*) FROM soft_bounces WHERE address_hash = $1 AND reason = $2 AND at > $3";
    PAUSE = "INSERT INTO address_pauses (address_hash, reason, until_at) VALUES ($1, $2, $3)
        ON CONFLICT (address_hash) DO UPDATE SET reason = excluded.reason, until_at = excluded.until_at";
    /// What waits for its time and would go before the pause is over.
    POSTPONE_ADDRESS = "UPDATE deliveries SET due_at = $2, reason_code = $3, reason_text = $4
        WHERE address_hash = $1 AND state IN (1, 3, 6) AND due_at < $2";
    POSTPONE_CONTACT = "UPDATE deliveries SET due_at = $2, reason_code = $3, reason_text = $4
        WHERE contact_no = $1 AND state IN (1, 3, 6) AND due_at < $2
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.class = 1)";
    HOLD_CONTACT = "UPDATE deliveries SET state = 2, reason_code = $2, reason_text = $3
        WHERE contact_no = $1 AND state IN (1, 3, 6)
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.class = 1)";
    SLOW = "UPDATE mailboxes SET slowed_until = $2 WHERE no = $1 AND (slowed_until < $2 OR slowed_until IS NULL)";
    SLOWED = "SELECT slowed_until FROM mailboxes WHERE no = $1 AND slowed_until IS NOT NULL";
    DROP_SOFT = "DELETE FROM soft_bounces WHERE at < $1";
    DROP_PAUSES = "DELETE FROM address_pauses WHERE until_at < $1";
}

/// How long failures that count only together are counted.
const SOFT_WINDOW_DAYS: i64 = 30;

/// A delivery is known to have reached its server: one that was `uncertain` becomes `sent`. Gives
/// whether that was news.
pub async fn arrived(tx: &mut Tx, delivery: DeliveryNo, at: Millis) -> Result<bool> {
    log::append(tx, &[]).await?;
    let (event, to) = (DeliveryEvent::Accept, DeliveryState::Sent);
    let none: Option<&str> = None;
    let n = execute!(&mut *tx, SETTLE; delivery, to.code(), sources(event, to), at, none, none)?;
    if n == 1 {
        let event = NewEvent {
            at,
            kind: EventKind::Sent,
            delivery: Some(delivery),
            contact: None,
            detail: Detail::None,
        };
        log::append(tx, &[event]).await?;
    }
    Ok(n == 1)
}

/// Says in the log what a report says of a delivery, and moves the delivery where it came back.
/// One that bounced before stays as it is: the report is told once.
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
        if n == 0 {
            return Ok(false);
        }
    }
    if kind == EventKind::Delivered {
        arrived(tx, delivery, at).await?;
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

/// Counts a failure that counts only with others of its kind; gives how many there were since
/// `since`, this one with them.
pub async fn count_soft(
    tx: &mut Tx,
    hash: &[u8],
    reason: BounceReason,
    inbound: InboundNo,
    at: Millis,
    since: Millis,
) -> Result<i64> {
    execute!(&mut *tx, ADD_SOFT; hash, reason.code(), inbound, at)?;
    execute!(&mut *tx, DROP_SOFT; at.plus(-SOFT_WINDOW_DAYS * DAY_MS))?;
    Ok(one!(tx, COUNT_SOFT, (i64,); hash, reason.code(), since)?.0)
}

/// Sends nothing to an address until `until`.
pub async fn pause_address(
    tx: &mut Tx,
    hash: &[u8],
    reason: BounceReason,
    now: Millis,
    until: Millis,
) -> Result<()> {
    log::append(tx, &[]).await?;
    execute!(&mut *tx, DROP_PAUSES; now)?;
    execute!(&mut *tx, PAUSE; hash, reason.code(), until)?;
    let text = "mail to this address failed several times; nothing is sent for a while";
    execute!(tx, POSTPONE_ADDRESS; hash, until, reason.as_str(), text)?;
    Ok(())
}

/// What was to go to a contact waits until they are back.
pub async fn wait_for(tx: &mut Tx, contact: ContactNo, until: Millis) -> Result<u64> {
    log::append(tx, &[]).await?;
    execute!(tx, POSTPONE_CONTACT; contact, until, "out_of_office", "the contact is away until then")
}

/// What was to go to a contact waits for a person.
pub async fn hold(tx: &mut Tx, contact: ContactNo, code: &str, text: &str) -> Result<u64> {
    log::append(tx, &[]).await?;
    execute!(tx, HOLD_CONTACT; contact, code, text)
}

/// Sends more slowly from a mailbox until `until`.
pub async fn slow(tx: &mut Tx, mailbox: MailboxNo, until: Millis) -> Result<()> {
    execute!(tx, SLOW; mailbox, until)?;
    Ok(())
}

/// Until when a mailbox sends more slowly, if it does or did.
pub async fn slowed_until(store: &Store, mailbox: MailboxNo) -> Result<Option<Millis>> {
    Ok(maybe!(store, SLOWED, (Millis,); mailbox)?.map(|(until,)| until))
}
