//! How far each node has handed on what arrived at it. A node says up to which moment all its
//! hits stand in the log; whoever waits for all of them asks every node that lives. A node is its
//! data folder, since that holds its intake. Said in the table of cursors: the place is a moment
//! here, in milliseconds, and the time is when it was said, by the database's clock as leases are.

use super::sql::{execute, maybe, one, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;

/// For how long a node is waited for that has said nothing. Longer than a restart takes; a node
/// that is gone delays a firing by no more than this.
pub const SILENT_MS: i64 = 45_000;

statements! {
    SAY = sqlite "INSERT INTO outbox_cursors (listener, seq, changed_at)
            VALUES ('arrivals/' || $1, $2, CAST(unixepoch('subsec') * 1000 AS INTEGER))
        ON CONFLICT (listener) DO UPDATE SET seq = excluded.seq, changed_at = excluded.changed_at"
        postgres "INSERT INTO outbox_cursors (listener, seq, changed_at)
            VALUES ('arrivals/' || CAST($1 AS TEXT), $2, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT))
        ON CONFLICT (listener) DO UPDATE SET seq = excluded.seq, changed_at = excluded.changed_at";
    /// The least of the others that have spoken lately.
    OTHERS = sqlite "SELECT MIN(seq) FROM outbox_cursors
        WHERE listener LIKE 'arrivals/%' AND listener <> 'arrivals/' || $1
            AND changed_at >= CAST(unixepoch('subsec') * 1000 AS INTEGER) - $2"
        postgres "SELECT MIN(seq) FROM outbox_cursors
        WHERE listener LIKE 'arrivals/%' AND listener <> 'arrivals/' || CAST($1 AS TEXT)
            AND changed_at >= CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) - $2";
    /// Whether a moment after the first and up to the second is asked for.
    ASKED = "SELECT hit FROM firings WHERE state = 0 AND due_at > $1 AND due_at <= $2 LIMIT 1";
}

/// Says that all that had arrived at `folder` by `through` stands in the log, and that it lives.
pub async fn say(tx: &mut Tx, folder: &str, through: Millis) -> Result<()> {
    execute!(tx, SAY; folder, through)?;
    Ok(())
}

/// Up to when everything that arrived at any living node but `folder` stands in the log; `None`
/// when there is no other node.
pub async fn at_others(store: &Store, folder: &str) -> Result<Option<Millis>> {
    Ok(one!(store, OTHERS, (Option<Millis>,); folder, SILENT_MS)?.0)
}

/// Whether a hold ends after `since` and by `through` that is not decided yet.
pub async fn is_asked(store: &Store, since: Millis, through: Millis) -> Result<bool> {
    Ok(maybe!(store, ASKED, (i64,); since, through)?.is_some())
}
