//! The command line: one file a command. Data goes to stdout, words for people to stderr; the
//! status is 0 when done, 1 when it failed, 2 when it was called or configured wrongly.

mod check_config;
pub mod demo;
mod doctor;
mod export;
mod failure;
mod ingest;
mod judge_sample;
mod migrate;
mod rebuild_metrics;
mod rejudge;
mod serve;
mod token;
mod user;

pub use failure::Failure;

use crate::config::{self, Loaded};
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Tells a sales team whether what they write is answered.
#[derive(Debug, Parser)]
#[command(name = "otklik", version, about, propagate_version = true)]
struct Cli {
    /// Settings in TOML [default: otklik.toml here, if there is one]
    #[arg(long, global = true, env = "OTKLIK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Serve(serve::Args),
    Migrate(migrate::Args),
    CheckConfig(check_config::Args),
    User(user::Args),
    Token(token::Args),
    Doctor(doctor::Args),
    Export(export::Args),
    Ingest(ingest::Args),
    RebuildMetrics(rebuild_metrics::Args),
    Rejudge(rejudge::Args),
    JudgeSample(judge_sample::Args),
}

/// Reads the arguments, runs the command, and gives the status to end with.
pub fn main() -> ExitCode {
    // One provider for every TLS connection, whatever a dependency would choose.
    let _ = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return Failure::failed(format!("no threads to run on: {error}")).report(),
    };
    let done = runtime.block_on(run(cli));
    // A part that ignores its stop must not keep the process alive.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let source = Source { file: cli.config };
    match cli.command {
        Command::Demo(args) => demo::run(args).await,
        Command::Serve(args) => serve::run(args, &source).await,
        Command::Migrate(args) => migrate::run(args, &source).await,
        Command::CheckConfig(args) => check_config::run(args, &source),
        Command::User(args) => user::run(args, &source).await,
        Command::Token(args) => token::run(args, &source).await,
        Command::Doctor(args) => doctor::run(args, &source).await,
        Command::Export(args) => export::run(args, &source).await,
        Command::Ingest(args) => ingest::run(args, &source).await,
        Command::RebuildMetrics(args) => rebuild_metrics::run(args, &source).await,
        Command::Rejudge(args) => rejudge::run(args, &source).await,
        Command::JudgeSample(args) => judge_sample::run(&args),
    }
}

/// Where the settings come from.
#[derive(Debug)]
struct Source {
    file: Option<PathBuf>,
}

impl Source {
    /// The settings with `overrides` of the command line.
    fn load(&self, overrides: &[(&'static str, String)]) -> Result<Loaded, Failure> {
        let here = Path::new("otklik.toml");
        let file = self
            .file
            .as_deref()
            .or_else(|| here.exists().then_some(here));
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let loaded = config::load(file, environment, overrides)?;
        crate::telemetry::init(loaded.settings.log_format, &loaded.settings.log_level);
        Ok(loaded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound_and_each_help_shows_an_example_that_parses() {
        let mut command = Cli::command();
        command.build();
        command.clone().debug_assert();
        let mut open: Vec<clap::Command> = command.get_subcommands().cloned().collect();
        while let Some(command) = open.pop() {
            if command.get_name() == "help" {
                continue;
            }
            let inner: Vec<clap::Command> = command.get_subcommands().cloned().collect();
            if !inner.is_empty() {
                open.extend(inner);
                continue;
            }
            let after = command
                .get_after_help()
                .unwrap_or_else(|| panic!("{} has no example", command.get_name()))
                .to_string();
            let example = after
                .lines()
                .find_map(|line| line.trim().strip_prefix("$ "))
                .unwrap_or_else(|| panic!("{} has no example", command.get_name()));
            let words = example
                .rsplit('|')
                .next()
                .and_then(|last| last.split('>').next())
                .unwrap()
                .split_whitespace();
            Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{example}: {error}"));
        }
    }
}
