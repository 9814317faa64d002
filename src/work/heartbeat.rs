//! The pulse: a beat each minute, and a hold on the queue after a long silence (decision 14). A
//! machine that slept over night, or came back from a backup, may have mail due that nobody wants
//! to leave any more; a person looks at the list first.

use super::Progress;
use crate::ctx::Ctx;
use crate::domain::clock::{MINUTE_MS, Millis};
use crate::store::settings::{self, Setting};
use crate::store::{Result, Store, heartbeat};
use std::time::Duration;

/// How often it beats.
pub const EVERY: Duration = Duration::from_mins(1);
/// The longest silence that needs no explanation.
const LONGEST_GAP_MS: i64 = 60 * MINUTE_MS;

/// Beats, and holds the queue when the last beat is too long ago and something would go.
pub async fn step(ctx: &Ctx) -> Result<Progress> {
    let now = ctx.clock.now();
    let was_silent = is_silent(&ctx.store, now).await?;
    let would_go = was_silent && !heartbeat::would_go(&ctx.store, now, 1).await?.is_empty();
    let mut tx = ctx.store.begin().await?;
    if would_go {
        let minutes = heartbeat::last(&ctx.store)
            .await?
            .map_or(0, |last| now.since(last) / MINUTE_MS);
        let reason = format!("no sign of life for {minutes} minutes");
        settings::set(&mut tx, Setting::QueueHold, &reason, now).await?;
        tracing::warn!(
            heartbeat.gap_minutes = minutes,
            "the queue is on hold until a person confirms what would go"
        );
    }
    heartbeat::beat(&mut tx, now).await?;
    tx.commit().await?;
    Ok(Progress::Idle)
}

/// Whether nothing may be claimed at `now`: the queue is on hold, or it has been silent for so
/// long that the next beat will decide.
pub(super) async fn is_held(store: &Store, now: Millis) -> Result<bool> {
    let hold = settings::get(store, Setting::QueueHold).await?;
    Ok(hold.is_some() || is_silent(store, now).await?)
}

async fn is_silent(store: &Store, now: Millis) -> Result<bool> {
    let last = heartbeat::last(store).await?;
    Ok(last.is_some_and(|last| now.since(last) > LONGEST_GAP_MS))
}
