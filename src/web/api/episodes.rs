//! `/episodes`: who waits for us, oldest first; a wait can be ended without an answer, opened again,
//! or handed over.

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::outcome::{Outcome, ok};
use super::page::{List, wrong_cursor};
use super::wire::{PathId, Query};
use crate::domain::clock::Millis;
use crate::domain::id::{TouchId, TouchNo, UserId};
use crate::domain::touch::Settled;
use crate::domain::viewer::Role;
use crate::store::episodes::{self, After, Episode, State};
use crate::store::users;
use actix_web::web::Data;
use actix_web::{get, patch};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A wait.
#[derive(Debug, Serialize, ToSchema)]
struct EpisodeOut {
    /// That of the touch that opened it.
    id: Uuid,
    /// `open answered dismissed`.
    state: &'static str,
    contact: Uuid,
    contact_name: String,
    channel: &'static str,
    opened_at: String,
    /// Whether it opened in working hours.
    in_hours: bool,
    /// How often they have written since.
    inbounds: i64,
    /// When we first tried.
    attempted_at: Option<String>,
    closed_at: Option<String>,
    /// Whose turn it is; `null` in the team's queue.
    owner: Option<Uuid>,
    owner_name: Option<String>,
    /// Who answers for them now.
    deputy: Option<Uuid>,
    deputy_name: Option<String>,
}

impl From<Episode> for EpisodeOut {
    fn from(wait: Episode) -> Self {
        let (owner, owner_name) = wait.owner.unzip();
        let (deputy, deputy_name) = wait.deputy.unzip();
        Self {
            id: wait.id.0,
            state: wait.state.as_str(),
            contact: wait.contact.0,
            contact_name: wait.contact_name,
            channel: wait.channel.as_str(),
            opened_at: wait.opened_at.rfc3339(),
            in_hours: wait.in_hours,
            inbounds: wait.inbounds,
            attempted_at: wait.attempted_at.map(Millis::rfc3339),
            closed_at: wait.closed_at.map(Millis::rfc3339),
            owner: owner.map(|id| id.0),
            owner_name,
            deputy: deputy.map(|id| id.0),
            deputy_name,
        }
    }
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Rows, 1 to 200; 50 when not given.
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What becomes of a wait.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EpisodeChange {
    /// `dismissed`: no answer is needed; `open`: one is, after all.
    state: Option<String>,
    /// Whose turn it is from now on. A contact that was nobody's becomes theirs.
    owner: Option<Uuid>,
}

/// Who waits for us, oldest first: one's own, those one stands in for, those nobody has taken; for
/// a manager the team's
#[utoipa::path(tag = "episodes", params(Which), responses((status = 200, body = List<EpisodeOut>)))]
#[get("/episodes")]
pub(super) async fn list(web: Data<Web>, caller: Caller, query: Query<Which>) -> Outcome {
    let paging = super::page::Paging {
        limit: query.0.limit,
        cursor: None,
    };
    let limit = paging.limit()?;
    let after = match query.0.cursor.as_deref() {
        None => After::START,
        Some(text) => parse(text).ok_or_else(wrong_cursor)?,
    };
    let now = web.ctx.clock.now();
    let mut found =
        episodes::waiting(&web.ctx.store, &caller.viewer, after, now, limit + 1).await?;
    let more = found.len() as i64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(0));
    let last = found.last().filter(|_| more);
    let next = last.map(|wait| format!("{}-{}", wait.opened_at.0, wait.opening));
    ok(List {
        items: found.into_iter().map(EpisodeOut::from).collect(),
        next,
    })
}

fn parse(text: &str) -> Option<After> {
    let (at, opening) = text.split_once('-')?;
    Some(After(
        Millis(at.parse().ok()?),
        TouchNo(opening.parse().ok()?),
    ))
}

/// One wait
#[utoipa::path(tag = "episodes", params(("id" = Uuid, Path)),
    responses((status = 200, body = EpisodeOut), (status = 404)))]
#[get("/episodes/{id}")]
pub(super) async fn lookup(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    ok(EpisodeOut::from(find(&web, &caller, id).await?))
}

/// End a wait without an answer, open it again, or hand it over
#[utoipa::path(tag = "episodes", params(("id" = Uuid, Path)), request_body = EpisodeChange,
    responses((status = 200, body = EpisodeOut), (status = 404), (status = 422)))]
#[patch("/episodes/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    body: Json<EpisodeChange>,
) -> Outcome {
    let wait = find(&web, &caller, id).await?;
    let how = match (body.value.state.as_deref(), wait.state) {
        (None, _) | (Some("open"), State::Open) | (Some("dismissed"), State::Dismissed) => None,
        (Some("dismissed"), State::Open) => Some(Settled::NoAnswerNeeded),
        (Some("open"), State::Dismissed) => Some(Settled::TakenBack),
        (Some("open" | "dismissed"), _) => {
            return Err(Problem::field("state", "cannot change once we answered"));
        }
        _ => return Err(Problem::field("state", "is neither open nor dismissed")),
    };
    if let Some(to) = body.value.owner {
        check_owner(&web, &caller, UserId(to)).await?;
    }
    let now = web.ctx.clock.now();
    let mut tx = web.ctx.store.begin().await?;
    if let Some(how) = how {
        episodes::settle_in(&mut tx, &wait, how, caller.user.no, now).await?;
    }
    if let Some(to) = body.value.owner {
        episodes::hand_over_in(&mut tx, &wait, UserId(to), caller.user.no, now).await?;
    }
    tx.commit().await?;
    // Handed over, it may be out of reach.
    let seen = episodes::lookup(&web.ctx.store, &caller.viewer, wait.id, now).await?;
    ok(EpisodeOut::from(seen.unwrap_or(wait)))
}

/// A wait goes to somebody of one's own team; an administrator may give it to anybody.
async fn check_owner(web: &Web, caller: &Caller, to: UserId) -> Result<(), Problem> {
    let found = users::lookup(&web.ctx.store, to).await?;
    let may = found.is_some_and(|user| {
        let is_mate = user.team.is_some() && user.team == caller.viewer.team;
        user.disabled_at.is_none()
            && (user.id == caller.user.id || is_mate || caller.viewer.role == Role::Admin)
    });
    if may {
        Ok(())
    } else {
        Err(Problem::field("owner", "names nobody of your team"))
    }
}

async fn find(web: &Web, caller: &Caller, id: PathId) -> Result<Episode, Problem> {
    let now = web.ctx.clock.now();
    let found = episodes::lookup(&web.ctx.store, &caller.viewer, TouchId(id.0), now).await?;
    found.ok_or_else(Problem::not_found)
}
