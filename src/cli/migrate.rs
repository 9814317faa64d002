//! `otklik migrate`: brings the schema up to date and ends.

use super::{Failure, Source};
use crate::app::{self, Schema};
use crate::domain::clock::Clock;

/// Bring the database's schema up to this program's version
///
/// Each step is one transaction: interrupted, it starts where it was. `serve` does the same when
/// it starts.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik migrate")]
pub(super) struct Args {}

pub(super) async fn run(Args {}: Args, source: &Source) -> Result<(), Failure> {
    let loaded = source.load(&[])?;
    let ctx = app::open(&loaded, Clock::System)?;
    let before = ctx.store.schema_version().await?;
    app::prepare(&ctx, Schema::Migrate).await?;
    let after = ctx.store.schema_version().await?;
    ctx.store.close().await;
    if before == after {
        eprintln!("The schema is up to date at version {after}.");
    } else {
        eprintln!("The schema went from version {before} to {after}.");
    }
    Ok(())
}
