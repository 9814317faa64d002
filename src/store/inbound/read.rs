//! Inbound mail as it is shown. A viewer sees what belongs to reps within their reach, by the
//! message it answers or by the contact it is from, and what waits in the team's queue for
//! somebody to take it. A marketer sees others' mail only as figures, and so no queue.

use super::super::scope::Reach;
use super::super::sql::{execute, maybe, row, rows, statements};
use super::super::{Result, Store, StoreError, Tx};
use super::settle::Found;
use crate::domain::clock::Millis;
use crate::domain::id::{
    ContactId, ContactNo, DeliveryId, InboundId, InboundNo, MessageId, ThreadNo, UserId,
};
use crate::domain::inbound::{BounceClass, BounceReason, InboundKind, MatchedBy};
use crate::domain::touch::Outcome;
use crate::domain::viewer::{Role, Viewer};

/// Mail that came in with its names, and a clause that says which.
macro_rules! mails {
    ($which:literal) => {
        concat!(
            "SELECT i.no, i.id, i.state, i.kind, i.received_at, i.stored_at, i.sender, i.sender_name, i.subject, i.text,
            i.matched_by, i.matched_message, d.id AS delivery_id, c.id AS contact_id, c.name AS contact_name,
            i.thread_no, r.id AS rep_id, r.name AS rep_name, i.bounce_class, i.bounce_reason, i.bounce_code,
            i.away_until, i.outcome, i.found, i.fault, i.withdrawn_at
        FROM inbound i
            LEFT JOIN deliveries d ON d.no = i.delivery_no
            LEFT JOIN contacts c ON c.no = i.contact_no
            LEFT JOIN users r ON r.no = i.rep_no",
            $which
        )
    };
}

statements! {
    LOOKUP = mails!("
        WHERE i.id = $5 AND (CAST($1 AS BIGINT) = 0
            OR EXISTS (SELECT 1 FROM users u WHERE (u.no = i.rep_no OR u.id = c.owner_id)
                AND (u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2)))
            OR ($4 AND i.state = 1 AND i.rep_no IS NULL AND c.owner_id IS NULL))");
    LIST = mails!("
        WHERE (i.id < $5 OR $5 IS NULL) AND (i.kind = $6 OR $6 IS NULL) AND (c.id = $7 OR $7 IS NULL)
            AND (i.thread_no = $8 OR $8 IS NULL) AND (i.state = $9 OR $9 IS NULL)
            AND (NOT $10 OR (i.rep_no IS NULL AND c.owner_id IS NULL))
            AND (CAST($1 AS BIGINT) = 0
            OR EXISTS (SELECT 1 FROM users u WHERE (u.no = i.rep_no OR u.id = c.owner_id)
                AND (u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2)))
            OR ($4 AND i.state = 1 AND i.rep_no IS NULL AND c.owner_id IS NULL))
        ORDER BY i.id DESC LIMIT $11");
    BY_NO = mails!("
        WHERE i.no = $1");
    ARRIVALS = "SELECT a.way, b.address AS mailbox, a.folder, a.at
        FROM arrivals a LEFT JOIN mailboxes b ON b.no = a.mailbox_no WHERE a.inbound_no = $1 ORDER BY a.no";
    RAW = "SELECT bytes FROM inbound_raw WHERE inbound_no = $1";
    WITHDRAW = "UPDATE inbound SET sender = '', sender_name = NULL, subject = '', text = '', found = '{}',
            withdrawn_at = $2
        WHERE no = $1 AND withdrawn_at IS NULL";
    DROP_WORDS = "UPDATE touches SET suggested_by = NULL WHERE inbound_no = $1";
    DROP_RAW = "DELETE FROM inbound_raw WHERE inbound_no = $1";
    TAKE = "UPDATE inbound SET rep_no = (SELECT no FROM users WHERE id = $2)
        WHERE id = $1 AND rep_no IS NULL AND state = 1";
    FORGET = "UPDATE inbound SET sender = '', sender_name = NULL, subject = '', text = '', message_id = NULL,
            found = '{}'
        WHERE contact_no = $1 OR (sender = $2 AND $2 <> '')";
    FORGET_RAW = "DELETE FROM inbound_raw WHERE inbound_no IN (SELECT no FROM inbound
        WHERE contact_no = $1 OR (sender = $2 AND $2 <> ''))";
    FORGET_ARRIVALS = "UPDATE arrivals SET envelope_from = NULL, envelope_to = '[]'
        WHERE way = 0 AND inbound_no IN (SELECT no FROM inbound WHERE contact_no = $1 OR (sender = $2 AND $2 <> ''))";
    /// Their recipients tell one delivery from another, so they go with the row.
    DROP_ARRIVALS = "DELETE FROM arrivals
        WHERE way <> 0 AND inbound_no IN (SELECT no FROM inbound WHERE contact_no = $1 OR (sender = $2 AND $2 <> ''))";
    /// What waits to be understood keeps its bytes.
    OLD_RAW = "DELETE FROM inbound_raw WHERE inbound_no IN (SELECT r.inbound_no
        FROM inbound_raw r JOIN inbound i ON i.no = r.inbound_no
        WHERE r.stored_at < $1 AND i.state = 1 ORDER BY r.stored_at LIMIT $2)";
}

