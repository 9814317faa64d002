//! What the inbox and a thread show of mail: the latest words of those who wait, and one exchange
//! from its first mail on. Who waits comes from `store::episodes`.

use crate::domain::clock::Millis;
use crate::domain::id::{
    ContactId, ContactNo, InboundId, InboundNo, MessageId, ThreadNo, TouchId, TouchNo,
};
use crate::domain::viewer::Viewer;
use crate::store::scope::Reach;
use crate::store::sql::{maybe, row, rows, statements};
use crate::store::{Result, Store};

statements! {
    /// The newest mail of a person for each contact of one array. Kinds: reply, enquiry, calendar.
    LATEST = "SELECT i.no, i.id, i.contact_no, i.subject, i.text FROM inbound i
        WHERE i.no IN (SELECT MAX(n.no) FROM inbound n
            WHERE n.contact_no" in_numbers "
                AND n.kind IN (0, 1, 10) AND n.folder = 0 AND n.withdrawn_at IS NULL
            GROUP BY n.contact_no)";
    /// A thread is open to whoever may open the contact, or wrote in it; one without an owner to all.
    /// A wait that was handed over opens it to who looks after it.
    THREAD = "SELECT t.no, t.begun_by_us, c.no AS contact_no, c.id AS contact_id, c.name AS contact_name
        FROM threads t
            JOIN contacts c ON c.no = t.contact_no
            LEFT JOIN users o ON o.id = c.owner_id
        WHERE t.no = $4 AND c.erased_at IS NULL
            AND (CAST($1 AS BIGINT) = 0 OR o.id = $3 OR o.id IS NULL
                OR (CAST($1 AS BIGINT) = 1 AND o.team_id = $2)
                OR EXISTS (SELECT 1 FROM messages m JOIN users r ON r.no = m.rep_no
                    WHERE m.thread_no = t.no AND r.id = $3)
                OR EXISTS (SELECT 1 FROM episodes e
                    JOIN wait_assignments w ON w.opening = e.opening
                    JOIN users h ON h.no = w.user_no
                    WHERE e.contact_no = c.no AND e.state = 0 AND h.id = $3))";
    OURS = "SELECT m.id, m.created_at AS at, m.subject, m.html, m.text, u.name AS author,
            (SELECT d.state FROM deliveries d WHERE d.message_id = m.id ORDER BY d.role, d.no LIMIT 1) AS state
        FROM messages m JOIN users u ON u.no = m.rep_no
        WHERE m.thread_no = $1 ORDER BY m.created_at DESC LIMIT $2";
    /// With the touch it is, to say how the conversation went.
    THEIRS = "SELECT i.no, i.id, i.received_at AS at, i.subject, i.text, i.kind, i.folder, i.sender, i.sender_name,
            i.found, i.withdrawn_at, t.no AS touch_no, t.id AS touch_id, t.conversation, t.outcome, t.suggested,
            t.suggested_by
        FROM inbound i LEFT JOIN touches t ON t.inbound_no = i.no AND t.voided_at IS NULL
        WHERE i.thread_no = $1 AND i.state = 1 ORDER BY i.received_at DESC LIMIT $2";
    ANSWERABLE = "SELECT i.sender, i.subject, i.text, i.received_at AS at
        FROM inbound i LEFT JOIN users u ON u.no = i.rep_no
        WHERE i.id = $4 AND i.state = 1 AND i.withdrawn_at IS NULL
            AND (CAST($1 AS BIGINT) = 0 OR i.rep_no IS NULL OR u.id = $3
                OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2)
                OR EXISTS (SELECT 1 FROM episodes e
                    JOIN wait_assignments w ON w.opening = e.opening
                    JOIN users h ON h.no = w.user_no
                    WHERE e.contact_no = i.contact_no AND e.state = 0 AND h.id = $3))";
}

row! {
    /// The latest words of a contact.
    pub struct Words {
        /// In the log.
        pub no: InboundNo,
        /// At the edge.
        pub id: InboundId,
        /// Whose they are.
        pub contact_no: Option<ContactNo>,
        /// The subject.
        pub subject: Option<String>,
        /// The new text, without quotes.
        pub text: Option<String>,
    }
}

