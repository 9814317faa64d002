//! A contact leaves the list by the ticket in a mail, or takes that back. The ticket names a
//! delivery; whose address it was stands there.
//!
//! Either may wait in an intake while the store is down, so they may arrive in any order. The later
//! one counts, by the time at which it was said.

use super::sql::{execute, maybe, row, statements};
use super::suppressions::{NewSuppression, suppress};
use super::{Result, Store, StoreError, Tx, log};
use crate::domain::address::EmailAddress;
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{ContactNo, DeliveryId, DeliveryNo, SuppressionId};
use crate::domain::suppression::{AddressHash, SuppressionReason};

statements! {
    ADDRESSEE = "SELECT no, contact_no, address, address_hash, undone_at FROM deliveries WHERE id = $1";
    /// Who asks again asks later: an older word that arrives after this one lifts nothing.
    ASKED = "UPDATE suppressions SET asked_at = $2
        WHERE scope = 'address' AND hash = $1 AND lifted_at IS NULL AND reason = 'unsubscribed'
            AND (asked_at IS NULL OR asked_at < $2)";
    UNDONE = "UPDATE deliveries SET undone_at = $2
        WHERE id = $1 AND (undone_at IS NULL OR undone_at < $2)";
    /// Only their own word is taken back: a bounce, a complaint or a user's entry stays.
    LIFT = "UPDATE suppressions SET lifted_at = $2
        WHERE scope = 'address' AND hash = $1 AND lifted_at IS NULL AND reason = 'unsubscribed'
            AND COALESCE(asked_at, created_at) <= $2";
}

row! {
    /// Whom a delivery went to.
    struct Addressee {
        no: DeliveryNo,
        contact_no: Option<ContactNo>,
        address: String,
        address_hash: Vec<u8>,
        undone_at: Option<Millis>,
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It holds now, whether or not it held before.
    Done,
    /// Nothing is known of the delivery.
    NoSuchDelivery,
}

/// Puts the address of `delivery` on the suppression list and cancels what was still to go there.
/// `id` is used when the address was not on the list.
pub async fn apply(
    store: &Store,
    delivery: DeliveryId,
    id: SuppressionId,
    at: Millis,
) -> Result<Applied> {
    let mut tx = store.begin().await?;
    let applied = apply_in(&mut tx, delivery, id, at).await?;
    tx.commit().await?;
    Ok(applied)
}

/// As [`apply`], in the caller's transaction.
pub async fn apply_in(
    tx: &mut Tx,
    delivery: DeliveryId,
    id: SuppressionId,
    at: Millis,
) -> Result<Applied> {
    // The log's row lock first, as every stop takes it; it keeps an undo from slipping in between.
    log::append(tx, &[]).await?;
    let Some(addressee) = maybe!(&mut *tx, ADDRESSEE, Addressee; delivery)? else {
        return Ok(Applied::NoSuchDelivery);
    };
    if addressee.undone_at.is_some_and(|undone| undone > at) {
        return Ok(Applied::Done);
    }
    // An erased address has nobody to stop writing to; its hash is on the list already.
    let Ok(address) = EmailAddress::parse(&addressee.address) else {
        return Ok(Applied::Done);
    };
    let new = NewSuppression {
        id,
        address: &address,
        hash: hash(&addressee)?,
        reason: SuppressionReason::Unsubscribed,
        delivery: Some(addressee.no),
        contact: addressee.contact_no,
        created_by: None,
        at,
    };
    suppress(tx, &new).await?;
    execute!(tx, ASKED; new.hash.0.as_slice(), at)?;
    Ok(Applied::Done)
}

/// Takes back what was asked by the ticket of `delivery` until `at`, also what is still on its way
/// here. What it cancelled stays cancelled.
pub async fn undo(store: &Store, delivery: DeliveryId, at: Millis) -> Result<Applied> {
    let mut tx = store.begin().await?;
    let applied = undo_in(&mut tx, delivery, at).await?;
    tx.commit().await?;
    Ok(applied)
}

/// As [`undo`], in the caller's transaction.
pub async fn undo_in(tx: &mut Tx, delivery: DeliveryId, at: Millis) -> Result<Applied> {
    // The log's row lock first, as every stop takes it.
    log::append(tx, &[]).await?;
    let Some(addressee) = maybe!(&mut *tx, ADDRESSEE, Addressee; delivery)? else {
        return Ok(Applied::NoSuchDelivery);
    };
    execute!(&mut *tx, UNDONE; delivery, at)?;
    let lifted = execute!(&mut *tx, LIFT; hash(&addressee)?.0.as_slice(), at)?;
    if lifted == 1 {
        let event = NewEvent {
            at,
            kind: EventKind::Resubscribed,
            delivery: Some(addressee.no),
            contact: addressee.contact_no,
            detail: Detail::None,
        };
        log::append(tx, &[event]).await?;
    }
    Ok(Applied::Done)
}

fn hash(addressee: &Addressee) -> Result<AddressHash> {
    let bytes = addressee.address_hash.as_slice();
    let bytes = bytes
        .try_into()
        .map_err(|_| StoreError::Corrupt(format!("delivery {}: address hash", addressee.no)))?;
    Ok(AddressHash(bytes))
}
