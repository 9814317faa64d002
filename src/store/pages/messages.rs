//! The list of messages with what became of each.

use crate::domain::clock::Millis;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{ContactNo, MessageId};
use crate::domain::viewer::Viewer;
use crate::store::scope::Reach;
use crate::store::search::pattern;
use crate::store::sql::{row, rows, statements};
use crate::store::{Result, Store};

statements! {
    /// The state is that of the `to` delivery; `$5` has a bit for each state that is wanted. Kind
    /// 9 is a click; the verdict that counts is the last one given.
    LIST = "SELECT m.id AS message_id, m.subject, m.created_at, u.name AS rep_name, d.address, d.state,
            d.reason_code, d.reason_text, d.due_at, c.name AS contact_name,
            (SELECT COUNT(*) FROM events e WHERE e.delivery_no = d.no AND e.kind = 9
                AND COALESCE((SELECT r.verdict FROM verdict_revisions r WHERE r.hit = e.seq
                    ORDER BY r.number DESC LIMIT 1), e.verdict) <= 1) AS human,
            (SELECT COUNT(*) FROM events e WHERE e.delivery_no = d.no AND e.kind = 9
                AND COALESCE((SELECT r.verdict FROM verdict_revisions r WHERE r.hit = e.seq
                    ORDER BY r.number DESC LIMIT 1), e.verdict) > 1) AS machine,
            (SELECT COUNT(*) FROM deliveries o WHERE o.message_id = m.id) AS recipients
        FROM messages m
            JOIN users u ON u.no = m.rep_no
            JOIN deliveries d ON d.message_id = m.id AND d.role = 0
            LEFT JOIN contacts c ON c.no = d.contact_no AND c.erased_at IS NULL AND (c.owner_id IS NULL OR c.owner_id = u.id OR u.role = 'admin'
                OR (u.role = 'manager' AND EXISTS (SELECT 1 FROM users o WHERE o.id = c.owner_id AND o.team_id = u.team_id)))
        WHERE (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2))
            AND (m.id < $4 OR $4 IS NULL)
            AND ((CAST($5 AS BIGINT) >> CAST(d.state AS INTEGER)) & 1) = 1
            AND (CAST($6 AS TEXT) IS NULL OR m.subject" found "$6" "
                OR d.address" found "$6" " OR c.name" found "$6" ")
            AND (CAST($7 AS BIGINT) IS NULL OR m.id IN (SELECT o.message_id FROM deliveries o WHERE o.contact_no = $7))
        ORDER BY m.id DESC LIMIT $8";
}

row! {
    /// A message in a list.
    pub struct Listed {
        /// Its id.
        pub message_id: MessageId,
        /// Its subject.
        pub subject: String,
        /// When it was accepted.
        pub created_at: Millis,
        /// Who wrote it.
        pub rep_name: String,
        /// Where the `to` delivery goes.
        pub address: String,
        /// The state's code of the `to` delivery.
        pub state: i16,
        /// Why, in a line.
        pub reason_text: Option<String>,
        /// The same as a stable word.
        pub reason_code: Option<String>,
        /// When it is due.
        pub due_at: Millis,
        /// The contact's name.
        pub contact_name: Option<String>,
        /// Clicks by people on the `to` delivery.
        pub human: i64,
        /// Clicks by machines, and those nobody can tell.
        pub machine: i64,
        /// How many recipients there are.
        pub recipients: i64,
    }
}

/// Which messages are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only these states; none means all.
    pub states: Vec<DeliveryState>,
    /// Only those with this text in subject, address or name.
    pub search: Option<String>,
    /// Only those to this contact.
    pub contact: Option<ContactNo>,
    /// Only those older than this one.
    pub before: Option<MessageId>,
}

/// Messages, newest first.
pub async fn list(
    store: &Store,
    viewer: &Viewer,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<Listed>> {
    let reach = Reach::of(viewer);
    let bits = if wanted.states.is_empty() {
        i64::MAX
    } else {
        wanted
            .states
            .iter()
            .fold(0, |bits, state| bits | (1_i64 << state.code()))
    };
    let search = wanted.search.as_deref().map(pattern);
    rows!(store, LIST, Listed; reach.far, reach.team, reach.user, wanted.before, bits, search,
        wanted.contact, limit)
}
