//! Click-through: deliveries with at least one click by a person on a link that counts within
//! seven days ÷ measurable deliveries. From tallies to rows, verdicts and curves.

mod judge;

use super::counted::{
    MAX_WIDTH, MIN_CONTACTS, Share, by_name, by_rate, compare_reps, share,
    withhold_unknown_gateway, withhold_young_rep,
};
use super::note::{Note, Withheld};
use super::opens::OpenFigures;
use super::query::{By, Counting, Query};
use super::{Report, Row, Series, X};
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::domain::day::Day;
use crate::domain::id::Seq;
use crate::domain::stats::bins::{Bin, quantile_ms};
use crate::domain::stats::survival::Curve;
use crate::metrics::click_through::{Counts, HORIZON_DAYS};
use crate::metrics::opens::Opens;

/// The name of the report in the API.
pub const NAME: &str = "click-through";

/// Measured ÷ sent under which nothing is compared.
const MIN_COVERAGE: f64 = 0.5;

/// What was counted for one row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// In cohorts older than the horizon, without those that could not be measured.
    pub mature: Counts,
    /// In cohorts still filling.
    pub filling: Counts,
    /// Sent in cohorts that could not be measured.
    pub unmeasured: i64,
    /// Distinct contacts of the mature cohorts, estimated.
    pub contacts: f64,
    /// Waits for the first click by a person, mature, in the order of the bins.
    pub waits: Vec<(Bin, i64)>,
    /// Opens, mature; `None` where the row is not about whole mails.
    pub opens: Option<Opens>,
}

impl Tally {
    /// Whether something was taken away that was never added, as happens to counts of an earlier
    /// version until they are rebuilt.
    fn is_off(&self) -> bool {
        let is_below = |n: &Counts| {
            let counts = [n.sent, n.measurable, n.human, n.machine, n.raw];
            counts.iter().any(|n| *n < 0)
        };
        is_below(&self.mature)
            || is_below(&self.filling)
            || self.waits.iter().any(|(_, n)| *n < 0)
            || self.opens.is_some_and(Opens::is_off)
    }
}

/// A row before its figures: what it is about and what was counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its id in the API.
    pub key: String,
    /// Its name.
    pub label: String,
    /// What was counted.
    pub tally: Tally,
}

/// How single reps are treated in this report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reps {
    /// All are shown.
    Shown,
    /// Some or all are only in the total.
    Folded,
}

/// Everything a report is made of.
#[derive(Debug)]
pub struct Input<'a> {
    /// The question.
    pub query: &'a Query,
    /// The organisation's zone.
    pub zone: &'a str,
    /// The newest event in the figures.
    pub watermark: Seq,
    /// The rows.
    pub groups: Vec<Group>,
    /// Everything the filters let through, each delivery once.
    pub total: Tally,
    /// The same by cohort day, in order.
    pub days: Vec<(Day, Tally)>,
    /// The floor that was set for content, as a share; `None` for half the pooled rate.
    pub floor: Option<f64>,
    /// Cohort days that could not be measured.
    pub unmeasured_days: usize,
    /// Clicks of the period, of the whole organisation, whose browser objected to tracking.
    pub objected: i64,
    /// Whether single reps were left out.
    pub reps: Reps,
}

/// Makes the report.
pub fn build(input: Input<'_>) -> Report {
    let query = input.query;
    let mut rows: Vec<Row> = input.groups.iter().map(|group| row(group, query)).collect();
    let is_off = input.total.is_off() || rows.iter().any(Row::is_off);
    rows.iter_mut().for_each(Row::drop_what_is_off);
    let floor = match query.by {
        By::Content => judge::content(&mut rows, input.floor),
        By::Rep => {
            let team = &input.total.mature;
            compare_reps(&mut rows, numerator(team, query.counting), team.measurable);
            None
        }
        _ => None,
    };
    sort(&mut rows, query.by);
    Report {
        report: NAME,
        from: query.from.to_string(),
        to: query.to.to_string(),
        zone: input.zone.to_owned(),
        by: query.by.as_str(),
        watermark: input.watermark.0,
        rows,
        series: if is_off { Vec::new() } else { series(&input) },
        waiting: Vec::new(),
        opens: opens(&input.total).filter(|_| !is_off),
        notes: if is_off {
            vec![Note::rebuild_needed()]
        } else {
            notes(&input, floor)
        },
    }
}

fn numerator(counts: &Counts, counting: Counting) -> i64 {
    match counting {
        Counting::Human => counts.human,
        Counting::Raw => counts.raw,
    }
}

fn opens(tally: &Tally) -> Option<OpenFigures> {
    let opens = tally.opens?;
    Some(OpenFigures::of(opens, tally.contacts))
}

