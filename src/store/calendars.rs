//! Calendars of working time: their versions, whose they are, and deputies. A version and an
//! assignment begin in the future and are never changed, so that what was measured stays measured.

use super::sql::{execute, maybe, one, row, rows, statements};
use super::{Result, Store, StoreError, Tx};
use crate::domain::calendar::{Calendars, Schedule};
use crate::domain::clock::Millis;
use crate::domain::day::Zone;
use crate::domain::id::{CalendarId, UserId, UserNo};
use uuid::Uuid;

statements! {
    VERSIONS = "SELECT calendar_no, since, data FROM calendar_versions ORDER BY calendar_no, since";
    USERS = "SELECT user_no, since, calendar_no FROM calendar_users ORDER BY user_no, since";
    ADD = "INSERT INTO calendars (id, name, created_by, created_at) VALUES ($1, $2, $3, $4) RETURNING no";
    ADD_VERSION = "INSERT INTO calendar_versions (calendar_no, since, data, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (calendar_no, since) DO NOTHING";
    ASSIGN = "INSERT INTO calendar_users (user_no, since, calendar_no, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_no, since) DO NOTHING";
    RENAME = "UPDATE calendars SET name = $2 WHERE no = $1";
    ARCHIVE = "UPDATE calendars SET archived_at = $2 WHERE id = $1 AND archived_at IS NULL";
    LIST = "SELECT no, id, name, created_at FROM calendars
        WHERE archived_at IS NULL AND (id < $1 OR $1 IS NULL) ORDER BY id DESC LIMIT $2";
    LOOKUP = "SELECT no, id, name, created_at FROM calendars WHERE archived_at IS NULL AND id = $1";
    VERSIONS_OF = "SELECT since, data FROM calendar_versions WHERE calendar_no = $1 ORDER BY since";
    USERS_OF = "SELECT u.id, a.since FROM calendar_users a LEFT JOIN users u ON u.no = a.user_no
        WHERE a.calendar_no = $1 ORDER BY a.since, a.user_no";
    ADD_DEPUTY = "INSERT INTO deputies (id, user_no, deputy_no, since, until_at, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    DROP_DEPUTY = "DELETE FROM deputies WHERE id = $1";
    DEPUTY = "SELECT d.id, u.id AS user_id, v.id AS deputy_id, d.since, d.until_at FROM deputies d
            JOIN users u ON u.no = d.user_no
            JOIN users v ON v.no = d.deputy_no
        WHERE d.id = $1";
    DEPUTIES = "SELECT d.id, u.id AS user_id, v.id AS deputy_id, d.since, d.until_at FROM deputies d
            JOIN users u ON u.no = d.user_no
            JOIN users v ON v.no = d.deputy_no
        WHERE d.until_at > $1 ORDER BY d.since, d.id";
}

row! {
    /// A calendar without its versions.
    pub struct CalendarRow {
        /// In its tables.
        pub no: i64,
        /// At the edge.
        pub id: CalendarId,
        /// Its name.
        pub name: String,
        /// When it was added.
        pub created_at: Millis,
    }
}

row! {
    /// Who answers for whom.
    pub struct Deputy {
        /// The entry.
        pub id: Uuid,
        /// Who is away.
        pub user_id: UserId,
        /// Who answers.
        pub deputy_id: UserId,
        /// From when.
        pub since: Millis,
        /// Until before.
        pub until_at: Millis,
    }
}

/// A calendar as people read it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its row.
    pub calendar: CalendarRow,
    /// Its versions in the order in which they begin.
    pub versions: Vec<(Millis, Schedule)>,
    /// Whose it is from when on; `None` is everybody who has none of their own.
    pub users: Vec<(Option<UserId>, Millis)>,
}

/// All calendars, for the fold. `zone` is the organisation's.
pub(super) async fn all_in(tx: &mut Tx, zone: &Zone) -> Result<Calendars> {
    let mut all = Calendars::usual(zone.name());
    for (no, since, data) in rows!(&mut *tx, VERSIONS, (i64, Millis, String))? {
        all.add_version(no, since, read(&data)?);
    }
    for (user, since, no) in rows!(tx, USERS, (i64, Millis, Option<i64>))? {
        all.assign(user, since, no);
    }
    Ok(all)
}

fn read(data: &str) -> Result<Schedule> {
    serde_json::from_str(data).map_err(|_| StoreError::Corrupt("a calendar".to_owned()))
}

/// Adds a calendar without versions; gives its number.
pub async fn add_in(
    tx: &mut Tx,
    id: CalendarId,
    name: &str,
    by: UserId,
    now: Millis,
) -> Result<i64> {
    Ok(one!(tx, ADD, (i64,); id, name, by, now)?.0)
}

