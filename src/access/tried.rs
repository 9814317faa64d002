//! Both sign-ins of a mailbox tried together: which of the two works, which does not, and what its
//! owner can do about it.

use super::AccessError;
use super::check::{Checked, check_imap, check_smtp};
use super::outgoing::{Outgoing, outgoing};
use crate::ctx::Ctx;
use crate::net::imap::{Connector as ImapConnector, Timeouts};
use crate::net::smtp::{Connector, HelloName, PhaseTimeouts};
use crate::store::StoreError;
use crate::store::mailbox_access::{AccessData, tokens};
use crate::store::mailboxes::Mailbox;
use std::time::Duration;

/// What its owner can do about a sign-in that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Set up what is missing.
    SetUp,
    /// Correct the password.
    Password,
    /// Connect it again at its provider.
    ConnectAgain,
    /// Check the server's name and port, or try later.
    Later,
}

impl Next {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Password => "password",
            Self::ConnectAgain => "connect_again",
            Self::Later => "later",
        }
    }
}

/// A sign-in that fails. The text is for its owner and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the server said, or what is missing.
    pub text: String,
    /// What to do.
    pub next: Next,
}

/// How sending stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// The mailbox's own relay takes the sign-in.
    Own(Checked),
    /// It sends through the installation's relay, which administrators look after.
    Installation,
    /// Nothing is sent: no relay is configured.
    Caught,
}

/// How both came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Signing in to read.
    pub reading: Result<Checked, Failure>,
    /// Signing in to send.
    pub sending: Result<Sending, Failure>,
}

/// Signs in to read and to send as `mailbox` does. A server has `patience` for each answer.
/// Nothing is sent and nothing is marked.
pub async fn try_both(
    ctx: &Ctx,
    mailbox: &Mailbox,
    access: Option<&AccessData>,
    patience: Duration,
) -> Result<Tried, StoreError> {
    let is_oauth = tokens::lookup(&ctx.store, mailbox.no).await?.is_some();
    let reading = async {
        let Some(access) = access else {
            let text = "it is not set up for reading".to_owned();
            return Err(AccessError::Setup(text));
        };
        let connector = ImapConnector::new(Timeouts::all(patience));
        check_imap(ctx, &connector, mailbox, access).await
    };
    let (reading, sending) = tokio::join!(reading, send(ctx, mailbox, patience));
    Ok(Tried {
        reading: told(reading, is_oauth)?,
        sending: told(sending, is_oauth)?,
    })
}

async fn send(ctx: &Ctx, mailbox: &Mailbox, patience: Duration) -> Result<Sending, AccessError> {
    let way = outgoing(ctx, mailbox).await?;
    let way = way.map_err(|unusable| AccessError::Setup(unusable.to_string()))?;
    let relay = match way {
        Outgoing::Catcher => return Ok(Sending::Caught),
        Outgoing::Relay(_) if mailbox.data.smtp_url.is_none() => return Ok(Sending::Installation),
        Outgoing::Relay(relay) | Outgoing::OAuth(relay) => *relay,
    };
    let hello = ctx.settings.base_url.host_str().unwrap_or_default();
    let hello = HelloName::parse(hello).unwrap_or_default();
    let connector = Connector::new(hello, PhaseTimeouts::all(patience));
    let checked = check_smtp(ctx, &connector, mailbox, relay).await?;
    Ok(Sending::Own(checked))
}

/// A failure with what to do; the store's own is the caller's.
fn told<T>(
    tried: Result<T, AccessError>,
    is_oauth: bool,
) -> Result<Result<T, Failure>, StoreError> {
    let error = match tried {
        Ok(found) => return Ok(Ok(found)),
        Err(AccessError::Store(error)) => return Err(error),
        Err(error) => error,
    };
    let next = match error {
        AccessError::Reconnect(_) => Next::ConnectAgain,
        AccessError::SignIn(_) if is_oauth => Next::ConnectAgain,
        AccessError::SignIn(_) => Next::Password,
        AccessError::Setup(_) => Next::SetUp,
        AccessError::Later(_) | AccessError::Store(_) => Next::Later,
    };
    Ok(Err(Failure {
        text: error.to_string(),
        next,
    }))
}
