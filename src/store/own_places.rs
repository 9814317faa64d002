//! Where signed-in people were seen in the last day, as keyed hashes of address and browser. What
//! is older is dropped; a hash alone leads nowhere.

use super::sql::{execute, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::UserId;

statements! {
    NOTE = "INSERT INTO own_places (hash, user_id, seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (hash, user_id) DO UPDATE SET seen_at = CASE
            WHEN own_places.seen_at > excluded.seen_at THEN own_places.seen_at ELSE excluded.seen_at END";
    SINCE = "SELECT hash, user_id, seen_at FROM own_places WHERE seen_at >= $1";
    DROP_BEFORE = "DELETE FROM own_places WHERE seen_at < $1";
}

/// Notes that `user` was seen at the place behind `hash`.
pub async fn note(tx: &mut Tx, hash: u64, user: UserId, now: Millis) -> Result<()> {
    execute!(tx, NOTE; hash.cast_signed(), user, now)?;
    Ok(())
}

/// All places seen since `since`, with who and when.
pub async fn since(tx: &mut Tx, since: Millis) -> Result<Vec<(u64, UserId, Millis)>> {
    let found = rows!(tx, SINCE, (i64, UserId, Millis); since)?;
    Ok(found
        .into_iter()
        .map(|(hash, user, at)| (hash.cast_unsigned(), user, at))
        .collect())
}

/// Whether there is any place at all, for tests and the curious.
pub async fn count(store: &Store) -> Result<usize> {
    let found = rows!(store, SINCE, (i64, UserId, Millis); Millis(i64::MIN))?;
    Ok(found.len())
}

/// Drops what was last seen before `before`.
pub async fn drop_before(tx: &mut Tx, before: Millis) -> Result<()> {
    execute!(tx, DROP_BEFORE; before)?;
    Ok(())
}
