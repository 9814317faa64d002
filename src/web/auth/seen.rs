//! Where signed-in people look at pages from, noted as a hash, so that their own opens and clicks
//! are told from their contacts'. The address itself is kept nowhere.

use super::super::peer;
use super::super::state::Web;
use crate::domain::clock::{DAY_MS, MINUTE_MS, Millis, random_bytes};
use crate::domain::id::UserId;
use crate::domain::keys::Purpose;
use crate::store::{Result, own_places, salts};
use crate::track::ClientKey;
use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A place is written again after this time.
const AGAIN_MS: i64 = 10 * MINUTE_MS;
/// Places remembered in memory; when there are more, all are written once again.
const MOST: usize = 10_000;

/// What this process has noted lately.
#[derive(Default)]
pub(crate) struct Seen {
    noted: Mutex<HashMap<(UserId, u64), Millis>>,
    key: Mutex<Option<(i64, ClientKey)>>,
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seen").finish_non_exhaustive()
    }
}

impl Seen {
    /// Whether the place is to be written now.
    fn is_news(&self, user: UserId, hash: u64, now: Millis) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() > MOST {
            noted.clear();
        }
        let last = noted.insert((user, hash), now);
        last.is_none_or(|last| now.since(last) >= AGAIN_MS)
    }

    fn key(&self, day: i64) -> Option<ClientKey> {
        let known = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .as_ref()
            .filter(|(of, _)| *of == day)
            .map(|(_, key)| key.clone())
    }
}

/// Notes where `user` is. What goes wrong is logged: a page is shown all the same.
pub(super) async fn note(web: &Web, request: &HttpRequest, user: UserId) {
    if let Err(error) = try_note(web, request, user).await {
        tracing::warn!(error = %error, "the place of a session was not noted");
    }
}

async fn try_note(web: &Web, request: &HttpRequest, user: UserId) -> Result<()> {
    let proxies = &web.ctx.settings.trusted_proxies;
    let Some(address) = peer::client_address(request.head(), proxies) else {
        return Ok(());
    };
    let agent = request.headers().get(USER_AGENT);
    let agent = agent
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let now = web.ctx.clock.now();
    let key = todays_key(web, now).await?;
    let hash = key.browser(address, agent);
    if web.seen.is_news(user, hash, now) {
        let mut tx = web.ctx.store.begin().await?;
        own_places::note(&mut tx, hash, user, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The key of the day, asked of the store once a day.
async fn todays_key(web: &Web, now: Millis) -> Result<ClientKey> {
    let day = now.0.div_euclid(DAY_MS);
    if let Some(key) = web.seen.key(day) {
        return Ok(key);
    }
    let mut tx = web.ctx.store.begin().await?;
    let salt = salts::of_day(&mut tx, day, random_bytes()).await?;
    tx.commit().await?;
    let (_, secret) = web.ctx.keys.signing(Purpose::Client);
    let key = ClientKey::new(&secret, &salt);
    let mut known = web.seen.key.lock().unwrap_or_else(PoisonError::into_inner);
    *known = Some((day, key.clone()));
    drop(known);
    Ok(key)
}
