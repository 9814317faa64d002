//! Where sent links lead: destinations by their ids, those that are blocked, those that moved.
//! The tracking side reads the two tables on its own and live; here they are written and listed.

use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::UserId;
use crate::domain::link::DestinationId;

statements! {
    URL = "SELECT url FROM destinations WHERE id = $1";
    BLOCK = "INSERT INTO blocked (kind, ref, reason, created_by, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (kind, ref) DO UPDATE SET reason = excluded.reason";
    UNBLOCK = "DELETE FROM blocked WHERE kind = $1 AND ref = $2";
    BLOCKED = "SELECT kind, ref, reason, created_by, created_at FROM blocked ORDER BY created_at, kind, ref";
    MOVE = "INSERT INTO moved (destination, url, created_by, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (destination) DO UPDATE SET url = excluded.url, created_by = excluded.created_by,
            created_at = excluded.created_at";
    UNMOVE = "DELETE FROM moved WHERE destination = $1";
    MOVED = "SELECT m.destination, d.url AS was, m.url, m.created_by, m.created_at
        FROM moved m LEFT JOIN destinations d ON d.id = m.destination
        ORDER BY m.created_at, m.destination";
}

/// What is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// Every link to one destination.
    Destination,
    /// Every link of one delivery.
    Delivery,
    /// Every ticket signed with one key.
    Key,
}

impl BlockKind {
    /// The word stored and used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Destination => "destination",
            Self::Delivery => "delivery",
            Self::Key => "key",
        }
    }
}

row! {
    /// A block.
    pub struct Block {
        /// The word of a [`BlockKind`].
        pub kind: String,
        /// The id of what is blocked, as text.
        pub r#ref: String,
        /// Why.
        pub reason: String,
        /// Who did it.
        pub created_by: Option<UserId>,
        /// When.
        pub created_at: Millis,
    }
}

row! {
    /// A destination that leads elsewhere now.
    pub struct Move {
        /// The destination in the tickets.
        pub destination: DestinationId,
        /// Its URL, when a message was rendered with it.
        pub was: Option<String>,
        /// Where it leads now.
        pub url: String,
        /// Who did it.
        pub created_by: Option<UserId>,
        /// When.
        pub created_at: Millis,
    }
}

/// The URL of a destination that was sent at least once.
pub async fn url(store: &Store, id: DestinationId) -> Result<Option<String>> {
    Ok(maybe!(store, URL, (String,); id)?.map(|(url,)| url))
}

/// Blocks; a block that is there gets the new reason.
pub async fn block(
    tx: &mut Tx,
    kind: BlockKind,
    reference: &str,
    reason: &str,
    by: UserId,
    now: Millis,
) -> Result<()> {
    execute!(tx, BLOCK; kind.as_str(), reference, reason, by, now)?;
    Ok(())
}

/// Takes a block away; `false` when there is none.
pub async fn unblock(tx: &mut Tx, kind: BlockKind, reference: &str) -> Result<bool> {
    Ok(execute!(tx, UNBLOCK; kind.as_str(), reference)? == 1)
}

/// All blocks, oldest first.
pub async fn blocked(store: &Store) -> Result<Vec<Block>> {
    rows!(store, BLOCKED, Block)
}

/// Leads the links to `destination` to `url` from now on.
pub async fn relocate(
    tx: &mut Tx,
    destination: DestinationId,
    url: &str,
    by: UserId,
    now: Millis,
) -> Result<()> {
    execute!(tx, MOVE; destination, url, by, now)?;
    Ok(())
}

/// Leads them back; `false` when they were not moved.
pub async fn restore(tx: &mut Tx, destination: DestinationId) -> Result<bool> {
    Ok(execute!(tx, UNMOVE; destination)? == 1)
}

/// All destinations that lead elsewhere, oldest first.
pub async fn moved(store: &Store) -> Result<Vec<Move>> {
    rows!(store, MOVED, Move)
}
