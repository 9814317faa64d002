//! API tokens. Kept are the id and a hash of the secret; the secret is shown once.

use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::{HOUR_MS, Millis};
use crate::domain::id::{TokenId, UserId};

statements! {
    ADD = "INSERT INTO tokens (id, user_id, name, hash, created_at) VALUES ($1, $2, $3, $4, $5)";
    LOOKUP = "SELECT id, user_id, name, hash, created_at, last_used_at FROM tokens
        WHERE id = $1 AND revoked_at IS NULL";
    OF_USER = "SELECT id, user_id, name, hash, created_at, last_used_at FROM tokens
        WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id DESC";
    REVOKE = "UPDATE tokens SET revoked_at = $3
        WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL";
    REVOKE_ALL = "UPDATE tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
    USED = "UPDATE tokens SET last_used_at = $2 WHERE id = $1";
}

row! {
    /// A token that is valid.
    pub struct Token {
        /// Its id, part of its text.
        pub id: TokenId,
        /// Whose it is.
        pub user_id: UserId,
        /// What it is for, in its owner's words.
        pub name: String,
        /// SHA-256 of the secret.
        pub hash: Vec<u8>,
        /// When it was made.
        pub created_at: Millis,
        /// When it was used last, to the hour.
        pub last_used_at: Option<Millis>,
    }
}

impl Token {
    /// Whether the time of last use is worth a write: it is kept to the hour.
    pub fn is_use_news(&self, now: Millis) -> bool {
        self.last_used_at
            .is_none_or(|last| now.since(last) >= HOUR_MS)
    }
}

/// Adds a token under the hash of its secret.
pub async fn add(
    tx: &mut Tx,
    id: TokenId,
    user: UserId,
    name: &str,
    hash: &[u8],
    now: Millis,
) -> Result<()> {
    execute!(tx, ADD; id, user, name, hash, now)?;
    Ok(())
}

/// The token with this id, unless it was revoked.
pub async fn lookup(store: &Store, id: TokenId) -> Result<Option<Token>> {
    maybe!(store, LOOKUP, Token; id)
}

/// A user's valid tokens, newest first.
pub async fn of_user(store: &Store, user: UserId) -> Result<Vec<Token>> {
    rows!(store, OF_USER, Token; user)
}

/// Revokes one token of `user`; `false` when they have no such token.
pub async fn revoke(tx: &mut Tx, id: TokenId, user: UserId, now: Millis) -> Result<bool> {
    Ok(execute!(tx, REVOKE; id, user, now)? == 1)
}

/// Revokes all tokens of `user`.
pub async fn revoke_all(tx: &mut Tx, user: UserId, now: Millis) -> Result<u64> {
    execute!(tx, REVOKE_ALL; user, now)
}

/// Notes that the token was used.
pub async fn used(tx: &mut Tx, id: TokenId, now: Millis) -> Result<()> {
    execute!(tx, USED; id, now)?;
    Ok(())
}
