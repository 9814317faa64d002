//! How a mail came.

use crate::domain::clock::Millis;
use crate::domain::id::MailboxNo;
use crate::store::inbound::Place;

/// The way a mail came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Read from a mailbox.
    Imap {
        /// Which.
        mailbox: MailboxNo,
        /// Where in it.
        place: Place,
    },
    /// Delivered by a mail server.
    Lmtp,
    /// Posted to the API.
    Api,
    /// Given to `otklik ingest`.
    File,
}

impl Way {
    /// The number that is stored.
    pub(super) const fn code(&self) -> i16 {
        match self {
            Self::Imap { .. } => 0,
            Self::Lmtp => 1,
            Self::Api => 2,
            Self::File => 3,
        }
    }
}

/// What kind of folder a mail lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Folder {
    /// It came in.
    #[default]
    Inbox,
    /// It went out.
    Sent,
}

/// Whether somebody asked for this very mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wish {
    /// The rules say whether it is kept.
    #[default]
    None,
    /// Its owner accepted it as an enquiry, or handed it over: it is kept.
    Asked,
}

/// How and when a mail came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The way.
    pub way: Way,
    /// The folder.
    pub folder: Folder,
    /// When it came to the mailbox (IMAP: `INTERNALDATE`), or now.
    pub received_at: Millis,
    /// The return path, empty for the null sender; `None` where there was no envelope.
    pub envelope_from: Option<String>,
    /// The envelope's recipients; empty where there was no envelope.
    pub envelope_to: Vec<String>,
    /// Whether somebody asked for it.
    pub wish: Wish,
}
