//! What would go if the hold on the queue were lifted.

use crate::domain::clock::Millis;
use crate::domain::id::MessageId;
use crate::store::sql::{one, row, rows, statements};
use crate::store::{Result, Store};

statements! {
    COUNT = "SELECT COUNT(*) FROM deliveries WHERE state IN (1, 3, 6) AND due_at <= $1";
    LIST = "SELECT m.id AS message_id, m.subject, u.name AS rep_name, d.address, d.state, d.due_at
        FROM deliveries d JOIN messages m ON m.id = d.message_id JOIN users u ON u.no = m.rep_no
        WHERE d.state IN (1, 3, 6) AND d.due_at <= $1 ORDER BY d.due_at LIMIT 200";
}

row! {
    /// A delivery that would go.
    pub struct Held {
        /// Its message.
        pub message_id: MessageId,
        /// The subject.
        pub subject: String,
        /// Who wrote it.
        pub rep_name: String,
        /// Where to.
        pub address: String,
        /// The state's code.
        pub state: i16,
        /// When it was due.
        pub due_at: Millis,
    }
}

/// How many there are at `now`, and the first two hundred by when they were due. For administrators.
pub async fn list(store: &Store, now: Millis) -> Result<(i64, Vec<Held>)> {
    let (count,) = one!(store, COUNT, (i64,); now)?;
    Ok((count, rows!(store, LIST, Held; now)?))
}
