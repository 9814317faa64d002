//! Sessions of signed-in people. Kept are the id and a hash of the secret in the cookie.

use super::sql::{execute, maybe, row, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{SessionId, UserId};

statements! {
    ADD = "INSERT INTO sessions (id, user_id, hash, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    LOOKUP = "SELECT id, user_id, hash, created_at FROM sessions
        WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2";
    REVOKE = "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    REVOKE_ALL = "UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
    /// A revoked or expired session is of no use to anybody.
    FORGET = "DELETE FROM sessions WHERE expires_at < $1 OR revoked_at < $1";
}

row! {
    /// A session that is valid.
    pub struct Session {
        /// Its id, part of the cookie.
        pub id: SessionId,
        /// Whose it is.
        pub user_id: UserId,
        /// SHA-256 of the secret.
        pub hash: Vec<u8>,
        /// When its owner signed in.
        pub created_at: Millis,
    }
}

/// Adds a session under the hash of its secret.
pub async fn add(
    tx: &mut Tx,
    id: SessionId,
    user: UserId,
    hash: &[u8],
    now: Millis,
    expires_at: Millis,
) -> Result<()> {
    execute!(tx, ADD; id, user, hash, now, expires_at)?;
    Ok(())
}

/// The session with this id, unless it was revoked or has expired.
pub async fn lookup(store: &Store, id: SessionId, now: Millis) -> Result<Option<Session>> {
    maybe!(store, LOOKUP, Session; id, now)
}

/// Ends one session.
pub async fn revoke(tx: &mut Tx, id: SessionId, now: Millis) -> Result<bool> {
    Ok(execute!(tx, REVOKE; id, now)? == 1)
}

/// Ends all sessions of `user`; gives how many there were.
pub async fn revoke_all(tx: &mut Tx, user: UserId, now: Millis) -> Result<u64> {
    execute!(tx, REVOKE_ALL; user, now)
}

/// Deletes what ended before `before`; gives how many.
pub async fn forget(tx: &mut Tx, before: Millis) -> Result<u64> {
    execute!(tx, FORGET; before)
}
