//! `/deputies`: who answers for whom, and until when. Set by whoever sets working time.

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::calendars::mate;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::List;
use super::wire::{Checks, PathId};
use crate::domain::viewer::Role;
use crate::store::calendars::{self, Deputy, NewDeputy};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who answers for whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeputyBody {
    /// Who is away; the caller when not given.
    user: Option<Uuid>,
    /// Who answers.
    deputy: Uuid,
    /// From when, RFC 3339.
    since: String,
    /// Until before.
    until: String,
}

/// An entry.
#[derive(Debug, Serialize, ToSchema)]
struct DeputyOut {
    id: Uuid,
    user: Uuid,
    deputy: Uuid,
    since: String,
    until: String,
}

impl From<Deputy> for DeputyOut {
    fn from(entry: Deputy) -> Self {
        Self {
            id: entry.id,
            user: entry.user_id.0,
            deputy: entry.deputy_id.0,
            since: entry.since.rfc3339(),
            until: entry.until_at.rfc3339(),
        }
    }
}

/// Say who answers for whom
#[utoipa::path(tag = "calendars", request_body = DeputyBody,
    responses((status = 201, body = DeputyOut), (status = 422)))]
#[post("/deputies")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller,
    key: Key,
    body: Json<DeputyBody>,
) -> Outcome {
    let mut checks = Checks::default();
    let asked = &body.value;
    let since = checks.time("since", &asked.since);
    let until = checks.time("until", &asked.until);
    if since >= until {
        checks.wrong("until", "must be after since");
    }
    let who = asked.user.unwrap_or(caller.user.id.0);
    let is_lead = matches!(caller.viewer.role, Role::Manager | Role::Admin);
    let user = mate(&web, &caller, who)
        .await?
        .filter(|user| is_lead || user.id == caller.user.id);
    let deputy = mate(&web, &caller, asked.deputy)
        .await?
        .filter(|deputy| deputy.id.0 != who);
    if user.is_none() {
        checks.wrong("user", "is not yours to say");
    }
    if deputy.is_none() {
        checks.wrong("deputy", "names nobody else of your team");
    }
    checks.end()?;
    let (Some(user), Some(deputy), Some(since), Some(until)) = (user, deputy, since, until) else {
        return Err(Problem::not_found());
    };
    let new = NewDeputy {
        id: web.ctx.clock.fresh_id(),
        user: user.no,
        deputy: deputy.no,
        since,
        until,
        by: caller.user.id,
        at: web.ctx.clock.now(),
    };
    let once = Once {
        web: &web,
        key,
        route: "POST /deputies",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        calendars::add_deputy_in(tx, &new).await?;
        Ok(DeputyOut {
            id: new.id,
            user: user.id.0,
            deputy: deputy.id.0,
            since: since.rfc3339(),
            until: until.rfc3339(),
        })
    })
    .await
}

/// Who answers for whom, now and later, in one's own team
#[utoipa::path(tag = "calendars", responses((status = 200, body = List<DeputyOut>)))]
#[get("/deputies")]
pub(super) async fn list(web: Data<Web>, caller: Caller) -> Outcome {
    let mut items = Vec::new();
    for entry in calendars::deputies(&web.ctx.store, web.ctx.clock.now()).await? {
        if mate(&web, &caller, entry.user_id.0).await?.is_some() {
            items.push(DeputyOut::from(entry));
        }
    }
    ok(List { items, next: None })
}

/// Take a deputy away
#[utoipa::path(tag = "calendars", params(("id" = Uuid, Path)), responses((status = 204), (status = 404)))]
#[delete("/deputies/{id}")]
pub(super) async fn delete(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let entry = calendars::deputy(&web.ctx.store, id.0)
        .await?
        .ok_or_else(Problem::not_found)?;
    let is_lead = matches!(caller.viewer.role, Role::Manager | Role::Admin);
    let user = mate(&web, &caller, entry.user_id.0).await?;
    if user.is_none_or(|user| !is_lead && user.id != caller.user.id) {
        return Err(Problem::not_found());
    }
    let mut tx = web.ctx.store.begin().await?;
    let found = calendars::drop_deputy_in(&mut tx, id.0).await?;
    tx.commit().await?;
    done(found)
}
