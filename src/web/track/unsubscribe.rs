//! `/u/{ticket}`: a page with one button, and what the button or a mail program's one click
//! (RFC 8058) does. Reading changes nothing: gateways fetch every link of a mail. The ticket is
//! the authority; it may be used again, and undone.

use super::{Hit, TrackState, pages};
use crate::domain::hit::HitKind;
use crate::domain::id::{DeliveryId, SuppressionId};
use crate::domain::link::DestinationId;
use crate::domain::ticket::DeliveryTicket;
use crate::store::Result;
use crate::store::unsubscribe::{self, Applied};
use actix_web::http::Method as HttpMethod;
use actix_web::{HttpRequest, HttpResponse, web};
use std::time::Duration;

/// How long the store may take before the intake is asked instead.
const STORE_PATIENCE: Duration = Duration::from_secs(1);

/// RFC 8058 bodies have under 200 bytes even as multipart.
const BODY_BYTES: usize = 4 << 10;

pub(super) fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/u/{ticket}")
            .app_data(web::PayloadConfig::new(BODY_BYTES))
            .route(web::get().to(show))
            .route(web::head().to(show))
            .route(web::method(HttpMethod::OPTIONS).to(show))
            .route(web::post().to(act)),
    );
}

fn ticket(request: &HttpRequest, state: &TrackState) -> Option<DeliveryTicket> {
    state
        .tickets
        .verify_unsubscribe(request.match_info().query("ticket"))
        .filter(|ticket| !state.destinations.load().refuses_key(ticket.key))
}

/// `GET /u/{ticket}`: the page. Changes nothing and records nothing.
async fn show(request: HttpRequest, state: web::Data<TrackState>) -> HttpResponse {
    match ticket(&request, &state) {
        Some(_) if request.method() == HttpMethod::OPTIONS => super::options(),
        Some(_) => pages::leave(&request),
        None => pages::dead_link(&request, &state),
    }
}

/// `POST /u/{ticket}`: unsubscribes, or takes it back with `undo=1`.
async fn act(request: HttpRequest, body: web::Bytes, state: web::Data<TrackState>) -> HttpResponse {
    let Some(ticket) = ticket(&request, &state) else {
        return pages::dead_link(&request, &state);
    };
    let undo = body
        .split(|byte| *byte == b'&')
        .any(|pair| pair == b"undo=1");
    if undo {
        take_back(&request, &state, ticket.delivery).await
    } else {
        leave(&request, &state, ticket.delivery).await
    }
}

async fn leave(request: &HttpRequest, state: &TrackState, delivery: DeliveryId) -> HttpResponse {
    let now = state.clock.now();
    let id = SuppressionId(state.clock.fresh_id());
    let applied = within_patience(unsubscribe::apply(&state.store, delivery, id, now)).await;
    match settle(request, state, delivery, HitKind::Unsubscribe, applied).await {
        Settled::Durable => pages::left(request),
        Settled::NoSuchDelivery => pages::dead_link(request, state),
        Settled::Not => pages::later(request),
    }
}

async fn take_back(
    request: &HttpRequest,
    state: &TrackState,
    delivery: DeliveryId,
) -> HttpResponse {
    let applied =
        within_patience(unsubscribe::undo(&state.store, delivery, state.clock.now())).await;
    match settle(request, state, delivery, HitKind::Resubscribe, applied).await {
        Settled::Durable => pages::back(request),
        Settled::NoSuchDelivery => pages::dead_link(request, state),
        Settled::Not => pages::later(request),
    }
}

/// Whether a wish holds.
enum Settled {
    /// On disk, in the store or in the intake.
    Durable,
    /// The ticket's delivery is not known.
    NoSuchDelivery,
    /// Nowhere.
    Not,
}

/// 200 only when it is durable: in the store, which says `applied`, else in the intake.
async fn settle(
    request: &HttpRequest,
    state: &TrackState,
    delivery: DeliveryId,
    kind: HitKind,
    applied: Option<Applied>,
) -> Settled {
    match applied {
        Some(Applied::Done) => return Settled::Durable,
        Some(Applied::NoSuchDelivery) => return Settled::NoSuchDelivery,
        None => {}
    }
    let hit = Hit {
        kind,
        delivery,
        link_no: 0,
        destination: DestinationId(0),
    };
    match super::record(request, state, hit).await {
        Ok(()) => Settled::Durable,
        Err(_) => Settled::Not,
    }
}

/// What the store did; `None` when it could not, in time or at all. Should it have committed all
/// the same, the intake's copy changes nothing more.
async fn within_patience(work: impl Future<Output = Result<Applied>>) -> Option<Applied> {
    match tokio::time::timeout(STORE_PATIENCE, work).await {
        Ok(Ok(applied)) => Some(applied),
        Ok(Err(error)) => {
            tracing::warn!(%error, "an unsubscribe could not go to the database");
            None
        }
        Err(_) => None,
    }
}
