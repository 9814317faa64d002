//! What can go wrong with a mailbox, in the words its owner reads.

use crate::deliver::Answer;
use std::fmt;

/// What kind of trouble it is, which says what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The server cannot be reached, or the connection was lost or timed out: try again later.
    Unreachable,
    /// TLS could not be had; nothing was sent.
    Tls,
    /// The sign-in was refused: a person must look.
    SignIn,
    /// The server says no to a command: try again later.
    Refused,
    /// What came is not IMAP, or more than was asked for.
    Nonsense,
}

/// A failure of one mailbox. The text is one line, holds no secret, and may quote the server; it
/// is shown to the mailbox's owner and never logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct ImapError {
    /// What kind.
    pub trouble: Trouble,
    /// For people.
    pub text: String,
}

/// The most of a server's own words that is kept.
const LONGEST_TEXT: usize = 300;

impl ImapError {
    /// An error of this kind; control characters become blanks.
    pub(super) fn new(trouble: Trouble, text: impl fmt::Display) -> Self {
        let text = text.to_string();
        let clean = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(LONGEST_TEXT);
        Self {
            trouble,
            text: clean.collect(),
        }
    }

    /// Nothing within the time of `what`.
    pub(super) fn timeout(what: &str) -> Self {
        Self::new(
            Trouble::Unreachable,
            format_args!("no answer in time ({what})"),
        )
    }

    /// The connection ended.
    pub(super) fn lost() -> Self {
        Self::new(Trouble::Unreachable, "the server closed the connection")
    }

    /// What `async-imap` says. A response it cannot parse comes as an I/O error too.
    pub(super) fn of(error: async_imap::error::Error) -> Self {
        use async_imap::error::Error;
        match error {
            Error::Io(error) => Self::of_io(&error),
            Error::No(text) if is_for_now(&text) => Self::new(Trouble::Unreachable, words(&text)),
            Error::No(text) | Error::Bad(text) => Self::new(Trouble::Refused, words(&text)),
            Error::ConnectionLost => Self::lost(),
            Error::Validate(_) => Self::new(Trouble::Refused, "a name holds a line break"),
            Error::Append => Self::new(Trouble::Refused, "the server takes no copy in this folder"),
            _ => Self::new(Trouble::Nonsense, "the server's answer is not IMAP"),
        }
    }

    pub(super) fn of_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::InvalidData => Self::new(Trouble::Nonsense, error),
            std::io::ErrorKind::Other => {
                Self::new(Trouble::Nonsense, "the server's answer is not IMAP")
            }
            _ => Self::lost(),
        }
    }
}

/// Whether a refusal says that it is not for good: by its code (RFC 5530, 3), or by the words that
/// servers use where a mailbox has too many connections.
fn is_for_now(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "unavailable",
        "inuse",
        "[limit]",
        "temporar",
        "too many",
        "try again",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// The server's own words out of the debugging form `async-imap` gives them.
fn words(text: &str) -> String {
    let quoted = text
        .rsplit_once("Some(\"")
        .and_then(|(_, rest)| rest.split_once("\")"))
        .map(|(words, _)| words);
    format!("the server says: {}", quoted.unwrap_or(text))
}

impl From<Answer> for ImapError {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Timeout => Self::timeout("connecting"),
            Answer::Unreachable(text) => Self::new(Trouble::Unreachable, text),
            Answer::TlsFailed(text) => Self::new(Trouble::Tls, text),
            Answer::Nonsense(text) => Self::new(Trouble::Nonsense, text),
            _ => Self::lost(),
        }
    }
}
