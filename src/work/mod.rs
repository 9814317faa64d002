//! Background work. Each kind is a public `step` that does one bounded piece and says whether
//! there may be more; one runner repeats it, sleeps when it is idle and backs off when it fails.

pub mod arrivals;
pub mod destinations;
pub mod gateways;
pub mod group;
pub mod heartbeat;
pub mod ingest;
pub mod mailbox;
pub mod networks;
mod own;
pub mod posture;
pub mod retention;
pub mod send;
pub mod understand;
pub mod verdicts;

use crate::ctx::Ctx;
use std::future::Future;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Something was done and there may be more: go on at once.
    More,
    /// Nothing to do for now.
    Idle,
}

/// Repeats `step` until `stop` is cancelled: at once after [`Progress::More`], after `idle` when
/// there was nothing, after a growing pause of up to 30 seconds when it failed. A step in progress
/// is finished, not cut off.
pub async fn run<F, Fut, E>(
    name: &'static str,
    ctx: Ctx,
    stop: CancellationToken,
    idle: Duration,
    mut step: F,
) where
    F: FnMut(Ctx) -> Fut,
    Fut: Future<Output = Result<Progress, E>>,
    E: std::fmt::Display,
{
    let mut failures: u32 = 0;
    while !stop.is_cancelled() {
        let pause = match step(ctx.clone()).await {
            Ok(Progress::More) => {
                failures = 0;
                tokio::task::yield_now().await;
                continue;
            }
            Ok(Progress::Idle) => {
                failures = 0;
                idle
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                tracing::warn!(work.name = name, work.failures = failures, error = %error, "a step failed and will be tried again");
                Duration::from_millis(250 * 2_u64.pow(failures.min(7))).min(Duration::from_secs(30))
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
