//! `/teams`: named groups of users. Everybody reads them, administrators change them.

use super::super::auth::{Administrator, Caller};
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::List;
use super::wire::{Checks, PathId};
use crate::domain::id::TeamId;
use crate::store::users::{self, Team};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A team's name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TeamIn {
    /// Unique.
    name: String,
}

/// A team.
#[derive(Debug, Serialize, ToSchema)]
struct TeamOut {
    id: Uuid,
    name: String,
    created_at: String,
}

impl From<Team> for TeamOut {
    fn from(team: Team) -> Self {
        Self {
            id: team.id.0,
            name: team.name,
            created_at: team.created_at.rfc3339(),
        }
    }
}

/// Add a team
#[utoipa::path(tag = "teams", request_body = TeamIn,
    responses((status = 201, body = TeamOut), (status = 409), (status = 422)))]
#[post("/teams")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller<Administrator>,
    key: Key,
    body: Json<TeamIn>,
) -> Outcome {
    let name = check(&body.value)?;
    let once = Once {
        web: &web,
        key,
        route: "POST /teams",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        let (id, created_at) = (TeamId(web.ctx.clock.fresh_id()), web.ctx.clock.now());
        users::add_team(tx, id, &name, created_at).await?;
        Ok(TeamOut::from(Team {
            id,
            name,
            created_at,
        }))
    })
    .await
}

/// All teams by name
#[utoipa::path(tag = "teams", responses((status = 200, body = List<TeamOut>)))]
#[get("/teams")]
pub(super) async fn list(web: Data<Web>, _: Caller) -> Outcome {
    let found = users::teams(&web.ctx.store).await?;
    ok(List {
        items: found.into_iter().map(TeamOut::from).collect(),
        next: None,
    })
}

/// Rename a team
#[utoipa::path(tag = "teams", params(("id" = Uuid, Path)), request_body = TeamIn,
    responses((status = 200, body = TeamOut), (status = 404), (status = 409)))]
#[patch("/teams/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    _: Caller<Administrator>,
    id: PathId,
    body: Json<TeamIn>,
) -> Outcome {
    let name = check(&body.value)?;
    let mut tx = web.ctx.store.begin().await?;
    let found = users::rename_team(&mut tx, TeamId(id.0), &name).await?;
    tx.commit().await?;
    if !found {
        return Err(Problem::not_found());
    }
    let team = users::team(&web.ctx.store, TeamId(id.0)).await?;
    ok(TeamOut::from(team.ok_or_else(Problem::not_found)?))
}

/// Delete a team without members
#[utoipa::path(tag = "teams", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404), (status = 409)))]
#[delete("/teams/{id}")]
pub(super) async fn delete(web: Data<Web>, _: Caller<Administrator>, id: PathId) -> Outcome {
    let id = TeamId(id.0);
    if users::team(&web.ctx.store, id).await?.is_none() {
        return Err(Problem::not_found());
    }
    let mut tx = web.ctx.store.begin().await?;
    let gone = users::delete_team(&mut tx, id).await?;
    tx.commit().await?;
    if gone {
        done(true)
    } else {
        Err(Problem::conflict("It has members; move them first."))
    }
}

fn check(body: &TeamIn) -> Result<String, Problem> {
    let mut checks = Checks::default();
    let name = checks.line("name", &body.name);
    checks.end()?;
    Ok(name)
}
