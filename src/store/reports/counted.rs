//! Counts out of the metric store for the reports on waits, replies and deliveries, told apart by
//! dimension, rep or day, in one snapshot.

use super::super::sql::{Sql, execute, one, rows, statements};
use super::super::{Result, Store, StoreError, Tx};
use super::labels::{self, Person};
use super::read::{self, Axis};
use super::{HOLD, ReportError, SMALLEST_TEAM};
use crate::domain::clock::Millis;
use crate::domain::day::{Day, Zone};
use crate::domain::id::Seq;
use crate::domain::stats::sketch::Union;
use crate::domain::viewer::Viewer;
use crate::metrics::tally::{Metric, Side};
use crate::metrics::thread::LONGEST_SHIFT_DAYS;
use crate::metrics::{ALL_REPS, Dim};
use crate::report::asked::Asked;
use crate::report::counted::Counted;
use crate::report::input::Input;
use crate::report::people::may_see;
use crate::report::spans::{Cut, Standings, runs};
use std::collections::BTreeMap;

statements! {
    HEADER = "SELECT h.seq, (SELECT value FROM settings WHERE name = 'zone') AS zone
        FROM event_head AS h WHERE h.id = 1";
    /// As HOLD, for the tables of this module.
    HOLD_COUNTS = sqlite "SELECT CAST(1 AS BIGINT)"
        postgres "LOCK TABLE tallies, episodes IN ACCESS SHARE MODE";
}

