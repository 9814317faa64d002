//! Response time: waits of contacts for us. *Within an hour* = answered within one hour ÷ waits at
//! least an hour old that needed an answer; who still waits counts as a failure. Quantiles are of
//! all waits, answered or not yet.

use super::asked::{ClockKind, Name};
use super::counted::{Counted, Group, row, sort_by_rate, spread};
use super::input::{Beside, Input};
use super::note::Note;
use super::{Report, Row, Series, WaitFigures, Waiting, X};
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::domain::stats::bins::Bin;
use crate::domain::stats::survival::Curve;
use crate::metrics::tally::Metric;

/// Where answers are told apart by, in milliseconds: bands of the histogram and of the curve of
/// decision makers. What is longer than the last has a band of its own.
pub const BANDS_MS: [i64; 7] = [
    5 * MINUTE_MS,
    15 * MINUTE_MS,
    HOUR_MS,
    4 * HOUR_MS,
    DAY_MS,
    3 * DAY_MS,
    7 * DAY_MS,
];

/// The moments at which the curve is drawn.
const MOMENTS_MS: [i64; 16] = [
    MINUTE_MS,
    2 * MINUTE_MS,
    5 * MINUTE_MS,
    10 * MINUTE_MS,
    15 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    4 * HOUR_MS,
    8 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    3 * DAY_MS,
    5 * DAY_MS,
    7 * DAY_MS,
    14 * DAY_MS,
];

/// What is true of a row's waits only now: those still open, and those too young to judge.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Present {
    /// The ages of open waits by the clock asked for, in milliseconds.
    pub open_ms: Vec<i64>,
    /// The ages on the wall clock of those among them that nobody has tried to answer.
    pub untried_ms: Vec<i64>,
    /// Waits younger than an hour that were not dismissed.
    pub young: i64,
    /// Of these, opened in working hours.
    pub young_in_hours: i64,
    /// Of the young, answered.
    pub young_answered: i64,
    /// Of these, opened in working hours.
    pub young_answered_in_hours: i64,
}

/// One row before its figures.
pub type Counts = (Group, Present);

/// For each band, and for those never answered: waits 30 days old, and those whose company's
/// decision maker was spoken to within 30 days.
pub type Reached = Vec<(i64, i64)>;

/// Makes the report; `waiting` are those who wait now, oldest first.
pub fn build(input: &Input<'_, Counts>, reached: &Reached, waiting: Vec<Waiting>) -> Report {
    let clock = input.asked.clock;
    let row = |(group, present): &Counts| figures(group, present, clock);
    let rows = input.groups.iter().map(row).collect();
    let total = row(&input.total);
    let beside = Beside {
        series: series(input, reached),
        waiting,
        notes: notes(input, &total),
    };
    input.report(Name::ResponseTime, rows, &total, sort_by_rate, beside)
}

const fn metrics(clock: ClockKind) -> (Metric, Metric, Metric) {
    match clock {
        ClockKind::Wall => (
            Metric::WithinWall,
            Metric::AnsweredWall,
            Metric::CensoredWall,
        ),
        ClockKind::Business => (
            Metric::WithinBusiness,
            Metric::AnsweredBusiness,
            Metric::CensoredBusiness,
        ),
    }
}

fn curve(group: &Group, present: &Present, clock: ClockKind) -> Curve {
    let (_, answered, censored) = metrics(clock);
    until(&group.counted, answered, censored, &present.open_ms)
}

/// How long until `ended` happened; `censored` left before, and `open_ms` are the ages of those it
/// may still happen to.
fn until(counted: &Counted, ended: Metric, censored: Metric, open_ms: &[i64]) -> Curve {
    let mut still = spread(&counted.waits(censored, 0));
    still.extend(open_ms.iter().map(|ms| (Bin::of(*ms).middle_ms(), 1)));
    Curve::estimate(&spread(&counted.waits(ended, 0)), &still)
}

