//! Counts out of the metric store for the reports on waits, replies and deliveries, told apart by
//! dimension, rep or day, in one snapshot.

use super::super::sql::{Sql, execute, one, row, rows, statements};
use super::super::{Result, Store, StoreError, Tx};
use super::labels::{self, Label, Person};
use super::read::{self, Axis};
use super::{HOLD, ReportError, SMALLEST_TEAM};
use crate::domain::clock::Millis;
use crate::domain::day::{Day, Zone};
use crate::domain::id::Seq;
use crate::domain::inbound::BounceReason;
use crate::domain::message::MessagePurpose;
use crate::domain::touch::Channel;
use crate::domain::viewer::Viewer;
use crate::metrics::tally::{Metric, Side};
use crate::metrics::{ALL_REPS, Dim, Grain};
use crate::report::asked::{Asked, Slice};
use crate::report::counted::{Counted, Group};
use crate::report::people::may_see;
use crate::report::spans::{Span, Standing};
use std::collections::BTreeMap;

statements! {
    HEADER = "SELECT h.seq, (SELECT value FROM settings WHERE name = 'zone') AS zone
        FROM event_head AS h WHERE h.id = 1";
    /// As HOLD, for the tables of this module.
    HOLD_COUNTS = sqlite "SELECT CAST(1 AS BIGINT)"
        postgres "LOCK TABLE tallies, episodes IN ACCESS SHARE MODE";
    MAILBOXES = "SELECT no, id, address FROM mailboxes";
}

