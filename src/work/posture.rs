//! Looks once a day how the domains we write from stand in the DNS, for the pages that show it.

use super::Progress;
use crate::ctx::Ctx;
use crate::domain::clock::DAY_MS;
use crate::posture;
use crate::store::Result;
use std::time::Duration;

/// How often it asks whether a day has passed.
pub const EVERY: Duration = Duration::from_hours(1);

/// Looks, if nobody has for a day.
pub async fn step(ctx: &Ctx) -> Result<Progress> {
    let last = posture::last(ctx).await?;
    let now = ctx.clock.now();
    if last.is_none_or(|last| now.since(last.at) >= DAY_MS) {
        let found = posture::look(ctx).await?;
        if !found.domains.is_empty() {
            posture::keep(ctx, &found).await?;
        }
    }
    Ok(Progress::Idle)
}
