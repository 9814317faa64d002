//! Where and how a mailbox is read.

use super::token::token;
use super::{AccessError, Sealed, open};
use crate::ctx::Ctx;
use crate::net::imap::{Login, Server};
use crate::store::mailbox_access::AccessData;
use crate::store::mailboxes::Mailbox;
use secrecy::SecretString;

/// The server of `mailbox` and the sign-in there. `stale` is a token that it has just refused.
pub async fn imap(
    ctx: &Ctx,
    mailbox: &Mailbox,
    access: &AccessData,
    stale: Option<&SecretString>,
) -> Result<(Server, Login), AccessError> {
    let url = access
        .imap_url
        .as_deref()
        .or_else(|| mailbox.data.profile.imap_url())
        .ok_or_else(|| AccessError::Setup("no IMAP server is set".to_owned()))?;
    let server = Server::parse(url)
        .map_err(|error| AccessError::Setup(format!("the IMAP server's URL {error}")))?;
    let user = server
        .user()
        .unwrap_or(mailbox.data.address.as_str())
        .to_owned();
    if let Some(token) = token(ctx, mailbox, stale).await? {
        return Ok((server, Login::Xoauth2 { user, token }));
    }
    let password = match (&access.imap_secret, &mailbox.data.secret) {
        (Some(kept), _) => open(ctx, mailbox.id, Sealed::ImapPassword, kept)?,
        (None, Some(kept)) => open(ctx, mailbox.id, Sealed::Password, kept)?,
        (None, None) => {
            let text = "neither a password nor a connection by OAuth is set";
            return Err(AccessError::Setup(text.to_owned()));
        }
    };
    Ok((server, Login::Password { user, password }))
}
