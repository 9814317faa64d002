//! `otklik check-config`: every setting with its value and its origin.

use super::{Failure, Source};
use crate::app::{self, AppError};
use std::fmt::Write as _;

/// Print every setting with its value and where it came from
///
/// Secrets are shown as ***. Ends with status 2 when a value cannot be used.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik check-config --config otklik.toml")]
pub(super) struct Args {}

pub(super) fn run(Args {}: Args, source: &Source) -> Result<(), Failure> {
    let loaded = source.load(&[])?;
    app::check_relay(&loaded.settings).map_err(AppError::from)?;
    let mut text = String::new();
    for entry in &loaded.entries {
        let shown = entry.shown.as_deref().unwrap_or("(not set)");
        let _ = writeln!(text, "{} = {shown}  # {}", entry.name, entry.origin);
    }
    print!("{text}");
    Ok(())
}
