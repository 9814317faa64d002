//! Counts read from the metric store for one row of a report, and the share that comes of two of
//! them: its interval and whether it says enough.

use super::note::Withheld;
use super::{Differs, Row};
use crate::domain::stats::bins::Bin;
use crate::domain::stats::{holm, wilson};
use crate::metrics::tally::Metric;

/// Contacts under which a rate says too little.
const MIN_CONTACTS: f64 = 30.0;
/// The widest interval of a rate that says something.
const MAX_WIDTH: f64 = 0.2;
/// Four weeks: the shortest period of figures about one rep.
const MIN_REP_DAYS: i32 = 28;
/// The chance of a false alarm among all rows shown.
const SURELY: f64 = 0.05;

/// Counts by metric, the number of horizons their cohorts have passed, and bin.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counted {
    rows: Vec<(Metric, i64, i16, i64)>,
    /// Distinct contacts behind the row.
    pub contacts: f64,
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

/// A row with the share `n` of `of` and what may be said of it.
pub fn row(group: &Group, n: i64, of: i64) -> Row {
    let contacts = group.counted.contacts.min(of as f64).max(0.0);
    let rate = (of > 0).then(|| n as f64 / of as f64);
    let interval = rate.and_then(|rate| wilson::interval(rate, contacts));
    Row {
        key: group.key.clone(),
        label: group.label.clone(),
        n,
        of,
        rate,
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        n_eff: contacts.round() as i64,
        mature_n: of,
        withheld_reason: match interval {
            None => Some(Withheld::NothingMeasured),
            _ if contacts.round() < MIN_CONTACTS => Some(Withheld::TooFewContacts),
            Some(interval) if interval.width() > MAX_WIDTH => Some(Withheld::TooWide),
            Some(_) => None,
        },
        ..Row::default()
    }
}

/// Takes back the figures of single reps that stand on too little, and marks those that are surely
/// not at the team's rate `n` of `of`; sorts them by name.
pub fn judge_reps(rows: &mut [Row], days: i32, n: i64, of: i64) {
    for row in rows.iter_mut() {
        if days < MIN_REP_DAYS {
            row.withheld_reason = Some(Withheld::UnderFourWeeks);
        }
        let is_little = matches!(
            row.withheld_reason,
            Some(Withheld::UnderFourWeeks | Withheld::TooFewContacts)
        );
        if is_little {
            (row.rate, row.low, row.high, row.p50_ms, row.p90_ms) = (None, None, None, None, None);
        }
    }
    if of > 0 {
        let expected = n as f64 / of as f64;
        let p_values: Vec<f64> = rows
            .iter()
            .map(|row| match (row.rate, row.withheld_reason) {
                (Some(rate), None) => wilson::p_value(rate, row.n_eff as f64, expected),
                _ => 1.0,
            })
            .collect();
        for (row, p) in rows.iter_mut().zip(holm::adjust(&p_values)) {
            let is_above = row.rate.is_some_and(|rate| rate > expected);
            let side = if is_above {
                Differs::Above
            } else {
                Differs::Below
            };
            row.differs = (p < SURELY).then_some(side);
        }
    }
    rows.sort_by(|a, b| a.label.cmp(&b.label).then_with(|| a.key.cmp(&b.key)));
}

/// By rate, what says too little last.
pub fn sort_by_rate(rows: &mut [Row]) {
    rows.sort_by(|a, b| {
        let grey = |row: &Row| row.withheld_reason.is_some();
        let rate = |row: &Row| row.rate.unwrap_or(-1.0);
        grey(a)
            .cmp(&grey(b))
            .then_with(|| rate(b).total_cmp(&rate(a)))
            .then_with(|| b.of.cmp(&a.of))
            .then_with(|| a.label.cmp(&b.label))
            .then_with(|| a.key.cmp(&b.key))
    });
}
