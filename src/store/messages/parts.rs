//! What a message consists of: deliveries, attempts, links, attachments. The caller has looked the
//! message up with its viewer; these take the id it found.

use super::super::sql::{row, rows, statements};
use super::super::{Result, Store, StoreError};
use crate::domain::clock::Millis;
use crate::domain::delivery::{DeliveryState, RecipientRole};
use crate::domain::id::{AttachmentId, ContactId, ContentId, DeliveryId, DeliveryNo, MessageId};
use crate::domain::link::{DestinationId, LinkRole};

statements! {
    /// A contact whom the author may not open is an address and no name.
    DELIVERIES = "SELECT d.no, d.id, d.role, d.address, c.id AS contact_id, c.name AS contact_name, d.state,
            d.reason_code, d.reason_text, d.due_at, d.attempts, d.track_opens, d.track_clicks,
            d.handed_over_at, d.settled_at
        FROM deliveries d
            JOIN messages m ON m.id = d.message_id
            JOIN users u ON u.no = m.rep_no
            LEFT JOIN contacts c ON c.no = d.contact_no AND (c.owner_id IS NULL OR c.owner_id = u.id OR u.role = 'admin'
                OR (u.role = 'manager' AND EXISTS (SELECT 1 FROM users o WHERE o.id = c.owner_id AND o.team_id = u.team_id)))
        WHERE d.message_id = $1 ORDER BY d.role, d.no";
    ATTEMPTS = "SELECT a.delivery_no, a.number, a.started_at, a.handed_over_at, a.ended_at, a.outcome, a.phase,
            a.code, a.enhanced, a.text
        FROM deliveries d JOIN attempts a ON a.delivery_no = d.no
        WHERE d.message_id = $1 ORDER BY a.delivery_no, a.number";
    LINKS = "SELECT l.delivery_no, l.no, l.destination, x.url, l.role, k.id AS content_id, l.label
        FROM deliveries d
            JOIN links l ON l.delivery_no = d.no
            LEFT JOIN destinations x ON x.id = l.destination
            LEFT JOIN content k ON k.no = l.content_no
        WHERE d.message_id = $1 ORDER BY l.delivery_no, l.no";
    ATTACHMENTS = "SELECT id, name, media_type, CAST(length(bytes) AS BIGINT) AS size FROM attachments
        WHERE message_id = $1 ORDER BY position";
}

row! {
    struct DeliveryRow {
        no: DeliveryNo,
        id: DeliveryId,
        role: i16,
        address: String,
        contact_id: Option<ContactId>,
        contact_name: Option<String>,
        state: i16,
        reason_code: Option<String>,
        reason_text: Option<String>,
        due_at: Millis,
        attempts: i64,
        track_opens: i16,
        track_clicks: i16,
        handed_over_at: Option<Millis>,
        settled_at: Option<Millis>,
    }
}

/// A message for one recipient.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// In the log.
    pub no: DeliveryNo,
    /// At the edge.
    pub id: DeliveryId,
    /// How the recipient is addressed.
    pub role: RecipientRole,
    /// The recipient.
    pub address: String,
    /// The contact with that address.
    pub contact: Option<ContactId>,
    /// Their name.
    pub contact_name: Option<String>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why, as a stable word.
    pub reason_code: Option<String>,
    /// Why, as a line for people.
    pub reason_text: Option<String>,
    /// When something happens next, if anything does.
    pub due_at: Millis,
    /// Tries begun.
    pub attempts: i64,
    /// Whether opens of it are recorded, as fixed when it was rendered.
    pub tracks_opens: bool,
    /// Whether clicks are.
    pub tracks_clicks: bool,
    /// When its body was let go.
    pub handed_over_at: Option<Millis>,
    /// When it reached its last state.
    pub settled_at: Option<Millis>,
}

row! {
    /// One try to deliver.
    pub struct Attempt {
        /// The delivery.
        pub delivery_no: DeliveryNo,
        /// From 1.
        pub number: i64,
        /// When it began.
        pub started_at: Millis,
        /// When the server said 354.
        pub handed_over_at: Option<Millis>,
        /// When its outcome was known.
        pub ended_at: Option<Millis>,
        /// The outcome, as a word.
        pub outcome: Option<String>,
        /// The SMTP phase it ended in.
        pub phase: Option<String>,
        /// The server's three digits.
        pub code: Option<i64>,
        /// The enhanced status code (RFC 3463).
        pub enhanced: Option<String>,
        /// The server's words.
        pub text: Option<String>,
    }
}

row! {
    struct LinkRow {
        delivery_no: DeliveryNo,
        no: i16,
        destination: DestinationId,
        url: Option<String>,
        role: i16,
        content_id: Option<ContentId>,
        label: String,
    }
}

/// A tracked link of one delivery.
#[derive(Debug, Clone)]
pub struct Link {
    /// The delivery.
    pub delivery: DeliveryNo,
    /// Its number, from 1.
    pub no: u16,
    /// The id of where it leads.
    pub destination: DestinationId,
    /// Where it leads.
    pub url: String,
    /// What it is for.
    pub role: LinkRole,
    /// The asset it presents.
    pub content: Option<ContentId>,
    /// Its visible text.
    pub label: String,
}

row! {
    /// An attached file, without its bytes.
    pub struct Attachment {
        /// At the edge.
        pub id: AttachmentId,
        /// Its name.
        pub name: String,
        /// Its media type.
        pub media_type: String,
        /// Its bytes.
        pub size: i64,
    }
}

/// The deliveries of a message: `to`, `cc`, `bcc`.
pub async fn deliveries(store: &Store, message: MessageId) -> Result<Vec<Delivery>> {
    rows!(store, DELIVERIES, DeliveryRow; message)?
        .into_iter()
        .map(|row| {
            let corrupt = |what: &str| StoreError::Corrupt(format!("delivery {}: {what}", row.id));
            Ok(Delivery {
                role: RecipientRole::from_code(row.role).ok_or_else(|| corrupt("role"))?,
                state: DeliveryState::from_code(row.state).ok_or_else(|| corrupt("state"))?,
                no: row.no,
                id: row.id,
                address: row.address,
                contact: row.contact_id,
                contact_name: row.contact_name,
                reason_code: row.reason_code,
                reason_text: row.reason_text,
                due_at: row.due_at,
                attempts: row.attempts,
                tracks_opens: row.track_opens != 0,
                tracks_clicks: row.track_clicks != 0,
                handed_over_at: row.handed_over_at,
                settled_at: row.settled_at,
            })
        })
        .collect()
}

/// Every try of every delivery of a message.
pub async fn attempts(store: &Store, message: MessageId) -> Result<Vec<Attempt>> {
    rows!(store, ATTEMPTS, Attempt; message)
}

/// The tracked links of every delivery of a message that was rendered.
pub async fn links(store: &Store, message: MessageId) -> Result<Vec<Link>> {
    rows!(store, LINKS, LinkRow; message)?
        .into_iter()
        .map(|row| {
            let role = LinkRole::from_code(row.role).ok_or_else(|| {
                StoreError::Corrupt(format!("link {} of {}: role", row.no, row.delivery_no))
            })?;
            Ok(Link {
                delivery: row.delivery_no,
                no: row.no.cast_unsigned(),
                destination: row.destination,
                url: row.url.unwrap_or_default(),
                role,
                content: row.content_id,
                label: row.label,
            })
        })
        .collect()
}

/// The files attached to a message.
pub async fn attachments(store: &Store, message: MessageId) -> Result<Vec<Attachment>> {
    rows!(store, ATTACHMENTS, Attachment; message)
}
