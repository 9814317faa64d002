//! Counts read from the metric store for one row of a report, and the share that comes of two of
//! them: its interval, whether it says enough, and which reps are surely not at the team's.

use super::note::Withheld;
use super::{Differs, Row};
use crate::domain::gateway::Gateway;
use crate::domain::stats::wilson::{self, Interval};
use crate::domain::stats::{bins::Bin, holm};
use crate::metrics::tally::Metric;
use std::cmp::Ordering;

/// Contacts under which a rate says too little.
pub(super) const MIN_CONTACTS: f64 = 30.0;
/// The widest interval of a rate that says something.
pub(super) const MAX_WIDTH: f64 = 0.2;
/// Four weeks: the shortest period of figures about one rep.
const MIN_REP_DAYS: i32 = 28;
/// The chance of a false alarm among all rows shown.
pub(super) const SURELY: f64 = 0.05;

/// Counts by metric, the number of horizons their cohorts have passed, and bin.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counted {
    rows: Vec<(Metric, i64, i16, i64)>,
    /// Distinct contacts behind the row: of the cohorts that have passed each horizon of the
    /// report, the shortest first.
    pub contacts: Vec<f64>,
}

impl Counted {
    /// Adds `n` of `metric` in cohorts that have passed `passed` horizons.
    pub fn add(&mut self, metric: Metric, passed: i64, bin: i16, n: i64) {
        self.rows.push((metric, passed, bin, n));
    }

    /// Adds everything that `other` counted. Contacts are not added: they may be the same.
    pub fn merge(&mut self, other: &Self) {
        self.rows.extend_from_slice(&other.rows);
    }

    /// Whether something was taken away that was never added, as happens to counts of an earlier
    /// version until they are rebuilt.
    pub fn is_off(&self) -> bool {
        self.rows.iter().any(|(.., n)| *n < 0)
    }

    /// How many of `metric`.
    pub fn sum(&self, metric: Metric) -> i64 {
        self.sum_of(metric, |_, _| true)
    }

    /// How many of `metric` where `is_meant` of the horizons passed and the bin.
    pub fn sum_of(&self, metric: Metric, is_meant: impl Fn(i64, i16) -> bool) -> i64 {
        let rows = self.rows.iter().filter(|(m, ..)| *m == metric);
        rows.filter(|(_, passed, bin, _)| is_meant(*passed, *bin))
            .map(|(.., n)| n)
            .sum()
    }

    /// The waits of `metric` in cohorts that have passed at least `passed` horizons, by bin.
    pub fn waits(&self, metric: Metric, passed: i64) -> Vec<(Bin, i64)> {
        let mut bins = std::collections::BTreeMap::new();
        let meant = |row: &&(Metric, i64, i16, i64)| row.0 == metric && row.1 >= passed;
        for (_, _, bin, n) in self.rows.iter().filter(meant) {
            *bins.entry(Bin(*bin)).or_insert(0) += n;
        }
        bins.into_iter().filter(|(_, n)| *n != 0).collect()
    }
}

/// One row before its figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its id in the API.
    pub key: String,
    /// Its name.
    pub label: String,
    /// What was counted.
    pub counted: Counted,
}

/// Waits as the estimate takes them: the middle of each bin.
pub fn spread(waits: &[(Bin, i64)]) -> Vec<(i64, i64)> {
    waits.iter().map(|(bin, n)| (bin.middle_ms(), *n)).collect()
}

/// `n` of `of`.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// `n ÷ of`.
    pub rate: Option<f64>,
    /// Over the contacts.
    pub interval: Option<Interval>,
    /// Distinct contacts behind it, no more than `of`.
    pub contacts: f64,
}

/// The share `n` of `of`, which are of so many distinct contacts.
pub fn share(n: i64, of: i64, contacts: Option<f64>) -> Share {
    let contacts = contacts.unwrap_or(0.0).min(of as f64).max(0.0);
    let rate = (of > 0).then(|| n as f64 / of as f64);
    Share {
        rate,
        interval: rate.and_then(|rate| wilson::interval(rate, contacts)),
        contacts,
    }
}