macro_rules! counts {
    ($const:ident, $axis:literal) => {
        /// Binds: metrics as a JSON array, dimension, runs as `[[grain, first day, day after], …]`,
        /// first and last rep, five days before which cohorts have passed a horizon.
        const $const: Sql = Sql {
            name: stringify!($const),
            sqlite: concat!("SELECT CAST(r.", $axis, " AS BIGINT), r.metric,
                    CAST((r.day + r.shift < $6) + (r.day + r.shift < $7) + (r.day + r.shift < $8)
                        + (r.day + r.shift < $9) + (r.day + r.shift < $10) AS BIGINT),
                    r.bin, CAST(SUM(r.n) AS BIGINT)
                FROM json_each($1) AS m CROSS JOIN json_each($3) AS s CROSS JOIN tallies AS r
                WHERE r.metric = m.value AND r.grain = s.value ->> 0 AND r.dim = $2
                    AND r.day >= s.value ->> 1 AND r.day < s.value ->> 2 AND r.rep BETWEEN $4 AND $5
                GROUP BY 1, 2, 3, 4"),
            postgres: concat!("SELECT r.", $axis, "::BIGINT, r.metric,
                    ((r.day + r.shift < $6)::INT + (r.day + r.shift < $7)::INT + (r.day + r.shift < $8)::INT
                        + (r.day + r.shift < $9)::INT + (r.day + r.shift < $10)::INT)::BIGINT,
                    r.bin, SUM(r.n)::BIGINT
                FROM jsonb_array_elements_text($1::JSONB) AS m
                CROSS JOIN jsonb_array_elements($3::JSONB) AS s
                JOIN tallies AS r ON r.metric = m::SMALLINT AND r.grain = (s ->> 0)::SMALLINT
                    AND r.day >= (s ->> 1)::INTEGER AND r.day < (s ->> 2)::INTEGER
                WHERE r.dim = $2 AND r.rep BETWEEN $4 AND $5
                GROUP BY 1, 2, 3, 4"),
        };
    };
}

counts!(BY_ID, "dim_id");
counts!(BY_REP, "rep");
counts!(BY_DAY, "day");

/// Every statement of this module.
pub(super) const ALL: [&[&Sql]; 2] = [STATEMENTS, &[&BY_ID, &BY_REP, &BY_DAY]];

/// Distinct contacts by key, a set for each horizon that was asked for.
pub(super) type Distinct = BTreeMap<i64, Vec<Union>>;

/// What rows are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The id of the dimension.
    Id,
    /// The rep.
    Rep,
    /// The cohort day.
    Day,
}

/// A report in the making: one snapshot, the people, whose figures are meant.
pub(super) struct Look {
    pub tx: Tx,
    pub watermark: Seq,
    pub zone: Zone,
    pub people: Vec<Person>,
    /// Ranges of reps' numbers, read one after the other and added up.
    pub reps: Vec<(i64, i64)>,
}

impl Look {
    /// Begins a snapshot and decides what `viewer` may see.
    pub(super) async fn begin(
        store: &Store,
        viewer: &Viewer,
        asked: &Asked,
    ) -> std::result::Result<Self, ReportError> {
        let mut tx = store.snapshot().await?;
        if !store.is_sqlite() {
            execute!(&mut tx, HOLD)?;
            execute!(&mut tx, HOLD_COUNTS)?;
        }
        let (watermark, zone) = one!(&mut tx, HEADER, (Seq, Option<String>))?;
        let zone = zone.map_or_else(|| Some(Zone::utc()), |name| Zone::parse(&name));
        let zone = zone.ok_or_else(|| StoreError::Corrupt("the organisation's zone".to_owned()))?;
        let people = labels::people(&mut tx).await?;
        let reps = reps(viewer, asked, &people)?;
        Ok(Self {
            tx,
            watermark,
            zone,
            people,
            reps,
        })
    }

    /// The days before which cohorts have passed each horizon at `now`; five, unused ones never.
    pub(super) fn passed(&self, now: Millis, horizons_ms: &[i64]) -> [i32; 5] {
        let mut days = [i32::MIN; 5];
        for (day, horizon) in days.iter_mut().zip(horizons_ms) {
            *day = self.zone.day_of(now.plus(-horizon)).0;
        }
        days
    }

    /// Counts of `metrics` in `side`, told apart by `by`.
    pub(super) async fn counts(
        &mut self,
        asked: &Asked,
        metrics: &[Metric],
        side: Side,
        by: By,
        passed: [i32; 5],
    ) -> Result<BTreeMap<i64, Counted>> {
        let metrics: Vec<i16> = metrics.iter().map(|metric| metric.code()).collect();
        let metrics = serde_json::to_string(&metrics).expect("numbers have an encoding");
        let sql = match by {
            By::Id => &BY_ID,
            By::Rep => &BY_REP,
            By::Day => &BY_DAY,
        };
        let runs = self.runs(asked, side, by, passed);
        let mut found: BTreeMap<i64, Counted> = BTreeMap::new();
        for (first, last) in self.reps_by(by) {
            let counted = rows!(&mut self.tx, sql, (i64, i16, i64, i16, i64); metrics.as_str(), side.code(),
                runs.as_str(), first, last, passed[0], passed[1], passed[2], passed[3], passed[4])?;
            for (key, metric, passed, bin, n) in counted {
                let metric = Metric::from_code(metric)
                    .ok_or_else(|| StoreError::Corrupt("a metric".to_owned()))?;
                found.entry(key).or_default().add(metric, passed, bin, n);
            }
        }
        Ok(found)
    }

    /// Distinct contacts that were written to in cohorts before each day of `until`, told apart as
    /// asked.
    pub(super) async fn contacts(
        &mut self,
        asked: &Asked,
        dim: Dim,
        by: By,
        until: &[i32],
    ) -> Result<Distinct> {
        let mut slice = read::Slice::of_all_reps(dim, None);
        slice.reps = self.reps_by(by);
        let (axis, cut) = match by {
            By::Id => (Axis::Dim, Cut::MonthsAndDays),
            By::Rep => (Axis::Rep, Cut::MonthsAndDays),
            By::Day => (Axis::Day, Cut::Days),
        };
        let cut = if self.has_months(dim == Dim::Total, by) {
            cut
        } else {
            Cut::Days
        };
        let mut distinct = Distinct::new();
        for (place, day) in until.iter().enumerate() {
            let end = Day(asked.to.0.min(*day));
            let spans = Standings::until(asked.to).spans(asked.from, end, cut);
            for (key, union) in read::contacts(&mut self.tx, axis, &slice, &spans).await? {
                let unions = distinct
                    .entry(key)
                    .or_insert_with(|| vec![Union::default(); until.len()]);
                unions[place] = union;
            }
        }
        Ok(distinct)
    }

    /// Whether there are rows of months: for all reps, and for single ones in total only.
    fn has_months(&self, is_total: bool, by: By) -> bool {
        is_total || self.reps_by(by) == [(ALL_REPS, ALL_REPS)]
    }

    /// The period in runs of days and months, for a statement. A month is read whole once all its
    /// cohorts have passed every horizon, however late theirs began.
    fn runs(&self, asked: &Asked, side: Side, by: By, passed: [i32; 5]) -> String {
        let used = passed.into_iter().filter(|day| *day != i32::MIN).min();
        let settled = used.map_or(asked.to, |day| Day(day - LONGEST_SHIFT_DAYS));
        // By month, too, contacts are told apart by day.
        let is_whole = by != By::Day && self.has_months(side == Side::Total, by);
        let settled = if is_whole { settled } else { asked.from };
        let runs: Vec<(i16, i32, i32)> = runs(asked.from, asked.to, settled)
            .into_iter()
            .map(|(grain, from, to)| (grain.code(), from.0, to.0))
            .collect();
        serde_json::to_string(&runs).expect("numbers have an encoding")
    }

    /// The reps whose rows are read: each by itself where rows are told apart by rep.
    fn reps_by(&self, by: By) -> Vec<(i64, i64)> {
        if by == By::Rep && self.reps == [(ALL_REPS, ALL_REPS)] {
            return vec![(1, i64::from(i32::MAX))];
        }
        self.reps.clone()
    }

    /// What a report is made of, with all reps shown.
    pub(super) fn input<'a, G>(&self, asked: &'a Asked, groups: Vec<G>, total: G) -> Input<'a, G> {
        Input {
            asked,
            zone: self.zone.name().to_owned(),
            watermark: self.watermark.0,
            groups,
            total,
            folded: false,
        }
    }

    /// Ends the snapshot.
    pub(super) async fn end(self) -> Result<()> {
        self.tx.rollback().await
    }
}

fn reps(
    viewer: &Viewer,
    asked: &Asked,
    people: &[Person],
) -> std::result::Result<Vec<(i64, i64)>, ReportError> {
    let (field, chosen): (_, Vec<&Person>) = match (asked.rep, asked.team) {
        (Some(rep), _) => ("rep", people.iter().filter(|p| p.id == rep).collect()),
        (None, Some(team)) => (
            "team",
            people.iter().filter(|p| p.team_id == Some(team)).collect(),
        ),
        (None, None) => return Ok(vec![(ALL_REPS, ALL_REPS)]),
    };
    if chosen.is_empty() {
        return Err(ReportError::Unknown { field });
    }
    let each_may_be_seen = chosen.iter().all(|p| may_see(viewer, p.id, p.team_id));
    if !each_may_be_seen && (field == "rep" || chosen.len() < SMALLEST_TEAM) {
        return Err(ReportError::Forbidden { field });
    }
    Ok(chosen.iter().map(|p| (p.no.0, p.no.0)).collect())
}
