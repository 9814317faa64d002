//! `/calendars`: working time. A manager sets it; every version begins on a day that has not begun,
//! so that nothing measured changes.

use super::super::auth::{Caller, Lead};
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::{List, Paging, page};
use super::wire::{Checks, PathId, Query};
use crate::domain::calendar::{Hours, Schedule, WrongCalendar};
use crate::domain::clock::Millis;
use crate::domain::day::{Day, Zone};
use crate::domain::id::{CalendarId, UserId, UserNo};
use crate::domain::viewer::Role;
use crate::store::calendars::{self, Shown};
use crate::store::users::{self, User};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Hours of a day as `["09:00", "17:00"]`; midnight at the end is `24:00`.
type Span = [String; 2];

/// A calendar to be added, or what of one changes. Zone, hours and holidays together make a new
/// version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CalendarBody {
    name: Option<String>,
    /// An IANA zone.
    zone: Option<String>,
    /// The hours of Monday to Sunday.
    #[schema(value_type = Option<Vec<Vec<Vec<String>>>>)]
    hours: Option<Vec<Vec<Span>>>,
    /// Days without work, `YYYY-MM-DD`.
    holidays: Option<Vec<String>>,
    /// The first day on which it holds, in its zone; tomorrow when not given, and no earlier.
    from: Option<String>,
    /// Whose calendar it becomes on that day.
    #[serde(default)]
    users: Vec<Uuid>,
    /// Whether everybody has it who has none of their own; for administrators.
    everybody: Option<bool>,
}

/// One version.
#[derive(Debug, Serialize, ToSchema)]
struct VersionOut {
    /// When it begins.
    since: String,
    zone: String,
    #[schema(value_type = Vec<Vec<Vec<String>>>)]
    hours: Vec<Vec<Span>>,
    holidays: Vec<String>,
}

/// Whose it is from when on; `null` is everybody who has none of their own.
#[derive(Debug, Serialize, ToSchema)]
struct OwnerOut {
    user: Option<Uuid>,
    since: String,
}

/// A calendar.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarOut {
    id: Uuid,
    name: String,
    versions: Vec<VersionOut>,
    users: Vec<OwnerOut>,
}

impl From<Shown> for CalendarOut {
    fn from(shown: Shown) -> Self {
        let version = |(since, schedule): (Millis, Schedule)| VersionOut {
            since: since.rfc3339(),
            hours: schedule
                .hours
                .iter()
                .map(|day| day.iter().copied().map(span).collect())
                .collect(),
            zone: schedule.zone,
            holidays: schedule.holidays.into_iter().collect(),
        };
        Self {
            id: shown.calendar.id.0,
            name: shown.calendar.name,
            versions: shown.versions.into_iter().map(version).collect(),
            users: shown
                .users
                .into_iter()
                .map(|(user, since)| OwnerOut {
                    user: user.map(|id| id.0),
                    since: since.rfc3339(),
                })
                .collect(),
        }
    }
}

fn span(hours: Hours) -> Span {
    [hours.from, hours.to].map(|minutes| format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour <= 24 && minute < 60 && text.len() == 5).then_some(hour * 60 + minute)
}

fn hours(spans: &[Vec<Span>]) -> Option<[Vec<Hours>; 7]> {
    let day = |day: &Vec<Span>| -> Option<Vec<Hours>> {
        day.iter()
            .map(|[from, to]| {
                Some(Hours {
                    from: minutes(from)?,
                    to: minutes(to)?,
                })
            })
            .collect()
    };
    let week: Option<Vec<Vec<Hours>>> = spans.iter().map(day).collect();
    week?.try_into().ok()
}

/// A new version and when it begins.
fn version(
    body: &CalendarBody,
    checks: &mut Checks,
    now: Millis,
    fallback: &Schedule,
) -> (Schedule, Millis) {
    let mut schedule = fallback.clone();
    if let Some(zone) = &body.zone {
        schedule.zone.clone_from(zone);
    }
    if let Some(spans) = &body.hours {
        match hours(spans) {
            Some(hours) => schedule.hours = hours,
            None => checks.wrong("hours", WrongCalendar::Hours),
        }
    }
    if let Some(days) = &body.holidays {
        schedule.holidays = days.iter().cloned().collect();
    }
    if let Err(wrong) = schedule.check() {
        let field = match wrong {
            WrongCalendar::Zone => "zone",
            WrongCalendar::Hours => "hours",
            WrongCalendar::Holiday => "holidays",
        };
        checks.wrong(field, wrong);
    }
    let zone = Zone::parse(&schedule.zone).unwrap_or_else(Zone::utc);
    let tomorrow = zone.day_of(now).plus(1);
    let day = match body.from.as_deref().map(Day::parse) {
        None => tomorrow,
        Some(Some(day)) => day,
        Some(None) => {
            checks.wrong("from", "is not a date such as 2026-03-31");
            tomorrow
        }
    };
    if day < tomorrow {
        checks.wrong(
            "from",
            "must be a day that has not begun: nothing measured changes",
        );
    }
    (schedule, zone.start_of(day.max(tomorrow)))
}

/// The users named, if the caller may set their working time.
async fn members<P>(
    web: &Web,
    caller: &Caller<P>,
    body: &CalendarBody,
    checks: &mut Checks,
) -> Result<Vec<Option<UserNo>>, Problem> {
    let is_admin = caller.viewer.role == Role::Admin;
    let mut members = Vec::new();
    for id in &body.users {
        match mate(web, caller, *id).await? {
            Some(user) => members.push(Some(user.no)),
            None => checks.wrong("users", "names somebody who is not of your team"),
        }
    }
    if body.everybody == Some(true) {
        if !is_admin {
            checks.wrong("everybody", "is for administrators to say");
        }
        members.push(None);
    }
    Ok(members)
}

