//! Keeps the network catalogue in step with the operator's files, without a restart. What changes
//! judges new hits only: a stored hit keeps what the lists said when it was taken in.

use super::Progress;
use crate::ctx::Ctx;
use std::convert::Infallible;
use std::time::Duration;

/// How often the folder is looked at.
pub const EVERY: Duration = Duration::from_secs(2);

/// Looks at the folder once.
pub async fn step(ctx: &Ctx) -> Result<Progress, Infallible> {
    let (networks, folder) = (ctx.networks.clone(), ctx.settings.networks_dir.clone());
    let looked = tokio::task::spawn_blocking(move || networks.refresh(&folder)).await;
    match looked {
        Ok(Ok(false)) => {}
        Ok(Ok(true)) => {
            let ranges = ctx.networks.now().len();
            tracing::info!(
                catalogue.ranges = ranges,
                "the network lists were read anew"
            );
        }
        Ok(Err(error)) => {
            tracing::error!(error = %error, "the network lists cannot be read; those read before stay in force");
        }
        Err(error) => tracing::error!(error = %error, "reading the network lists failed"),
    }
    Ok(Progress::Idle)
}
