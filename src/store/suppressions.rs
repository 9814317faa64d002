//! The suppression list, and the stop that goes with it: putting an address on the list cancels
//! what has not been handed over, in one transaction.
//!
//! Every stop takes the log's row lock first and touches deliveries after. Whoever commits later
//! therefore sees the stop, and the hand-over's own guards see it too: once it has committed,
//! nothing more is handed over.

use super::log;
use super::queue::{Stop, cancel_open};
use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::address::EmailAddress;
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{ContactNo, DeliveryNo, SuppressionId, UserId};
use crate::domain::suppression::{AddressHash, SuppressionReason};

statements! {
    ADD = "INSERT INTO suppressions (id, scope, hash, address, reason, delivery_no, created_by, created_at)
        VALUES ($1, 'address', $2, $3, $4, $5, $6, $7)
        ON CONFLICT (scope, hash) WHERE lifted_at IS NULL DO NOTHING";
    /// What the contact asks for is graver than what stood there, and a complaint, which stops
    /// answers too, than all.
    AGGRAVATE = "UPDATE suppressions SET reason = $2
        WHERE scope = 'address' AND hash = $1 AND lifted_at IS NULL AND reason <> $2
            AND reason <> 'complained'";
    LIFT = "UPDATE suppressions SET lifted_at = $2
        WHERE scope = 'address' AND hash = $1 AND lifted_at IS NULL AND reason <> 'complained'";
    /// What the contact asked for is no mistake of ours to mend.
    LIFT_MENDED = "UPDATE suppressions SET lifted_at = $2
        WHERE scope = 'address' AND hash = $1 AND lifted_at IS NULL AND reason NOT IN ('complained', 'unsubscribed')";
    LIFT_AGREED = "UPDATE suppressions SET lifted_at = $2
        WHERE scope = 'address' AND hash = $1 AND lifted_at IS NULL";
    CONTACT = "SELECT e.contact_no FROM suppressions s JOIN contact_emails e ON e.address = s.address
        WHERE s.scope = 'address' AND s.hash = $1 AND s.lifted_at IS NULL";
    OF = "SELECT id, address, reason, created_at FROM suppressions
        WHERE scope = 'address' AND hash = $1 AND lifted_at IS NULL";
    /// By the id, which holds the time it was put there: `created_at` is when it was said.
    LIST = "SELECT id, address, reason, created_at FROM suppressions
        WHERE lifted_at IS NULL AND (id < $1 OR $1 IS NULL)
        ORDER BY id DESC LIMIT $2";
    ENTRY = "SELECT id, address, reason, created_at FROM suppressions WHERE id = $1 AND lifted_at IS NULL";
    BY_ID = "SELECT hash, address FROM suppressions WHERE id = $1 AND lifted_at IS NULL";
}

/// An address about to be put on the list.
#[derive(Debug, Clone)]
pub struct NewSuppression<'a> {
    /// Its id.
    pub id: SuppressionId,
    /// The address.
    pub address: &'a EmailAddress,
    /// Its keyed hash.
    pub hash: AddressHash,
    /// Why.
    pub reason: SuppressionReason,
    /// The delivery that brought it about, if one.
    pub delivery: Option<DeliveryNo>,
    /// The contact with that address, where no delivery names it.
    pub contact: Option<ContactNo>,
    /// The user who did it, if one.
    pub created_by: Option<UserId>,
    /// When.
    pub at: Millis,
}

/// What a suppression did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// Whether the address was not on the list before. Only then an event was appended.
    pub was_new: bool,
    /// The deliveries that were cancelled.
    pub cancelled: Vec<DeliveryNo>,
}

row! {
    /// An entry of the list.
    pub struct Suppression {
        /// Its id.
        pub id: SuppressionId,
        /// The address; `None` once it was erased.
        pub address: Option<String>,
        /// The word of a [`SuppressionReason`].
        pub reason: String,
        /// Since when.
        pub created_at: Millis,
    }
}

/// Puts an address on the list and cancels what was still to go there.
pub async fn suppress(tx: &mut Tx, new: &NewSuppression<'_>) -> Result<Suppressed> {
    suppress_told(tx, new, event(new)).await
}