row! {
    struct ShownRow {
        no: InboundNo,
        id: InboundId,
        state: i16,
        kind: Option<i16>,
        received_at: Millis,
        stored_at: Millis,
        sender: Option<String>,
        sender_name: Option<String>,
        subject: Option<String>,
        text: Option<String>,
        matched_by: Option<i16>,
        matched_message: Option<MessageId>,
        delivery_id: Option<DeliveryId>,
        contact_id: Option<ContactId>,
        contact_name: Option<String>,
        thread_no: Option<ThreadNo>,
        rep_id: Option<UserId>,
        rep_name: Option<String>,
        bounce_class: Option<i16>,
        bounce_reason: Option<i16>,
        bounce_code: Option<String>,
        away_until: Option<Millis>,
        outcome: Option<i16>,
        found: Option<String>,
        fault: Option<String>,
        withdrawn_at: Option<Millis>,
    }
}

row! {
    /// One time it came.
    pub struct Arrived {
        /// 0 IMAP, 1 LMTP, 2 API, 3 file.
        pub way: i16,
        /// The mailbox's address.
        pub mailbox: Option<String>,
        /// The folder's name.
        pub folder: Option<String>,
        /// When.
        pub at: Millis,
    }
}

/// How far a mail has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Stored, and not yet understood.
    Stored,
    /// Understood, with what follows.
    Understood,
    /// It could not be understood and waits for a person.
    Parked,
}

impl State {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Understood => "understood",
            Self::Parked => "parked",
        }
    }

    /// The state called `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Stored, Self::Understood, Self::Parked]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A mail as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// In the log.
    pub no: InboundNo,
    /// At the edge.
    pub id: InboundId,
    /// How far it has come.
    pub state: State,
    /// What it is; `None` until it is understood.
    pub kind: Option<InboundKind>,
    /// When it came.
    pub received_at: Millis,
    /// When it was stored.
    pub stored_at: Millis,
    /// Its author's address; empty once erased or withdrawn.
    pub sender: String,
    /// Their name.
    pub sender_name: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its new text, without quotes.
    pub text: String,
    /// How it was matched.
    pub matched_by: Option<MatchedBy>,
    /// The message of ours it belongs to.
    pub message: Option<MessageId>,
    /// The delivery of it.
    pub delivery: Option<DeliveryId>,
    /// Whom it is from, or with, and their name.
    pub contact: Option<(ContactId, String)>,
    /// Its thread.
    pub thread: Option<ThreadNo>,
    /// Whose mail it is; `None` waits in the team's queue.
    pub rep: Option<(UserId, String)>,
    /// What it reports: class, reason, code.
    pub bounce: Option<(BounceClass, BounceReason, String)>,
    /// Until when its author is away.
    pub away_until: Option<Millis>,
    /// How the conversation seems to go.
    pub outcome: Option<Outcome>,
    /// Everything else that was found.
    pub found: Found,
    /// Why it could not be understood.
    pub fault: Option<String>,
    /// When it was withdrawn as private.
    pub withdrawn_at: Option<Millis>,
}

/// Which mails.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<InboundKind>,
    /// From or with this contact.
    pub contact: Option<ContactId>,
    /// Of this thread.
    pub thread: Option<ThreadNo>,
    /// So far.
    pub state: Option<State>,
    /// Whose.
    pub whose: Whose,
}

/// Whose mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// Everybody's within reach, and the queue.
    #[default]
    Any,
    /// What nobody has taken yet.
    Queue,
}

fn sees_queue(viewer: &Viewer) -> bool {
    viewer.role != Role::Marketer
}

/// The mail with this id.
pub async fn lookup(store: &Store, viewer: &Viewer, id: InboundId) -> Result<Option<Shown>> {
    let reach = Reach::of(viewer);
    maybe!(store, LOOKUP, ShownRow; reach.far, reach.team, reach.user, sees_queue(viewer), id)?
        .map(read)
        .transpose()
}

