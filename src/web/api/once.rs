//! Creating something exactly once: the thing, its answer and the claim on the request's
//! `Idempotency-Key` stand in one transaction. Only 2xx answers are kept, since nothing else
//! commits.

use super::super::auth::Caller;
use super::super::error::{Code, Problem};
use super::super::state::Web;
use crate::domain::clock::DAY_MS;
use crate::store::Tx;
use crate::store::idempotency::{self, Claim, Scope};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use std::future::{Ready, ready};

/// How long keys are kept: twice what is promised.
const KEPT_MS: i64 = 2 * DAY_MS;

/// The request's `Idempotency-Key`, if it has one: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone)]
pub(super) struct Key(Option<String>);

impl FromRequest for Key {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut values = request.headers().get_all("idempotency-key");
        let key = match (values.next(), values.next()) {
            (None, _) => Ok(Self(None)),
            (Some(value), None) => match value.to_str() {
                Ok(text) if is_key(text) => Ok(Self(Some(text.to_owned()))),
                _ => Err(wrong_key()),
            },
            (Some(_), Some(_)) => Err(wrong_key()),
        };
        ready(key)
    }
}

fn is_key(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic())
}

fn wrong_key() -> Problem {
    Problem::field(
        "Idempotency-Key",
        "must be one value of 1 to 255 visible ASCII characters",
    )
}

/// A creating request.
#[derive(Debug)]
pub(super) struct Once<'a> {
    pub web: &'a Web,
    pub key: Key,
    /// The route, such as `POST /contacts`; part of the key's scope.
    pub route: &'static str,
    /// SHA-256 of the body.
    pub body_hash: [u8; 32],
}

impl Once<'_> {
    /// Runs `make` in a transaction and answers with what it gives; a request that was answered
    /// before gets that answer.
    pub(super) async fn create<P, T: Serialize>(
        &self,
        caller: &Caller<P>,
        status: StatusCode,
        make: impl AsyncFnOnce(&mut Tx) -> Result<T, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let now = self.web.ctx.clock.now();
        let scope = self.key.0.as_deref().map(|key| Scope {
            user: caller.user.id,
            route: self.route,
            key,
        });
        let mut tx = self.web.ctx.store.begin().await?;
        if let Some(scope) = scope {
            match idempotency::claim(&mut tx, scope, &self.body_hash, now).await? {
                Claim::Fresh => {}
                Claim::Answered { status, response } => return Ok(answer(status, response)),
                Claim::Other => return Err(Problem::new(Code::KeyReused)),
            }
        }
        let made = make(&mut tx).await?;
        let body = serde_json::to_string(&made).map_err(Problem::internal)?;
        if let Some(scope) = scope {
            idempotency::answer(&mut tx, scope, status.as_u16(), &body).await?;
            idempotency::forget(&mut tx, now.plus(-KEPT_MS)).await?;
        }
        tx.commit().await?;
        Ok(answer(status.as_u16(), body))
    }

    /// The answer given before to this very request, for handlers with work to do before their
    /// transaction.
    pub(super) async fn answered<P>(
        &self,
        caller: &Caller<P>,
    ) -> Result<Option<HttpResponse>, Problem> {
        let Some(key) = self.key.0.as_deref() else {
            return Ok(None);
        };
        let scope = Scope {
            user: caller.user.id,
            route: self.route,
            key,
        };
        match idempotency::lookup(&self.web.ctx.store, scope, &self.body_hash).await? {
            None | Some(Claim::Fresh) => Ok(None),
            Some(Claim::Answered { status, response }) => Ok(Some(answer(status, response))),
            Some(Claim::Other) => Err(Problem::new(Code::KeyReused)),
        }
    }
}

fn answer(status: u16, body: String) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(body)
}