/// The user with this id, if of the caller's team, or the caller is an administrator.
pub(super) async fn mate<P>(
    web: &Web,
    caller: &Caller<P>,
    id: Uuid,
) -> Result<Option<User>, Problem> {
    let found = users::lookup(&web.ctx.store, UserId(id)).await?;
    Ok(found.filter(|user| {
        let same = user.team.is_some() && user.team == caller.viewer.team;
        caller.viewer.role == Role::Admin || same || user.id == caller.user.id
    }))
}

/// Add a calendar
#[utoipa::path(tag = "calendars", request_body = CalendarBody,
    responses((status = 201, body = CalendarOut), (status = 422)))]
#[post("/calendars")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller<Lead>,
    key: Key,
    body: Json<CalendarBody>,
) -> Outcome {
    let now = web.ctx.clock.now();
    let mut checks = Checks::default();
    let name = checks.line("name", body.value.name.as_deref().unwrap_or(""));
    let zone = crate::store::zone::of(&web.ctx.store).await?;
    let (schedule, since) = version(&body.value, &mut checks, now, &Schedule::usual(zone.name()));
    let members = members(&web, &caller, &body.value, &mut checks).await?;
    checks.end()?;
    let id = CalendarId(web.ctx.clock.fresh_id());
    let once = Once {
        web: &web,
        key,
        route: "POST /calendars",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        let no = calendars::add_in(tx, id, &name, caller.user.id, now).await?;
        calendars::add_version_in(tx, no, since, &schedule, caller.user.id, now).await?;
        for user in &members {
            calendars::assign_in(tx, *user, no, since, now).await?;
        }
        let shown = calendars::lookup_in(tx, id).await?;
        Ok(CalendarOut::from(shown.ok_or_else(Problem::not_found)?))
    })
    .await
}

/// Calendars, newest first
#[utoipa::path(tag = "calendars", params(Paging), responses((status = 200, body = List<CalendarOut>)))]
#[get("/calendars")]
pub(super) async fn list(web: Data<Web>, _: Caller, query: Query<Paging>) -> Outcome {
    let (limit, before) = (query.0.limit()?, query.0.after()?.map(CalendarId));
    let found = calendars::list(&web.ctx.store, before, limit + 1).await?;
    ok(page(
        found,
        limit,
        |shown| shown.calendar.id.0,
        CalendarOut::from,
    ))
}

/// One calendar with all its versions
#[utoipa::path(tag = "calendars", params(("id" = Uuid, Path)),
    responses((status = 200, body = CalendarOut), (status = 404)))]
#[get("/calendars/{id}")]
pub(super) async fn lookup(web: Data<Web>, _: Caller, id: PathId) -> Outcome {
    ok(CalendarOut::from(find(&web, id).await?))
}

/// Name a calendar anew, add a version, or give it to more people
#[utoipa::path(tag = "calendars", params(("id" = Uuid, Path)), request_body = CalendarBody,
    responses((status = 200, body = CalendarOut), (status = 404), (status = 422)))]
#[patch("/calendars/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    caller: Caller<Lead>,
    id: PathId,
    body: Json<CalendarBody>,
) -> Outcome {
    let shown = find(&web, id).await?;
    let now = web.ctx.clock.now();
    let mut checks = Checks::default();
    let name = body
        .value
        .name
        .as_deref()
        .map(|name| checks.line("name", name));
    let last = shown.versions.last().map(|(_, schedule)| schedule.clone());
    let last = last.unwrap_or_else(|| Schedule::usual("UTC"));
    let (schedule, since) = version(&body.value, &mut checks, now, &last);
    let members = members(&web, &caller, &body.value, &mut checks).await?;
    checks.end()?;
    let no = shown.calendar.no;
    let mut tx = web.ctx.store.begin().await?;
    if let Some(name) = name {
        calendars::rename_in(&mut tx, no, &name).await?;
    }
    let asked = &body.value;
    let is_version = asked.zone.is_some() || asked.hours.is_some() || asked.holidays.is_some();
    if is_version
        && !calendars::add_version_in(&mut tx, no, since, &schedule, caller.user.id, now).await?
    {
        return Err(Problem::field(
            "from",
            "is the first day of another version",
        ));
    }
    for user in members {
        calendars::assign_in(&mut tx, user, no, since, now).await?;
    }
    tx.commit().await?;
    ok(CalendarOut::from(find(&web, id).await?))
}

/// Take a calendar out of the list; whose it was keep it
#[utoipa::path(tag = "calendars", params(("id" = Uuid, Path)), responses((status = 204), (status = 404)))]
#[delete("/calendars/{id}")]
pub(super) async fn delete(web: Data<Web>, _: Caller<Lead>, id: PathId) -> Outcome {
    let mut tx = web.ctx.store.begin().await?;
    let found = calendars::archive_in(&mut tx, CalendarId(id.0), web.ctx.clock.now()).await?;
    tx.commit().await?;
    done(found)
}

async fn find(web: &Web, id: PathId) -> Result<Shown, Problem> {
    let found = calendars::lookup(&web.ctx.store, CalendarId(id.0)).await?;
    found.ok_or_else(Problem::not_found)
}
