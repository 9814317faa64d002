//! `/users`: the people who use the product, for administrators.

use super::super::auth::{self, Administrator, Caller, rights};
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::{List, Paging, page};
use super::wire::{Checks, PathId, Query, present};
use crate::domain::clock::Millis;
use crate::domain::id::{TeamId, UserId};
use crate::domain::viewer::Role;
use crate::store::StoreError;
use crate::store::users::{self, NewUser, User, UserChange};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A user to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUserIn {
    /// Unique.
    email: String,
    name: String,
    role: RoleWord,
    team: Option<Uuid>,
    /// Without one they cannot sign in yet.
    password: Option<String>,
    /// The language of the pages, such as `en`.
    language: Option<String>,
}

/// What of a user changes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserChangeIn {
    name: Option<String>,
    role: Option<RoleWord>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    team: Option<Option<Uuid>>,
    language: Option<String>,
    /// Ends all their sessions.
    password: Option<String>,
    /// Whether they may not sign in.
    disabled: Option<bool>,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RoleWord {
    Rep,
    Marketer,
    Manager,
    Admin,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Rep => Self::Rep,
            RoleWord::Marketer => Self::Marketer,
            RoleWord::Manager => Self::Manager,
            RoleWord::Admin => Self::Admin,
        }
    }
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserOut {
    id: Uuid,
    email: String,
    name: String,
    role: &'static str,
    team: Option<Uuid>,
    language: String,
    created_at: String,
    disabled_at: Option<String>,
}

impl From<User> for UserOut {
    fn from(user: User) -> Self {
        Self {
            id: user.id.0,
            email: user.email.into(),
            name: user.name,
            role: user.role.as_str(),
            team: user.team.map(|id| id.0),
            language: user.language,
            created_at: user.created_at.rfc3339(),
            disabled_at: user.disabled_at.map(Millis::rfc3339),
        }
    }
}

/// Add a user
#[utoipa::path(tag = "users", request_body = NewUserIn,
    responses((status = 201, body = UserOut), (status = 409), (status = 422)))]
#[post("/users")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller<Administrator>,
    key: Key,
    body: Json<NewUserIn>,
) -> Outcome {
    let once = Once {
        web: &web,
        key,
        route: "POST /users",
        body_hash: body.hash,
    };
    if let Some(answer) = once.answered(&caller).await? {
        return Ok(answer);
    }
    let new = body.value.check(&web).await?;
    once.create(&caller, StatusCode::CREATED, async |tx| {
        let now = web.ctx.clock.now();
        let no = users::add(tx, &new, now).await?;
        Ok(UserOut::from(User {
            no,
            id: new.id,
            email: new.email,
            name: new.name,
            role: new.role,
            team: new.team,
            password_hash: None,
            language: new.language,
            created_at: now,
            disabled_at: None,
        }))
    })
    .await
}

/// Users, oldest first
#[utoipa::path(tag = "users", params(Paging), responses((status = 200, body = List<UserOut>)))]
#[get("/users")]
pub(super) async fn list(
    web: Data<Web>,
    _: Caller<Administrator>,
    query: Query<Paging>,
) -> Outcome {
    let (limit, after) = (query.0.limit()?, query.0.after()?.map(UserId));
    let found = users::list(&web.ctx.store, after, limit + 1).await?;
    ok(page(found, limit, |user| user.id.0, UserOut::from))
}

/// One user
#[utoipa::path(tag = "users", params(("id" = Uuid, Path)),
    responses((status = 200, body = UserOut), (status = 404)))]
#[get("/users/{id}")]
pub(super) async fn lookup(web: Data<Web>, _: Caller<Administrator>, id: PathId) -> Outcome {
    ok(UserOut::from(find(&web, id).await?))
}

/// Change a user
#[utoipa::path(tag = "users", params(("id" = Uuid, Path)), request_body = UserChangeIn,
    responses((status = 200, body = UserOut), (status = 404), (status = 409), (status = 422)))]
#[patch("/users/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    _: Caller<Administrator>,
    id: PathId,
    body: Json<UserChangeIn>,
) -> Outcome {
    let user = find(&web, id).await?;
    let (change, hash) = body.value.apply(&web, &user).await?;
    write(&web, &user, &change, hash.as_deref()).await?;
    ok(UserOut::from(find(&web, id).await?))
}

/// Disable a user: they can no longer sign in, and their tokens end. What they wrote stays theirs
#[utoipa::path(tag = "users", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404), (status = 409)))]
#[delete("/users/{id}")]
pub(super) async fn disable(web: Data<Web>, _: Caller<Administrator>, id: PathId) -> Outcome {
    let user = find(&web, id).await?;
    let change = UserChange {
        name: user.name.clone(),
        role: user.role,
        team: user.team,
        language: user.language.clone(),
        disabled_at: user.disabled_at.or(Some(web.ctx.clock.now())),
    };
    write(&web, &user, &change, None).await?;
    done(true)
}

async fn write(
    web: &Web,
    user: &User,
    change: &UserChange,
    hash: Option<&str>,
) -> Result<(), Problem> {
    let mut tx = web.ctx.store.begin().await?;
    rights::change_user(&mut tx, user, change, hash, web.ctx.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn find(web: &Web, id: PathId) -> Result<User, Problem> {
    let found = users::lookup(&web.ctx.store, UserId(id.0)).await?;
    found.ok_or_else(Problem::not_found)
}

impl NewUserIn {
    async fn check(self, web: &Web) -> Result<NewUser, Problem> {
        let mut checks = Checks::default();
        let email = checks.email("email", &self.email);
        let name = checks.line("name", &self.name);
        let language = checks.language("language", self.language);
        let team = check_team(&mut checks, web, self.team).await?;
        let password_hash = check_password(&mut checks, web, self.password).await;
        checks.end()?;
        Ok(NewUser {
            id: UserId(web.ctx.clock.fresh_id()),
            email: email.ok_or_else(Problem::not_found)?,
            name,
            role: self.role.into(),
            team,
            password_hash,
            language: language.unwrap_or_else(|| "en".to_owned()),
        })
    }
}

impl UserChangeIn {
    async fn apply(self, web: &Web, user: &User) -> Result<(UserChange, Option<String>), Problem> {
        let mut checks = Checks::default();
        let name = self.name.map(|name| checks.line("name", &name));
        let language = checks.language("language", self.language);
        let team = match self.team {
            None => user.team,
            Some(team) => check_team(&mut checks, web, team).await?,
        };
        let hash = check_password(&mut checks, web, self.password).await;
        checks.end()?;
        let disabled_at = match self.disabled {
            None => user.disabled_at,
            Some(false) => None,
            Some(true) => user.disabled_at.or(Some(web.ctx.clock.now())),
        };
        let change = UserChange {
            name: name.unwrap_or_else(|| user.name.clone()),
            role: self.role.map_or(user.role, Role::from),
            team,
            language: language.unwrap_or_else(|| user.language.clone()),
            disabled_at,
        };
        Ok((change, hash))
    }
}

async fn check_team(
    checks: &mut Checks,
    web: &Web,
    team: Option<Uuid>,
) -> Result<Option<TeamId>, StoreError> {
    let Some(id) = team.map(TeamId) else {
        return Ok(None);
    };
    if users::team(&web.ctx.store, id).await?.is_none() {
        checks.wrong("team", "names no team");
    }
    Ok(Some(id))
}

async fn check_password(
    checks: &mut Checks,
    web: &Web,
    password: Option<String>,
) -> Option<String> {
    match auth::hash(web, password?).await {
        Ok(hash) => Some(hash),
        Err(error) => {
            checks.wrong("password", error);
            None
        }
    }
}