/// A mail that the caller has just stored.
pub async fn by_no(store: &Store, no: InboundNo) -> Result<Option<Shown>> {
    maybe!(store, BY_NO, ShownRow; no)?.map(read).transpose()
}

/// Mails stored before `before`, newest first.
pub async fn list(
    store: &Store,
    viewer: &Viewer,
    filter: Filter,
    before: Option<InboundId>,
    limit: i64,
) -> Result<Vec<Shown>> {
    let reach = Reach::of(viewer);
    let state = filter.state.map(|state| state as i16);
    rows!(store, LIST, ShownRow; reach.far, reach.team, reach.user, sees_queue(viewer), before,
        filter.kind.map(InboundKind::code), filter.contact, filter.thread, state,
        filter.whose == Whose::Queue, limit)?
    .into_iter()
    .map(read)
    .collect()
}

/// Each time a mail came, in order.
pub async fn arrivals(store: &Store, no: InboundNo) -> Result<Vec<Arrived>> {
    rows!(store, ARRIVALS, Arrived; no)
}

/// The bytes of a mail the caller may see; `None` once dropped.
pub async fn raw(store: &Store, no: InboundNo) -> Result<Option<Vec<u8>>> {
    Ok(maybe!(store, RAW, (Vec<u8>,); no)?.map(|(bytes,)| bytes))
}

/// Withdraws a mail as private: what it said is gone; that it came, and when, stays. `false` when
/// it was withdrawn before.
pub async fn withdraw(tx: &mut Tx, no: InboundNo, now: Millis) -> Result<bool> {
    let n = execute!(&mut *tx, WITHDRAW; no, now)?;
    execute!(&mut *tx, DROP_RAW; no)?;
    execute!(tx, DROP_WORDS; no)?;
    Ok(n == 1)
}

/// Takes a mail out of the queue; `false` when somebody has.
pub async fn take(tx: &mut Tx, id: InboundId, user: UserId) -> Result<bool> {
    Ok(execute!(tx, TAKE; id, user)? == 1)
}

/// Forgets what mails of a contact, or from one of their addresses, said. `address` may be empty.
pub async fn forget(tx: &mut Tx, contact: ContactNo, address: &str) -> Result<()> {
    execute!(&mut *tx, FORGET_RAW; contact, address)?;
    execute!(&mut *tx, FORGET_ARRIVALS; contact, address)?;
    execute!(&mut *tx, DROP_ARRIVALS; contact, address)?;
    execute!(&mut *tx, FORGET; contact, address)?;
    super::gate::drop_from(tx, address).await
}

/// Drops up to `limit` mails' bytes that were stored before `before`; gives how many.
pub async fn drop_old(tx: &mut Tx, before: Millis, limit: i64) -> Result<u64> {
    execute!(tx, OLD_RAW; before, limit)
}

fn read(row: ShownRow) -> Result<Shown> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("inbound {}: {what}", row.no));
    let state = match row.state {
        0 => State::Stored,
        1 => State::Understood,
        2 => State::Parked,
        _ => return Err(corrupt("state")),
    };
    let found = row.found.as_deref().map_or_else(
        || Ok(Found::default()),
        |text| serde_json::from_str(text).map_err(|_| corrupt("found")),
    )?;
    let class = row.bounce_class.and_then(BounceClass::from_code);
    let reason = row.bounce_reason.and_then(BounceReason::from_code);
    let bounce = class.zip(reason).map(|(class, reason)| {
        let code = row.bounce_code.clone().unwrap_or_default();
        (class, reason, code)
    });
    Ok(Shown {
        state,
        found,
        bounce,
        kind: row.kind.and_then(InboundKind::from_code),
        matched_by: row.matched_by.and_then(MatchedBy::from_code),
        outcome: row.outcome.and_then(Outcome::from_code),
        contact: row.contact_id.zip(row.contact_name),
        rep: row.rep_id.zip(row.rep_name),
        no: row.no,
        id: row.id,
        received_at: row.received_at,
        stored_at: row.stored_at,
        sender: row.sender.unwrap_or_default(),
        sender_name: row.sender_name,
        subject: row.subject.unwrap_or_default(),
        text: row.text.unwrap_or_default(),
        message: row.matched_message,
        delivery: row.delivery_id,
        thread: row.thread_no,
        away_until: row.away_until,
        fault: row.fault,
        withdrawn_at: row.withdrawn_at,
    })
}
