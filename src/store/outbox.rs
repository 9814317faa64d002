//! The log as an outbox: how far each listener has dealt with it. A listener moves its place in
//! the transaction that holds what it did, so nothing is done twice and nothing left out.

use super::sql::{execute, maybe, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::Seq;

statements! {
    PLACE = "SELECT seq FROM outbox_cursors WHERE listener = $1";
    BEGIN = "INSERT INTO outbox_cursors (listener, seq, changed_at) VALUES ($1, $2, $3)
        ON CONFLICT (listener) DO NOTHING";
    /// Affects no row when somebody else moved it since it was read.
    ADVANCE = "UPDATE outbox_cursors SET seq = $3, changed_at = $4 WHERE listener = $1 AND seq = $2";
}

/// The last event `listener` has dealt with; 0 when it is new.
pub async fn place(store: &Store, listener: &str) -> Result<Seq> {
    Ok(maybe!(store, PLACE, (Seq,); listener)?.map_or(Seq(0), |(seq,)| seq))
}

/// Moves the place of `listener` from `from` to `to`; `false` when it was not at `from`, and then
/// the caller's transaction must not be committed.
pub async fn advance(tx: &mut Tx, listener: &str, from: Seq, to: Seq, now: Millis) -> Result<bool> {
    if from == Seq(0) && execute!(&mut *tx, BEGIN; listener, to, now)? == 1 {
        return Ok(true);
    }
    Ok(execute!(tx, ADVANCE; listener, from, to, now)? == 1)
}
