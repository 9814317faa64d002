//! `otklik doctor`: looks at everything an installation depends on and says what to do.

mod dns;
mod here;
mod relays;

use super::{Failure, Source};
use crate::app;
use crate::domain::clock::Clock;

/// Check everything this installation depends on, and say what to do
///
/// Looks at the data folder, keys, database, relays (with a real sign-in), DNS and the address in
/// links. Sends nothing and changes nothing. Ends with status 1 when something needs doing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik doctor")]
pub(super) struct Args {}

/// How one check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// As it should be.
    Good,
    /// Good to know, or could not be found out.
    Note,
    /// Something needs doing.
    Bad,
}

impl Found {
    const fn word(self) -> &'static str {
        match self {
            Self::Good => "ok  ",
            Self::Note => "note",
            Self::Bad => "DO  ",
        }
    }
}

/// What the checks said, printed as it comes.
#[derive(Debug, Default)]
struct Findings {
    bad: usize,
}

impl Findings {
    /// Something is as it should be.
    fn good(&mut self, what: &str, text: &str) {
        self.say(Found::Good, what, text);
    }

    /// Something is good to know.
    fn note(&mut self, what: &str, text: &str) {
        self.say(Found::Note, what, text);
    }

    /// Something needs doing; `text` says what.
    fn bad(&mut self, what: &str, text: &str) {
        self.say(Found::Bad, what, text);
    }

    fn say(&mut self, found: Found, what: &str, text: &str) {
        self.bad += usize::from(found == Found::Bad);
        println!("{} {what}: {text}", found.word());
    }
}

pub(super) async fn run(Args {}: Args, source: &Source) -> Result<(), Failure> {
    let loaded = source.load(&[])?;
    let mut findings = Findings::default();
    here::folder(&mut findings, &loaded.settings);
    here::privacy(&mut findings, &loaded.settings);
    here::lists(&mut findings, &loaded.settings);
    if loaded.settings.is_sqlite() && !loaded.settings.data_dir.exists() {
        findings.note("database", "is not there yet; serve makes it");
        return Ok(());
    }
    match app::open(&loaded, Clock::System) {
        Ok(ctx) => {
            if here::database(&mut findings, &ctx).await {
                here::queue(&mut findings, &ctx).await;
                relays::check(&mut findings, &ctx).await;
                dns::check(&mut findings, &ctx).await;
            }
            ctx.store.close().await;
        }
        Err(error) => findings.bad("start", &error.to_string()),
    }
    here::tracking(&mut findings, &loaded.settings).await;
    match findings.bad {
        0 => Ok(()),
        1 => Err(Failure::failed("one thing needs doing".to_owned())),
        n => Err(Failure::failed(format!("{n} things need doing"))),
    }
}
