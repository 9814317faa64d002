//! Response time: the counts, and beside them what is true only now, read from the waits
//! themselves: who is still waiting, and which waits are too young to judge.

use super::super::sql::{row, rows, statements};
use super::super::{Result, Store, calendars, episodes};
use super::ReportError;
use super::counted::{By, Distinct, Look};
use super::named::whole;
use crate::domain::calendar::Calendars;
use crate::domain::clock::{DAY_MS, HOUR_MS, Millis};
use crate::domain::day::Day;
use crate::domain::stats::sketch::Union;
use crate::domain::touch::Channel;
use crate::domain::viewer::Viewer;
use crate::metrics::ALL_REPS;
use crate::metrics::tally::Metric;
use crate::report::asked::{Asked, ClockKind, Slice};
use crate::report::counted::Group;
use crate::report::response_time::{self, BANDS_MS, Counts, Present, Reached, band};
use crate::report::{Report, Waiting};

/// How long a conversation with a decision maker is looked for.
const REACHED_MS: i64 = 30 * DAY_MS;
/// Who waits, on the page of the report; the inbox has all.
const WAITING_SHOWN: i64 = 50;

const METRICS: [Metric; 14] = [
    Metric::Opened,
    Metric::Dismissed,
    Metric::WithinWall,
    Metric::WithinBusiness,
    Metric::AnsweredWall,
    Metric::AnsweredBusiness,
    Metric::AnsweredInHours,
    Metric::CensoredWall,
    Metric::CensoredBusiness,
    Metric::Attempted,
    Metric::Late,
    Metric::SelfReported,
    Metric::Credited,
    Metric::Unattempted,
];

statements! {
    /// Open, or too young to judge.
    PRESENT = "SELECT state, opened_at, day, channel, owner_no, in_hours, attempted_at, closed_at, business_ms,
            late FROM episodes
        WHERE day >= $1 AND day < $2 AND (state = 0 OR opened_at > $3)";
    /// Contacts who waited, once for each 0 in all, 1 owner, 2 channel, 3 day: of waits that an
    /// answer was needed for, and that are old enough to judge.
    CONTACTS = "SELECT DISTINCT CAST(CASE CAST($3 AS BIGINT) WHEN 1 THEN COALESCE(owner_no, 0) WHEN 2 THEN channel
                WHEN 3 THEN day ELSE 0 END AS BIGINT), contact_no
        FROM episodes
        WHERE day >= $1 AND day < $2 AND state <> 2 AND opened_at <= $6
            AND (CAST($4 AS BIGINT) = 0 OR owner_no BETWEEN $4 AND $5)";
    /// Old waits, whether their company's decision maker was spoken to after they opened.
    REACHED = "SELECT e.opened_at, e.closed_at, e.state,
            EXISTS (SELECT 1 FROM contacts AS o
                JOIN touches AS t ON t.contact_no = o.no
                WHERE o.decision_maker AND (o.no = c.no OR o.account_id = c.account_id)
                    AND t.conversation AND t.at > e.opened_at AND t.at <= e.opened_at + $4) AS reached
        FROM episodes AS e JOIN contacts AS c ON c.no = e.contact_no
        WHERE e.day >= $1 AND e.day < $2 AND e.opened_at <= $3 AND e.state <> 2
            AND (CAST($5 AS BIGINT) = 0 OR e.owner_no BETWEEN $5 AND $6)";
}

row! {
    struct PresentRow {
        state: i16,
        opened_at: Millis,
        day: i32,
        channel: i16,
        owner_no: Option<i64>,
        in_hours: bool,
        attempted_at: Option<Millis>,
        closed_at: Option<Millis>,
        business_ms: Option<i64>,
        late: bool,
    }
}

/// Response time as `viewer` may see it, at `now`.
pub async fn response_time(
    store: &Store,
    viewer: &Viewer,
    asked: &Asked,
    now: Millis,
) -> std::result::Result<Report, ReportError> {
    let mut look = Look::begin(store, viewer, asked).await?;
    let calendars = calendars::all_in(&mut look.tx, &look.zone).await?;
    let present = present(&mut look, asked, now).await?;
    let at = At {
        asked,
        now,
        calendars: &calendars,
        rows: &present,
    };
    let total = total(&mut look, &at).await?;
    let (groups, folded) = groups(&mut look, viewer, &at, &total).await?;
    let reached = reached(&mut look, asked, now).await?;
    let mut input = look.input(asked, groups, total);
    input.folded = folded;
    look.end().await?;
    let waiting = waiting(store, viewer, now).await?;
    Ok(response_time::build(&input, &reached, waiting))
}

struct At<'a> {
    asked: &'a Asked,
    now: Millis,
    calendars: &'a Calendars,
    rows: &'a [PresentRow],
}

