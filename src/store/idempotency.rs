//! Requests that were answered before: the claim on a key stands in the same transaction as what
//! the request makes, so that fifty requests at once make one thing and get one answer.

use super::sql::{execute, maybe, one, row, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::UserId;

statements! {
    /// Whoever comes second waits here for the first one's commit (PostgreSQL) or for the write
    /// lock (SQLite).
    CLAIM = "INSERT INTO idempotency (user_id, route, idempotency_key, body_hash, status, response, created_at)
        VALUES ($1, $2, $3, $4, 0, '', $5)
        ON CONFLICT (user_id, route, idempotency_key) DO NOTHING";
    READ = "SELECT body_hash, status, response FROM idempotency
        WHERE user_id = $1 AND route = $2 AND idempotency_key = $3";
    ANSWER = "UPDATE idempotency SET status = $4, response = $5
        WHERE user_id = $1 AND route = $2 AND idempotency_key = $3";
    FORGET = "DELETE FROM idempotency WHERE created_at < $1";
}

row! {
    struct Kept {
        body_hash: Vec<u8>,
        status: i64,
        response: String,
    }
}

/// Where a key is valid.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Whose key it is.
    pub user: UserId,
    /// The route it was sent to, such as `POST /contacts`.
    pub route: &'a str,
    /// The key.
    pub key: &'a str,
}

/// What a claim found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The key is new: do the work, then [`answer`], in this transaction.
    Fresh,
    /// The same request was answered before.
    Answered {
        /// The status then.
        status: u16,
        /// The body then.
        response: String,
    },
    /// The key came with another body before.
    Other,
}

/// Claims a key for a body with this hash.
pub async fn claim(tx: &mut Tx, scope: Scope<'_>, body_hash: &[u8], now: Millis) -> Result<Claim> {
    if execute!(&mut *tx, CLAIM; scope.user, scope.route, scope.key, body_hash, now)? == 1 {
        return Ok(Claim::Fresh);
    }
    let kept = one!(&mut *tx, READ, Kept; scope.user, scope.route, scope.key)?;
    Ok(found(kept, body_hash))
}

/// What a claim would find now, `None` when the key is new. For requests with work to do before
/// their transaction.
pub async fn lookup(store: &Store, scope: Scope<'_>, body_hash: &[u8]) -> Result<Option<Claim>> {
    let kept = maybe!(store, READ, Kept; scope.user, scope.route, scope.key)?;
    Ok(kept.map(|kept| found(kept, body_hash)))
}

fn found(kept: Kept, body_hash: &[u8]) -> Claim {
    if kept.body_hash != body_hash {
        return Claim::Other;
    }
    Claim::Answered {
        status: u16::try_from(kept.status).unwrap_or(500),
        response: kept.response,
    }
}

/// Keeps the answer to a fresh claim.
pub async fn answer(tx: &mut Tx, scope: Scope<'_>, status: u16, response: &str) -> Result<()> {
    execute!(tx, ANSWER; scope.user, scope.route, scope.key, i64::from(status), response)?;
    Ok(())
}

/// Forgets keys claimed before `before`; gives how many. They are promised for a day.
pub async fn forget(tx: &mut Tx, before: Millis) -> Result<u64> {
    execute!(tx, FORGET; before)
}