row! {
    /// One exchange of mails.
    pub struct Thread {
        /// Its number.
        pub no: ThreadNo,
        /// Whether we wrote first.
        pub begun_by_us: bool,
        /// Whom it is with, in the log.
        pub contact_no: ContactNo,
        /// The same at the edge.
        pub contact_id: ContactId,
        /// Their name.
        pub contact_name: String,
    }
}

row! {
    /// A message of ours in a thread.
    pub struct Ours {
        /// Its id.
        pub id: MessageId,
        /// When it was accepted.
        pub at: Millis,
        /// As its first recipient reads it.
        pub subject: String,
        /// The HTML part, or its source.
        pub html: Option<String>,
        /// The text part, or its source.
        pub text: Option<String>,
        /// Who wrote it.
        pub author: String,
        /// The state of its first delivery, as its code.
        pub state: Option<i16>,
    }
}

row! {
    /// A mail in a thread that was read from outside: theirs, or ours from a Sent folder.
    pub struct Theirs {
        /// In the log.
        pub no: InboundNo,
        /// At the edge.
        pub id: InboundId,
        /// When it was received.
        pub at: Millis,
        /// The subject.
        pub subject: Option<String>,
        /// The new text, without quotes.
        pub text: Option<String>,
        /// Its kind's code.
        pub kind: Option<i16>,
        /// 0 from an inbox, 1 from Sent.
        pub folder: i16,
        /// The address it came from.
        pub sender: Option<String>,
        /// The name beside it.
        pub sender_name: Option<String>,
        /// What else was found, as JSON.
        pub found: Option<String>,
        /// When a rep took it back as private.
        pub withdrawn_at: Option<Millis>,
        /// The touch it is, if one.
        pub touch_no: Option<TouchNo>,
        /// The same at the edge.
        pub touch_id: Option<TouchId>,
        /// Whether the contact took part.
        pub conversation: Option<bool>,
        /// How it went, as a rep said: a code.
        pub outcome: Option<i16>,
        /// What its words suggest: a code.
        pub suggested: Option<i16>,
        /// Which words.
        pub suggested_by: Option<String>,
    }
}

row! {
    /// A mail to be answered.
    pub struct Answerable {
        /// Whom the answer is for.
        pub sender: Option<String>,
        /// The subject.
        pub subject: Option<String>,
        /// The new text, without quotes.
        pub text: Option<String>,
        /// When it was received.
        pub at: Millis,
    }
}

/// The newest words of each of `contacts`, in no order; who wrote none by mail has none.
pub async fn latest(store: &Store, contacts: &[ContactNo]) -> Result<Vec<Words>> {
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<i64> = contacts.iter().map(|contact| contact.0).collect();
    let array = serde_json::json!(numbers).to_string();
    rows!(store, LATEST, Words; array)
}

/// The thread with this number, if the viewer may open it.
pub async fn thread(store: &Store, viewer: &Viewer, no: ThreadNo) -> Result<Option<Thread>> {
    let reach = Reach::of(viewer);
    maybe!(store, THREAD, Thread; reach.far, reach.team, reach.user, no)
}

/// Up to `limit` of our messages in a thread that the viewer was found to open, newest first.
pub async fn ours(store: &Store, thread: &Thread, limit: i64) -> Result<Vec<Ours>> {
    rows!(store, OURS, Ours; thread.no, limit)
}

/// The same for mails read from outside.
pub async fn theirs(store: &Store, thread: &Thread, limit: i64) -> Result<Vec<Theirs>> {
    rows!(store, THEIRS, Theirs; thread.no, limit)
}

/// A mail that the viewer may answer.
pub async fn answerable(
    store: &Store,
    viewer: &Viewer,
    id: InboundId,
) -> Result<Option<Answerable>> {
    let reach = Reach::of(viewer);
    maybe!(store, ANSWERABLE, Answerable; reach.far, reach.team, reach.user, id)
}
