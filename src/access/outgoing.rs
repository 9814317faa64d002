//! Where a mailbox hands its mail to, and with which sign-in.

use super::{AccessError, Sealed, open};
use crate::ctx::Ctx;
use crate::net::smtp::Relay;
use crate::store::Result;
use crate::store::mailbox_access::tokens;
use crate::store::mailboxes::Mailbox;
use url::Url;

/// Where mail goes.
#[derive(Debug, Clone)]
pub enum Outgoing {
    /// Over SMTP, signed in as the relay says.
    Relay(Box<Relay>),
    /// Over SMTP with an access token, which [`login`](super::login) adds for each connection.
    OAuth(Box<Relay>),
    /// No relay is configured: it is kept for reading and nothing is sent.
    Catcher,
}

/// A mailbox that cannot send as it is set up; the text is for its owner and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

/// Where the mail of `mailbox` goes.
pub async fn outgoing(
    ctx: &Ctx,
    mailbox: &Mailbox,
) -> Result<std::result::Result<Outgoing, Unusable>> {
    let tokens = tokens::lookup(&ctx.store, mailbox.no).await?;
    Ok(match tokens {
        Some(_) => by_token(ctx, mailbox),
        None => by_password(ctx, mailbox),
    })
}

/// A mailbox that is connected by OAuth: its own relay without the sign-in, or its provider's.
fn by_token(ctx: &Ctx, mailbox: &Mailbox) -> std::result::Result<Outgoing, Unusable> {
    let own = mailbox.data.smtp_url.as_deref();
    let Some(url) = own.or_else(|| mailbox.data.profile.smtp_url()) else {
        return by_password(ctx, mailbox);
    };
    let (relay, _) = without_user(url)?;
    Ok(Outgoing::OAuth(Box::new(relay)))
}

fn by_password(ctx: &Ctx, mailbox: &Mailbox) -> std::result::Result<Outgoing, Unusable> {
    let Some(own) = &mailbox.data.smtp_url else {
        return match &ctx.settings.smtp_url {
            Some(url) => parse(url).map(|relay| Outgoing::Relay(Box::new(relay))),
            None => Ok(Outgoing::Catcher),
        };
    };
    let (relay, user) = without_user(own)?;
    let Some(kept) = &mailbox.data.secret else {
        return Ok(Outgoing::Relay(Box::new(relay)));
    };
    let secret = open(ctx, mailbox.id, Sealed::Password, kept)
        .map_err(|error: AccessError| Unusable(error.to_string()))?;
    let user = if user.is_empty() {
        mailbox.data.address.as_str().to_owned()
    } else {
        percent_decoded(&user)
    };
    relay
        .with_login(mailbox.data.auth, user, secret)
        .map(|relay| Outgoing::Relay(Box::new(relay)))
        .map_err(|error| Unusable(format!("the relay's URL {error}")))
}

/// User and password stand in a relay's URL together or not at all; here the password is elsewhere.
fn without_user(url: &str) -> std::result::Result<(Relay, String), Unusable> {
    let mut url =
        Url::parse(url).map_err(|_| Unusable("the relay's URL cannot be read".to_owned()))?;
    let user = url.username().to_owned();
    let _ = url.set_username("");
    Ok((parse(url.as_str())?, user))
}

fn parse(url: &str) -> std::result::Result<Relay, Unusable> {
    Relay::parse(url).map_err(|error| Unusable(format!("the relay's URL {error}")))
}

/// `url` keeps user names percent-encoded; a form value reads the same escapes but for `+`.
fn percent_decoded(user: &str) -> String {
    let escaped = user.replace('+', "%2B");
    url::form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map_or_else(|| user.to_owned(), |(name, _)| name.into_owned())
}
