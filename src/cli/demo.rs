//! `otklik demo`: the whole product with a simulated organisation, on loopback alone. Here are its
//! arguments and what it prints; `demo/stage.rs` starts and stops it.

mod stage;

pub use stage::{Demo, Options, Traffic, open};

use super::Failure;
use crate::config::LogFormat;
use crate::demo::{DAYS, PASSWORD, Told, workdays};
use crate::domain::clock::Clock;
use crate::shutdown::Shutdown;
use crate::telemetry;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Try the whole product with a simulated sales team
///
/// Eight weeks of mail are written, sent, read and clicked in a few seconds, over real SMTP and
/// HTTP on this machine; nothing leaves it. Settings from files and the environment are not read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik demo --listen 127.0.0.1:8080")]
pub(super) struct Args {
    /// Serve here
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keep the data in this new or empty folder; without it they are removed at the end
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Another number, another story
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Let nothing happen by itself once the past is written
    #[arg(long)]
    no_live: bool,
}

pub(super) async fn run(args: Args) -> Result<(), Failure> {
    telemetry::init(LogFormat::Text, "warn");
    let shutdown = Shutdown::new();
    shutdown.on_signals()?;
    let options = Options {
        listen: args.listen,
        data: args.data,
        seed: args.seed,
        days: DAYS,
        end: workdays::end_of_last(Clock::System.now()),
        traffic: if args.no_live {
            Traffic::None
        } else {
            Traffic::Live
        },
    };
    let mut progress = Progress::begin();
    let opened = open(options, shutdown, |told| progress.show(told)).await;
    progress.end();
    let Some(demo) = opened? else {
        eprintln!("Stopped.");
        return Ok(());
    };
    println!("{}", screen(&demo));
    demo.until_stopped().await?;
    eprintln!("Stopped.");
    Ok(())
}

/// One line that tells how far the past is written, renewed in place on a terminal.
struct Progress {
    on_terminal: bool,
    begun: Instant,
    shown: Option<Instant>,
    last: Told,
}

/// How often the line is renewed.
const RENEW: Duration = Duration::from_millis(100);

impl Progress {
    fn begin() -> Self {
        Self {
            on_terminal: std::io::stderr().is_terminal(),
            begun: Instant::now(),
            shown: None,
            last: Told::default(),
        }
    }

    fn show(&mut self, told: Told) {
        if self.last == Told::default() {
            eprintln!("A simulated team writes eight weeks of mail.");
        }
        self.last = told;
        let is_due = self.shown.is_none_or(|shown| shown.elapsed() >= RENEW);
        if self.on_terminal && is_due {
            self.shown = Some(Instant::now());
            eprint!("\r{}", line(told));
            let _ = std::io::stderr().flush();
        }
    }

    fn end(&self) {
        if self.last == Told::default() {
            return;
        }
        let start = if self.on_terminal { "\r" } else { "" };
        let seconds = self.begun.elapsed().as_secs_f64();
        eprintln!("{start}{}, in {seconds:.1} s.\n", line(self.last));
    }
}

fn line(told: Told) -> String {
    format!(
        "{} of {} messages sent, {} visits by contacts and machines",
        told.messages, told.of, told.acts
    )
}

/// What the browser of a person sends beside its agent when they follow a link.
const NAVIGATION: [(&str, &str); 5] = [
    ("Accept", "text/html"),
    ("Accept-Language", "en"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-User", "?1"),
];

/// A command that follows a link as a person's browser would.
fn as_a_person() -> String {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let mut command = format!("curl -si -A '{agent}'");
    for (name, value) in NAVIGATION {
        let _ = write!(command, " -H '{name}: {value}'");
    }
    command + " LINK"
}

/// What a newcomer needs to know: where to look, how to sign in, what to try.
pub fn screen(demo: &Demo) -> String {
    let url = &demo.url;
    let mut text = format!("Pages      {url}\nSign in    password for all: {PASSWORD}\n");
    for (role, email) in &demo.credentials.sign_ins {
        let _ = writeln!(text, "           {:<9} {email}", role.as_str());
    }
    let _ = write!(
        text,
        "API token  {token}\n           curl -H 'Authorization: Bearer {token}' {url}api/v1/contacts\n\n\
         Four things to try\n\
         1. Sign in as the rep and write to any contact. Find the mail in the mail catcher, copy its\n   \
            link into another browser, and watch the click arrive on the message's page. From the\n   \
            browser you are signed in with it counts as one of us, in a private window too; within\n   \
            two seconds of sending it is taken for a scanner's. Without a second browser:\n   \
            {click}\n\
         2. Sign in as the marketer and open the report: some content earns clicks, one page was\n   \
            sent for eight weeks and nobody followed it.\n\
         3. Open any message and look at its timeline: machines beside people, each with the reason\n   \
            for what it was taken for.\n\
         4. Open the inbox: contacts have answered and wait. Answer one, or hand them over, and see in\n   \
            the report on response time what that does.\n\n\
         Nothing leaves this machine. Ctrl-C stops",
        token = demo.credentials.token,
        click = as_a_person(),
    );
    match &demo.kept {
        Some(folder) => {
            let _ = write!(text, "; the data stay in {}.", folder.display());
        }
        None => text.push_str(" and removes all data."),
    }
    text
}
