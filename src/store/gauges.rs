//! What an operator watches: the queue as it stands, read through its partial indexes so that the
//! answer does not grow with what was ever sent.

use super::sql::{one, rows, statements};
use super::{Result, Store, StoreError};
use crate::domain::clock::Millis;
use crate::domain::delivery::DeliveryState;

statements! {
    DUE = "SELECT state, COUNT(*), MIN(due_at) FROM deliveries WHERE state IN (1, 3, 6) GROUP BY state";
    OPEN = "SELECT state, COUNT(*), MIN(due_at) FROM deliveries WHERE state IN (4, 5) GROUP BY state";
    LOOK = "SELECT state, COUNT(*), MIN(due_at) FROM deliveries WHERE state IN (2, 8) GROUP BY state";
    UNRECORDED = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM unrecorded";
    OBJECTED = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM objections";
    HEAD = "SELECT seq FROM event_head WHERE id = 1";
}

/// The queue as it stands.
#[derive(Debug, Clone)]
pub struct Gauges {
    /// How many deliveries are in each state that is not the end.
    pub deliveries: Vec<(DeliveryState, i64)>,
    /// For how long the oldest due delivery has been due, in milliseconds.
    pub oldest_due_ms: i64,
    /// Hits that were answered and could not be recorded, ever.
    pub unrecorded: i64,
    /// Hits whose browser objected to tracking, ever: counted and not recorded.
    pub objected: i64,
    /// The `seq` of the newest event.
    pub log_head: i64,
}

/// Reads them.
pub async fn read(store: &Store, now: Millis) -> Result<Gauges> {
    let mut found = rows!(store, DUE, (i16, i64, Option<Millis>))?;
    let oldest = found.iter().filter_map(|(_, _, due)| *due).min();
    found.extend(rows!(store, OPEN, (i16, i64, Option<Millis>))?);
    found.extend(rows!(store, LOOK, (i16, i64, Option<Millis>))?);
    let deliveries: Result<Vec<_>> = found
        .into_iter()
        .map(|(code, n, _)| {
            let state = DeliveryState::from_code(code)
                .ok_or_else(|| StoreError::Corrupt(format!("delivery state {code}")))?;
            Ok((state, n))
        })
        .collect();
    Ok(Gauges {
        deliveries: deliveries?,
        oldest_due_ms: oldest.map_or(0, |due| now.since(due).max(0)),
        unrecorded: one!(store, UNRECORDED, (i64,))?.0,
        objected: one!(store, OBJECTED, (i64,))?.0,
        log_head: one!(store, HEAD, (i64,))?.0,
    })
}
