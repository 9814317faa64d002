//! What handlers answer when nothing is created.

use super::super::error::Problem;
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use serde::Serialize;

/// What every handler gives.
pub(super) type Outcome = Result<HttpResponse, Problem>;

/// 200 with a body.
pub(super) fn ok(body: impl Serialize) -> Outcome {
    let body = serde_json::to_string(&body).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(body))
}

/// 204 when something was done, 404 when there was nothing to do it to.
pub(super) fn done(found: bool) -> Outcome {
    if found {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found())
    }
}
