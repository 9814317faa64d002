//! `/messages/{id}/resend` and `/arrived`: what a person decides on a delivery that nobody else can
//! decide on. For whoever may see the message: its author, their manager, administrators.

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::Outcome;
use super::wire::PathId;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{DeliveryId, MessageId};
use crate::store::messages;
use crate::store::queue::resolve::{self, Decision};
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which copy of the message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// The id of the delivery.
    delivery: Uuid,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
struct DecidedOut {
    message: Uuid,
    delivery: Uuid,
    state: &'static str,
}

/// Send an uncertain delivery again, or try a parked one again; a second copy may arrive
#[utoipa::path(tag = "messages", params(("id" = Uuid, Path)), request_body = Which,
    responses((status = 202, body = DecidedOut), (status = 404), (status = 409), (status = 422)))]
#[post("/messages/{id}/resend")]
pub(super) async fn resend(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    key: Key,
    body: Json<Which>,
) -> Outcome {
    let once = Once {
        web: &web,
        key,
        route: "POST /messages/{id}/resend",
        body_hash: body.hash,
    };
    decide(&once, &caller, id, body.value.delivery, Decision::Again).await
}

/// Settle an uncertain delivery as sent: it did arrive
#[utoipa::path(tag = "messages", params(("id" = Uuid, Path)), request_body = Which,
    responses((status = 202, body = DecidedOut), (status = 404), (status = 409), (status = 422)))]
#[post("/messages/{id}/arrived")]
pub(super) async fn arrived(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    key: Key,
    body: Json<Which>,
) -> Outcome {
    let once = Once {
        web: &web,
        key,
        route: "POST /messages/{id}/arrived",
        body_hash: body.hash,
    };
    decide(&once, &caller, id, body.value.delivery, Decision::Arrived).await
}

async fn decide(
    once: &Once<'_>,
    caller: &Caller,
    id: PathId,
    delivery: Uuid,
    decision: Decision,
) -> Outcome {
    let ctx = &once.web.ctx;
    let id = MessageId(id.0);
    if messages::lookup(&ctx.store, &caller.viewer, id)
        .await?
        .is_none()
    {
        return Err(Problem::not_found());
    }
    once.create(caller, StatusCode::ACCEPTED, async |tx| {
        let delivery = DeliveryId(delivery);
        let done = resolve::decide(tx, id, delivery, decision, ctx.clock.now()).await?;
        done.ok_or_else(|| Problem::conflict("It does not wait for this, or takes no more mail."))?;
        Ok(DecidedOut {
            message: id.0,
            delivery: delivery.0,
            state: match decision {
                Decision::Again => DeliveryState::Queued,
                Decision::Arrived => DeliveryState::Sent,
            }
            .as_str(),
        })
    })
    .await
}
