//! `otklik export`: the log, the messages or a report, for another program.

mod row;

use super::{Failure, Source};
use crate::app;
use crate::ctx::Ctx;
use crate::domain::id::{Seq, UserId};
use crate::domain::viewer::{Role, Viewer};
use crate::report::csv::rows;
use crate::report::query::Query;
use crate::store::messages::{self, Filter};
use crate::store::reports::{self, ReportError};
use crate::store::{events, zone};
use clap::{Subcommand, ValueEnum};
use row::{EventRow, MessageRow, Writer};

/// Rows read at once.
const PAGE: i64 = 1_000;

/// Write events, messages or a report to stdout
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Events(Events),
    Messages(Messages),
    Report(Report),
}

/// Every event of the log, in commit order
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik export events --after 1000 > events.csv")]
struct Events {
    /// Only events after this place in the log
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: i64,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
}

/// Every message with where its first recipient's delivery stands, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik export messages --format json > messages.jsonl")]
struct Messages {
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
}

/// A report, asked as over the API
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  $ otklik export report click-through from=2026-10-01 by=rep > report.csv"
)]
struct Report {
    /// Its name
    #[arg(value_parser = ["click-through"])]
    name: String,
    /// What to ask, as in the address of the API
    #[arg(value_name = "FIELD=VALUE")]
    query: Vec<String>,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated values; text that a spreadsheet would run gets a ' in front
    Csv,
    /// JSON: one object a line, or one for a whole report
    Json,
}

pub(super) async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let ctx = app::open_for_command(&source.load(&[])?).await?;
    // Who may read the database may read all of it.
    let viewer = Viewer {
        user: UserId(uuid::Uuid::nil()),
        role: Role::Admin,
        team: None,
        level: ctx.settings.report_level,
    };
    let done = match args.what {
        What::Events(args) => export_events(&ctx, &viewer, args).await,
        What::Messages(args) => export_messages(&ctx, &viewer, args).await,
        What::Report(args) => export_report(&ctx, &viewer, args).await,
    };
    ctx.store.close().await;
    done
}

async fn export_events(ctx: &Ctx, viewer: &Viewer, args: Events) -> Result<(), Failure> {
    let mut out = Writer::new(args.format);
    let mut at = Seq(args.after);
    loop {
        let page = events::after(&ctx.store, viewer, at, PAGE).await?;
        for told in &page.events {
            out.write(EventRow::of(told))?;
        }
        if page.is_end {
            return out.finish();
        }
        at = page.reached;
    }
}

async fn export_messages(ctx: &Ctx, viewer: &Viewer, args: Messages) -> Result<(), Failure> {
    let mut out = Writer::new(args.format);
    let mut before = None;
    loop {
        let page = messages::list(&ctx.store, viewer, &Filter::default(), before, PAGE).await?;
        let Some(last) = page.last() else {
            return out.finish();
        };
        before = Some(last.id);
        for listed in &page {
            out.write(MessageRow::of(listed))?;
        }
    }
}

async fn export_report(ctx: &Ctx, viewer: &Viewer, args: Report) -> Result<(), Failure> {
    let now = ctx.clock.now();
    let today = zone::of(&ctx.store).await?.day_of(now);
    let pairs: Option<Vec<(&str, &str)>> =
        args.query.iter().map(|pair| pair.split_once('=')).collect();
    let Some(pairs) = pairs else {
        return Err(Failure::usage(
            "after the report's name stand fields such as by=rep".to_owned(),
        ));
    };
    let query = Query::parse(pairs, today).map_err(|errors| {
        let list: Vec<String> = errors
            .iter()
            .map(|error| format!("{} {}", error.field, error.text))
            .collect();
        Failure::usage(list.join("\n"))
    })?;
    let report = match reports::click_through(&ctx.store, viewer, &query, now).await {
        Ok(report) => report,
        Err(ReportError::Store(error)) => return Err(error.into()),
        Err(error) => return Err(Failure::usage(error.to_string())),
    };
    match args.format {
        Format::Csv => print!("{}", rows(&report)),
        Format::Json => println!("{}", serde_json::json!(report)),
    }
    Ok(())
}