/// Adds a version; `false` when one begins at that moment already. The caller has made sure that
/// `since` lies in the future.
pub async fn add_version_in(
    tx: &mut Tx,
    no: i64,
    since: Millis,
    schedule: &Schedule,
    by: UserId,
    now: Millis,
) -> Result<bool> {
    let data = serde_json::to_string(schedule).expect("a schedule has an encoding");
    Ok(execute!(tx, ADD_VERSION; no, since, data, by, now)? == 1)
}

/// Gives `user` (`None`: everybody who has none of their own) the calendar from `since` on.
pub async fn assign_in(
    tx: &mut Tx,
    user: Option<UserNo>,
    no: i64,
    since: Millis,
    now: Millis,
) -> Result<bool> {
    let user = user.map_or(crate::domain::calendar::EVERYBODY_ELSE, |no| no.0);
    Ok(execute!(tx, ASSIGN; user, since, no, now)? == 1)
}

/// Names a calendar anew.
pub async fn rename_in(tx: &mut Tx, no: i64, name: &str) -> Result<()> {
    execute!(tx, RENAME; no, name)?;
    Ok(())
}

/// Takes a calendar out of the list; whose it was keep it. `false` when there is none.
pub async fn archive_in(tx: &mut Tx, id: CalendarId, now: Millis) -> Result<bool> {
    Ok(execute!(tx, ARCHIVE; id, now)? == 1)
}

/// Calendars older than `before`, newest first.
pub async fn list(store: &Store, before: Option<CalendarId>, limit: i64) -> Result<Vec<Shown>> {
    let mut shown = Vec::new();
    for calendar in rows!(store, LIST, CalendarRow; before, limit)? {
        shown.push(with_parts(store, calendar).await?);
    }
    Ok(shown)
}

/// The calendar with this id.
pub async fn lookup(store: &Store, id: CalendarId) -> Result<Option<Shown>> {
    match maybe!(store, LOOKUP, CalendarRow; id)? {
        Some(calendar) => with_parts(store, calendar).await.map(Some),
        None => Ok(None),
    }
}

/// As [`lookup`], inside the transaction that added it.
pub async fn lookup_in(tx: &mut Tx, id: CalendarId) -> Result<Option<Shown>> {
    let Some(calendar) = maybe!(&mut *tx, LOOKUP, CalendarRow; id)? else {
        return Ok(None);
    };
    let versions = rows!(&mut *tx, VERSIONS_OF, (Millis, String); calendar.no)?;
    let versions: Result<Vec<_>> = versions
        .into_iter()
        .map(|(since, data)| Ok((since, read(&data)?)))
        .collect();
    Ok(Some(Shown {
        versions: versions?,
        users: rows!(tx, USERS_OF, (Option<UserId>, Millis); calendar.no)?,
        calendar,
    }))
}

async fn with_parts(store: &Store, calendar: CalendarRow) -> Result<Shown> {
    let versions = rows!(store, VERSIONS_OF, (Millis, String); calendar.no)?;
    let versions: Result<Vec<_>> = versions
        .into_iter()
        .map(|(since, data)| Ok((since, read(&data)?)))
        .collect();
    Ok(Shown {
        versions: versions?,
        users: rows!(store, USERS_OF, (Option<UserId>, Millis); calendar.no)?,
        calendar,
    })
}

/// Who answers for whom, and when.
#[derive(Debug, Clone, Copy)]
pub struct NewDeputy {
    /// The entry.
    pub id: Uuid,
    /// Who is away.
    pub user: UserNo,
    /// Who answers.
    pub deputy: UserNo,
    /// From when.
    pub since: Millis,
    /// Until before.
    pub until: Millis,
    /// Who says so.
    pub by: UserId,
    /// When they said it.
    pub at: Millis,
}

/// Adds a deputy. Figures do not depend on it.
pub async fn add_deputy_in(tx: &mut Tx, new: &NewDeputy) -> Result<()> {
    execute!(tx, ADD_DEPUTY; new.id, new.user, new.deputy, new.since, new.until, new.by, new.at)?;
    Ok(())
}

/// Takes a deputy away; `false` when there is no such entry.
pub async fn drop_deputy_in(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(execute!(tx, DROP_DEPUTY; id)? == 1)
}

/// One entry.
pub async fn deputy(store: &Store, id: Uuid) -> Result<Option<Deputy>> {
    maybe!(store, DEPUTY, Deputy; id)
}

/// Everybody who answers for somebody at `now` or later.
pub async fn deputies(store: &Store, now: Millis) -> Result<Vec<Deputy>> {
    rows!(store, DEPUTIES, Deputy; now)
}
