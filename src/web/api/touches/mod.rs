//! `/touches`: calls, meetings, social messages and whatever else a rep did with a contact, told by
//! the rep or by another system; and how conversations went. A mail that was read from a mailbox
//! is a touch as well: of those only the outcome is set here.

mod shown;

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome as Answer, done, ok};
use super::page::{List, Paging, page};
use super::wire::{Checks, PathId, Query, present};
use crate::domain::clock::{MINUTE_MS, Millis};
use crate::domain::day::Day;
use crate::domain::id::{ContactId, TouchId};
use crate::domain::touch::{Agency, CallResult, Channel, Direction, Outcome};
use crate::store::contacts;
use crate::store::enqueue::read;
use crate::store::touches::{self, Mended, NewTouch, Said, Shown};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use shown::TouchOut;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// How far ahead of ours another clock may be.
const AHEAD_MS: i64 = 5 * MINUTE_MS;

/// A touch to be recorded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TouchBody {
    /// Whom it was with.
    contact: Uuid,
    /// `email call social meeting form chat`.
    channel: String,
    /// `in` or `out`; `out` when not given.
    direction: Option<String>,
    /// `person automation unknown`; `person` when not given.
    by: Option<String>,
    /// When it happened, RFC 3339; now when not given. One told more than a day late closes a wait,
    /// and not within an hour.
    at: Option<String>,
    /// Of a call: `connected voicemail no_answer busy wrong_number`.
    result: Option<String>,
    /// Words of its own, for what was written.
    words: Option<u32>,
    /// What was said.
    note: Option<String>,
    /// Where a recording is.
    recording_url: Option<String>,
    /// Assets that were shown or sent.
    #[serde(default)]
    content: Vec<Uuid>,
    /// How the conversation went: `interested later referred refused objected wrong_person unclear`.
    outcome: Option<String>,
    /// With `later`: the day, `YYYY-MM-DD`.
    later: Option<String>,
}

/// What of a touch changes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TouchChange {
    at: Option<String>,
    #[serde(default, deserialize_with = "present")]
    result: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    note: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    recording_url: Option<Option<String>>,
    outcome: Option<String>,
    later: Option<String>,
}

/// Which touches.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Rows, 1 to 200; 50 when not given.
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// With this contact alone.
    contact: Option<Uuid>,
}

fn word<T>(
    checks: &mut Checks,
    field: &str,
    text: Option<&str>,
    of: fn(&str) -> Option<T>,
) -> Option<T> {
    let text = text?;
    let found = of(text);
    if found.is_none() {
        checks.wrong(field, "is none of the words that are taken here");
    }
    found
}

fn moment(checks: &mut Checks, text: Option<&str>, now: Millis) -> Millis {
    let at = text.and_then(|text| checks.time("at", text)).unwrap_or(now);
    if at > now.plus(AHEAD_MS) {
        checks.wrong("at", "lies in the future");
    }
    at.min(now)
}

fn later(checks: &mut Checks, outcome: Option<Outcome>, text: Option<&str>) -> Option<i64> {
    let text = text?;
    let day = Day::parse(text);
    if day.is_none() {
        checks.wrong("later", "is not a date such as 2026-03-31");
    }
    if outcome != Some(Outcome::Later) {
        checks.wrong("later", "is taken with the outcome later alone");
    }
    day.map(|day| i64::from(day.0))
}

fn parse(body: &TouchBody, checks: &mut Checks, id: TouchId, now: Millis) -> Option<NewTouch> {
    let channel = word(checks, "channel", Some(&body.channel), Channel::from_word)?;
    let direction = word(
        checks,
        "direction",
        body.direction.as_deref(),
        Direction::from_word,
    );
    let contact = crate::domain::id::ContactNo(0);
    let at = moment(checks, body.at.as_deref(), now);
    let direction = direction.unwrap_or(Direction::Out);
    let mut touch = NewTouch::new(id, contact, channel, direction, at, now);
    touch.by = word(checks, "by", body.by.as_deref(), Agency::from_word).unwrap_or(Agency::Person);
    touch.result = word(
        checks,
        "result",
        body.result.as_deref(),
        CallResult::from_word,
    );
    if touch.result.is_some() != (channel == Channel::Call)
        && (touch.result.is_some() || direction == Direction::Out)
    {
        checks.wrong("result", "belongs to calls, and every call of ours has one");
    }
    touch.words = body.words.unwrap_or(0);
    touch.outcome = word(
        checks,
        "outcome",
        body.outcome.as_deref(),
        Outcome::from_word,
    );
    touch.later_day = later(checks, touch.outcome, body.later.as_deref());
    if touch.outcome.is_some() && !touch.is_conversation() {
        checks.wrong("outcome", "belongs to conversations alone");
    }
    touch.note = body.note.clone().filter(|note| !note.trim().is_empty());
    touch.recording_url = body
        .recording_url
        .as_deref()
        .map(|url| checks.url("recording_url", url));
    Some(touch)
}

/// Record a touch
#[utoipa::path(tag = "touches", request_body = TouchBody,
    responses((status = 201, body = TouchOut), (status = 422)))]
