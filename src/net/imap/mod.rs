//! Our IMAP client, on `async-imap`. [`Server`] says where and how, [`Connector`] opens a
//! [`Mail`] signed in, which lists folders, looks into them without changing anything, fetches
//! mails in parts, files copies, and waits for news.
//!
//! `async-imap` is given every response through a guard that bounds lines, literals and nesting:
//! its own buffer grows to 512 MiB and its parser recurses, so a server could take the process
//! down otherwise. Nothing here sets a flag: folders are opened with EXAMINE, and bodies read with
//! PEEK (RFC 3501, 6.3.2 and 6.4.5).

mod connect;
mod error;
mod folders;
mod guard;
mod idle;
mod labels;
mod mail;
mod server;
mod timeouts;

pub use connect::Connector;
pub use error::{ImapError, Trouble};
pub use folders::{FolderRole, FoundFolder};
pub use idle::News;
pub use labels::{is_within, name};
pub use mail::{Fetched, Listed, Mail, Opened};
pub use server::{Login, Server};
pub use timeouts::Timeouts;
