//! Reports read from the metric store: what the viewer may see is decided, tallies are read in one
//! snapshot, the pure report makes the figures.

mod counted;
mod labels;
mod mail;
mod named;
mod opens;
mod read;
mod response_time;

pub use mail::{deliverability, reply_latency};
pub use response_time::response_time;

use super::sql::{Sql, execute, one, rows, statements};
use super::{Result, Store, StoreError, Tx};
use crate::domain::clock::{DAY_MS, MINUTE_MS, Millis};
use crate::domain::day::{Day, Zone};
use crate::domain::id::Seq;
use crate::domain::viewer::Viewer;
use crate::metrics::Dim;
use crate::metrics::click_through::HORIZON_DAYS;
use crate::report::Report;
use crate::report::click_through::{self, Group, Input, Reps, Tally};
use crate::report::people::may_see;
use crate::report::query::{By, Query};
use crate::report::spans::{Cut, Standings};
use labels::Person;
use read::{Axis, Slice};
use std::collections::BTreeMap;

/// Users a team must have before its figures are shown to somebody who may not see each of them:
/// with fewer, one could be told from the others.
const SMALLEST_TEAM: usize = 3;

statements! {
    HEADER = "SELECT h.seq,
            (SELECT value FROM settings WHERE name = 'zone') AS zone,
            (SELECT value FROM settings WHERE name = 'content_floor') AS floor
        FROM event_head AS h WHERE h.id = 1";
    /// Keeps a rebuild from changing the tables between the snapshot and the reads. On SQLite the
    /// snapshot holds the names as well.
    HOLD = sqlite "SELECT CAST(1 AS BIGINT)"
        postgres "LOCK TABLE click_rollups, rollup_waits, tallies IN ACCESS SHARE MODE";
    UNRECORDED = "SELECT DISTINCT minute FROM unrecorded WHERE minute BETWEEN $1 AND $2";
    /// Clicks alone.
    OBJECTED = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM objections
        WHERE kind = 1 AND day >= $1 AND day < $2";
}

/// Every statement of this folder.
pub(crate) fn all_statements() -> impl Iterator<Item = &'static Sql> {
    [
        STATEMENTS,
        labels::STATEMENTS,
        opens::STATEMENTS,
        read::STATEMENTS,
    ]
    .into_iter()
    .chain(counted::ALL)
    .chain([response_time::STATEMENTS])
    .flatten()
    .copied()
}

