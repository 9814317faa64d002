//! How a mailbox is signed in to, for sending and for reading: passwords opened, tokens fetched and
//! refreshed, the way to a provider's consent page and back, and a try of both sign-ins.
//!
//! The one place that opens what is sealed for a mailbox. Between `store` and `net`, below `web`
//! and `work`, which both need it.

mod check;
mod consent;
mod imap;
mod outgoing;
mod token;
mod tried;

pub use check::{Checked, check_imap, check_smtp};
pub use consent::{ConsentError, begin, finish, redirect_url};
pub use imap::imap;
pub use outgoing::{Outgoing, Unusable, outgoing};
pub use token::{give_up, login, token};
pub use tried::{Failure, Next, Sending, Tried, try_both};

use crate::ctx::Ctx;
use crate::domain::clock::random_bytes;
use crate::domain::id::MailboxId;
use crate::domain::sealed;
use crate::net::imap::Trouble;
use crate::store::StoreError;
use secrecy::SecretString;

/// Why a mailbox cannot be signed in to. The texts are for its owner and hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Something has to be set up first.
    #[error("{0}")]
    Setup(String),
    /// Its owner must connect it again.
    #[error("{0}")]
    Reconnect(String),
    /// The server takes no sign-in, whatever the reason is.
    #[error("{0}")]
    SignIn(String),
    /// Not now.
    #[error("{0}")]
    Later(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<crate::net::imap::ImapError> for AccessError {
    fn from(error: crate::net::imap::ImapError) -> Self {
        match error.trouble {
            Trouble::SignIn => Self::SignIn(error.text),
            _ => Self::Later(error.text),
        }
    }
}

/// What a sealed secret of a mailbox is for, so that none can stand for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// The password for sending, and for reading where that has none of its own.
    Password,
    /// The password for reading.
    ImapPassword,
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
    /// A PKCE verifier.
    Verifier,
}

impl Sealed {
    fn owner(self, mailbox: MailboxId) -> Vec<u8> {
        let purpose: &[u8] = match self {
            // As it was before there were others.
            Self::Password => b"",
            Self::ImapPassword => b"imap",
            Self::AccessToken => b"access",
            Self::RefreshToken => b"refresh",
            Self::Verifier => b"pkce",
        };
        [mailbox.0.as_bytes().as_slice(), purpose].concat()
    }
}

/// Seals a secret of `mailbox`.
pub fn seal(ctx: &Ctx, mailbox: MailboxId, purpose: Sealed, plain: &str) -> Vec<u8> {
    let owner = purpose.owner(mailbox);
    sealed::seal(&ctx.keys, &owner, random_bytes(), plain.as_bytes())
}

/// Opens a secret of `mailbox`.
fn open(
    ctx: &Ctx,
    mailbox: MailboxId,
    purpose: Sealed,
    kept: &[u8],
) -> Result<SecretString, AccessError> {
    sealed::open(&ctx.keys, &purpose.owner(mailbox), kept)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(SecretString::from)
        .ok_or_else(|| {
            let text = "the password or token cannot be opened with the present keys";
            AccessError::Setup(text.to_owned())
        })
}
