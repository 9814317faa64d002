//! One message with its deliveries, attempts and links, for its page.

use crate::domain::clock::Millis;
use crate::domain::id::{ContactId, DeliveryId, DeliveryNo, MessageId};
use crate::domain::viewer::Viewer;
use crate::store::scope::Reach;
use crate::store::sql::{maybe, row, rows, statements};
use crate::store::{Result, Store};

statements! {
    HEAD = "SELECT m.id, m.subject, m.class, m.purpose, m.created_at, m.send_at, m.opens, m.clicks, m.message_id,
            u.name AS rep_name, b.address AS mailbox, t.name AS template_name
        FROM messages m
            JOIN users u ON u.no = m.rep_no
            JOIN mailboxes b ON b.no = m.mailbox_no
            LEFT JOIN templates t ON t.no = m.template_no
        WHERE m.id = $4
            AND (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2))";
    DELIVERIES = "SELECT d.no, d.id, d.role, d.address, d.state, d.reason_text, d.due_at, d.attempts,
            c.id AS contact_id, c.name AS contact_name
        FROM deliveries d LEFT JOIN contacts c ON c.no = d.contact_no AND c.erased_at IS NULL
        WHERE d.message_id = $1 ORDER BY d.role, d.no";
    ATTEMPTS = "SELECT a.delivery_no, a.number, a.started_at, a.ended_at, a.outcome, a.code, a.text
        FROM attempts a JOIN deliveries d ON d.no = a.delivery_no
        WHERE d.message_id = $1 ORDER BY a.delivery_no, a.number";
    LINKS = "SELECT l.delivery_no, l.no, l.role, l.label, t.url
        FROM links l
            JOIN deliveries d ON d.no = l.delivery_no
            LEFT JOIN destinations t ON t.id = l.destination
        WHERE d.message_id = $1 ORDER BY l.no, l.delivery_no";
    ATTACHMENTS = "SELECT name, media_type, CAST(length(bytes) AS BIGINT) AS size FROM attachments
        WHERE message_id = $1 ORDER BY position";
}

row! {
    /// A message without its bodies.
    pub struct Head {
        /// Its id.
        pub id: MessageId,
        /// Its subject.
        pub subject: String,
        /// The class's code.
        pub class: i16,
        /// The purpose's code.
        pub purpose: i16,
        /// When it was accepted.
        pub created_at: Millis,
        /// Not before this.
        pub send_at: Option<Millis>,
        /// The message's own switch for opens.
        pub opens: Option<bool>,
        /// The message's own switch for clicks.
        pub clicks: Option<bool>,
        /// The Message-ID header without its brackets.
        pub message_id: String,
        /// Who wrote it.
        pub rep_name: String,
        /// The address it goes out from.
        pub mailbox: String,
        /// The template it was made from.
        pub template_name: Option<String>,
    }
}

row! {
    /// One recipient's copy.
    pub struct Copy {
        /// In the log.
        pub no: DeliveryNo,
        /// At the edge.
        pub id: DeliveryId,
        /// How the recipient is addressed.
        pub role: i16,
        /// Where to.
        pub address: String,
        /// The state's code.
        pub state: i16,
        /// Why, in a line.
        pub reason_text: Option<String>,
        /// When it is or was due.
        pub due_at: Millis,
        /// Tries so far.
        pub attempts: i64,
        /// Whose address it is.
        pub contact_id: Option<ContactId>,
        /// Their name.
        pub contact_name: Option<String>,
    }
}

row! {
    /// One try.
    pub struct Attempt {
        /// Of which delivery.
        pub delivery_no: DeliveryNo,
        /// From 1.
        pub number: i64,
        /// When it began.
        pub started_at: Millis,
        /// When it ended, `None` while it goes on or when nobody knows.
        pub ended_at: Option<Millis>,
        /// In one word.
        pub outcome: Option<String>,
        /// The server's code.
        pub code: Option<i64>,
        /// The server's answer.
        pub text: Option<String>,
    }
}

row! {
    /// One tracked link of one delivery.
    pub struct Link {
        /// Of which delivery.
        pub delivery_no: DeliveryNo,
        /// Its number in the message.
        pub no: i16,
        /// The role's code.
        pub role: i16,
        /// Its visible text.
        pub label: String,
        /// Where it leads.
        pub url: Option<String>,
    }
}

row! {
    /// One file.
    pub struct File {
        /// Its name.
        pub name: String,
        /// Its media type.
        pub media_type: String,
        /// Its size in bytes.
        pub size: i64,
    }
}

/// A message and all that hangs on it.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The message.
    pub head: Head,
    /// Its copies: `to`, then `cc`, then `bcc`.
    pub copies: Vec<Copy>,
    /// The tries of all copies.
    pub attempts: Vec<Attempt>,
    /// The links of all copies, by number.
    pub links: Vec<Link>,
    /// Its files.
    pub files: Vec<File>,
}

/// The message with this id, within the viewer's reach.
pub async fn lookup(store: &Store, viewer: &Viewer, id: MessageId) -> Result<Option<Mail>> {
    let reach = Reach::of(viewer);
    let Some(head) = maybe!(store, HEAD, Head; reach.far, reach.team, reach.user, id)? else {
        return Ok(None);
    };
    Ok(Some(Mail {
        head,
        copies: rows!(store, DELIVERIES, Copy; id)?,
        attempts: rows!(store, ATTEMPTS, Attempt; id)?,
        links: rows!(store, LINKS, Link; id)?,
        files: rows!(store, ATTACHMENTS, File; id)?,
    }))
}