/// Why a report is not given.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A filter names something that does not exist.
    #[error("{field} names nothing that exists")]
    Unknown {
        /// The field of the query.
        field: &'static str,
    },
    /// The viewer may not see these figures alone.
    #[error("these figures are not shown alone at this report level")]
    Forbidden {
        /// The field of the query that asks for them.
        field: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Click-through as `viewer` may see it, at `now`.
pub async fn click_through(
    store: &Store,
    viewer: &Viewer,
    query: &Query,
    now: Millis,
) -> std::result::Result<Report, ReportError> {
    let mut tx = store.snapshot().await?;
    if !store.is_sqlite() {
        execute!(&mut tx, HOLD)?;
    }
    let (watermark, zone, floor): (Seq, Option<String>, Option<String>) =
        one!(&mut tx, HEADER, (Seq, Option<String>, Option<String>))?;
    let zone = zone.map_or_else(|| Some(Zone::utc()), |name| Zone::parse(&name));
    let zone = zone.ok_or_else(|| StoreError::Corrupt("the organisation's zone".to_owned()))?;
    let people = if query.by == By::Rep || query.rep.is_some() || query.team.is_some() {
        labels::people(&mut tx).await?
    } else {
        Vec::new()
    };
    let slice = slice(&mut tx, viewer, query, &people).await?;
    let standings = standings(&mut tx, query, now, &zone).await?;
    let days = days(&mut tx, query, &slice, &standings).await?;
    let total = total(&mut tx, query, &slice, &standings, &days).await?;
    let (groups, reps) = if query.by == By::Rep {
        by_rep(&mut tx, viewer, query, &people, &standings, &slice, &total).await?
    } else {
        let groups = groups(&mut tx, query, &slice, &standings, &total).await?;
        (groups, Reps::Shown)
    };
    let (objected,) =
        one!(&mut tx, OBJECTED, (i64,); i64::from(query.from.0), i64::from(query.to.0))?;
    tx.rollback().await?;
    Ok(click_through::build(Input {
        query,
        zone: zone.name(),
        watermark,
        groups,
        total,
        days,
        floor: floor.and_then(|floor| floor.parse().ok()),
        unmeasured_days: standings.unmeasured_days(query.from, query.to),
        objected,
        reps,
    }))
}

/// What the filters choose, if the viewer may see it.
async fn slice(
    tx: &mut Tx,
    viewer: &Viewer,
    query: &Query,
    people: &[Person],
) -> std::result::Result<Slice, ReportError> {
    let dim_id = match (query.content, query.purpose) {
        (Some(content), _) => {
            let no = labels::content_no(tx, content).await?;
            Some(no.ok_or(ReportError::Unknown { field: "content" })?.0)
        }
        (None, Some(purpose)) => Some(i64::from(purpose.code())),
        (None, None) => None,
    };
    // Without a filter the whole is the total, whatever the rows are.
    let dim = dim_id.map_or(Dim::Total, |_| query.dim());
    let mut slice = Slice::of_all_reps(dim, dim_id);
    let (field, chosen): (_, Vec<&Person>) = match (query.rep, query.team) {
        (Some(rep), _) => ("rep", people.iter().filter(|p| p.id == rep).collect()),
        (None, Some(team)) => {
            let members = people.iter().filter(|p| p.team_id == Some(team));
            ("team", members.collect())
        }
        (None, None) => return Ok(slice),
    };
    if chosen.is_empty() {
        return Err(ReportError::Unknown { field });
    }
    let each_may_be_seen = chosen.iter().all(|p| may_see(viewer, p.id, p.team_id));
    if !each_may_be_seen && (field == "rep" || chosen.len() < SMALLEST_TEAM) {
        return Err(ReportError::Forbidden { field });
    }
    slice.reps = chosen.iter().map(|p| (p.no.0, p.no.0)).collect();
    Ok(slice)
}

async fn standings(tx: &mut Tx, query: &Query, now: Millis, zone: &Zone) -> Result<Standings> {
    let horizon_ms = i64::from(HORIZON_DAYS) * DAY_MS;
    let first = zone.start_of(query.from).0 / MINUTE_MS;
    let last = zone.start_of(query.to).plus(horizon_ms).0 / MINUTE_MS;
    let lost: Vec<Millis> = rows!(tx, UNRECORDED, (i64,); first, last)?
        .into_iter()
        .map(|(minute,)| Millis(minute * MINUTE_MS))
        .collect();
    Ok(Standings::at(now, HORIZON_DAYS, &lost, zone))
}

/// Counts of each cohort day, days without a delivery among them.
async fn days(
    tx: &mut Tx,
    query: &Query,
    slice: &Slice,
    standings: &Standings,
) -> Result<Vec<(Day, Tally)>> {
    let spans = standings.spans(query.from, query.to, Cut::Days);
    let mut found = read::counts(tx, Axis::Day, slice, &spans).await?;
    Ok((query.from.0..query.to.0)
        .map(|day| (Day(day), found.remove(&i64::from(day)).unwrap_or_default()))
        .collect())
}

/// Everything counted in the days from `from` to before `to`, told apart by `axis`.
async fn tallies(
    tx: &mut Tx,
    axis: Axis,
    slice: &Slice,
    standings: &Standings,
    (from, to): (Day, Day),
) -> Result<BTreeMap<i64, Tally>> {
    let days = standings.spans(from, to, Cut::Days);
    let mut found = if axis == Axis::Day {
        read::tallies(tx, axis, slice, &days).await?
    } else {
        let spans = standings.spans(from, to, cut(slice));
        read::tallies(tx, axis, slice, &spans).await?
    };
    opens::add(tx, axis, slice, &days, &mut found).await?;
    Ok(found)
}

/// Months stand for all reps, and for single ones in total only.
fn cut(slice: &Slice) -> Cut {
    let all_reps = slice.reps == [(0, 0)];
    if all_reps || slice.dim == Dim::Total {
        Cut::MonthsAndDays
    } else {
        Cut::Days
    }
}

async fn total(
    tx: &mut Tx,
    query: &Query,
    slice: &Slice,
    standings: &Standings,
    days: &[(Day, Tally)],
) -> Result<Tally> {
    // One key or none: a total has the id 0, a filter its own.
    let found = tallies(tx, Axis::Dim, slice, standings, (query.from, query.to)).await?;
    let total = found.into_values().next().unwrap_or_default();
    let by_day: i64 = days.iter().map(|(_, tally)| tally.mature.sent).sum();
    if by_day == total.mature.sent {
        return Ok(total);
    }
    Err(StoreError::Corrupt(
        "months and days of the metric store differ; run rebuild-metrics".to_owned(),
    ))
}

/// The rows of every grouping but that by rep.
async fn groups(
    tx: &mut Tx,
    query: &Query,
    slice: &Slice,
    standings: &Standings,
    total: &Tally,
) -> Result<Vec<Group>> {
    let Some(dim) = query.by.dim() else {
        return match query.by {
            By::Day => by_time(tx, query, slice, standings, |day| day).await,
            By::Month => by_time(tx, query, slice, standings, Day::month).await,
            _ => Ok(vec![group("total", "total", total.clone())]),
        };
    };
    let slice = Slice {
        dim,
        ..slice.clone()
    };
    let found = tallies(tx, Axis::Dim, &slice, standings, (query.from, query.to)).await?;
    let labels = labels::of(tx, dim, found.keys().copied()).await?;
    Ok(found
        .into_iter()
        .map(|(id, tally)| match labels.get(&id) {
            Some((key, label)) => group(key, label, tally),
            None => group(&id.to_string(), "", tally),
        })
        .collect())
}

/// One row for each day or month, known by its first day.
async fn by_time(
    tx: &mut Tx,
    query: &Query,
    slice: &Slice,
    standings: &Standings,
    start: impl Fn(Day) -> Day,
) -> Result<Vec<Group>> {
    let mut periods: BTreeMap<Day, (Day, Day)> = BTreeMap::new();
    for day in (query.from.0..query.to.0).map(Day) {
        let period = periods.entry(start(day)).or_insert((day, day));
        period.1 = day.plus(1);
    }
    let mut groups = Vec::new();
    if query.by == By::Day {
        let mut found = tallies(tx, Axis::Day, slice, standings, (query.from, query.to)).await?;
        for day in periods.into_keys() {
            let tally = found.remove(&i64::from(day.0)).unwrap_or_default();
            groups.push(group(&day.to_string(), &day.to_string(), tally));
        }
        return Ok(groups);
    }
    for (start, (from, to)) in periods {
        let found = tallies(tx, Axis::Dim, slice, standings, (from, to)).await?;
        let tally = found.into_values().next().unwrap_or_default();
        let key = start.to_string();
        groups.push(group(&key, &key[..7], tally));
    }
    Ok(groups)
}

/// One row for each rep the viewer may see, and the team's where some are left out.
async fn by_rep(
    tx: &mut Tx,
    viewer: &Viewer,
    query: &Query,
    people: &[Person],
    standings: &Standings,
    slice: &Slice,
    total: &Tally,
) -> Result<(Vec<Group>, Reps)> {
    let mut slice = slice.clone();
    if slice.reps == [(0, 0)] {
        slice.reps = vec![(1, i64::from(i32::MAX))];
    }
    let found = tallies(tx, Axis::Rep, &slice, standings, (query.from, query.to)).await?;
    let mut reps = Reps::Shown;
    let mut groups = Vec::new();
    for (no, tally) in found {
        match people.iter().find(|person| person.no.0 == no) {
            Some(person) if may_see(viewer, person.id, person.team_id) => {
                groups.push(group(&person.id.to_string(), &person.name, tally));
            }
            _ => reps = Reps::Folded,
        }
    }
    if reps == Reps::Folded {
        groups.push(group("team", "team", total.clone()));
    }
    Ok((groups, reps))
}

fn group(key: &str, label: &str, tally: Tally) -> Group {
    Group {
        key: key.to_owned(),
        label: label.to_owned(),
        tally,
    }
}
