//! Who reads a mailbox, and how far. One process at a time: a lease like that of a lane, of its own
//! because reading never ends and sending does. Every move of a cursor names the lease's fence.

use super::super::sql::{execute, maybe, statements};
use super::super::{Result, Store, Tx};
use crate::domain::id::MailboxNo;
use std::time::Duration;

statements! {
    /// On SQLite there is one process, which reads a mailbox once at a time by itself.
    TAKE = sqlite "UPDATE mailbox_access SET reader = $2, reader_until = $3,
            reader_fence = reader_fence + 1
        WHERE mailbox_no = $1 RETURNING reader_fence"
        postgres "UPDATE mailbox_access SET reader = $2, reader_fence = reader_fence + 1,
            reader_until = CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + $3
        WHERE mailbox_no = $1 AND (reader IS NULL
            OR split_part(reader, ':', 1) = split_part($2, ':', 1)
            OR reader_until < CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT))
        RETURNING reader_fence";
    RENEW = sqlite "UPDATE mailbox_access SET reader_until = $3 WHERE mailbox_no = $1 AND reader_fence = $2"
        postgres "UPDATE mailbox_access
        SET reader_until = CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + $3
        WHERE mailbox_no = $1 AND reader_fence = $2";
    GIVE_UP = "UPDATE mailbox_access SET reader = NULL WHERE mailbox_no = $1 AND reader_fence = $2";
    CURSOR = "SELECT uid_validity, uid FROM mailbox_cursors WHERE mailbox_no = $1 AND folder = $2";
    MOVE = "INSERT INTO mailbox_cursors (mailbox_no, folder, uid_validity, uid)
        SELECT a.mailbox_no, CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT)
        FROM mailbox_access a WHERE a.mailbox_no = $1 AND a.reader_fence = $5
        ON CONFLICT (mailbox_no, folder)
        DO UPDATE SET uid_validity = excluded.uid_validity, uid = excluded.uid";
}

/// The right to read a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// Which.
    pub mailbox: MailboxNo,
    /// Which turn at it.
    pub fence: i64,
}

/// How far a folder was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The folder's `UIDVALIDITY` then.
    pub uid_validity: u32,
    /// The last UID that was dealt with.
    pub uid: u32,
}

/// Takes the right to read `mailbox` for `holder`; `None` when another process has it.
pub async fn take(
    tx: &mut Tx,
    mailbox: MailboxNo,
    holder: &str,
    lease: Duration,
) -> Result<Option<Reader>> {
    let found = maybe!(tx, TAKE, (i64,); mailbox, holder, millis(lease))?;
    Ok(found.map(|(fence,)| Reader { mailbox, fence }))
}

/// Prolongs it; `false` when another has it by now.
pub async fn renew(tx: &mut Tx, reader: Reader, lease: Duration) -> Result<bool> {
    Ok(execute!(tx, RENEW; reader.mailbox, reader.fence, millis(lease))? == 1)
}

/// Lets go of it.
pub async fn give_up(tx: &mut Tx, reader: Reader) -> Result<()> {
    execute!(tx, GIVE_UP; reader.mailbox, reader.fence)?;
    Ok(())
}

/// How far `folder` was read; `None` when it never was.
pub async fn cursor(store: &Store, mailbox: MailboxNo, folder: &str) -> Result<Option<Cursor>> {
    let found = maybe!(store, CURSOR, (i64, i64); mailbox, folder)?;
    // Both are 32-bit numbers of the server.
    Ok(found.map(|(uid_validity, uid)| Cursor {
        uid_validity: u32::try_from(uid_validity).unwrap_or_default(),
        uid: u32::try_from(uid).unwrap_or_default(),
    }))
}

/// Moves the cursor of `folder`; `false` when another reads by now: take nothing of it back then,
/// and commit nothing.
pub async fn move_cursor(
    tx: &mut Tx,
    reader: Reader,
    folder: &str,
    cursor: Cursor,
) -> Result<bool> {
    let moved = execute!(tx, MOVE; reader.mailbox, folder, i64::from(cursor.uid_validity),
        i64::from(cursor.uid), reader.fence)?;
    Ok(moved == 1)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
