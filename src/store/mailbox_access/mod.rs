//! How mailboxes are reached: what their owners set, how it stands, and in the files below who
//! reads ([`reader`]), tokens ([`tokens`]) and copies for Sent ([`copies`]).

pub mod copies;
pub mod reader;
pub mod tokens;

use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, StoreError, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::MailboxNo;
use crate::domain::mailbox::SentPolicy;
use serde_json::json;

statements! {
    SAVE = "INSERT INTO mailbox_access (mailbox_no, imap_url, imap_secret, sent, excluded, read_from)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (mailbox_no) DO UPDATE SET imap_url = excluded.imap_url,
            imap_secret = excluded.imap_secret, sent = excluded.sent, excluded = excluded.excluded,
            read_from = excluded.read_from, version = mailbox_access.version + 1, state = 0,
            trouble = NULL, failures = 0, due_at = 0";
    LOOKUP = "SELECT imap_url, imap_secret, sent, excluded, read_from, version, state, trouble, seen_at,
            failures
        FROM mailbox_access WHERE mailbox_no = $1";
    REMOVE = "DELETE FROM mailbox_access WHERE mailbox_no = $1";
    FORGET_CURSORS = "DELETE FROM mailbox_cursors WHERE mailbox_no = $1";
    FORGET_COPIES = "DELETE FROM sent_copies WHERE mailbox_no = $1 AND state = 0";
    /// What a person changed elsewhere (a password, a token) may have mended it.
    RETRY = "UPDATE mailbox_access SET version = version + 1, state = 0, trouble = NULL, failures = 0,
            due_at = 0
        WHERE mailbox_no = $1";
    STAND = "UPDATE mailbox_access SET state = $2, trouble = $3, seen_at = COALESCE($4, seen_at),
            failures = $5, due_at = $6
        WHERE mailbox_no = $1 AND version = $7";
    READABLE = "SELECT mailbox_no, version, due_at FROM mailbox_access WHERE state <> 3 ORDER BY mailbox_no";
    LARGE = "INSERT INTO large_mails (mailbox_no, folder, uid_validity, uid, size, inbound_no, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    LARGE_OF = "SELECT folder, size, at FROM large_mails WHERE mailbox_no = $1 ORDER BY at DESC LIMIT $2";
}

row! {
    struct AccessRow {
        imap_url: Option<String>,
        imap_secret: Option<Vec<u8>>,
        sent: Option<String>,
        excluded: String,
        read_from: Millis,
        version: i64,
        state: i16,
        trouble: Option<String>,
        seen_at: Option<Millis>,
        failures: i64,
    }
}

row! {
    /// A mailbox that is to be read.
    pub struct Readable {
        /// Which.
        pub mailbox_no: MailboxNo,
        /// Which settings; another number than before means: begin anew.
        pub version: i64,
        /// Not before.
        pub due_at: Millis,
    }
}

row! {
    /// A mail too large to be read whole.
    pub struct LargeMail {
        /// Where it lies.
        pub folder: String,
        /// In bytes.
        pub size: i64,
        /// When it came.
        pub at: Millis,
    }
}

/// How the connection to a mailbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessState {
    /// Set up, and not tried yet.
    Waiting,
    /// The last try went well.
    Connected,
    /// The last try failed; it is tried again.
    Trouble,
    /// Its owner must connect it again.
    Reconnect,
}

impl AccessState {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Connected => "connected",
            Self::Trouble => "trouble",
            Self::Reconnect => "re-connect",
        }
    }

    const fn code(self) -> i16 {
        self as i16
    }

    const fn from_code(code: i16) -> Option<Self> {
        match code {
            0 => Some(Self::Waiting),
            1 => Some(Self::Connected),
            2 => Some(Self::Trouble),
            3 => Some(Self::Reconnect),
            _ => None,
        }
    }
}

/// What the owner of a mailbox sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessData {
    /// The server without its password; `None` is the provider's own.
    pub imap_url: Option<String>,
    /// The password for reading, sealed; `None` where it is that for sending.
    pub imap_secret: Option<Vec<u8>>,
    /// Who files Sent; `None` as the profile says.
    pub sent: Option<SentPolicy>,
    /// Folders that are never opened.
    pub excluded: Vec<String>,
    /// Mail that came before is never read.
    pub read_from: Millis,
}

