//! Access tokens: used while they are good, refreshed ahead of their end by one process at a time.

use super::{AccessError, Sealed, open, seal};
use crate::ctx::Ctx;
use crate::domain::clock::MINUTE_MS;
use crate::domain::mailbox::{AuthMethod, Provider};
use crate::net::oauth::{self, OAuthError, Tokens};
use crate::net::smtp::Relay;
use crate::store::mailbox_access::tokens::{self, Tokens as Kept};
use crate::store::mailboxes::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// A token is refreshed this long before its end; both providers give an hour.
const AHEAD_MS: i64 = 5 * MINUTE_MS;
/// How long one refresh may take before another process may try.
const TURN: Duration = Duration::from_mins(1);
/// How often a process that waits for another's refresh looks, and how many times.
const LOOK: Duration = Duration::from_millis(250);
const LOOKS: u32 = 100;

/// A good access token for `mailbox`; `None` when it is not connected by OAuth. `stale` is a token
/// that a server has just refused: another one is fetched then, whatever its time.
pub async fn token(
    ctx: &Ctx,
    mailbox: &Mailbox,
    stale: Option<&SecretString>,
) -> Result<Option<SecretString>, AccessError> {
    for _ in 0..LOOKS {
        let Some(kept) = tokens::lookup(&ctx.store, mailbox.no).await? else {
            return Ok(None);
        };
        if let Some(reason) = kept.broken {
            return Err(AccessError::Reconnect(reason));
        }
        let now = ctx.clock.now();
        let access = open(ctx, mailbox.id, Sealed::AccessToken, &kept.access)?;
        let is_refused = stale.is_some_and(|stale| stale.expose_secret() == access.expose_secret());
        if !is_refused && kept.expires_at > now.plus(AHEAD_MS) {
            return Ok(Some(access));
        }
        let mut tx = ctx.store.begin().await?;
        let is_ours = tokens::claim(&mut tx, mailbox.no, kept.version, TURN).await?;
        tx.commit().await?;
        let is_good = !is_refused && kept.expires_at > now;
        if is_ours {
            let fallback = is_good.then_some(access);
            return refresh(ctx, mailbox, &kept, fallback).await.map(Some);
        }
        if is_good {
            return Ok(Some(access));
        }
        tokio::time::sleep(LOOK).await;
    }
    let text = "another process is fetching a token and does not come back with it";
    Err(AccessError::Later(text.to_owned()))
}

/// `relay` with the sign-in of `mailbox` by a good token; unchanged without OAuth. `stale` as with
/// [`token`].
pub async fn login(
    ctx: &Ctx,
    mailbox: &Mailbox,
    relay: Relay,
    stale: Option<&SecretString>,
) -> Result<(Relay, Option<SecretString>), AccessError> {
    let Some(token) = token(ctx, mailbox, stale).await? else {
        return Ok((relay, None));
    };
    let user = mailbox.data.address.as_str().to_owned();
    let relay = relay
        .with_login(AuthMethod::Xoauth2, user, token.clone())
        .map_err(|error| AccessError::Setup(format!("the relay's URL {error}")))?;
    Ok((relay, Some(token)))
}

/// Refreshes in our turn. `fallback` is the present token, where it is still good.
async fn refresh(
    ctx: &Ctx,
    mailbox: &Mailbox,
    kept: &Kept,
    fallback: Option<SecretString>,
) -> Result<SecretString, AccessError> {
    match fetched(ctx, mailbox, kept).await {
        Ok(fresh) => {
            let new = sealed(ctx, mailbox, &fresh);
            let mut tx = ctx.store.begin().await?;
            tokens::refreshed(&mut tx, mailbox.no, kept.version, &new).await?;
            tx.commit().await?;
            Ok(fresh.access)
        }
        Err(OAuthError::Rejected(text)) => {
            let reason = format!("{text}: connect the mailbox again");
            tracing::warn!(mailbox.id = %mailbox.id, "a mailbox must be connected again");
            let mut tx = ctx.store.begin().await?;
            tokens::give_up(&mut tx, mailbox.no, kept.version, &reason).await?;
            tx.commit().await?;
            Err(AccessError::Reconnect(reason))
        }
        Err(OAuthError::Setup(text) | OAuthError::Later(text)) => {
            let mut tx = ctx.store.begin().await?;
            tokens::release(&mut tx, mailbox.no, kept.version).await?;
            tx.commit().await?;
            fallback.ok_or(AccessError::Later(text))
        }
    }
}

async fn fetched(ctx: &Ctx, mailbox: &Mailbox, kept: &Kept) -> Result<Tokens, OAuthError> {
    let provider = Provider::from_word(&kept.provider);
    let app = provider.and_then(|provider| ctx.settings.oauth.of(provider));
    let Some(app) = app else {
        let text = format!("this installation is not registered with {}", kept.provider);
        return Err(OAuthError::Setup(text));
    };
    let Some(refresh) = &kept.refresh else {
        let text = "the provider gave no lasting permission".to_owned();
        return Err(OAuthError::Rejected(text));
    };
    let refresh = open(ctx, mailbox.id, Sealed::RefreshToken, refresh)
        .map_err(|error| OAuthError::Setup(error.to_string()))?;
    oauth::refresh(app, &refresh).await
}

/// Tokens as they are kept.
pub(super) fn sealed(ctx: &Ctx, mailbox: &Mailbox, fresh: &Tokens) -> tokens::Sealed {
    let life = i64::try_from(fresh.expires_in.as_millis()).unwrap_or(i64::MAX);
    let kept =
        |purpose, token: &SecretString| seal(ctx, mailbox.id, purpose, token.expose_secret());
    tokens::Sealed {
        access: kept(Sealed::AccessToken, &fresh.access),
        refresh: fresh
            .refresh
            .as_ref()
            .map(|token| kept(Sealed::RefreshToken, token)),
        expires_at: ctx.clock.now().plus(life),
    }
}

/// A server refuses even a fresh token: the tokens are of no use, and the mailbox waits until its
/// owner connects it again.
pub async fn give_up(ctx: &Ctx, mailbox: &Mailbox, text: &str) -> Result<(), AccessError> {
    let Some(kept) = tokens::lookup(&ctx.store, mailbox.no).await? else {
        return Ok(());
    };
    let reason = format!("{text}: connect the mailbox again");
    let mut tx = ctx.store.begin().await?;
    tokens::give_up(&mut tx, mailbox.no, kept.version, &reason).await?;
    Ok(tx.commit().await?)
}