fn figures(group: &Group, present: &Present, clock: ClockKind) -> Row {
    let counted = &group.counted;
    let (within, answered, censored) = metrics(clock);
    let dismissed = counted.sum(Metric::Dismissed);
    let of = counted.sum(Metric::Opened) - dismissed - present.young;
    let n = counted.sum(within) - present.young_answered;
    let in_hours = |metric| counted.sum_of(metric, |_, bin| bin == 1);
    let open = i64::try_from(present.open_ms.len()).unwrap_or(i64::MAX);
    let waits = counted.sum(answered) + counted.sum(censored) + open;
    let curve = curve(group, present, clock);
    let quantile = |least, q| (waits >= least).then(|| curve.quantile_ms(q)).flatten();
    let mut row = row(group, n, of);
    row.immature_n = present.young;
    row.p50_ms = quantile(6, 0.5);
    row.p90_ms = quantile(36, 0.9);
    let tries = until(
        counted,
        Metric::Attempted,
        Metric::Unattempted,
        &present.untried_ms,
    );
    row.waits = Some(WaitFigures {
        attempted: counted.sum(Metric::Attempted),
        attempt_p50_ms: (waits >= 6).then(|| tries.quantile_ms(0.5)).flatten(),
        waiting: open,
        censored: counted.sum(censored) + open,
        dismissed,
        answered: counted.sum(answered),
        late: counted.sum(Metric::Late),
        self_reported: counted.sum(Metric::SelfReported),
        credited: counted.sum(Metric::Credited),
        in_hours_n: in_hours(Metric::WithinWall) - present.young_answered_in_hours,
        in_hours_of: in_hours(Metric::Opened)
            - in_hours(Metric::Dismissed)
            - present.young_in_hours,
        p50_not_reached: waits >= 6 && row.p50_ms.is_none(),
        p90_not_reached: waits >= 36 && row.p90_ms.is_none(),
    });
    row
}

fn moments(name: &'static str, value: impl Fn(i64) -> Option<f64>) -> Series {
    Series {
        name,
        x: MOMENTS_MS.iter().map(|ms| X::Ms(*ms)).collect(),
        y: MOMENTS_MS.iter().map(|ms| value(*ms)).collect(),
        unit: "share",
    }
}

fn series(input: &Input<'_, Counts>, reached: &Reached) -> Vec<Series> {
    let (group, present) = &input.total;
    let curve = curve(group, present, input.asked.clock);
    let steps: Vec<_> = curve.banded().collect();
    let at = |ms: i64| steps.iter().rev().find(|step| step.ms <= ms);
    let any = group.counted.sum(Metric::Opened) > 0;
    let drawn = |value: Option<f64>| any.then(|| value.unwrap_or(0.0));
    let mut series = vec![
        moments("answered_within", |ms| drawn(at(ms).map(|step| step.ended))),
        moments("answered_within_low", |ms| {
            drawn(at(ms).map(|step| step.low))
        }),
        moments("answered_within_high", |ms| {
            drawn(at(ms).map(|step| step.high))
        }),
    ];
    if input.asked.clock == ClockKind::Wall {
        let in_hours = group.counted.sum_of(Metric::Opened, |_, bin| bin == 1)
            - group.counted.sum_of(Metric::Dismissed, |_, bin| bin == 1);
        let answered = spread(&group.counted.waits(Metric::AnsweredInHours, 0));
        let share = |ms: i64| {
            let by = answered.iter().filter(|(wait, _)| *wait <= ms);
            (in_hours > 0).then(|| by.map(|(_, n)| *n as f64).sum::<f64>() / in_hours as f64)
        };
        series.push(moments("answered_in_hours", share));
    }
    series.push(histogram("answers", group, metrics(input.asked.clock).1));
    series.push(histogram("self_reported", group, Metric::SelfReported));
    series.push(Series {
        name: "reached_decision_maker",
        x: bands().collect(),
        y: reached
            .iter()
            .map(|(of, n)| (*of >= 10).then(|| *n as f64 / *of as f64))
            .collect(),
        unit: "share",
    });
    series
}

/// The upper ends of the bands; the last stands for everything longer.
fn bands() -> impl Iterator<Item = X> {
    BANDS_MS.into_iter().chain([i64::MAX]).map(X::Ms)
}

/// The band of a wait.
pub fn band(ms: i64) -> usize {
    BANDS_MS.iter().filter(|end| ms > **end).count()
}

fn histogram(name: &'static str, group: &Group, metric: Metric) -> Series {
    let mut counts = vec![0_i64; BANDS_MS.len() + 1];
    for (bin, n) in group.counted.waits(metric, 0) {
        counts[band(bin.middle_ms())] += n;
    }
    Series {
        name,
        x: bands().collect(),
        y: counts.into_iter().map(|n| Some(n as f64)).collect(),
        unit: "answers",
    }
}

fn notes(input: &Input<'_, Counts>, total: &Row) -> Vec<Note> {
    let mut notes = vec![Note::plain(
        "waits_counted",
        "Who still waits counts as not answered. Ended without an answer being needed is beside the rate.",
    )];
    if total.immature_n > 0 {
        notes.push(Note::young_waits(total.immature_n));
    }
    if let Some(waits) = &total.waits {
        if waits.late > 0 {
            notes.push(Note::told_late(waits.late));
        }
        if waits.self_reported > 0 {
            notes.push(Note::self_reported(waits.self_reported));
        }
    }
    notes.push(Note::plain(
        "charged",
        "A wait is charged to who owned the contact when it opened, and runs on when the contact is handed over.",
    ));
    notes.extend(input.of_people());
    notes.push(Note::plain(
        "reached_followed",
        "A conversation with a decision maker followed the answer; the answer need not have caused it.",
    ));
    notes
}
