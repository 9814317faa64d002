//! Mail that was caught instead of sent. Whoever may see a message may see its caught copies; what
//! came from elsewhere is the administrator's.

use crate::domain::clock::Millis;
use crate::domain::viewer::Viewer;
use crate::store::scope::Reach;
use crate::store::search::pattern;
use crate::store::sql::{maybe, row, rows, statements};
use crate::store::{Result, Store};

statements! {
    /// The header stands with its angle brackets in a mail and without them in a message.
    LIST = "SELECT c.no, c.at, c.sender, c.recipient, c.subject
        FROM caught c
            LEFT JOIN messages m ON m.message_id = trim(c.message_id, '<>')
            LEFT JOIN users u ON u.no = m.rep_no
        WHERE (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2))
            AND (c.no < $4 OR $4 IS NULL)
            AND (CAST($5 AS TEXT) IS NULL OR c.subject" found "$5" " OR c.recipient" found "$5" ")
            AND (CAST($6 AS TEXT) IS NULL OR m.message_id = $6)
        ORDER BY c.no DESC LIMIT $7";
    LOOKUP = "SELECT c.no, c.at, c.sender, c.recipient, c.subject, c.bytes
        FROM caught c
            LEFT JOIN messages m ON m.message_id = trim(c.message_id, '<>')
            LEFT JOIN users u ON u.no = m.rep_no
        WHERE (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2))
            AND c.no = $4";
}

row! {
    /// A caught mail in a list.
    pub struct Listed {
        /// Its number.
        pub no: i64,
        /// When it was caught.
        pub at: Millis,
        /// Its MAIL FROM.
        pub sender: String,
        /// Its RCPT TO.
        pub recipient: String,
        /// Its subject.
        pub subject: String,
    }
}

row! {
    /// A caught mail.
    pub struct Caught {
        /// Its number.
        pub no: i64,
        /// When it was caught.
        pub at: Millis,
        /// Its MAIL FROM.
        pub sender: String,
        /// Its RCPT TO.
        pub recipient: String,
        /// Its subject.
        pub subject: String,
        /// The mail as it came over the wire.
        pub bytes: Vec<u8>,
    }
}

/// Which caught mail is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// With this in its subject or recipient.
    pub search: Option<&'a str>,
    /// Copies of the message with this Message-ID, without brackets.
    pub message: Option<&'a str>,
    /// Older than this one.
    pub before: Option<i64>,
}

/// Caught mail, newest first.
pub async fn list(
    store: &Store,
    viewer: &Viewer,
    wanted: Wanted<'_>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let reach = Reach::of(viewer);
    rows!(store, LIST, Listed; reach.far, reach.team, reach.user, wanted.before,
        wanted.search.map(pattern), wanted.message, limit)
}

/// The caught mail with this number.
pub async fn lookup(store: &Store, viewer: &Viewer, no: i64) -> Result<Option<Caught>> {
    let reach = Reach::of(viewer);
    maybe!(store, LOOKUP, Caught; reach.far, reach.team, reach.user, no)
}
