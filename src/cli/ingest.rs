//! `otklik ingest`: mails from files, mailboxes in mbox form, or stdin.

mod mbox;

use super::{Failure, Source};
use crate::app;
use crate::ctx::Ctx;
use crate::domain::inbound::InboundKind;
use crate::receive::{self, Arrival, Folder, Received, Way, Wish};
use crate::store::inbound::read;
use mbox::Mails;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::PathBuf;

/// Take in mails that came elsewhere
///
/// Reads raw messages (RFC 5322) and mailboxes in mbox form. Writes a line for each mail to stdout:
/// its id, its kind, and whether it was new. The same mail again, or one that came another way,
/// is taken once. Ends with status 1 when one was refused or could not be understood.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik ingest bounces.mbox\n\n\
    From a mail server's pipe, where 75 means that it shall come again:\n  \
    otklik ingest - || exit 75")]
pub(super) struct Args {
    /// Files; `-` is stdin, and so is nothing at all
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// How many came out how.
#[derive(Debug, Default)]
struct Tally {
    new: u64,
    known: u64,
    wrong: u64,
}

pub(super) async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let ctx = app::open_for_command(&source.load(&[])?).await?;
    let mut files = args.files;
    if files.is_empty() {
        files.push(PathBuf::from("-"));
    }
    let mut tally = Tally::default();
    let mut done = Ok(());
    for file in files {
        done = one_file(&ctx, &file, &mut tally).await;
        if done.is_err() {
            break;
        }
    }
    ctx.store.close().await;
    if std::io::stderr().is_terminal() {
        eprint!("\r");
    }
    done?;
    eprintln!(
        "{} new, {} known before, {} not taken.",
        tally.new, tally.known, tally.wrong
    );
    match tally.wrong {
        0 => Ok(()),
        1 => Err(Failure::failed("one mail was not taken".to_owned())),
        n => Err(Failure::failed(format!("{n} mails were not taken"))),
    }
}

async fn one_file(ctx: &Ctx, path: &PathBuf, tally: &mut Tally) -> Result<(), Failure> {
    let is_stdin = path.as_os_str() == "-";
    let reader: Box<dyn BufRead> = if is_stdin {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = File::open(path);
        let file = file.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
        Box::new(BufReader::new(file))
    };
    let is_watched = std::io::stderr().is_terminal();
    for (number, raw) in (1_u64..).zip(Mails::new(reader)) {
        let raw = raw.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
        if let Err(why) = one_mail(ctx, raw, tally).await? {
            tally.wrong += 1;
            eprintln!("{}, mail {number}: {why}", path.display());
        }
        if is_watched && number % 20 == 0 {
            eprint!("\r{number} mails");
        }
    }
    Ok(())
}

/// Takes one mail; the inner error says why it was not taken.
async fn one_mail(
    ctx: &Ctx,
    raw: Vec<u8>,
    tally: &mut Tally,
) -> Result<Result<(), String>, Failure> {
    let arrival = Arrival {
        way: Way::File,
        folder: Folder::Inbox,
        received_at: ctx.clock.now(),
        envelope_from: None,
        envelope_to: Vec::new(),
        wish: Wish::Asked,
    };
    let received = match receive::take(ctx, raw, arrival).await {
        Ok(received) => received,
        Err(receive::ReceiveError::Store(error)) => return Err(error.into()),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let Received::Stored { no, id, is_new } = received else {
        return Ok(Err("it may not be kept".to_owned()));
    };
    receive::understand(ctx, no).await?;
    let mail = read::by_no(&ctx.store, no).await?;
    let kind = mail.as_ref().and_then(|mail| mail.kind);
    let word = kind.map_or("-", InboundKind::as_str);
    let news = if is_new { "new" } else { "known" };
    writeln!(std::io::stdout(), "{id}\t{word}\t{news}")?;
    if is_new {
        tally.new += 1;
    } else {
        tally.known += 1;
    }
    Ok(match (kind, mail.and_then(|mail| mail.fault)) {
        (None, Some(fault)) => Err(format!("stored, and not understood: {fault}")),
        _ => Ok(()),
    })
}
