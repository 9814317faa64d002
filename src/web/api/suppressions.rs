//! `/suppressions`: addresses that are written to no more. Anybody may add one; the list names
//! everybody's contacts, so that administrators alone read it and lift entries.

use super::super::auth::{Administrator, Caller};
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::{List, Paging, page};
use super::wire::{PathId, Query};
use crate::domain::address::EmailAddress;
use crate::domain::id::SuppressionId;
use crate::domain::suppression::{AddressHasher, SuppressionReason};
use crate::store::suppressions::{self, NewSuppression, Suppression, Why};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// An address to be put on the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSuppressionIn {
    address: String,
}

/// An entry of the list.
#[derive(Debug, Serialize, ToSchema)]
struct SuppressionOut {
    id: Uuid,
    /// `null` once the contact was erased.
    address: Option<String>,
    /// `unsubscribed`, `complained`, `hard_bounce`, `contact_left` or `manual`.
    reason: String,
    created_at: String,
}

impl From<Suppression> for SuppressionOut {
    fn from(entry: Suppression) -> Self {
        Self {
            id: entry.id.0,
            address: entry.address,
            reason: entry.reason,
            created_at: entry.created_at.rfc3339(),
        }
    }
}

/// What adding did.
#[derive(Debug, Serialize, ToSchema)]
struct SuppressedOut {
    address: String,
    /// Whether it was not on the list before.
    was_new: bool,
    /// Deliveries that were stopped.
    cancelled: usize,
}

/// Write to an address no more, and stop what is on its way
#[utoipa::path(tag = "suppressions", request_body = NewSuppressionIn,
    responses((status = 201, body = SuppressedOut), (status = 422)))]
#[post("/suppressions")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller,
    key: Key,
    body: Json<NewSuppressionIn>,
) -> Outcome {
    let address = EmailAddress::parse(&body.value.address)
        .map_err(|error| Problem::field("address", error))?;
    let once = Once {
        web: &web,
        key,
        route: "POST /suppressions",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        let new = NewSuppression {
            id: SuppressionId(web.ctx.clock.fresh_id()),
            address: &address,
            hash: AddressHasher::new(&web.ctx.keys).hash(&address),
            reason: SuppressionReason::Manual,
            delivery: None,
            contact: None,
            created_by: Some(caller.user.id),
            at: web.ctx.clock.now(),
        };
        let done = suppressions::suppress(tx, &new).await?;
        Ok(SuppressedOut {
            address: address.as_str().to_owned(),
            was_new: done.was_new,
            cancelled: done.cancelled.len(),
        })
    })
    .await
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Rows, 1 to 200; 50 when not given.
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Only that of this address, which is found after it was erased too.
    address: Option<String>,
}

/// The list, newest first
#[utoipa::path(tag = "suppressions", params(Which),
    responses((status = 200, body = List<SuppressionOut>)))]
#[get("/suppressions")]
pub(super) async fn list(web: Data<Web>, _: Caller<Administrator>, query: Query<Which>) -> Outcome {
    let which = query.0;
    let paging = Paging {
        limit: which.limit,
        cursor: which.cursor,
    };
    let limit = paging.limit()?;
    if let Some(address) = which.address {
        let address =
            EmailAddress::parse(&address).map_err(|error| Problem::field("address", error))?;
        let hash = AddressHasher::new(&web.ctx.keys).hash(&address);
        let found = suppressions::lookup(&web.ctx.store, hash).await?;
        let found: Vec<Suppression> = found.into_iter().collect();
        return ok(page(found, limit, |entry| entry.id.0, SuppressionOut::from));
    }
    let before = paging.after()?.map(SuppressionId);
    let found = suppressions::list(&web.ctx.store, before, limit + 1).await?;
    ok(page(found, limit, |entry| entry.id.0, SuppressionOut::from))
}

/// One entry of the list
#[utoipa::path(tag = "suppressions", params(("id" = Uuid, Path)),
    responses((status = 200, body = SuppressionOut), (status = 404)))]
#[get("/suppressions/{id}")]
pub(super) async fn lookup(web: Data<Web>, _: Caller<Administrator>, id: PathId) -> Outcome {
    let found = suppressions::entry(&web.ctx.store, SuppressionId(id.0)).await?;
    let entry = found.ok_or_else(Problem::not_found)?;
    ok(SuppressionOut::from(entry))
}

/// Write to an address again; not where the contact asked for no more, which their consent alone lifts
#[utoipa::path(tag = "suppressions", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404), (status = 409)))]
#[delete("/suppressions/{id}")]
pub(super) async fn lift(web: Data<Web>, _: Caller<Administrator>, id: PathId) -> Outcome {
    let entry = suppressions::lookup_by_id(&web.ctx.store, SuppressionId(id.0)).await?;
    let (hash, _) = entry.ok_or_else(Problem::not_found)?;
    let mut tx = web.ctx.store.begin().await?;
    let now = web.ctx.clock.now();
    let lifted = suppressions::lift_by_person(&mut tx, hash, Why::Mended(""), now).await?;
    tx.commit().await?;
    if lifted {
        done(true)
    } else {
        Err(Problem::conflict(
            "The contact asked for it: only their new consent lifts it, which is noted in the settings.",
        ))
    }
}