/// A mailbox that its owner let be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// As set.
    pub data: AccessData,
    /// Which settings these are.
    pub version: i64,
    /// How it stands.
    pub state: AccessState,
    /// What is wrong, for its owner.
    pub trouble: Option<String>,
    /// When the server was last heard.
    pub seen_at: Option<Millis>,
    /// Failed tries in a row.
    pub failures: i64,
}

/// How a try came out.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// How it stands now.
    pub state: AccessState,
    /// What is wrong.
    pub trouble: Option<&'a str>,
    /// When the server was heard; `None` when it was not.
    pub seen_at: Option<Millis>,
    /// Failed tries in a row.
    pub failures: i64,
    /// Not before.
    pub due_at: Millis,
}

/// Sets up the reading of a mailbox, or changes it.
pub async fn save(tx: &mut Tx, mailbox: MailboxNo, data: &AccessData) -> Result<()> {
    execute!(tx, SAVE; mailbox, data.imap_url.as_deref(), data.imap_secret.as_deref(),
        data.sent.map(SentPolicy::as_str), json!(data.excluded).to_string(), data.read_from)?;
    Ok(())
}

/// How a mailbox is read; `None` when it is not.
pub async fn lookup(store: &Store, mailbox: MailboxNo) -> Result<Option<Access>> {
    let Some(row) = maybe!(store, LOOKUP, AccessRow; mailbox)? else {
        return Ok(None);
    };
    let corrupt = |what: &str| StoreError::Corrupt(format!("access to mailbox {mailbox}: {what}"));
    let sent = row
        .sent
        .as_deref()
        .map(|word| SentPolicy::from_word(word).ok_or_else(|| corrupt("who files Sent")));
    Ok(Some(Access {
        data: AccessData {
            imap_url: row.imap_url,
            imap_secret: row.imap_secret,
            sent: sent.transpose()?,
            excluded: serde_json::from_str(&row.excluded).map_err(|_| corrupt("folders"))?,
            read_from: row.read_from,
        },
        version: row.version,
        state: AccessState::from_code(row.state).ok_or_else(|| corrupt("state"))?,
        trouble: row.trouble,
        seen_at: row.seen_at,
        failures: row.failures,
    }))
}

/// Ends the reading of a mailbox: settings, cursors and tokens are gone, and copies that were still
/// to be filed. Mail that was read stays.
pub async fn disconnect(tx: &mut Tx, mailbox: MailboxNo) -> Result<()> {
    execute!(&mut *tx, REMOVE; mailbox)?;
    execute!(&mut *tx, FORGET_CURSORS; mailbox)?;
    execute!(&mut *tx, FORGET_COPIES; mailbox)?;
    tokens::remove(tx, mailbox).await
}

/// Lets a mailbox be tried at once, whatever was wrong with it.
pub async fn retry(tx: &mut Tx, mailbox: MailboxNo) -> Result<()> {
    execute!(tx, RETRY; mailbox)?;
    Ok(())
}

/// Notes how a try under settings `version` came out; nothing when they were changed meanwhile.
pub async fn stand(
    tx: &mut Tx,
    mailbox: MailboxNo,
    version: i64,
    standing: Standing<'_>,
) -> Result<()> {
    execute!(tx, STAND; mailbox, standing.state.code(), standing.trouble, standing.seen_at,
        standing.failures, standing.due_at, version)?;
    Ok(())
}

/// All mailboxes to be read.
pub async fn readable(store: &Store) -> Result<Vec<Readable>> {
    rows!(store, READABLE, Readable)
}

/// Notes that only the headers of a mail were read.
pub async fn too_large(
    tx: &mut Tx,
    mailbox: MailboxNo,
    place: &super::inbound::Place,
    size: u32,
    inbound: crate::domain::id::InboundNo,
    at: Millis,
) -> Result<()> {
    execute!(tx, LARGE; mailbox, place.folder.as_str(), i64::from(place.uid_validity),
        i64::from(place.uid), i64::from(size), inbound, at)?;
    Ok(())
}

/// The newest mails too large to be read whole.
pub async fn large_mails(store: &Store, mailbox: MailboxNo, limit: i64) -> Result<Vec<LargeMail>> {
    rows!(store, LARGE_OF, LargeMail; mailbox, limit)
}

/// Every statement of this folder.
pub(super) const ALL: [&[&super::sql::Sql]; 4] = [
    STATEMENTS,
    reader::STATEMENTS,
    tokens::STATEMENTS,
    copies::STATEMENTS,
];