/// As [`suppress`], told in the log by `event`, for a reason that came as mail.
pub async fn suppress_told(
    tx: &mut Tx,
    new: &NewSuppression<'_>,
    event: NewEvent,
) -> Result<Suppressed> {
    log::append(tx, &[]).await?;
    let hash = new.hash.0.as_slice();
    let added = execute!(&mut *tx, ADD; new.id, hash, new.address.as_str(), new.reason.as_str(),
        new.delivery, new.created_by, new.at)?;
    let was_new = added == 1;
    if was_new {
        log::append(tx, &[event]).await?;
    } else if matches!(
        new.reason,
        SuppressionReason::Complained | SuppressionReason::Unsubscribed
    ) {
        execute!(&mut *tx, AGGRAVATE; hash, new.reason.as_str())?;
    }
    let stop = Stop {
        code: new.reason.as_str(),
        text: "the address is on the suppression list",
        at: new.at,
    };
    let cancelled = cancel_open(tx, new.hash, stop).await?;
    Ok(Suppressed { was_new, cancelled })
}

fn event(new: &NewSuppression<'_>) -> NewEvent {
    let kind = match new.reason {
        SuppressionReason::Unsubscribed => EventKind::Unsubscribed,
        SuppressionReason::Complained => EventKind::Complained,
        SuppressionReason::HardBounce
        | SuppressionReason::ContactLeft
        | SuppressionReason::Manual => EventKind::Suppressed,
    };
    NewEvent {
        at: new.at,
        kind,
        delivery: new.delivery,
        contact: new.contact,
        detail: Detail::Reason {
            code: new.reason.as_str().to_owned(),
            text: String::new(),
        },
    }
}

/// Takes an address off the list; `false` when it was not on it, or stands there for a complaint,
/// which nothing lifts. The event is the caller's.
pub async fn lift(tx: &mut Tx, hash: AddressHash, at: Millis) -> Result<bool> {
    Ok(execute!(tx, LIFT; hash.0.as_slice(), at)? == 1)
}

/// Why a user takes an address off the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why<'a> {
    /// It stood there by mistake, or takes mail again, in the user's words. It lifts nothing that
    /// the contact asked for.
    Mended(&'a str),
    /// The contact has agreed again; the caller keeps the proof with the contact.
    Agreed,
}

/// Takes an address off the list because a user says so, and tells it in the log; `false` when it
/// is not on it, or stands there for what that reason does not lift.
pub async fn lift_by_person(
    tx: &mut Tx,
    hash: AddressHash,
    why: Why<'_>,
    at: Millis,
) -> Result<bool> {
    log::append(tx, &[]).await?;
    let contact = maybe!(&mut *tx, CONTACT, (ContactNo,); hash.0.as_slice())?;
    let (lifted, code, text) = match why {
        Why::Mended(text) => (
            execute!(&mut *tx, LIFT_MENDED; hash.0.as_slice(), at)?,
            "lifted",
            text,
        ),
        Why::Agreed => (
            execute!(&mut *tx, LIFT_AGREED; hash.0.as_slice(), at)?,
            "agreed",
            "",
        ),
    };
    if lifted != 1 {
        return Ok(false);
    }
    let event = NewEvent {
        at,
        kind: EventKind::Resubscribed,
        delivery: None,
        contact: contact.map(|(no,)| no),
        detail: Detail::Reason {
            code: code.to_owned(),
            text: text.to_owned(),
        },
    };
    log::append(tx, &[event]).await?;
    Ok(true)
}

/// The entry of an address, if it is on the list.
pub async fn lookup(store: &Store, hash: AddressHash) -> Result<Option<Suppression>> {
    maybe!(store, OF, Suppression; hash.0.as_slice())
}

/// Up to `limit` entries that were put there before `before` (the id of the last one seen; `None`
/// begins), newest first.
pub async fn list(
    store: &Store,
    before: Option<SuppressionId>,
    limit: i64,
) -> Result<Vec<Suppression>> {
    rows!(store, LIST, Suppression; before, limit)
}

/// The entry with this id, while it stands.
pub async fn entry(store: &Store, id: SuppressionId) -> Result<Option<Suppression>> {
    maybe!(store, ENTRY, Suppression; id)
}

/// The hash and, unless erased, the address of an entry.
pub async fn lookup_by_id(
    store: &Store,
    id: SuppressionId,
) -> Result<Option<(AddressHash, Option<String>)>> {
    let found = maybe!(store, BY_ID, (Vec<u8>, Option<String>); id)?;
    found
        .map(|(hash, address)| {
            let hash = hash
                .try_into()
                .map_err(|_| super::StoreError::Corrupt(format!("suppression {id}: hash")))?;
            Ok((AddressHash(hash), address))
        })
        .transpose()
}