#[post("/touches")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller,
    key: Key,
    body: Json<TouchBody>,
) -> Answer {
    let (store, now) = (&web.ctx.store, web.ctx.clock.now());
    let mut checks = Checks::default();
    let id = TouchId(web.ctx.clock.fresh_id());
    let touch = parse(&body.value, &mut checks, id, now);
    let contact = contacts::lookup(store, &caller.viewer, ContactId(body.value.contact)).await?;
    if contact.is_none() {
        checks.wrong("contact", "names no contact");
    }
    let wanted: Vec<_> = body
        .value
        .content
        .iter()
        .map(|id| crate::domain::id::ContentId(*id))
        .collect();
    let assets = read::assets(store, &wanted).await?;
    if assets.len() < wanted.len() {
        checks.wrong("content", "names assets that are not there");
    }
    checks.end()?;
    let (Some(mut touch), Some(contact)) = (touch, contact) else {
        return Err(Problem::not_found());
    };
    touch.contact = contact.no;
    touch.recorded_by = Some(caller.user.no);
    touch.rep = (touch.direction == Direction::Out).then_some(caller.user.no);
    touch.content = assets.into_iter().map(|(no, _)| no).collect();
    let once = Once {
        web: &web,
        key,
        route: "POST /touches",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        touches::record_in(tx, &touch).await?;
        let shown = touches::lookup_in(tx, &caller.viewer, id).await?;
        Ok(TouchOut::from(shown.ok_or_else(Problem::not_found)?))
    })
    .await
}

/// Touches, newest first
#[utoipa::path(tag = "touches", params(Which), responses((status = 200, body = List<TouchOut>)))]
#[get("/touches")]
pub(super) async fn list(web: Data<Web>, caller: Caller, query: Query<Which>) -> Answer {
    let (store, viewer) = (&web.ctx.store, &caller.viewer);
    let paging = Paging {
        limit: query.0.limit,
        cursor: query.0.cursor.clone(),
    };
    let (limit, before) = (paging.limit()?, paging.after()?.map(TouchId));
    let contact = match query.0.contact {
        None => None,
        Some(id) => {
            let found = contacts::lookup(store, viewer, ContactId(id)).await?;
            Some(
                found
                    .ok_or_else(|| Problem::field("contact", "names no contact"))?
                    .no,
            )
        }
    };
    let found = touches::list(store, viewer, contact, None, before, limit + 1).await?;
    ok(page(found, limit, |touch| touch.id.0, TouchOut::from))
}

/// One touch
#[utoipa::path(tag = "touches", params(("id" = Uuid, Path)),
    responses((status = 200, body = TouchOut), (status = 404)))]
#[get("/touches/{id}")]
pub(super) async fn lookup(web: Data<Web>, caller: Caller, id: PathId) -> Answer {
    ok(TouchOut::from(find(&web, &caller, id).await?))
}

/// Mend a touch, or say how the conversation went
#[utoipa::path(tag = "touches", params(("id" = Uuid, Path)), request_body = TouchChange,
    responses((status = 200, body = TouchOut), (status = 404), (status = 422)))]
#[patch("/touches/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    body: Json<TouchChange>,
) -> Answer {
    let shown = find(&web, &caller, id).await?;
    let (change, now) = (body.value, web.ctx.clock.now());
    let mut checks = Checks::default();
    let at = change
        .at
        .as_deref()
        .map(|at| moment(&mut checks, Some(at), now));
    let result = match &change.result {
        None => shown.result,
        Some(text) => word(
            &mut checks,
            "result",
            text.as_deref(),
            CallResult::from_word,
        ),
    };
    if (result.is_some() && shown.channel != Channel::Call)
        || (result.is_none() && shown.result.is_some())
    {
        checks.wrong("result", "belongs to calls, and every call of ours has one");
    }
    let recording = change
        .recording_url
        .map(|url| url.map(|url| checks.url("recording_url", &url)));
    let outcome = word(
        &mut checks,
        "outcome",
        change.outcome.as_deref(),
        Outcome::from_word,
    );
    let later_day = later(&mut checks, outcome, change.later.as_deref());
    let mends =
        at.is_some() || change.result.is_some() || change.note.is_some() || recording.is_some();
    if mends && !shown.self_reported {
        checks.wrong("id", "is a mail: of it only the outcome can be set");
    }
    checks.end()?;
    let mut tx = web.ctx.store.begin().await?;
    let stored = touches::stored(&mut tx, shown.id)
        .await?
        .ok_or_else(Problem::not_found)?;
    if mends {
        let mended = Mended {
            at: at.unwrap_or(shown.at),
            result,
            note: change.note.unwrap_or(shown.note),
            recording_url: recording.unwrap_or(shown.recording_url),
        };
        touches::mend_in(&mut tx, stored, &mended).await?;
    }
    if let Some(outcome) = outcome {
        let said = Said {
            outcome,
            by: caller.user.no,
            at: now,
            later_day,
        };
        if !touches::set_outcome_in(&mut tx, shown.no, said).await? {
            return Err(Problem::field("outcome", "belongs to conversations alone"));
        }
    }
    tx.commit().await?;
    ok(TouchOut::from(find(&web, &caller, id).await?))
}

/// Withdraw a touch that was told by a person; no figure holds it any longer
#[utoipa::path(tag = "touches", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404), (status = 422)))]
#[delete("/touches/{id}")]
pub(super) async fn delete(web: Data<Web>, caller: Caller, id: PathId) -> Answer {
    let shown = find(&web, &caller, id).await?;
    if !shown.self_reported {
        return Err(Problem::field(
            "id",
            "is a mail: it cannot be withdrawn here",
        ));
    }
    let mut tx = web.ctx.store.begin().await?;
    let stored = touches::stored(&mut tx, shown.id)
        .await?
        .ok_or_else(Problem::not_found)?;
    touches::void_in(&mut tx, stored, web.ctx.clock.now()).await?;
    tx.commit().await?;
    done(true)
}

async fn find(web: &Web, caller: &Caller, id: PathId) -> Result<Shown, Problem> {
    let found = touches::lookup(&web.ctx.store, &caller.viewer, TouchId(id.0)).await?;
    found.ok_or_else(Problem::not_found)
}
