//! What a delivery is rendered from, and the bytes once they are made.

use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{DeliveryId, DeliveryNo, MessageId};
use serde_json::json;

statements! {
    SOURCES = "SELECT d.no, d.id, d.message_id AS message, d.address, m.message_id AS rfc822_id, m.class,
            m.template_no IS NOT NULL AS is_template, m.subject_source AS subject, m.html, m.text, m.vars,
            m.in_reply_to, m.reference_ids, m.opens AS message_opens, m.clicks AS message_clicks,
            m.keep_url_text, u.name AS rep_name, u.email AS rep_email, b.address AS from_address,
            b.profile, b.envelope, c.opens AS contact_opens, c.clicks AS contact_clicks
        FROM deliveries d
        JOIN messages m ON m.id = d.message_id
        JOIN users u ON u.no = m.rep_no
        JOIN mailboxes b ON b.no = m.mailbox_no
        LEFT JOIN contacts c ON c.no = d.contact_no
        WHERE d.no" in_numbers "";
    /// Everybody the message is for, in the order they were named. A contact whom the author may not
    /// open is an address to them, without name and fields.
    RECIPIENTS = "SELECT d.message_id AS message, d.role, d.address, c.name, c.fields, a.name AS account
        FROM deliveries d
        JOIN messages m ON m.id = d.message_id
        JOIN users u ON u.no = m.rep_no
        LEFT JOIN contacts c ON c.no = d.contact_no AND (c.owner_id IS NULL OR c.owner_id = u.id OR u.role = 'admin'
                OR (u.role = 'manager' AND EXISTS (SELECT 1 FROM users o WHERE o.id = c.owner_id AND o.team_id = u.team_id)))
        LEFT JOIN accounts a ON a.id = c.account_id
        WHERE d.message_id IN (SELECT e.message_id FROM deliveries e
            WHERE e.no" in_numbers ")
        ORDER BY d.no";
    FILES = "SELECT f.message_id AS message, f.name, f.media_type, f.bytes FROM attachments f
        WHERE f.message_id IN (SELECT e.message_id FROM deliveries e
            WHERE e.no" in_numbers ")
        ORDER BY f.message_id, f.position";
    BYTES = "SELECT r.envelope_from, d.address, r.bytes FROM rendered r JOIN deliveries d ON d.no = r.delivery_no
        WHERE r.delivery_no = $1";
    OLD = "DELETE FROM rendered WHERE delivery_no IN (SELECT r.delivery_no
        FROM rendered r JOIN deliveries d ON d.no = r.delivery_no
        WHERE r.created_at < $1 AND d.state IN (7, 9, 10, 11) LIMIT $2)";
}

row! {
    /// One delivery as it stands in the store, with its message, author and mailbox.
    pub struct SourceRow {
        /// In the queue.
        pub no: DeliveryNo,
        /// In tickets and the return address.
        pub id: DeliveryId,
        /// Its message.
        pub message: MessageId,
        /// RCPT TO.
        pub address: String,
        /// The Message-ID without brackets.
        pub rfc822_id: String,
        /// The code of its class.
        pub class: i16,
        /// Whether the texts are templates.
        pub is_template: bool,
        /// The subject, or its source.
        pub subject: String,
        /// The HTML part, or its source.
        pub html: Option<String>,
        /// The text part, or its source.
        pub text: Option<String>,
        /// A JSON object.
        pub vars: String,
        /// Without brackets.
        pub in_reply_to: Option<String>,
        /// Separated by blanks, without brackets.
        pub reference_ids: Option<String>,
        /// The message's own switch for opens.
        pub message_opens: Option<bool>,
        /// The message's own switch for clicks.
        pub message_clicks: Option<bool>,
        /// Whether a link that shows its URL stays.
        pub keep_url_text: bool,
        /// The author's name.
        pub rep_name: String,
        /// The author's own address.
        pub rep_email: String,
        /// The From address.
        pub from_address: String,
        /// The word of the mailbox's profile.
        pub profile: String,
        /// The mailbox's own envelope policy, if it has one.
        pub envelope: Option<String>,
        /// The recipient's own word on opens.
        pub contact_opens: Option<bool>,
        /// The recipient's own word on clicks.
        pub contact_clicks: Option<bool>,
    }
}

row! {
    /// Somebody a message is for.
    pub struct RecipientRow {
        /// The message.
        pub message: MessageId,
        /// The code of the role.
        pub role: i16,
        /// The address.
        pub address: String,
        /// The contact's name.
        pub name: Option<String>,
        /// The contact's own fields, a JSON object.
        pub fields: Option<String>,
        /// The name of the contact's company.
        pub account: Option<String>,
    }
}

row! {
    /// A file of a message.
    pub struct FileRow {
        /// The message.
        pub message: MessageId,
        /// Its name.
        pub name: String,
        /// Its media type.
        pub media_type: String,
        /// Its content.
        pub bytes: Vec<u8>,
    }
}

row! {
    /// Bytes as they go over the wire.
    pub struct BytesRow {
        /// MAIL FROM.
        pub envelope_from: String,
        /// RCPT TO.
        pub address: String,
        /// The mail.
        pub bytes: Vec<u8>,
    }
}

/// All that some deliveries are rendered from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// One each.
    pub deliveries: Vec<SourceRow>,
    /// Of all their messages.
    pub recipients: Vec<RecipientRow>,
    /// Of all their messages.
    pub files: Vec<FileRow>,
}

/// What `deliveries` are rendered from.
pub async fn sources(store: &Store, deliveries: &[DeliveryNo]) -> Result<Sources> {
    let nos: Vec<i64> = deliveries.iter().map(|no| no.0).collect();
    let nos = json!(nos).to_string();
    Ok(Sources {
        deliveries: rows!(store, SOURCES, SourceRow; nos.as_str())?,
        recipients: rows!(store, RECIPIENTS, RecipientRow; nos.as_str())?,
        files: rows!(store, FILES, FileRow; nos.as_str())?,
    })
}

/// The stored bytes of a delivery; `None` before they are made and after they are dropped.
pub async fn bytes(store: &Store, delivery: DeliveryNo) -> Result<Option<BytesRow>> {
    maybe!(store, BYTES, BytesRow; delivery)
}

/// Drops up to `limit` mails made before `before` whose delivery is done with. An `uncertain` one
/// keeps its bytes: a person may still decide to send it.
pub async fn drop_old(tx: &mut Tx, before: Millis, limit: i64) -> Result<u64> {
    execute!(tx, OLD; before, limit)
}
