//! `judge-sample`: how well people and machines are told apart, by precision and recall of each class,
//! on histories whose makers are known.

use super::Failure;
use crate::sample::measure::{Outcome, judged, told};
use crate::sample::{Cast, histories};
use crate::track::catalogue::Catalogue;
use std::io::Write as _;

/// Judge drawn histories of known makers and print what came out
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ otklik judge-sample --seed 7 --histories 10000")]
pub(super) struct Args {
    /// Where the draw begins; the same seed tells the same histories
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many mails to one recipient each
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    histories: u32,
    /// Draw from agents, networks and habits that no rule was tried on: gateways that come sooner
    /// or later, wait longer, take links in other orders, leave some out, come back
    #[arg(long)]
    held_out: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let cast = if args.held_out {
        Cast::Other
    } else {
        Cast::Known
    };
    let histories = histories(args.seed, args.histories, cast);
    let told = told(&histories, &Catalogue::shipped());
    let outcome = Outcome::of(&histories, &judged(&histories, &told));
    write!(std::io::stdout(), "{outcome}")
        .map_err(|error| Failure::failed(format!("the table was not written: {error}")))
}
