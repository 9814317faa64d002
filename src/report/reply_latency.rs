//! Reply latency: threads that we began, answered by a person within 1 h, 1 d, 3 d, 7 d and 14 d of
//! their first mail ÷ threads old enough for each. Threads met elsewhere before a horizon ended say
//! neither yes nor no, and stand beside.

use super::asked::Name;
use super::counted::{Group, row, share, sort_by_rate, spread};
use super::input::{Beside, Input};
use super::note::Note;
use super::{HorizonFigure, Report, Row, Series, ThreadFigures, X};
use crate::domain::clock::{DAY_MS, HOUR_MS};
use crate::domain::stats::bins::quantile_ms;
use crate::domain::stats::survival::Curve;
use crate::metrics::replies::{ELSEWHERE, counts_at, replied_at};
use crate::metrics::tally::Metric;
use crate::metrics::thread::{HORIZONS_MS, LAST_MS};

/// Threads under which a cell of the week is blank.
const MIN_CELL: i64 = 20;
/// Horizons a cohort has passed when it is old enough for all.
const ALL_PASSED: i64 = HORIZONS_MS.len() as i64;

/// The moments at which the curve is drawn.
const MOMENTS_MS: [i64; 15] = [
    HOUR_MS / 4,
    HOUR_MS / 2,
    HOUR_MS,
    2 * HOUR_MS,
    4 * HOUR_MS,
    8 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    3 * DAY_MS,
    4 * DAY_MS,
    5 * DAY_MS,
    7 * DAY_MS,
    9 * DAY_MS,
    11 * DAY_MS,
    14 * DAY_MS,
];

/// Makes the report.
pub fn build(input: &Input<'_>) -> Report {
    let rows = input.groups.iter().map(figures).collect();
    let total = figures(&input.total);
    let beside = Beside {
        series: vec![curve(&input.total), week(&input.total)],
        notes: notes(input, &total),
        ..Beside::default()
    };
    input.report(Name::ReplyLatency, rows, &total, sort_by_rate, beside)
}

fn horizon(group: &Group, i: usize) -> HorizonFigure {
    let place = i as i64;
    let bin_place = i16::try_from(i).unwrap_or(0);
    let counted = &group.counted;
    let count = |meant: fn(i16, i16) -> bool| {
        counted.sum_of(Metric::Thread, |passed, bin| {
            passed > place && meant(bin, bin_place)
        })
    };
    let (n, of) = (count(replied_at), count(counts_at));
    let share = share(n, of, counted.contacts.get(i).copied());
    HorizonFigure {
        within_ms: HORIZONS_MS[i],
        n,
        of,
        rate: share.rate,
        low: share.interval.map(|interval| interval.low),
        high: share.interval.map(|interval| interval.high),
    }
}

fn figures(group: &Group) -> Row {
    let counted = &group.counted;
    let horizons: Vec<HorizonFigure> = (0..HORIZONS_MS.len()).map(|i| horizon(group, i)).collect();
    let (n, of) = horizons.last().map_or((0, 0), |last| (last.n, last.of));
    let is_old = |passed: i64| passed >= ALL_PASSED;
    let mut row = row(group, n, of);
    row.mature_n = counted.sum_of(Metric::Thread, |passed, _| is_old(passed));
    row.immature_n = counted.sum_of(Metric::Thread, |passed, _| !is_old(passed));
    let latencies = counted.waits(Metric::Latency, ALL_PASSED);
    let answers: i64 = latencies.iter().map(|(_, n)| n).sum();
    let quantile = |least, q| {
        (answers >= least)
            .then(|| quantile_ms(&latencies, q))
            .flatten()
    };
    row.p50_ms = quantile(6, 0.5);
    row.p90_ms = quantile(36, 0.9);
    let old = |metric| counted.sum_of(metric, |passed, _| is_old(passed));
    row.threads = Some(ThreadFigures {
        horizons,
        elsewhere: counted.sum_of(Metric::Thread, |passed, bin| {
            is_old(passed) && bin >= ELSEWHERE
        }),
        superseded: old(Metric::Superseded),
        colleague: old(Metric::Colleague),
        restarted: old(Metric::Restarted),
    });
    row
}

/// The share answered within a time: who was met elsewhere leaves at that moment, as near as the
/// horizons tell, who is silent at the last one.
fn curve(total: &Group) -> Series {
    let counted = &total.counted;
    let waits = counted.waits(Metric::Replied, ALL_PASSED);
    let (quick, slow): (Vec<_>, Vec<_>) = spread(&waits)
        .into_iter()
        .partition(|(ms, _)| *ms <= LAST_MS);
    let mut left: Vec<(i64, i64)> = slow.into_iter().map(|(_, n)| (LAST_MS, n)).collect();
    let old =
        |bin: i16| counted.sum_of(Metric::Thread, |passed, b| passed >= ALL_PASSED && b == bin);
    left.push((LAST_MS, old(crate::metrics::replies::SILENT)));
    for passed in 0..HORIZONS_MS.len() {
        let ms = passed.checked_sub(1).map_or(0, |i| HORIZONS_MS[i]);
        let code = ELSEWHERE + i16::try_from(passed).unwrap_or(0);
        left.push((ms, old(code)));
    }
    let steps: Vec<(i64, f64)> = Curve::estimate(&quick, &left).ended().collect();
    let any = counted.sum_of(Metric::Thread, |passed, _| passed >= ALL_PASSED) > 0;
    let at = |ms: i64| {
        steps
            .iter()
            .rev()
            .find(|(step, _)| *step <= ms)
            .map_or(0.0, |(_, share)| *share)
    };
    Series {
        name: "replied_within",
        x: MOMENTS_MS.iter().map(|ms| X::Ms(*ms)).collect(),
        y: MOMENTS_MS.iter().map(|ms| any.then(|| at(*ms))).collect(),
        unit: "share",
    }
}

/// The share answered by the hour of the week at which the first mail left.
fn week(total: &Group) -> Series {
    let share = |slot: i16| {
        let of_slot = |metric| {
            total
                .counted
                .sum_of(metric, |passed, bin| passed >= ALL_PASSED && bin == slot)
        };
        let of = of_slot(Metric::Slot);
        (of >= MIN_CELL).then(|| of_slot(Metric::SlotReplied) as f64 / of as f64)
    };
    Series {
        name: "week",
        x: (0..168).map(X::Hour).collect(),
        y: (0..168).map(share).collect(),
        unit: "share",
    }
}

fn notes(input: &Input<'_>, total: &Row) -> Vec<Note> {
    let mut notes = vec![Note::plain(
        "threads_we_began",
        "Threads that we began, each counted once.",
    )];
    if total.immature_n > 0 {
        notes.push(Note::still_filling(total.immature_n, 14));
    }
    if let Some(threads) = &total.threads {
        if threads.elsewhere > 0 {
            notes.push(Note::elsewhere(threads.elsewhere));
        }
        if threads.restarted > 0 {
            notes.push(Note::restarted(threads.restarted));
        }
        if threads.colleague > 0 {
            notes.push(Note::colleague(threads.colleague));
        }
        if threads.superseded > 0 {
            notes.push(Note::superseded(threads.superseded));
        }
    }
    notes.push(Note::plain(
        "of_repliers",
        "Times are of those who answered: half of them did so within p50.",
    ));
    notes.extend(input.of_people());
    notes
}
