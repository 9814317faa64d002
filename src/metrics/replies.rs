//! What a thread adds to the counts of reply latency.

use super::tally::{Change, Count, Metric, Place, Side};
use super::thread::{HORIZONS_MS, LAST_MS, Outcome, Thread};
use crate::domain::clock::DAY_MS;
use crate::domain::stats::bins::Bin;

/// Codes of [`Metric::Thread`]: 0 to 4 answered within that horizon and no earlier one, then these.
/// Answered after the last horizon.
pub const TOO_LATE: i16 = 5;
/// Not answered.
pub const SILENT: i16 = 6;
/// Met elsewhere before the first horizon ended; the codes after it, when that many had ended.
pub const ELSEWHERE: i16 = 7;

/// Whether a thread of code `code` is in the denominator of horizon `i`: those met elsewhere before
/// its end say neither yes nor no.
pub const fn counts_at(code: i16, i: i16) -> bool {
    code < ELSEWHERE || code - ELSEWHERE > i
}

/// Whether it is in the numerator.
pub const fn replied_at(code: i16, i: i16) -> bool {
    code <= i && code < TOO_LATE
}

fn code(thread: &Thread) -> i16 {
    let passed = |ms: i64, within: fn(&i64, i64) -> bool| {
        let ended = HORIZONS_MS
            .iter()
            .filter(|horizon| within(horizon, ms))
            .count();
        i16::try_from(ended).unwrap_or(TOO_LATE)
    };
    match thread.end {
        Outcome::Silent => SILENT,
        Outcome::Replied(at) => passed(at.since(thread.start), |horizon, ms| *horizon < ms),
        Outcome::Elsewhere(at) => {
            ELSEWHERE + passed(at.since(thread.start), |horizon, ms| *horizon <= ms)
        }
    }
}

fn place(thread: &Thread) -> Place {
    let first = &thread.first;
    let mut sides = vec![
        (Side::Purpose, i64::from(first.purpose.code())),
        (Side::Gateway, i64::from(first.gateway)),
    ];
    sides.extend(first.template.map(|no| (Side::Template, no)));
    // Rounded up, so that no cohort is judged before its last thread is old enough.
    let moved = thread.start.since(first.at).max(0);
    let days = (moved + DAY_MS - 1) / DAY_MS;
    Place {
        day: first.day,
        rep: Some(first.rep.0),
        sides,
        shift: i16::try_from(days).unwrap_or(i16::MAX),
    }
}

fn counts(thread: &Thread) -> Vec<Count> {
    let mut counts = vec![(Metric::Thread, code(thread))];
    let met_elsewhere = matches!(thread.end, Outcome::Elsewhere(_));
    if let Outcome::Replied(at) = thread.end {
        counts.push((Metric::Replied, Bin::of(at.since(thread.start)).0));
    }
    if !met_elsewhere {
        counts.push((Metric::Slot, i16::from(thread.first.slot)));
        if matches!(thread.end, Outcome::Replied(at) if at.since(thread.start) <= LAST_MS) {
            counts.push((Metric::SlotReplied, i16::from(thread.first.slot)));
        }
    }
    if thread.colleague {
        counts.push((Metric::Colleague, 0));
    }
    if thread.start > thread.first.at {
        counts.push((Metric::Restarted, 0));
    }
    for latency in &thread.latencies {
        counts.push((Metric::Latency, Bin::of(*latency).0));
    }
    for _ in 0..thread.superseded {
        counts.push((Metric::Superseded, 0));
    }
    counts
}

/// Adds the thread to `change`, `times` over.
pub fn add_to(thread: &Thread, change: &mut Change, times: i64) {
    change.count(&place(thread), &counts(thread), times);
}
