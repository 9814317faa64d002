//! Says what stored mail means: what came by IMAP and LMTP, and what others left undone. A try is
//! counted and committed before it begins, so that a mail that takes the process down is parked
//! after three of them.

use super::Progress;
use crate::ctx::Ctx;
use crate::domain::clock::MINUTE_MS;
use crate::receive;
use crate::store::Result;
use crate::store::inbound::pending;
use std::time::Duration;

/// How often it looks when there was nothing.
pub const IDLE: Duration = Duration::from_millis(500);
/// Mails taken up at once.
const AT_ONCE: i64 = 20;
/// How long one step has to finish them before another node may.
const AGAIN_MS: i64 = 2 * MINUTE_MS;

/// Takes up some of what is due.
pub async fn step(ctx: &Ctx) -> Result<Progress> {
    let now = ctx.clock.now();
    let mut tx = ctx.store.begin().await?;
    let due = pending::claim(&mut tx, now, now.plus(AGAIN_MS), AT_ONCE).await?;
    tx.commit().await?;
    for no in &due {
        receive::understand(ctx, *no).await?;
    }
    Ok(if due.is_empty() {
        Progress::Idle
    } else {
        Progress::More
    })
}