fn row(group: &Group, query: &Query) -> Row {
    let tally = &group.tally;
    let (n, of) = (
        numerator(&tally.mature, query.counting),
        tally.mature.measurable,
    );
    let old_enough = tally.mature.sent + tally.unmeasured;
    let Share {
        rate,
        interval,
        contacts,
    } = share(n, of, Some(tally.contacts));
    let coverage = (old_enough > 0).then(|| of as f64 / old_enough as f64);
    let clickers: i64 = tally.waits.iter().map(|(_, n)| n).sum();
    let enough = |least: i64, q: f64| {
        let shown = query.counting == Counting::Human && clickers >= least;
        shown.then(|| quantile_ms(&tally.waits, q)).flatten()
    };
    let mut row = Row {
        key: group.key.clone(),
        label: group.label.clone(),
        n,
        of,
        rate,
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        n_eff: contacts.round() as i64,
        mature_n: old_enough,
        immature_n: tally.filling.sent,
        sent: Some(old_enough + tally.filling.sent),
        coverage,
        machine: Some(tally.mature.machine),
        p50_ms: enough(6, 0.5),
        p90_ms: enough(36, 0.9),
        opens: opens(tally),
        withheld_reason: match (interval, coverage) {
            _ if tally.is_off() => Some(Withheld::RebuildNeeded),
            (None, _) => Some(Withheld::NothingMeasured),
            (_, Some(coverage)) if coverage < MIN_COVERAGE => Some(Withheld::LowCoverage),
            _ if contacts.round() < MIN_CONTACTS => Some(Withheld::TooFewContacts),
            (Some(interval), _) if interval.width() > MAX_WIDTH => Some(Withheld::TooWide),
            _ => None,
        },
        ..Row::default()
    };
    if query.by == By::Rep {
        withhold_young_rep(&mut row, query.to.0 - query.from.0);
    }
    if query.by == By::Gateway {
        withhold_unknown_gateway(&mut row);
    }
    row
}

/// Reps by name and cohorts by date; all else by rate, what says too little last.
fn sort(rows: &mut [Row], by: By) {
    rows.sort_by(|a, b| match by {
        By::Rep => by_name(a, b),
        By::Day | By::Month => a.key.cmp(&b.key),
        _ => by_rate(a, b),
    });
}

fn series(input: &Input<'_>) -> Vec<Series> {
    let counting = input.query.counting;
    let by_day = |name, unit, value: &dyn Fn(&Tally) -> Option<f64>| Series {
        name,
        x: input
            .days
            .iter()
            .map(|(day, _)| X::Date(day.to_string()))
            .collect(),
        y: input.days.iter().map(|(_, tally)| value(tally)).collect(),
        unit,
    };
    let rate = |counts: &Counts| {
        (counts.measurable > 0)
            .then(|| numerator(counts, counting) as f64 / counts.measurable as f64)
    };
    let mut series = vec![
        by_day("rate", "share", &|tally| rate(&tally.mature)),
        by_day("rate_filling", "share", &|tally| rate(&tally.filling)),
        by_day("sent", "deliveries", &|tally| {
            Some((tally.mature.sent + tally.filling.sent + tally.unmeasured) as f64)
        }),
    ];
    if counting == Counting::Human {
        series.push(clicked_within(&input.total));
    }
    series
}

/// The moments at which the curve of waits is drawn.
const MOMENTS_MS: [i64; 18] = [
    MINUTE_MS,
    2 * MINUTE_MS,
    5 * MINUTE_MS,
    15 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    3 * HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    36 * HOUR_MS,
    2 * DAY_MS,
    3 * DAY_MS,
    4 * DAY_MS,
    5 * DAY_MS,
    6 * DAY_MS,
    7 * DAY_MS,
];

/// The share of measurable deliveries clicked by a person within a time: who has not clicked is
/// censored at the horizon.
fn clicked_within(total: &Tally) -> Series {
    let end = i64::from(HORIZON_DAYS) * DAY_MS;
    let ended: Vec<(i64, i64)> = total
        .waits
        .iter()
        .map(|(bin, n)| (bin.upper_ms().min(end), *n))
        .collect();
    let clicked: i64 = ended.iter().map(|(_, n)| n).sum();
    let curve = Curve::estimate(&ended, &[(end, total.mature.measurable - clicked)]);
    let steps: Vec<(i64, f64)> = curve.ended().collect();
    let at = |ms: i64| {
        let passed = steps.iter().rev().find(|(step, _)| *step <= ms);
        passed.map_or(0.0, |(_, share)| *share)
    };
    Series {
        name: "clicked_within",
        x: MOMENTS_MS.iter().map(|ms| X::Ms(*ms)).collect(),
        y: MOMENTS_MS
            .iter()
            .map(|ms| (total.mature.measurable > 0).then(|| at(*ms)))
            .collect(),
        unit: "share",
    }
}

fn notes(input: &Input<'_>, floor: Option<f64>) -> Vec<Note> {
    let total = &input.total;
    let old_enough = total.mature.sent + total.unmeasured;
    let mut notes = vec![Note::coverage(total.mature.measurable, old_enough)];
    if total.filling.sent > 0 {
        notes.push(Note::still_filling(total.filling.sent, HORIZON_DAYS));
    }
    if input.unmeasured_days > 0 {
        notes.push(Note::unrecorded(input.unmeasured_days));
    }
    if input.objected > 0 {
        notes.push(Note::objected(input.objected));
    }
    match input.query.counting {
        Counting::Human => notes.push(Note::of_clickers()),
        Counting::Raw => notes.push(Note::raw()),
    }
    if total.opens.is_some() {
        notes.push(Note::opens(HORIZON_DAYS));
    }
    notes.extend(floor.map(Note::floor));
    if matches!(input.query.by, By::Content | By::Link) {
        notes.push(Note::shares_not_summed());
    }
    if input.query.by == By::Rep {
        notes.push(Note::not_for_pay());
    }
    if input.reps == Reps::Folded {
        notes.push(Note::reps_folded());
    }
    notes.push(Note::followed());
    notes
}

#[cfg(test)]
mod tests;
