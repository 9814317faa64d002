//! The installation's pulse. A long gap means it slept or was restored from a backup, and then
//! what is due may be long out of date.

use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{DeliveryId, MessageId};

statements! {
    LAST = "SELECT at FROM heartbeat WHERE id = 1";
    BEAT = "INSERT INTO heartbeat (id, at) VALUES (1, $1)
        ON CONFLICT (id) DO UPDATE SET at = CASE WHEN heartbeat.at > excluded.at
            THEN heartbeat.at ELSE excluded.at END";
    WOULD_GO = "SELECT d.id, d.message_id AS message, d.address, m.subject, d.due_at
        FROM deliveries d JOIN messages m ON m.id = d.message_id
        WHERE d.state IN (1, 3, 6) AND d.due_at <= $1 ORDER BY d.due_at, d.no LIMIT $2";
}

row! {
    /// A delivery that would go if the hold were lifted.
    pub struct WouldGo {
        /// The delivery.
        pub id: DeliveryId,
        /// Its message.
        pub message: MessageId,
        /// Whom to.
        pub address: String,
        /// The subject, or its source.
        pub subject: String,
        /// Since when it is due.
        pub due_at: Millis,
    }
}

/// The last beat; `None` before the first.
pub async fn last(store: &Store) -> Result<Option<Millis>> {
    Ok(maybe!(store, LAST, (Millis,))?.map(|(at,)| at))
}

/// Beats. A clock that stepped back does not take the beat back.
pub async fn beat(tx: &mut Tx, now: Millis) -> Result<()> {
    execute!(tx, BEAT; now)?;
    Ok(())
}

/// Up to `limit` deliveries that would go at `now`, the longest due first: the list a person
/// confirms.
pub async fn would_go(store: &Store, now: Millis, limit: i64) -> Result<Vec<WouldGo>> {
    rows!(store, WOULD_GO, WouldGo; now, limit)
}