impl At<'_> {
    /// What is true now of the rows that `is_meant`.
    fn present(&self, is_meant: impl Fn(&PresentRow) -> bool) -> Present {
        let mut present = Present::default();
        for row in self.rows.iter().filter(|row| is_meant(row)) {
            let age = self.now.since(row.opened_at);
            if row.state == 0 {
                let ms = match self.asked.clock {
                    ClockKind::Wall => age,
                    ClockKind::Business => {
                        let calendar = self.calendars.of(row.owner_no, row.opened_at);
                        calendar.between(row.opened_at, self.now)
                    }
                };
                present.open_ms.push(ms.max(0));
                if row.attempted_at.is_none() {
                    present.untried_ms.push(age.max(0));
                }
            }
            if age < HOUR_MS && row.state != 2 {
                self.note_young(row, &mut present);
            }
        }
        present
    }

    fn note_young(&self, row: &PresentRow, present: &mut Present) {
        let in_hours = i64::from(row.in_hours);
        present.young += 1;
        present.young_in_hours += in_hours;
        let wait = match self.asked.clock {
            ClockKind::Wall => row.closed_at.map(|at| at.since(row.opened_at)),
            ClockKind::Business => row.business_ms,
        };
        let is_quick = row.state == 1 && !row.late && wait.is_some_and(|ms| ms <= HOUR_MS);
        if is_quick {
            present.young_answered += 1;
            present.young_answered_in_hours += in_hours;
        }
    }
}

async fn present(look: &mut Look, asked: &Asked, now: Millis) -> Result<Vec<PresentRow>> {
    let young = now.plus(-HOUR_MS);
    let found = rows!(&mut look.tx, PRESENT, PresentRow; asked.from.0, asked.to.0, young)?;
    let all_reps = look.reps == [(ALL_REPS, ALL_REPS)];
    let meant = |row: &PresentRow| {
        let of = |no: i64| {
            look.reps
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&no))
        };
        all_reps || row.owner_no.is_some_and(of)
    };
    Ok(found.into_iter().filter(meant).collect())
}

async fn total(look: &mut Look, at: &At<'_>) -> Result<Counts> {
    let side = Slice::Total.side();
    let found = look
        .counts(at.asked, &METRICS, side, By::Id, [i32::MIN; 5])
        .await?;
    let distinct = contacts(look, at, 0).await?;
    Ok((whole(found, distinct), at.present(|_| true)))
}

async fn contacts(look: &mut Look, at: &At<'_>, by: i64) -> Result<Distinct> {
    let mut all = Distinct::new();
    let young = at.now.plus(-HOUR_MS);
    for (first, last) in look.reps.clone() {
        let found = rows!(&mut look.tx, CONTACTS, (i64, i64); at.asked.from.0, at.asked.to.0, by,
            first, last, young)?;
        for (key, contact) in found {
            let unions = all.entry(key).or_insert_with(|| vec![Union::default()]);
            unions[0].insert(contact);
        }
    }
    Ok(all)
}

async fn groups(
    look: &mut Look,
    viewer: &Viewer,
    at: &At<'_>,
    total: &Counts,
) -> Result<(Vec<Counts>, bool)> {
    let asked = at.asked;
    let (by, apart) = match asked.by {
        Slice::Rep => (By::Rep, 1),
        Slice::Channel => (By::Id, 2),
        Slice::Day | Slice::Month => (By::Day, 3),
        _ => return Ok((vec![total.clone()], false)),
    };
    let found = look
        .counts(asked, &METRICS, asked.by.side(), by, [i32::MIN; 5])
        .await?;
    let distinct = contacts(look, at, apart).await?;
    if by == By::Rep {
        let (groups, folded) = look.by_rep(viewer, found, &distinct, &total.0);
        let with = |(no, group): (i64, Group)| {
            let present = at.present(|row| no == ALL_REPS || row.owner_no == Some(no));
            (group, present)
        };
        return Ok((groups.into_iter().map(with).collect(), folded));
    }
    let with = |group: Group| {
        let present = at.present(|row| key(asked.by, row) == group.key);
        (group, present)
    };
    let groups = look.named(asked.by, found, &distinct).await?;
    Ok((groups.into_iter().map(with).collect(), false))
}

/// The key of the group a wait belongs to.
fn key(by: Slice, row: &PresentRow) -> String {
    match by {
        Slice::Channel => Channel::from_code(row.channel)
            .map_or("", Channel::as_str)
            .to_owned(),
        Slice::Month => Day(row.day).month().to_string(),
        _ => Day(row.day).to_string(),
    }
}

/// For each band, and for those never answered, how many waits and how many reached.
async fn reached(look: &mut Look, asked: &Asked, now: Millis) -> Result<Reached> {
    let mut bands = vec![(0, 0); BANDS_MS.len() + 1];
    for (first, last) in look.reps.clone() {
        let found = rows!(&mut look.tx, REACHED, (Millis, Option<Millis>, i16, bool); asked.from.0, asked.to.0,
            now.plus(-REACHED_MS), REACHED_MS, first, last)?;
        for (opened, closed, state, reached) in found {
            let wait = closed.filter(|_| state == 1).map(|at| at.since(opened));
            let place = wait.map_or(BANDS_MS.len(), band);
            bands[place].0 += 1;
            bands[place].1 += i64::from(reached);
        }
    }
    Ok(bands)
}

async fn waiting(store: &Store, viewer: &Viewer, now: Millis) -> Result<Vec<Waiting>> {
    let start = episodes::After::START;
    let found = episodes::waiting(store, viewer, start, now, WAITING_SHOWN).await?;
    Ok(found
        .into_iter()
        .map(|wait| Waiting {
            key: wait.id.to_string(),
            label: wait.contact_name,
            since: wait.opened_at.rfc3339(),
            contact: Some(wait.contact.to_string()),
            owner: wait.owner.map(|(_, name)| name),
            deputy: wait.deputy.map(|(_, name)| name),
        })
        .collect())
}
