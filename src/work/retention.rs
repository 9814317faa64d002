//! What is kept only for a while, dropped piece by piece: the bytes of sent and received mail, caught mail, and
//! answers kept for repeated requests, and the salts of client hashes. Events and figures stay.

use super::Progress;
use super::own::REMEMBERED_MS;
use crate::ctx::Ctx;
use crate::domain::clock::DAY_MS;
use crate::store::{Result, caught, idempotency, inbound, own_places, rendered, salts};
use std::time::Duration;

/// How often it looks when there was nothing to drop.
pub const EVERY: Duration = Duration::from_mins(10);
/// Rows dropped in one transaction, so that nobody waits for the lock.
const AT_ONCE: i64 = 200;
/// Answers are kept a day at least; two leave room for a client that was away.
const KEEP_ANSWERS_MS: i64 = 2 * DAY_MS;

/// Drops one piece of each.
pub async fn step(ctx: &Ctx) -> Result<Progress> {
    let now = ctx.clock.now();
    let before = now.plus(-i64::from(ctx.settings.keep_bytes_days) * DAY_MS);
    let mut tx = ctx.store.begin().await?;
    let mails = rendered::drop_old(&mut tx, before, AT_ONCE).await?;
    let caught = caught::drop_old(&mut tx, before, AT_ONCE).await?;
    let inbound = inbound::read::drop_old(&mut tx, before, AT_ONCE).await?;
    inbound::gate::drop_old(&mut tx, before).await?;
    idempotency::forget(&mut tx, now.plus(-KEEP_ANSWERS_MS)).await?;
    own_places::drop_before(&mut tx, now.plus(-REMEMBERED_MS)).await?;
    salts::drop_before(&mut tx, first_salted_day(ctx)).await?;
    tx.commit().await?;
    let is_full = |dropped: u64| dropped >= AT_ONCE.unsigned_abs();
    Ok(if is_full(mails) || is_full(caught) || is_full(inbound) {
        Progress::More
    } else {
        Progress::Idle
    })
}

/// The first UTC day, counted since 1970, whose client addresses may still be hashed.
pub(super) fn first_salted_day(ctx: &Ctx) -> i64 {
    let today = ctx.clock.now().0.div_euclid(DAY_MS);
    today - i64::from(ctx.settings.client_hash_days)
}
