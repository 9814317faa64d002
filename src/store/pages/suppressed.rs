//! The suppression list as its page shows it: each address with why it stands there and which
//! letter brought it about.

use crate::domain::clock::Millis;
use crate::domain::id::{ContactId, MessageId, SuppressionId};
use crate::domain::suppression::AddressHash;
use crate::store::search::pattern;
use crate::store::sql::{maybe, row, rows, statements};
use crate::store::{Result, Store};

statements! {
    /// By part of an address or a contact's name, or by the hash of a whole address, which finds
    /// one that was erased too.
    LIST = "SELECT s.id, s.address, s.reason, s.created_at, m.id AS message_id, m.subject, u.name AS created_by,
            c.id AS contact_id, c.name AS contact_name
        FROM suppressions s
            LEFT JOIN deliveries d ON d.no = s.delivery_no
            LEFT JOIN messages m ON m.id = d.message_id
            LEFT JOIN users u ON u.id = s.created_by
            LEFT JOIN contact_emails e ON e.address = s.address
            LEFT JOIN contacts c ON c.no = e.contact_no AND c.erased_at IS NULL
        WHERE s.scope = 'address' AND s.lifted_at IS NULL
            AND (CAST($1 AS TEXT) IS NULL OR s.address" found "$1" " OR c.name" found "$1" "
                OR s.hash = $2)
            AND (CAST($3 AS TEXT) IS NULL OR s.reason = $3)
            AND (s.created_at < $4 OR (s.created_at = $4 AND s.id < $5))
        ORDER BY s.created_at DESC, s.id DESC LIMIT $6";
    OF = "SELECT s.id, s.address, s.reason, s.created_at, m.id AS message_id, m.subject, u.name AS created_by,
            c.id AS contact_id, c.name AS contact_name
        FROM suppressions s
            LEFT JOIN deliveries d ON d.no = s.delivery_no
            LEFT JOIN messages m ON m.id = d.message_id
            LEFT JOIN users u ON u.id = s.created_by
            LEFT JOIN contact_emails e ON e.address = s.address
            LEFT JOIN contacts c ON c.no = e.contact_no AND c.erased_at IS NULL
        WHERE s.scope = 'address' AND s.hash = $1 AND s.lifted_at IS NULL";
    COUNTS = "SELECT reason, CAST(COUNT(*) AS BIGINT) AS n FROM suppressions
        WHERE scope = 'address' AND lifted_at IS NULL GROUP BY reason";
}

row! {
    /// An address that is written to no more.
    pub struct Suppressed {
        /// Of the entry.
        pub id: SuppressionId,
        /// The address; `None` once it was erased.
        pub address: Option<String>,
        /// The word of a reason.
        pub reason: String,
        /// Since when.
        pub created_at: Millis,
        /// The letter that brought it about, if one did.
        pub message_id: Option<MessageId>,
        /// That letter's subject.
        pub subject: Option<String>,
        /// The user who put it there, if one did.
        pub created_by: Option<String>,
        /// Whose address it is.
        pub contact_id: Option<ContactId>,
        /// Their name.
        pub contact_name: Option<String>,
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Part of an address or of a contact's name.
    pub search: Option<String>,
    /// The hash of what was typed, where that is a whole address.
    pub hash: Option<AddressHash>,
    /// The word of a reason.
    pub reason: Option<String>,
    /// The last one that was seen.
    pub before: Option<(Millis, SuppressionId)>,
}

/// Up to `limit` entries, newest first.
pub async fn list(store: &Store, wanted: &Wanted, limit: i64) -> Result<Vec<Suppressed>> {
    let last = (Millis(i64::MAX), SuppressionId(uuid::Uuid::max()));
    let (at, id) = wanted.before.unwrap_or(last);
    let hash = wanted.hash.map(|hash| hash.0.to_vec());
    rows!(store, LIST, Suppressed; wanted.search.as_deref().map(pattern), hash,
        wanted.reason.as_deref(), at, id, limit)
}

/// The entry of an address, if it is on the list. Who may see the address is the caller's to know.
pub async fn of(store: &Store, hash: AddressHash) -> Result<Option<Suppressed>> {
    maybe!(store, OF, Suppressed; hash.0.as_slice())
}

/// How many stand there for each reason.
pub async fn counts(store: &Store) -> Result<Vec<(String, i64)>> {
    rows!(store, COUNTS, (String, i64))
}
