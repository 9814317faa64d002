//! The first commit: whether a mail may be kept at all, and its bytes and arrival.

use super::arrival::{Arrival, Folder, Way};
use super::gate::{self, KeptOut, Ruling, Seen};
use super::{ours, reading};
use crate::ctx::Ctx;
use crate::domain::clock::SECOND_MS;
use crate::domain::id::{InboundId, InboundNo, MailboxNo};
use crate::faults::{self, Point};
use crate::store::inbound::gate::NewAsking;
use crate::store::inbound::{self, NewArrival, NewInbound};
use crate::store::{StoreError, Tx};
use std::sync::Arc;

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
    raw: Arc<Vec<u8>>,
    arrival: Arrival,
    identity: [u8; 32],
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Keep(Option<MailboxNo>),
    Out(KeptOut, Option<NewAsking>),
    /// Nothing of it is kept but that it came there.
    Unread(MailboxNo),
}

/// Looks at a mail without storing anything: its size, its identity, whether it may be kept.
pub async fn prepare(ctx: &Ctx, raw: Vec<u8>, arrival: Arrival) -> Result<Prepared, ReceiveError> {
    if raw.len() > LARGEST_BYTES {
        return Err(ReceiveError::TooLarge);
    }
    if raw.is_empty() {
        return Err(ReceiveError::Empty);
    }
    let raw = Arc::new(raw);
    let ours = Arc::new(ours::ours(ctx).await?);
    let read = reading::read(&raw, reading::seen(&arrival), &ours).await;
    let mut tx = ctx.store.snapshot().await?;
    let Some(mail) = read else {
        // What breaks the reading is kept, parked and shown, unless it may be somebody's own.
        let ruling = gate::rule_unread(&mut tx, &arrival, &ours).await?;
        tx.rollback().await?;
        return Ok(Prepared {
            identity: reading::digest(&raw),
            outcome: match ruling {
                Ruling::Keep(owner) => Outcome::Keep(owner.map(|owner| owner.no)),
                Ruling::Out(_, owner) => Outcome::Unread(owner.no),
            },
            raw,
            arrival,
        });
    };
    let seen = Seen {
        raw: &raw,
        arrival: &arrival,
        mail: &mail,
        ours: &ours,
    };
    let ruling = gate::rule(&mut tx, &seen).await?;
    tx.rollback().await?;
    let outcome = match ruling {
        Ruling::Keep(owner) => Outcome::Keep(owner.map(|owner| owner.no)),
        Ruling::Out(KeptOut::Asking, owner) => {
            let asking = owner.user_id.map(|user| NewAsking {
                id: ctx.clock.fresh_id(),
                user,
                mailbox: owner.no,
                place: match &arrival.way {
                    Way::Imap { place, .. } => Some(place.clone()),
                    Way::Lmtp | Way::Api | Way::File => None,
                },
                identity: mail.identity,
                sender: mail.headers.sender().to_owned(),
                subject: mail.headers.subject.clone(),
                received_at: arrival.received_at,
            });
            Outcome::Out(KeptOut::Asking, asking)
        }
        Ruling::Out(reason, _) => Outcome::Out(reason, None),
    };
    Ok(Prepared {
        identity: mail.identity,
        raw,
        arrival,
        outcome,
    })
}

/// Stores it in the caller's transaction, in which a cursor may move too. Acknowledge the mail
/// only after the commit.
pub async fn store_in(tx: &mut Tx, ctx: &Ctx, prepared: &Prepared) -> Result<Received, StoreError> {
    let (mailbox, raw) = match &prepared.outcome {
        Outcome::Keep(mailbox) => (*mailbox, Some(prepared.raw.as_slice())),
        Outcome::Unread(mailbox) => (Some(*mailbox), None),
        Outcome::Out(reason, asking) => {
            if let Some(asking) = asking {
                inbound::gate::ask(tx, asking).await?;
            }
            return Ok(Received::KeptOut(*reason));
        }
    };
    let arrival = &prepared.arrival;
    let now = ctx.clock.now();
    let goes_on = matches!(arrival.way, Way::Api | Way::File);
    let new = NewInbound {
        id: InboundId(ctx.clock.fresh_id()),
        identity: prepared.identity,
        folder: match arrival.folder {
            Folder::Inbox => 0,
            Folder::Sent => 1,
        },
        raw,
        now,
        due_at: if goes_on {
            now.plus(HEAD_START_MS)
        } else {
            now
        },
        tries: i64::from(goes_on),
        arrival: NewArrival {
            way: arrival.way.code(),
            mailbox,
            place: match &arrival.way {
                Way::Imap { place, .. } => Some(place.clone()),
                Way::Lmtp | Way::Api | Way::File => None,
            },
            envelope_from: arrival.envelope_from.clone().filter(|_| raw.is_some()),
            envelope_to: raw.map_or_else(Vec::new, |_| arrival.envelope_to.clone()),
            at: arrival.received_at,
        },
    };
    let kept = inbound::keep(tx, &new).await?;
    if raw.is_none() {
        if kept.is_new {
            tracing::error!(
                inbound.no = kept.no.0,
                mailbox.no = mailbox.map(|no| no.0),
                "a mail in a personal mailbox could not be read; nothing of it is kept"
            );
        }
        return Ok(Received::KeptOut(KeptOut::Unreadable));
    }
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