/// A row with the share `n` of `of` at the longest horizon and what may be said of it.
pub fn row(group: &Group, n: i64, of: i64) -> Row {
    let share = share(n, of, group.counted.contacts.last().copied());
    Row {
        key: group.key.clone(),
        label: group.label.clone(),
        n,
        of,
        rate: share.rate,
        low: share.interval.map(|interval| interval.low),
        high: share.interval.map(|interval| interval.high),
        n_eff: share.contacts.round() as i64,
        mature_n: of,
        withheld_reason: match share.interval {
            _ if group.counted.is_off() => Some(Withheld::RebuildNeeded),
            None => Some(Withheld::NothingMeasured),
            _ if share.contacts.round() < MIN_CONTACTS => Some(Withheld::TooFewContacts),
            Some(interval) if interval.width() > MAX_WIDTH => Some(Withheld::TooWide),
            Some(_) => None,
        },
        ..Row::default()
    }
}

/// Of mails whose gateway is unknown no contacts are counted, so their share has no interval.
pub fn withhold_unknown_gateway(row: &mut Row) {
    if row.key == Gateway::Unknown.as_str() && row.of > 0 {
        row.withheld_reason = Some(Withheld::GatewayUnknown);
    }
}

/// Figures about one rep stand on four weeks and thirty contacts, or are not given at all.
pub fn withhold_young_rep(row: &mut Row, days: i32) {
    if days < MIN_REP_DAYS {
        row.withheld_reason = Some(Withheld::UnderFourWeeks);
    }
    let is_little = matches!(
        row.withheld_reason,
        Some(Withheld::UnderFourWeeks | Withheld::TooFewContacts)
    );
    if is_little {
        (row.rate, row.low, row.high, row.p50_ms, row.p90_ms) = (None, None, None, None, None);
        row.opens = None;
    }
}

/// Marks reps whose rate is surely not the team's, `n` of `of`, corrected for all reps shown.
pub fn compare_reps(rows: &mut [Row], n: i64, of: i64) {
    if of == 0 {
        return;
    }
    let expected = n as f64 / of as f64;
    let p_values: Vec<f64> = rows
        .iter()
        .map(|row| match (row.rate, row.withheld_reason) {
            (Some(rate), None) => wilson::p_value(rate, row.n_eff as f64, expected),
            _ => 1.0,
        })
        .collect();
    for (row, p) in rows.iter_mut().zip(holm::adjust(&p_values)) {
        let side = if row.rate.is_some_and(|rate| rate > expected) {
            Differs::Above
        } else {
            Differs::Below
        };
        row.differs = (p < SURELY).then_some(side);
    }
}

/// Takes back the figures of single reps that stand on too little, and marks those that are surely
/// not at the team's rate `n` of `of`; sorts them by name.
pub fn judge_reps(rows: &mut [Row], days: i32, n: i64, of: i64) {
    for row in rows.iter_mut() {
        withhold_young_rep(row, days);
    }
    compare_reps(rows, n, of);
    rows.sort_by(by_name);
}

/// By name, so that nobody is ranked.
pub fn by_name(a: &Row, b: &Row) -> Ordering {
    a.label.cmp(&b.label).then_with(|| a.key.cmp(&b.key))
}

/// By rate, what says too little last.
pub fn by_rate(a: &Row, b: &Row) -> Ordering {
    let grey = |row: &Row| row.withheld_reason.is_some();
    let rate = |row: &Row| row.rate.unwrap_or(-1.0);
    grey(a)
        .cmp(&grey(b))
        .then_with(|| rate(b).total_cmp(&rate(a)))
        .then_with(|| b.of.cmp(&a.of))
        .then_with(|| a.label.cmp(&b.label))
        .then_with(|| a.key.cmp(&b.key))
}

/// The order of [`by_rate`].
pub fn sort_by_rate(rows: &mut [Row]) {
    rows.sort_by(by_rate);
}
