//! What a person should look at today: who clicked lately, what waits, what went wrong.

use crate::domain::clock::Millis;
use crate::domain::event::EventKind;
use crate::domain::id::{ContactId, InboundId, MessageId, Seq};
use crate::domain::viewer::Viewer;
use crate::store::inbound::Found;
use crate::store::scope::Reach;
use crate::store::sql::{row, rows, statements};
use crate::store::{Result, Store};

statements! {
    /// By the writer's own recent messages, since the log has no index on time. The verdict that
    /// counts is the last one given. Links of signatures and footers say nothing about interest.
    CLICKS = "SELECT e.seq, e.at, m.id AS message_id, m.subject, c.id AS contact_id, c.name AS contact_name,
            a.name AS account_name, d.address, l.label
        FROM messages m
            JOIN users u ON u.no = m.rep_no
            JOIN deliveries d ON d.message_id = m.id
            JOIN events e ON e.delivery_no = d.no
            LEFT JOIN contacts c ON c.no = d.contact_no AND c.erased_at IS NULL AND (c.owner_id IS NULL OR c.owner_id = u.id OR u.role = 'admin'
                OR (u.role = 'manager' AND EXISTS (SELECT 1 FROM users o WHERE o.id = c.owner_id AND o.team_id = u.team_id)))
            LEFT JOIN accounts a ON a.id = c.account_id
            LEFT JOIN links l ON l.delivery_no = d.no AND l.no = e.link_no
        WHERE u.id = $1 AND m.created_at >= $2 AND e.kind = $3 AND e.at >= $4 AND COALESCE(l.role, 2) <= 2
            AND COALESCE((SELECT r.verdict FROM verdict_revisions r WHERE r.hit = e.seq
                ORDER BY r.number DESC LIMIT 1), e.verdict) <= 1
        ORDER BY e.seq DESC LIMIT 300";
    /// States 1-6 wait; 8, 9 and 11 want a look for a while.
    OPEN = "SELECT m.id AS message_id, m.subject, d.address, c.name AS contact_name, d.state, d.reason_code, d.reason_text,
            d.due_at
        FROM messages m
            JOIN users u ON u.no = m.rep_no
            JOIN deliveries d ON d.message_id = m.id
            LEFT JOIN contacts c ON c.no = d.contact_no AND c.erased_at IS NULL AND (c.owner_id IS NULL OR c.owner_id = u.id OR u.role = 'admin'
                OR (u.role = 'manager' AND EXISTS (SELECT 1 FROM users o WHERE o.id = c.owner_id AND o.team_id = u.team_id)))
        WHERE (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2))
            AND m.created_at >= $4
            AND (d.state IN (1, 2, 3, 4, 5, 6)
                OR (d.state IN (8, 9, 11) AND COALESCE(d.settled_at, d.created_at) >= $5))
        ORDER BY d.due_at LIMIT 200";
    /// By the id, which holds the time it was stored. Kind: complaint.
    COMPLAINTS = "SELECT i.id, i.received_at AS at, i.found FROM inbound i
        WHERE i.id >= $1 AND i.kind = 6 AND i.withdrawn_at IS NULL
        ORDER BY i.id DESC LIMIT 200";
}

row! {
    /// A click by a person.
    pub struct Click {
        /// Its place in the log.
        pub seq: Seq,
        /// When.
        pub at: Millis,
        /// On which message.
        pub message_id: MessageId,
        /// That message's subject.
        pub subject: String,
        /// From whose copy, when it is a contact's.
        pub contact_id: Option<ContactId>,
        /// The contact's name.
        pub contact_name: Option<String>,
        /// The contact's company.
        pub account_name: Option<String>,
        /// The address the copy went to.
        pub address: String,
        /// The link's visible text.
        pub label: Option<String>,
    }
}

row! {
    /// A delivery that waits or wants a look.
    pub struct Open {
        /// Its message.
        pub message_id: MessageId,
        /// The subject.
        pub subject: String,
        /// To which address.
        pub address: String,
        /// Whose that is.
        pub contact_name: Option<String>,
        /// The state's code.
        pub state: i16,
        /// Why, as a stable word.
        pub reason_code: Option<String>,
        /// Why, in a line.
        pub reason_text: Option<String>,
        /// When it is due.
        pub due_at: Millis,
    }
}

/// Clicks by people since `since` on what the viewer wrote themselves after `written_since`,
/// newest first.
pub async fn clicks(
    store: &Store,
    viewer: &Viewer,
    written_since: Millis,
    since: Millis,
) -> Result<Vec<Click>> {
    let kind = EventKind::Clicked.code();
    rows!(store, CLICKS, Click; viewer.user, written_since, kind, since)
}

/// Deliveries that wait, of messages written after `written_since`, and those that went wrong
/// after `since`; the next due first.
pub async fn open(
    store: &Store,
    viewer: &Viewer,
    written_since: Millis,
    since: Millis,
) -> Result<Vec<Open>> {
    let reach = Reach::of(viewer);
    rows!(store, OPEN, Open; reach.far, reach.team, reach.user, written_since, since)
}

row! {
    struct ComplaintRow {
        id: InboundId,
        at: Millis,
        found: Option<String>,
    }
}

/// Reports stored since `since` that say that mail of ours fails SPF, DKIM or DMARC, newest first,
/// with the time they came. For administrators.
pub async fn about_us(store: &Store, since: Millis) -> Result<Vec<(InboundId, Millis)>> {
    let found = rows!(store, COMPLAINTS, ComplaintRow; InboundId(first_id_at(since)))?;
    let is_about_us = |row: &ComplaintRow| {
        let found = row.found.as_deref().unwrap_or_default();
        serde_json::from_str::<Found>(found).is_ok_and(|found| found.about_us)
    };
    let told = found.into_iter().filter(is_about_us);
    Ok(told.map(|row| (row.id, row.at)).collect())
}

/// The least UUIDv7 of a moment (RFC 9562, 5.7).
fn first_id_at(at: Millis) -> uuid::Uuid {
    uuid::Uuid::from_u128(u128::try_from(at.0.max(0)).unwrap_or_default() << 80)
}
