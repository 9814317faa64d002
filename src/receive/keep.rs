//! The first commit: whether a mail may be kept at all, and its bytes and arrival.

use super::arrival::{Arrival, Folder, Way};
use super::identity;
use crate::ctx::Ctx;
use crate::domain::clock::SECOND_MS;
use crate::domain::id::{InboundId, InboundNo};
use crate::faults::{self, Point};
use crate::store::inbound::{self, NewArrival, NewInbound};
use crate::store::{StoreError, Tx};

/// The largest mail that is taken, in bytes.
pub const LARGEST_BYTES: usize = 25 * 1024 * 1024;
/// How long whoever received a mail has to say what it means before a worker does.
const HEAD_START_MS: i64 = 60 * SECOND_MS;

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// Over [`LARGEST_BYTES`]: refuse it for good.
    #[error("the mail is larger than {LARGEST_BYTES} bytes")]
    TooLarge,
    /// Not a byte: refuse it for good.
    #[error("the mail is empty")]
    Empty,
    /// The store does not take it now: the client shall come again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nothing of a mail is kept but the caller's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptOut {
    /// A personal mailbox, and neither a thread of ours nor a known contact.
    Private,
    /// The same, but it may be an enquiry: its owner is shown the sender and the subject.
    Asking,
    /// Mail inside the organisation.
    Internal,
    /// From or to a domain that is excluded.
    Excluded,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is stored.
    Stored {
        /// In the log.
        no: InboundNo,
        /// At the edge.
        id: InboundId,
        /// Whether it was not known before.
        is_new: bool,
    },
    /// It is not, by the rules of privacy. It counts as dealt with: move the cursor on.
    KeptOut(KeptOut),
}

/// A mail that was looked at and is ready for [`store_in`].
#[derive(Debug)]
pub struct Prepared {
    raw: Vec<u8>,
    arrival: Arrival,
    identity: [u8; 32],
}

/// Looks at a mail without storing anything: its size, its identity, whether it may be kept.
pub async fn prepare(_ctx: &Ctx, raw: Vec<u8>, arrival: Arrival) -> Result<Prepared, ReceiveError> {
    if raw.len() > LARGEST_BYTES {
        return Err(ReceiveError::TooLarge);
    }
    if raw.is_empty() {
        return Err(ReceiveError::Empty);
    }
    let identity = identity::of(&raw);
    Ok(Prepared {
        raw,
        arrival,
        identity,
    })
}

/// Stores it in the caller's transaction, in which a cursor may move too. Acknowledge the mail
/// only after the commit.
pub async fn store_in(tx: &mut Tx, ctx: &Ctx, prepared: &Prepared) -> Result<Received, StoreError> {
    let Arrival {
        way,
        folder,
        received_at,
        envelope_from,
        envelope_to,
        ..
    } = &prepared.arrival;
    let (mailbox, place) = match way {
        Way::Imap { mailbox, place } => (Some(*mailbox), Some(place.clone())),
        Way::Lmtp | Way::Api | Way::File => (None, None),
    };
    let now = ctx.clock.now();
    let new = NewInbound {
        id: InboundId(ctx.clock.fresh_id()),
        identity: prepared.identity,
        folder: match folder {
            Folder::Inbox => 0,
            Folder::Sent => 1,
        },
        raw: &prepared.raw,
        arrival: NewArrival {
            way: way.code(),
            mailbox,
            place,
            envelope_from: envelope_from.clone(),
            envelope_to: envelope_to.clone(),
            at: *received_at,
        },
        now,
        due_at: match way {
            Way::Api | Way::File => now.plus(HEAD_START_MS),
            Way::Imap { .. } | Way::Lmtp => now,
        },
    };
    let kept = inbound::keep(tx, &new).await?;
    Ok(Received::Stored {
        no: kept.no,
        id: kept.id,
        is_new: kept.is_new,
    })
}

/// Takes a mail and commits: once this returns it may be acknowledged.
pub async fn take(ctx: &Ctx, raw: Vec<u8>, arrival: Arrival) -> Result<Received, ReceiveError> {
    let prepared = prepare(ctx, raw, arrival).await?;
    let mut tx = ctx.store.begin().await?;
    let received = store_in(&mut tx, ctx, &prepared).await?;
    tx.commit().await?;
    faults::at(Point::Received);
    Ok(received)
}
