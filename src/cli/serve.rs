//! `otklik serve`: the product, as configured, until it is told to stop.

use super::{Failure, Source};
use crate::app::{self, Schema};
use crate::domain::clock::Clock;
use crate::shutdown::Shutdown;

/// Serve pages, API and tracked links, and send mail
///
/// Brings the schema up to date first. The first SIGTERM or Ctrl-C stops in order, the second at
/// once.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik serve --listen 127.0.0.1:8080")]
pub(super) struct Args {
    /// Serve here instead of where the settings say
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Leave the schema alone; fail when it is not this program's
    #[arg(long)]
    no_migrate: bool,
}

pub(super) async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let overrides: Vec<(&str, String)> = args
        .listen
        .map(|listen| ("listen", listen))
        .into_iter()
        .collect();
    let loaded = source.load(&overrides)?;
    let schema = if args.no_migrate {
        Schema::Expect
    } else {
        Schema::Migrate
    };
    let shutdown = Shutdown::new();
    shutdown.on_signals()?;
    let app = app::start(loaded, Clock::System, schema, shutdown).await?;
    let settings = &app.ctx.settings;
    tracing::info!(
        http.address = %app.address,
        http.base_url = %settings.base_url,
        database.engine = if settings.is_sqlite() { "sqlite" } else { "postgresql" },
        "otklik serves"
    );
    if settings.smtp_url.is_none() {
        tracing::warn!(
            "no relay is set (OTKLIK_SMTP_URL): mail of mailboxes without a relay of their own is \
             caught, readable on the pages, and not sent"
        );
    }
    app.until_stopped().await?;
    tracing::info!("stopped");
    Ok(())
}
