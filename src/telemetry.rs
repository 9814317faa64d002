//! The log of the process. Its lines go to stderr, so that stdout holds data alone.

use crate::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What is logged of libraries whose `info` is of no use to an operator.
const QUIET: &str =
    "sqlx=warn,async_imap=warn,actix_server=warn,actix_http=warn,lol_html=warn,mio=warn";

/// Begins to log. A second call changes nothing, so that tests may start many applications.
pub fn init(format: LogFormat, level: &str) {
    let filter =
        EnvFilter::try_new(format!("{QUIET},{level}")).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let begun = match format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if begun.is_ok() {
        log_panics();
    }
}

/// A panic of a task is a defect to be seen in the log, not a line lost on stderr. The payload may
/// hold anything, so it is cut.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let text = panic.payload_as_str().unwrap_or("not a text");
        let text: String = text.chars().take(300).collect();
        tracing::error!(
            panic.at = place,
            panic.text = text,
            "a part of the program panicked"
        );
    }));
}
