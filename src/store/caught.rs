//! Mail that was caught instead of sent: what the mail catcher shows.

use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;

statements! {
    KEEP = "INSERT INTO caught (at, sender, recipient, message_id, subject, bytes)
        VALUES ($1, $2, $3, $4, $5, $6)";
    LIST = "SELECT no, at, sender, recipient, message_id, subject FROM caught
        WHERE no < $1 ORDER BY no DESC LIMIT $2";
    LIST_OF = "SELECT no, at, sender, recipient, message_id, subject FROM caught
        WHERE recipient = $3 AND no < $1 ORDER BY no DESC LIMIT $2";
    BYTES = "SELECT bytes FROM caught WHERE no = $1";
    OLD = "DELETE FROM caught WHERE no IN (SELECT no FROM caught WHERE at < $1 ORDER BY no LIMIT $2)";
}

/// A mail to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewCaught<'a> {
    /// When it came.
    pub at: Millis,
    /// MAIL FROM; empty for the empty return path.
    pub sender: &'a str,
    /// RCPT TO.
    pub recipient: &'a str,
    /// The mail.
    pub bytes: &'a [u8],
}

row! {
    /// A caught mail without its bytes.
    pub struct Caught {
        /// Its number; later mail has higher ones.
        pub no: i64,
        /// When it came.
        pub at: Millis,
        /// MAIL FROM.
        pub sender: String,
        /// RCPT TO.
        pub recipient: String,
        /// Its Message-ID without brackets.
        pub message_id: Option<String>,
        /// Its subject, decoded.
        pub subject: String,
    }
}

/// Keeps a mail; Message-ID and subject are read from it.
pub async fn keep(tx: &mut Tx, new: NewCaught<'_>) -> Result<()> {
    let headers = mail_parser::MessageParser::new().parse_headers(new.bytes);
    let text = |value: Option<&str>| value.map(|value| value.replace('\0', ""));
    let message_id = text(headers.as_ref().and_then(|mail| mail.message_id()));
    let subject = text(headers.as_ref().and_then(|mail| mail.subject())).unwrap_or_default();
    execute!(tx, KEEP; new.at, new.sender, new.recipient, message_id, subject, new.bytes)?;
    Ok(())
}

/// Up to `limit` mails, newest first, before the one numbered `before` (`None` begins), of one
/// recipient or of all.
pub async fn list(
    store: &Store,
    recipient: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Caught>> {
    let before = before.unwrap_or(i64::MAX);
    match recipient {
        Some(recipient) => rows!(store, LIST_OF, Caught; before, limit, recipient),
        None => rows!(store, LIST, Caught; before, limit),
    }
}

/// The bytes of a caught mail.
pub async fn bytes(store: &Store, no: i64) -> Result<Option<Vec<u8>>> {
    Ok(maybe!(store, BYTES, (Vec<u8>,); no)?.map(|(bytes,)| bytes))
}

/// Drops up to `limit` mails that came before `before`.
pub async fn drop_old(tx: &mut Tx, before: Millis, limit: i64) -> Result<u64> {
    execute!(tx, OLD; before, limit)
}
