//! `otklik rejudge`: what the rules say of history now.

use super::{Failure, Source};
use crate::app;
use crate::domain::clock::Millis;
use crate::store::rebuild::Next;
use crate::store::verdicts::Change;
use crate::store::verdicts::history::{Begin, Ended, Walked, rejudge_all, stopped};
use std::collections::BTreeMap;
use std::io::IsTerminal;

/// Judge opens and clicks of the past again, by the rules as they are now
///
/// Runs beside serve. Verdicts that change become revisions, and figures follow; what a person
/// decided stays, and nobody is told of a click anew. Ctrl-C keeps what was done, and --resume
/// finishes what was begun: the same hits, from the same day on.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  $ otklik rejudge --from 2026-11-01\n  $ otklik rejudge --resume"
)]
pub(super) struct Args {
    /// Only hits from this day (UTC) or time on, such as 2026-11-01 or 2026-11-01T09:00:00Z
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<Millis>,
    /// Go on where the last run was stopped
    #[arg(long, conflicts_with = "from")]
    resume: bool,
}

fn date(text: &str) -> Result<Millis, String> {
    Millis::parse_rfc3339(text)
        .or_else(|| Millis::parse_rfc3339(&format!("{text}T00:00:00Z")))
        .ok_or_else(|| "is no date such as 2026-11-01".to_owned())
}

const STOPPED: &str = "stopped before the end; what was done stays. To finish, go on with otklik \
                       rejudge --resume";
const NOTHING_STOPPED: &str =
    "no run was stopped before its end; run otklik rejudge without --resume";

/// What changed: from which verdict to which, by which rule.
type Changed = BTreeMap<(&'static str, &'static str, &'static str), u64>;

pub(super) async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let ctx = app::open_for_command(&source.load(&[])?).await?;
    let begin = match (args.resume, args.from) {
        (true, _) => stopped(&ctx.store).await?.map(Begin::Again),
        (false, Some(from)) => Some(Begin::Since(from)),
        (false, None) => Some(Begin::AtTheBeginning),
    };
    let Some(begin) = begin else {
        ctx.store.close().await;
        return Err(Failure::failed(NOTHING_STOPPED.to_owned()));
    };
    let shutdown = crate::shutdown::Shutdown::new();
    shutdown.on_signals()?;
    let is_watched = std::io::stderr().is_terminal();
    let mut changed = Changed::new();
    let ended = rejudge_all(&ctx.store, &ctx.clock, begin, |walked, changes| {
        add(&mut changed, changes);
        if is_watched {
            tell(walked);
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
    print(&changed);
    match ended {
        Ended::Stopped => Err(Failure::failed(STOPPED.to_owned())),
        Ended::Done => Ok(()),
    }
}

fn add(changed: &mut Changed, changes: &[Change]) {
    for change in changes {
        let (was, now) = (change.was.verdict.as_str(), change.now.verdict.as_str());
        *changed.entry((was, now, change.now.rule.id())).or_default() += 1;
    }
}

fn print(changed: &Changed) {
    if changed.is_empty() {
        println!("No verdict changed.");
    }
    for ((was, now, rule), n) in changed {
        println!("{was} -> {now}\t{rule}\t{n}");
    }
}

fn tell(walked: Walked) {
    let share = walked.at.0 * 100 / walked.head.0.max(1);
    eprint!(
        "\r{share:3} %  {} of {} events, {} deliveries judged",
        walked.at.0, walked.head.0, walked.judged
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_beginning_and_a_time_is_itself() {
        assert_eq!(date("1970-01-02"), Ok(Millis(86_400_000)));
        assert_eq!(date("1970-01-01T00:00:01Z"), Ok(Millis(1_000)));
        assert!(date("yesterday").is_err());
    }
}