macro_rules! counts {
    ($const:ident, $axis:literal) => {
        /// Binds: metrics as a JSON array, dimension, first and last day, first and last rep, five
        /// days before which cohorts have passed a horizon.
        const $const: Sql = Sql {
            name: stringify!($const),
            sqlite: concat!("SELECT CAST(r.", $axis, " AS BIGINT), r.metric,
                    CAST((r.day + r.shift < $7) + (r.day + r.shift < $8) + (r.day + r.shift < $9)
                        + (r.day + r.shift < $10) + (r.day + r.shift < $11) AS BIGINT),
                    r.bin, CAST(SUM(r.n) AS BIGINT)
                FROM json_each($1) AS m CROSS JOIN tallies AS r
                WHERE r.metric = m.value AND r.dim = $2 AND r.day >= $3 AND r.day < $4
                    AND r.rep BETWEEN $5 AND $6
                GROUP BY 1, 2, 3, 4"),
            postgres: concat!("SELECT r.", $axis, "::BIGINT, r.metric,
                    ((r.day + r.shift < $7)::INT + (r.day + r.shift < $8)::INT + (r.day + r.shift < $9)::INT
                        + (r.day + r.shift < $10)::INT + (r.day + r.shift < $11)::INT)::BIGINT,
                    r.bin, SUM(r.n)::BIGINT
                FROM jsonb_array_elements_text($1::JSONB) AS m
                JOIN tallies AS r ON r.metric = m::SMALLINT
                WHERE r.dim = $2 AND r.day >= $3 AND r.day < $4 AND r.rep BETWEEN $5 AND $6
                GROUP BY 1, 2, 3, 4"),
        };
    };
}

counts!(BY_ID, "dim_id");
counts!(BY_REP, "rep");
counts!(BY_DAY, "day");

/// Every statement of this module.
pub(super) const ALL: [&[&Sql]; 2] = [STATEMENTS, &[&BY_ID, &BY_REP, &BY_DAY]];

row! {
    struct Mailbox {
        no: i64,
        id: uuid::Uuid,
        address: String,
    }
}

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
    people: Vec<Person>,
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
        let mut found: BTreeMap<i64, Counted> = BTreeMap::new();
        let reps = if by == By::Rep && self.reps == [(ALL_REPS, ALL_REPS)] {
            vec![(1, i64::from(i32::MAX))]
        } else {
            self.reps.clone()
        };
        for (first, last) in reps {
            let counted = rows!(&mut self.tx, sql, (i64, i16, i64, i16, i64); metrics.as_str(), side.code(),
                asked.from.0, asked.to.0, first, last, passed[0], passed[1], passed[2], passed[3], passed[4])?;
            for (key, metric, passed, bin, n) in counted {
                let metric = Metric::from_code(metric)
                    .ok_or_else(|| StoreError::Corrupt("a metric".to_owned()))?;
                found.entry(key).or_default().add(metric, passed, bin, n);
            }
        }
        Ok(found)
    }

    /// Distinct contacts that were written to, in cohorts before `mature`, told apart as asked.
    pub(super) async fn contacts(
        &mut self,
        asked: &Asked,
        dim: Dim,
        by: By,
        mature: i32,
    ) -> Result<BTreeMap<i64, f64>> {
        let spans: Vec<Span> = (asked.from.0..asked.to.0.min(mature))
            .map(|day| Span {
                grain: Grain::Day,
                day: Day(day),
                standing: Standing::Mature,
            })
            .collect();
        let mut slice = read::Slice::of_all_reps(dim, None);
        slice.reps.clone_from(&self.reps);
        if by == By::Rep && self.reps == [(ALL_REPS, ALL_REPS)] {
            slice.reps = vec![(1, i64::from(i32::MAX))];
        }
        let axis = match by {
            By::Id => Axis::Dim,
            By::Rep => Axis::Rep,
            By::Day => Axis::Day,
        };
        let found = read::tallies(&mut self.tx, axis, &slice, &spans).await?;
        Ok(found
            .into_iter()
            .map(|(key, tally)| (key, tally.contacts))
            .collect())
    }

    /// Names the counts of a slice; months are made of days, domains of mailboxes.
    pub(super) async fn named(
        &mut self,
        by: Slice,
        found: BTreeMap<i64, Counted>,
    ) -> Result<Vec<Group>> {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        let labels = self.labels(by, &found).await?;
        for (id, counted) in found {
            let (key, label) = labels
                .get(&id)
                .cloned()
                .unwrap_or_else(|| (id.to_string(), String::new()));
            let group = groups.entry(key.clone()).or_insert_with(|| Group {
                key,
                label,
                counted: Counted::default(),
            });
            group.counted.contacts += counted.contacts;
            group.counted.merge(&counted);
        }
        Ok(groups.into_values().collect())
    }

    async fn labels(
        &mut self,
        by: Slice,
        found: &BTreeMap<i64, Counted>,
    ) -> Result<BTreeMap<i64, Label>> {
        let word = |id: i16, word: &str| (i64::from(id), (word.to_owned(), word.to_owned()));
        let ids = || found.keys().copied();
        Ok(match by {
            Slice::Channel => Channel::ALL
                .iter()
                .map(|each| word(each.code(), each.as_str()))
                .collect(),
            Slice::Purpose => MessagePurpose::ALL
                .iter()
                .map(|each| word(each.code(), each.as_str()))
                .collect(),
            Slice::Reason => BounceReason::ALL
                .iter()
                .map(|each| word(each.code(), each.as_str()))
                .collect(),
            Slice::Template => labels::of(&mut self.tx, Dim::Template, ids()).await?,
            Slice::Gateway => labels::of(&mut self.tx, Dim::Gateway, ids()).await?,
            Slice::Mailbox | Slice::Domain => {
                let mailboxes = rows!(&mut self.tx, MAILBOXES, Mailbox)?;
                let name = |mailbox: Mailbox| {
                    let domain = mailbox.address.rsplit('@').next().unwrap_or("").to_owned();
                    if by == Slice::Domain {
                        (mailbox.no, (domain.clone(), domain))
                    } else {
                        (mailbox.no, (mailbox.id.to_string(), mailbox.address))
                    }
                };
                mailboxes.into_iter().map(name).collect()
            }
            Slice::Day | Slice::Month => ids()
                .map(|day| {
                    let date = Day(i32::try_from(day).unwrap_or(0));
                    let (key, label) = if by == Slice::Month {
                        let month = date.month().to_string();
                        (month.clone(), month[..7].to_owned())
                    } else {
                        (date.to_string(), date.to_string())
                    };
                    (day, (key, label))
                })
                .collect(),
            Slice::Total | Slice::Rep => ids()
                .map(|id| (id, ("total".to_owned(), "total".to_owned())))
                .collect(),
        })
    }

    /// A row for each rep the viewer may see, and the team's where some are left out.
    pub(super) fn by_rep(
        &self,
        viewer: &Viewer,
        found: BTreeMap<i64, Counted>,
        total: &Counted,
    ) -> (Vec<(i64, Group)>, bool) {
        let (mut groups, mut folded) = (Vec::new(), false);
        for (no, counted) in found {
            match self.people.iter().find(|person| person.no.0 == no) {
                Some(person) if may_see(viewer, person.id, person.team_id) => {
                    groups.push((no, group(&person.id.to_string(), &person.name, counted)));
                }
                _ => folded = true,
            }
        }
        if folded {
            groups.push((ALL_REPS, group("team", "team", total.clone())));
        }
        (groups, folded)
    }

    /// Ends the snapshot.
    pub(super) async fn end(self) -> Result<()> {
        self.tx.rollback().await
    }
}

/// A row before its figures.
pub(super) fn group(key: &str, label: &str, counted: Counted) -> Group {
    Group {
        key: key.to_owned(),
        label: label.to_owned(),
        counted,
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
