//! Signing in and out. Passwords are compared off the event loop and a few at a time; an unknown
//! user costs what a known one costs; a sign-in always makes a fresh session.

pub mod attempts;
mod caller;
pub mod cookie;
mod form;
pub mod password_link;
mod return_to;
pub mod rights;
pub(crate) mod seen;

pub use caller::{
    Administrator, Anyone, Caller, Lead, Librarian, Permission, Refusal, Signed, first,
};
pub use form::{Fields, SignedForm};
pub use return_to::own_path;

use super::error::{Code, Problem};
use super::peer;
use super::state::Web;
use crate::domain::address::EmailAddress;
use crate::domain::clock::{DAY_MS, random_bytes};
use crate::domain::id::{SessionId, UserId};
use crate::domain::secret::Secret;
use crate::password;
use crate::store::users::User;
use crate::store::{sessions, users};
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;

/// How long a session lasts from sign-in.
const SESSION_MS: i64 = 30 * DAY_MS;

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such user, a disabled one, or the wrong password: the same for all.
    #[error("the address or the password is wrong")]
    Wrong,
    /// Too many tries for this account or from this place.
    #[error("too many tries; wait {0} seconds")]
    TooMany(u32),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => Self::new(Code::Unauthenticated).because(error.to_string()),
            SignInError::TooMany(seconds) => Self::new(Code::TooMany).retry_after(seconds),
            SignInError::Store(error) => error.into(),
        }
    }
}

/// Checks address and password and gives the cookie of a fresh session; the one that came with
/// the request, if any, ends.
pub async fn sign_in(
    web: &Web,
    request: &HttpRequest,
    email: &str,
    password: &str,
) -> Result<Cookie<'static>, SignInError> {
    let now = web.ctx.clock.now();
    let from = peer::client_address(request.head(), &web.ctx.settings.trusted_proxies);
    let account = email.trim().to_lowercase();
    web.attempts
        .take(from, &account, now)
        .map_err(SignInError::TooMany)?;
    let user = match EmailAddress::parse(email) {
        Ok(email) => users::lookup_email(&web.ctx.store, &email).await?,
        Err(_) => None,
    };
    let user = user.filter(|user| user.disabled_at.is_none());
    let kept = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = verify(web, password.to_owned(), kept).await;
    let Some(user) = user.filter(|_| right) else {
        return Err(SignInError::Wrong);
    };
    web.attempts.forgive(&account);
    end_session_of(web, request).await?;
    // Whoever signs in is at this place already, before a page is asked for.
    seen::note(web, request, user.id).await;
    open_session(web, user.id).await
}

/// Ends the session that came with the request, if any; gives the cookie that removes it.
pub async fn sign_out(web: &Web, request: &HttpRequest) -> Result<Cookie<'static>, Problem> {
    end_session_of(web, request).await?;
    Ok(cookie::gone(web))
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The present password is not this one.
    #[error("is not your present password")]
    Wrong,
    /// The new one is not allowed.
    #[error(transparent)]
    New(#[from] password::PasswordError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

/// Changes the password, ends every session of the user and gives the cookie of a fresh one.
pub async fn change_password(
    web: &Web,
    user: &User,
    present: String,
    new: String,
) -> Result<Cookie<'static>, ChangeError> {
    if !verify(web, present, user.password_hash.clone()).await {
        return Err(ChangeError::Wrong);
    }
    let hash = hash(web, new).await?;
    set_password(web, user.id, &hash).await?;
    open_session(web, user.id)
        .await
        .map_err(|error| match error {
            SignInError::Store(error) => ChangeError::Store(error),
            SignInError::Wrong | SignInError::TooMany(_) => ChangeError::Wrong,
        })
}

/// Writes a password's hash and ends every session of the user, in one transaction.
pub async fn set_password(
    web: &Web,
    user: UserId,
    hash: &str,
) -> Result<(), crate::store::StoreError> {
    let now = web.ctx.clock.now();
    let mut tx = web.ctx.store.begin().await?;
    users::set_password(&mut tx, user, hash).await?;
    sessions::revoke_all(&mut tx, user, now).await?;
    tx.commit().await
}

/// Makes a password's hash, off the event loop.
pub async fn hash(web: &Web, password: String) -> Result<String, password::PasswordError> {
    let _permit = web.hashing.acquire().await;
    tokio::task::spawn_blocking(move || password::hash(&password))
        .await
        .expect("hashing does not panic")
}

async fn verify(web: &Web, password: String, kept: Option<String>) -> bool {
    let _permit = web.hashing.acquire().await;
    tokio::task::spawn_blocking(move || password::verify(&password, kept.as_deref()))
        .await
        .expect("hashing does not panic")
}

async fn open_session(web: &Web, user: UserId) -> Result<Cookie<'static>, SignInError> {
    let now = web.ctx.clock.now();
    let secret = Secret::new(web.ctx.clock.fresh_id(), random_bytes());
    let mut tx = web.ctx.store.begin().await?;
    let id = SessionId(secret.id());
    sessions::add(&mut tx, id, user, &secret.hash(), now, now.plus(SESSION_MS)).await?;
    sessions::forget(&mut tx, now.plus(-SESSION_MS)).await?;
    tx.commit().await?;
    Ok(cookie::carrying(web, &secret))
}

async fn end_session_of(web: &Web, request: &HttpRequest) -> Result<(), crate::store::StoreError> {
    let Some(secret) = cookie::secret_in(web, request) else {
        return Ok(());
    };
    let now = web.ctx.clock.now();
    let id = SessionId(secret.id());
    // Only who holds the secret may end the session.
    let found = sessions::lookup(&web.ctx.store, id, now).await?;
    if found.is_some_and(|session| secret.matches(&session.hash)) {
        let mut tx = web.ctx.store.begin().await?;
        sessions::revoke(&mut tx, id, now).await?;
        tx.commit().await?;
    }
    Ok(())
}
