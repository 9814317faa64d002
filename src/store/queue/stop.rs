//! Stops: what cancels deliveries that have not been handed over. A stop that has committed is
//! seen by every hand-over after it, since both write the delivery's row.

use super::super::log;
use super::super::sql::{rows, statements};
use super::super::{Result, Tx};
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{ContactNo, DeliveryNo, MessageId};
use crate::domain::suppression::AddressHash;

statements! {
    CANCEL_MESSAGE = "UPDATE deliveries
        SET state = 10, reason_code = $2, reason_text = $3, settled_at = $4
        WHERE message_id = $1 AND state IN (0, 1, 2, 3, 4, 6)
        RETURNING no";
    CANCEL_CONTACT = "UPDATE deliveries
        SET state = 10, reason_code = $2, reason_text = $3, settled_at = $4
        WHERE contact_no = $1 AND state IN (0, 1, 2, 3, 4, 6)
        RETURNING no";
    /// What answers them still goes.
    CANCEL_OUTREACH = "UPDATE deliveries
        SET state = 10, reason_code = $2, reason_text = $3, settled_at = $4
        WHERE contact_no = $1 AND state IN (0, 1, 2, 3, 4, 6)
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.class = 1)
        RETURNING no";
    /// Answers go to a suppressed address too, unless its owner complained.
    CANCEL_ADDRESS = "UPDATE deliveries
        SET state = 10, reason_code = $2, reason_text = $3, settled_at = $4
        WHERE address_hash = $1 AND state IN (0, 1, 2, 3, 4, 6)
            AND ($2 = 'complained' OR EXISTS (SELECT 1 FROM messages m
                WHERE m.id = deliveries.message_id AND m.class = 1))
        RETURNING no";
}

/// Why and when something is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop<'a> {
    /// A stable word: `cancelled`, `replied`, or that of a suppression reason.
    pub code: &'a str,
    /// One line for people.
    pub text: &'a str,
    /// When.
    pub at: Millis,
}

/// Runs one of the statements above for whom or what it is about, and tells the log.
macro_rules! cancel {
    ($tx:ident, $statement:ident, $of:expr, $stop:ident) => {{
        log::append($tx, &[]).await?;
        let found = rows!(&mut *$tx, $statement, (DeliveryNo,); $of, $stop.code, $stop.text, $stop.at)?;
        append($tx, found, $stop).await
    }};
}

/// Cancels what of a message has not been handed over, and gives those deliveries. Empty when all
/// of it is under way or done.
pub async fn cancel_message(
    tx: &mut Tx,
    message: MessageId,
    stop: Stop<'_>,
) -> Result<Vec<DeliveryNo>> {
    cancel!(tx, CANCEL_MESSAGE, message, stop)
}

/// Cancels the outreach that is still to go to a contact, as a reply of theirs does. What a rep
/// wrote in answer to them goes all the same.
pub async fn cancel_outreach(
    tx: &mut Tx,
    contact: ContactNo,
    stop: Stop<'_>,
) -> Result<Vec<DeliveryNo>> {
    cancel!(tx, CANCEL_OUTREACH, contact, stop)
}

/// Cancels whatever is still to go to a contact.
pub async fn cancel_contact(
    tx: &mut Tx,
    contact: ContactNo,
    stop: Stop<'_>,
) -> Result<Vec<DeliveryNo>> {
    cancel!(tx, CANCEL_CONTACT, contact, stop)
}

/// Cancels the outreach that is still to go to an address; after a complaint, everything.
pub async fn cancel_open(
    tx: &mut Tx,
    address: AddressHash,
    stop: Stop<'_>,
) -> Result<Vec<DeliveryNo>> {
    cancel!(tx, CANCEL_ADDRESS, address.0.as_slice(), stop)
}

async fn append(tx: &mut Tx, found: Vec<(DeliveryNo,)>, stop: Stop<'_>) -> Result<Vec<DeliveryNo>> {
    let mut cancelled: Vec<DeliveryNo> = found.into_iter().map(|(no,)| no).collect();
    cancelled.sort();
    let events: Vec<NewEvent> = cancelled
        .iter()
        .map(|no| NewEvent {
            at: stop.at,
            kind: EventKind::Cancelled,
            delivery: Some(*no),
            contact: None,
            detail: Detail::Reason {
                code: stop.code.to_owned(),
                text: stop.text.to_owned(),
            },
        })
        .collect();
    if !events.is_empty() {
        log::append(tx, &events).await?;
    }
    Ok(cancelled)
}
