//! What waits to be understood: who takes it up, what they are given, and what becomes of a mail
//! that breaks it. A try is counted before it begins, so that a mail that takes the process down
//! is counted too.

use super::super::sql::{execute, maybe, one, row, rows, statements};
use super::super::{Result, Store, StoreError, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{InboundId, InboundNo, MailboxNo, UserNo};
use crate::domain::mailbox::Profile;

/// Tries after which a mail is parked.
pub const MOST_TRIES: i64 = 3;

statements! {
    CLAIM = "UPDATE inbound SET tries = tries + 1, due_at = $2
        WHERE state = 0 AND due_at <= $1 AND tries < $4
            AND no IN (SELECT i.no FROM inbound i WHERE i.state = 0 AND i.due_at <= $1 AND i.tries < $4
                ORDER BY i.due_at, i.no LIMIT $3)
        RETURNING no";
    /// Those that took the process down with the last try: nobody was left to say so.
    PARK_SPENT = "UPDATE inbound SET state = 2, fault = COALESCE(fault, 'the process ended while it was read')
        WHERE state = 0 AND due_at <= $1 AND tries >= $2";
    FAILED = "UPDATE inbound SET fault = $2, due_at = $3, state = CASE WHEN tries >= $4 THEN 2 ELSE 0 END
        WHERE no = $1 AND state = 0";
    UNPARK = "UPDATE inbound SET state = 0, tries = 0, due_at = $2 WHERE id = $1 AND state = 2
        AND EXISTS (SELECT 1 FROM inbound_raw r WHERE r.inbound_no = inbound.no)";
    PARKED = "SELECT COUNT(*) FROM inbound WHERE state = 2 AND withdrawn_at IS NULL";
    RAW = "SELECT i.id, i.folder, i.received_at, i.state, r.bytes, b.no AS mailbox_no, b.address AS mailbox_address,
            b.profile, u.no AS mailbox_user
        FROM inbound i
            LEFT JOIN inbound_raw r ON r.inbound_no = i.no
            LEFT JOIN mailboxes b ON b.no = i.mailbox_no
            LEFT JOIN users u ON u.id = b.user_id
        WHERE i.no = $1";
    ARRIVALS = "SELECT way, envelope_from, envelope_to FROM arrivals WHERE inbound_no = $1 ORDER BY no";
}

row! {
    struct RawRow {
        id: InboundId,
        folder: i16,
        received_at: Millis,
        state: i16,
        bytes: Option<Vec<u8>>,
        mailbox_no: Option<MailboxNo>,
        mailbox_address: Option<String>,
        profile: Option<String>,
        mailbox_user: Option<UserNo>,
    }
}

row! {
    struct ArrivalRow {
        way: i16,
        envelope_from: Option<String>,
        envelope_to: String,
    }
}

/// The mailbox a mail was first seen in.
#[derive(Debug, Clone)]
pub struct SeenIn {
    /// Which.
    pub no: MailboxNo,
    /// Its address.
    pub address: String,
    /// Its kind of provider.
    pub profile: Profile,
    /// Whose it is; `None` is everybody's.
    pub user: Option<UserNo>,
}

/// A stored mail with all that is known of how it came.
#[derive(Debug, Clone)]
pub struct Stored {
    /// In the log.
    pub no: InboundNo,
    /// At the edge.
    pub id: InboundId,
    /// 0 inbox, 1 sent.
    pub folder: i16,
    /// When it came.
    pub received_at: Millis,
    /// Whether it waits to be understood.
    pub is_pending: bool,
    /// Its bytes; `None` once dropped.
    pub bytes: Option<Vec<u8>>,
    /// Where it was first seen, if in a mailbox.
    pub seen_in: Option<SeenIn>,
    /// The first return path that an envelope named.
    pub envelope_from: Option<String>,
    /// The recipients of every envelope.
    pub envelope_to: Vec<String>,
    /// Whether it came by a file.
    pub from_file: bool,
}

/// Takes up to `limit` mails that are due; whoever else looks does so from `again_at` on.
pub async fn claim(
    tx: &mut Tx,
    now: Millis,
    again_at: Millis,
    limit: i64,
) -> Result<Vec<InboundNo>> {
    execute!(&mut *tx, PARK_SPENT; now, MOST_TRIES)?;
    let mut found = rows!(tx, CLAIM, (InboundNo,); now, again_at, limit, MOST_TRIES)?;
    found.sort();
    Ok(found.into_iter().map(|(no,)| no).collect())
}

/// A try came to nothing: the mail is taken up again at `again_at`, or parked after the last one.
pub async fn failed(tx: &mut Tx, no: InboundNo, fault: &str, again_at: Millis) -> Result<()> {
    execute!(tx, FAILED; no, fault, again_at, MOST_TRIES)?;
    Ok(())
}

/// Gives a parked mail new tries; `false` when it is not parked, or nothing of it was kept.
pub async fn unpark(tx: &mut Tx, id: InboundId, now: Millis) -> Result<bool> {
    Ok(execute!(tx, UNPARK; id, now)? == 1)
}

/// How many mails could not be understood and wait for a person.
pub async fn parked(store: &Store) -> Result<i64> {
    Ok(one!(store, PARKED, (i64,))?.0)
}

/// A stored mail with its bytes.
pub async fn load(store: &Store, no: InboundNo) -> Result<Option<Stored>> {
    let Some(row) = maybe!(store, RAW, RawRow; no)? else {
        return Ok(None);
    };
    let arrivals = rows!(store, ARRIVALS, ArrivalRow; no)?;
    let envelope_to = arrivals
        .iter()
        .flat_map(|one| serde_json::from_str::<Vec<String>>(&one.envelope_to).unwrap_or_default());
    let mailbox = row.mailbox_no.zip(row.mailbox_address);
    let seen_in = mailbox.map(|(no, address)| SeenIn {
        no,
        address,
        profile: row
            .profile
            .as_deref()
            .and_then(Profile::from_word)
            .unwrap_or_default(),
        user: row.mailbox_user,
    });
    if !(0..=2).contains(&row.state) {
        return Err(StoreError::Corrupt(format!("inbound {no}: state")));
    }
    Ok(Some(Stored {
        no,
        id: row.id,
        folder: row.folder,
        received_at: row.received_at,
        is_pending: row.state == 0,
        bytes: row.bytes,
        seen_in,
        envelope_from: arrivals.iter().find_map(|one| one.envelope_from.clone()),
        envelope_to: envelope_to.collect(),
        from_file: arrivals.iter().all(|one| one.way == 3) && !arrivals.is_empty(),
    }))
}
