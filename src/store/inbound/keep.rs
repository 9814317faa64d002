//! The first of two commits: the bytes and how they arrived. Nothing is known yet of what they
//! mean, and nothing follows from them. One row of `inbound` for one mail, however often it comes;
//! one row of `arrivals` for each time.

use super::super::sql::{execute, maybe, statements};
use super::super::{Result, StoreError, Tx};
use super::read::State;
use crate::domain::clock::Millis;
use crate::domain::id::{InboundId, InboundNo, MailboxNo};
use serde_json::json;

statements! {
    ADD = "INSERT INTO inbound (id, identity, mailbox_no, folder, received_at, stored_at, due_at, tries, state, fault)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (identity) DO NOTHING
        RETURNING no";
    BY_IDENTITY = "SELECT no, id FROM inbound WHERE identity = $1";
    ADD_BYTES = "INSERT INTO inbound_raw (inbound_no, bytes, stored_at) VALUES ($1, $2, $3)";
    /// Whichever of the two indexes knows it already.
    ADD_ARRIVAL = "INSERT INTO arrivals (inbound_no, way, mailbox_no, folder, uid_validity, uid,
            envelope_from, envelope_to, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT DO NOTHING";
}

/// Why a mail is parked of which nothing else is kept.
const PRIVATE: &str = "reading it failed, and as it may be private nothing of it is kept";

/// Where a mail lies in a mailbox that is read by IMAP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder's own name.
    pub folder: String,
    /// `UIDVALIDITY` of the folder when it was read.
    pub uid_validity: u32,
    /// Its UID there.
    pub uid: u32,
}

/// One way and time at which a mail came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewArrival {
    /// 0 IMAP, 1 LMTP, 2 API, 3 file.
    pub way: i16,
    /// The mailbox it came to, where that is known.
    pub mailbox: Option<MailboxNo>,
    /// Its place there; with IMAP always.
    pub place: Option<Place>,
    /// The return path, empty for the null sender; `None` where there was no envelope.
    pub envelope_from: Option<String>,
    /// The envelope's recipients.
    pub envelope_to: Vec<String>,
    /// When it came to the mailbox, not when we read it.
    pub at: Millis,
}

/// A mail to be kept.
#[derive(Debug)]
pub struct NewInbound<'a> {
    /// Its id, should it be new.
    pub id: InboundId,
    /// The digest by which it is known again.
    pub identity: [u8; 32],
    /// 0 inbox, 1 sent.
    pub folder: i16,
    /// The bytes; `None` where they may not be kept and nobody can read them, which is parked.
    pub raw: Option<&'a [u8]>,
    /// How it came.
    pub arrival: NewArrival,
    /// Now.
    pub now: Millis,
    /// From when on the worker takes it, if whoever received it has not.
    pub due_at: Millis,
    /// 1 where whoever received it goes on at once to say what it means, which is counted as a try
    /// before it begins; else 0.
    pub tries: i64,
}

/// Which row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// In the log.
    pub no: InboundNo,
    /// At the edge.
    pub id: InboundId,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// Stores a mail and its arrival; the same again changes nothing.
pub async fn keep(tx: &mut Tx, new: &NewInbound<'_>) -> Result<Kept> {
    let identity = new.identity.as_slice();
    let arrival = &new.arrival;
    let (state, fault) = match new.raw {
        Some(_) => (State::Stored, None),
        None => (State::Parked, Some(PRIVATE)),
    };
    let added = maybe!(&mut *tx, ADD, (InboundNo,); new.id, identity, arrival.mailbox, new.folder,
        arrival.at, new.now, new.due_at, new.tries, state as i16, fault)?;
    let kept = if let Some((no,)) = added {
        if let Some(raw) = new.raw {
            execute!(&mut *tx, ADD_BYTES; no, raw, new.now)?;
        }
        Kept {
            no,
            id: new.id,
            is_new: true,
        }
    } else {
        let (no, id) = maybe!(&mut *tx, BY_IDENTITY, (InboundNo, InboundId); identity)?
            .ok_or(StoreError::Dangling)?;
        Kept {
            no,
            id,
            is_new: false,
        }
    };
    let place = arrival.place.as_ref();
    execute!(&mut *tx, ADD_ARRIVAL; kept.no, arrival.way, arrival.mailbox,
        place.map(|place| place.folder.as_str()), place.map(|place| i64::from(place.uid_validity)),
        place.map(|place| i64::from(place.uid)), arrival.envelope_from.as_deref(),
        json!(arrival.envelope_to).to_string(), arrival.at)?;
    Ok(kept)
}
