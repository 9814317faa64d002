//! `otklik rebuild-metrics`: folds the log into the metric store again.

use super::{Failure, Source};
use crate::app;
use crate::store::rebuild::{self, Next, RebuildProgress, Rebuilt};
use std::io::IsTerminal;

/// Fold the event log into the metric store again
///
/// Runs beside serve. Reports show the present figures until the new ones are complete. Ctrl-C
/// leaves everything as it was.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik rebuild-metrics")]
pub(super) struct Args {}

pub(super) async fn run(Args {}: Args, source: &Source) -> Result<(), Failure> {
    let ctx = app::open_for_command(&source.load(&[])?).await?;
    let shutdown = crate::shutdown::Shutdown::new();
    shutdown.on_signals()?;
    let is_watched = std::io::stderr().is_terminal();
    let ended = rebuild::rebuild(&ctx.store, |progress| {
        if is_watched {
            tell(progress);
        }
        if shutdown.soft.is_cancelled() {
            Next::Stop
        } else {
            Next::Continue
        }
    })
    .await?;
    if is_watched {
        eprintln!();
    }
    ctx.store.close().await;
    match ended {
        Rebuilt::Done(seq) => {
            eprintln!("The metric store was built anew from {} events.", seq.0);
            Ok(())
        }
        Rebuilt::Stopped => Err(Failure::failed(
            "stopped before the end; the metric store is as it was".to_owned(),
        )),
    }
}

fn tell(progress: RebuildProgress) {
    let share = progress.at.0 * 100 / progress.head.0.max(1);
    eprint!(
        "\r{share:3} %  {} of {} events",
        progress.at.0, progress.head.0
    );
}
