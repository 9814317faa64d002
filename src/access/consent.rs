//! To a provider's consent page and back. What leaves with the browser is a state that is good
//! once, for ten minutes, and only with the session that left.

use super::token::sealed;
use super::{AccessError, Sealed, open, seal};
use crate::ctx::Ctx;
use crate::domain::clock::{MINUTE_MS, random_bytes};
use crate::domain::id::{MailboxId, SessionId};
use crate::domain::mailbox::{AuthMethod, Provider};
use crate::net::oauth::{self, OAuthError};
use crate::store::StoreError;
use crate::store::mailbox_access::tokens::{self, Pending};
use crate::store::mailbox_access::{self, AccessData};
use crate::store::mailboxes::{self, Mailbox, MailboxData};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

/// How long somebody may stay at the consent page.
const GOOD_MS: i64 = 10 * MINUTE_MS;

/// Why a mailbox was not connected.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// The state is unknown, used, too old, or another session's.
    #[error("this way back is no longer good: begin again")]
    State,
    /// The provider, or our registration with it.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// What was kept cannot be opened.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where providers send people back to; it must stand in their registration of us.
pub fn redirect_url(ctx: &Ctx) -> String {
    format!("{}oauth/callback", ctx.settings.base_url)
}

/// The consent page of `provider` for `mailbox`.
pub async fn begin(
    ctx: &Ctx,
    session: SessionId,
    mailbox: &Mailbox,
    provider: Provider,
) -> Result<String, ConsentError> {
    let app = ctx.settings.oauth.of(provider).ok_or_else(|| {
        let text = format!(
            "this installation is not registered with {}",
            provider.as_str()
        );
        OAuthError::Setup(text)
    })?;
    let state = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
    let verifier = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
    let now = ctx.clock.now();
    let pending = Pending {
        session_id: session,
        mailbox_id: mailbox.id,
        provider: provider.as_str().to_owned(),
        verifier: seal(ctx, mailbox.id, Sealed::Verifier, &verifier),
        expires_at: now.plus(GOOD_MS),
    };
    let mut tx = ctx.store.begin().await?;
    tokens::begin(&mut tx, &hash(&state), &pending, now).await?;
    tx.commit().await?;
    let verifier = SecretString::from(verifier);
    let hint = mailbox.data.address.as_str();
    let page = oauth::consent_url(provider, app, &redirect_url(ctx), &state, &verifier, hint);
    Ok(page?)
}

/// Changes the code that came back with `state` for tokens and keeps them. Gives the mailbox's id;
/// `may_change` says whether the one who came back may still connect it.
pub async fn finish(
    ctx: &Ctx,
    session: SessionId,
    state: &str,
    code: &str,
    may_change: impl AsyncFnOnce(MailboxId) -> Result<Option<Mailbox>, StoreError>,
) -> Result<MailboxId, ConsentError> {
    let mut tx = ctx.store.begin().await?;
    let pending = tokens::finish(&mut tx, &hash(state)).await?;
    tx.commit().await?;
    let now = ctx.clock.now();
    let pending = pending
        .filter(|pending| pending.session_id == session && pending.expires_at > now)
        .ok_or(ConsentError::State)?;
    let mailbox = may_change(pending.mailbox_id)
        .await?
        .ok_or(ConsentError::State)?;
    let provider = Provider::from_word(&pending.provider).ok_or(ConsentError::State)?;
    let app = ctx.settings.oauth.of(provider).ok_or(ConsentError::State)?;
    let verifier = open(ctx, mailbox.id, Sealed::Verifier, &pending.verifier)?;
    let fresh = oauth::exchange(app, &redirect_url(ctx), code, &verifier).await?;
    keep(ctx, &mailbox, provider, &sealed(ctx, &mailbox, &fresh)).await?;
    Ok(mailbox.id)
}

/// Keeps the tokens, lets the mailbox be read, and lets mail leave again that waited for this.
async fn keep(
    ctx: &Ctx,
    mailbox: &Mailbox,
    provider: Provider,
    new: &tokens::Sealed,
) -> Result<(), StoreError> {
    let before = tokens::lookup(&ctx.store, mailbox.no).await?;
    let access = mailbox_access::lookup(&ctx.store, mailbox.no).await?;
    let mut tx = ctx.store.begin().await?;
    if let Some(reason) = before.and_then(|tokens| tokens.broken) {
        tokens::resume(&mut tx, mailbox.no, &reason).await?;
    }
    tokens::save(&mut tx, mailbox.no, provider.as_str(), new).await?;
    if mailbox.data.auth != AuthMethod::Xoauth2 {
        let data = MailboxData {
            auth: AuthMethod::Xoauth2,
            ..mailbox.data.clone()
        };
        mailboxes::update(&mut tx, mailbox.id, &data).await?;
    }
    if access.is_some() {
        mailbox_access::retry(&mut tx, mailbox.no).await?;
    } else {
        let data = AccessData {
            imap_url: None,
            imap_secret: None,
            sent: None,
            excluded: Vec::new(),
            read_from: ctx.clock.now(),
        };
        mailbox_access::save(&mut tx, mailbox.no, &data).await?;
    }
    tx.commit().await
}

fn hash(state: &str) -> [u8; 32] {
    Sha256::digest(state.as_bytes()).into()
}
