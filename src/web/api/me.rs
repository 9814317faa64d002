//! `/me`: the caller, and their own API tokens.

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::state::Web;
use super::outcome::{Outcome, done, ok};
use super::page::List;
use super::users::UserOut;
use super::wire::{Checks, PathId};
use crate::domain::clock::{Millis, random_bytes};
use crate::domain::id::TokenId;
use crate::domain::secret::Secret;
use crate::store::tokens::{self, Token};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What it is for.
    name: String,
}

/// A fresh token.
#[derive(Debug, Serialize, ToSchema)]
struct FreshToken {
    id: Uuid,
    /// Shown this once.
    token: String,
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct TokenOut {
    id: Uuid,
    name: String,
    created_at: String,
    /// To the hour.
    last_used_at: Option<String>,
}

impl From<Token> for TokenOut {
    fn from(token: Token) -> Self {
        Self {
            id: token.id.0,
            name: token.name,
            created_at: token.created_at.rfc3339(),
            last_used_at: token.last_used_at.map(Millis::rfc3339),
        }
    }
}

/// The caller
#[utoipa::path(tag = "me", responses((status = 200, body = UserOut)))]
#[get("/me")]
pub(super) async fn whoami(caller: Caller) -> Outcome {
    ok(UserOut::from(caller.user))
}

/// Make a token; it can do what the caller can. Takes no `Idempotency-Key`: its text is not kept
#[utoipa::path(tag = "me", request_body = NewToken,
    responses((status = 201, body = FreshToken), (status = 422)))]
#[post("/me/tokens")]
pub(super) async fn create_token(web: Data<Web>, caller: Caller, body: Json<NewToken>) -> Outcome {
    let mut checks = Checks::default();
    let name = checks.line("name", &body.value.name);
    checks.end()?;
    let secret = Secret::new(web.ctx.clock.fresh_id(), random_bytes());
    let mut tx = web.ctx.store.begin().await?;
    let id = TokenId(secret.id());
    tokens::add(
        &mut tx,
        id,
        caller.user.id,
        &name,
        &secret.hash(),
        web.ctx.clock.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(HttpResponse::Created().json(FreshToken {
        id: id.0,
        token: secret.token_text(),
    }))
}

/// The caller's tokens, newest first
#[utoipa::path(tag = "me", responses((status = 200, body = List<TokenOut>)))]
#[get("/me/tokens")]
pub(super) async fn list_tokens(web: Data<Web>, caller: Caller) -> Outcome {
    let found = tokens::of_user(&web.ctx.store, caller.user.id).await?;
    ok(List {
        items: found.into_iter().map(TokenOut::from).collect(),
        next: None,
    })
}

/// Revoke a token
#[utoipa::path(tag = "me", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404)))]
#[delete("/me/tokens/{id}")]
pub(super) async fn revoke_token(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let mut tx = web.ctx.store.begin().await?;
    let now = web.ctx.clock.now();
    let found = tokens::revoke(&mut tx, TokenId(id.0), caller.user.id, now).await?;
    tx.commit().await?;
    done(found)
}
