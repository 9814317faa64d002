//! Copies for Sent, where we file them: one for each message, a task that survives a crash. The
//! log says which messages have gone; a position in it says how far that was looked at.

use super::super::sql::{execute, maybe, one, row, rows, statements};
use super::super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::event::EventKind;
use crate::domain::id::{DeliveryNo, MailboxNo, MessageId};

/// Under which the position in the log is kept.
const LISTENER: &str = "sent_copies";
/// Events looked at in one transaction.
const AT_ONCE: i64 = 2_000;

statements! {
    HEAD = "SELECT seq FROM event_head WHERE id = 1";
    POSITION = "SELECT seq FROM outbox_cursors WHERE listener = $1";
    START = "INSERT INTO outbox_cursors (listener, seq, changed_at)
        SELECT CAST($1 AS TEXT), h.seq, CAST($2 AS BIGINT) FROM event_head h WHERE h.id = 1
        ON CONFLICT (listener) DO NOTHING";
    ADVANCE = "UPDATE outbox_cursors SET seq = $3, changed_at = $4 WHERE listener = $1 AND seq = $2";
    /// One copy, whoever received it: all copies of a message have one Message-ID.
    COLLECT = "INSERT INTO sent_copies (message_id, delivery_no, mailbox_no, state, due_at)
        SELECT d.message_id, MIN(d.no), d.mailbox_no, 0, CAST($3 AS BIGINT)
        FROM events e
        JOIN deliveries d ON d.no = e.delivery_no
        JOIN mailbox_access a ON a.mailbox_no = d.mailbox_no
        WHERE e.seq > $1 AND e.seq <= $2 AND e.kind = $4 AND a.sent = 'append'
        GROUP BY d.message_id, d.mailbox_no
        ON CONFLICT (message_id) DO NOTHING";
    WAITING = "SELECT DISTINCT mailbox_no FROM sent_copies WHERE state = 0 AND due_at <= $1";
    DUE = "SELECT c.message_id, c.delivery_no, c.tries, m.message_id AS rfc822_id,
            COALESCE(r.created_at, m.created_at) AS made_at
        FROM sent_copies c
        JOIN messages m ON m.id = c.message_id
        LEFT JOIN rendered r ON r.delivery_no = c.delivery_no
        WHERE c.mailbox_no = $1 AND c.state = 0 AND c.due_at <= $2
        ORDER BY c.due_at LIMIT $3";
    TRY = "UPDATE sent_copies SET due_at = $2, tries = tries + 1 WHERE message_id = $1 AND state = 0";
    FILED = "UPDATE sent_copies SET state = 1, filed_at = $2, trouble = NULL WHERE message_id = $1";
    FAILED = "UPDATE sent_copies SET trouble = $2, due_at = $3 WHERE message_id = $1 AND state = 0";
    GIVE_UP = "UPDATE sent_copies SET state = 2, trouble = $2 WHERE message_id = $1 AND state = 0";
    COUNT = "SELECT CAST(COUNT(*) AS BIGINT) FROM sent_copies WHERE mailbox_no = $1 AND state = $2";
}

row! {
    /// A copy that is to be filed.
    pub struct Copy {
        /// Of which message.
        pub message_id: MessageId,
        /// As which recipient reads it.
        pub delivery_no: DeliveryNo,
        /// Tries so far.
        pub tries: i64,
        /// Its Message-ID without brackets.
        pub rfc822_id: String,
        /// When its bytes were made, which is its date.
        pub made_at: Millis,
    }
}

/// How many copies stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Still to be filed.
    pub due: i64,
    /// Filed.
    pub filed: i64,
    /// Given up.
    pub given_up: i64,
}

/// Takes up what has been sent since the log was last looked at; `true` when there may be more.
/// The first look begins at the end of the log.
pub async fn collect(tx: &mut Tx, now: Millis) -> Result<bool> {
    let (head,) = one!(&mut *tx, HEAD, (i64,))?;
    let Some((from,)) = maybe!(&mut *tx, POSITION, (i64,); LISTENER)? else {
        execute!(tx, START; LISTENER, now)?;
        return Ok(false);
    };
    let to = head.min(from + AT_ONCE);
    if to <= from {
        return Ok(false);
    }
    // Whoever moves the position has the turn; another that looked meanwhile finds nothing to do.
    if execute!(&mut *tx, ADVANCE; LISTENER, from, to, now)? == 1 {
        execute!(tx, COLLECT; from, to, now, EventKind::Sent.code())?;
    }
    Ok(to < head)
}

/// Whether the log holds anything that was not looked at: a read, so that idling writes nothing.
pub async fn has_news(store: &Store) -> Result<bool> {
    let (head,) = one!(store, HEAD, (i64,))?;
    let position = maybe!(store, POSITION, (i64,); LISTENER)?;
    Ok(position.is_none_or(|(at,)| at < head))
}

/// Mailboxes with a copy to be filed at `now`.
pub async fn waiting(store: &Store, now: Millis) -> Result<Vec<MailboxNo>> {
    let found = rows!(store, WAITING, (MailboxNo,); now)?;
    Ok(found.into_iter().map(|(no,)| no).collect())
}

/// Copies of `mailbox` to be filed at `now`.
pub async fn due(store: &Store, mailbox: MailboxNo, now: Millis, limit: i64) -> Result<Vec<Copy>> {
    rows!(store, DUE, Copy; mailbox, now, limit)
}

/// Notes that a copy is about to be filed; should we die of it, it is looked for again from
/// `due_at`, by when the server has ended what it began.
pub async fn trying(tx: &mut Tx, message: MessageId, due_at: Millis) -> Result<()> {
    execute!(tx, TRY; message, due_at)?;
    Ok(())
}

/// It is there.
pub async fn filed(tx: &mut Tx, message: MessageId, now: Millis) -> Result<()> {
    execute!(tx, FILED; message, now)?;
    Ok(())
}

/// It could not be filed, and is tried again at `due_at`, or never where that is `None`.
pub async fn failed(
    tx: &mut Tx,
    message: MessageId,
    trouble: &str,
    due_at: Option<Millis>,
) -> Result<()> {
    match due_at {
        Some(at) => execute!(tx, FAILED; message, trouble, at)?,
        None => execute!(tx, GIVE_UP; message, trouble)?,
    };
    Ok(())
}

/// How many copies of `mailbox` stand where.
pub async fn counts(store: &Store, mailbox: MailboxNo) -> Result<Counts> {
    Ok(Counts {
        due: one!(store, COUNT, (i64,); mailbox, 0_i16)?.0,
        filed: one!(store, COUNT, (i64,); mailbox, 1_i16)?.0,
        given_up: one!(store, COUNT, (i64,); mailbox, 2_i16)?.0,
    })
}
