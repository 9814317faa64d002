//! The public endpoints behind tracked mail: links, pixels, unsubscribe pages. No cookies, no
//! sign-in, no outbound request, no look at the main database; the answer is a function of ticket
//! and key. A hit is on disk before it is answered. Nothing of the query string or of `Host`
//! reaches an answer, so any host name that leads here is served: links sent years ago go on
//! working.

mod pages;
mod unsubscribe;

use crate::domain::clock::Clock;
use crate::domain::hit::{HeaderField, HitKind, HitRecord, Method};
use crate::domain::id::DeliveryId;
use crate::domain::link::{DestinationId, location};
use crate::domain::ticket::TicketKeys;
use crate::intake::{Intake, IntakeError};
use crate::store::Store;
use crate::track::destinations::Live;
use crate::track::proxies::Proxies;
use crate::track::{header_field, header_value};
use crate::web::{Routes, peer};
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY,
};
use actix_web::http::{Method as HttpMethod, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use std::sync::Arc;

/// What the tracking handlers need; one for all workers.
#[derive(Clone)]
pub struct TrackState {
    /// Verifies tickets.
    pub tickets: TicketKeys,
    /// Where hits go.
    pub intake: Intake,
    /// What is blocked or moved.
    pub destinations: Live,
    /// Whose forwarded headers are believed.
    pub proxies: Proxies,
    /// Business time.
    pub clock: Clock,
    /// For unsubscribes alone, which fall back to the intake.
    pub store: Store,
}

/// A transparent GIF of one pixel.
const PIXEL: [u8; 43] = *b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\
\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NEVER_CACHED: HeaderValue = HeaderValue::from_static("no-store, no-cache, max-age=0");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
const GIF: HeaderValue = HeaderValue::from_static("image/gif");
const READ_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// The routes with their state, as a server takes them.
pub fn routes(state: TrackState) -> Routes {
    let state = web::Data::new(state);
    Arc::new(move |config| {
        config.app_data(state.clone()).configure(configure);
    })
}

/// Adds the routes. `web::Data<TrackState>` must be among the application's data.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/c/{ticket}")
                .route(web::get().to(click))
                .route(web::head().to(click))
                .route(web::method(HttpMethod::OPTIONS).to(click)),
        )
        .service(
            web::resource("/o/{ticket}")
                .route(web::get().to(pixel))
                .route(web::head().to(pixel))
                .route(web::method(HttpMethod::OPTIONS).to(pixel)),
        )
        .configure(unsubscribe::configure);
}

/// `GET /c/{ticket}`: 302 to where the author's link led.
async fn click(request: HttpRequest, state: web::Data<TrackState>) -> HttpResponse {
    let ticket = request.match_info().query("ticket");
    let Some(ticket) = state.tickets.verify_click(ticket) else {
        return pages::dead_link(&request, &state);
    };
    let Some(target) = state.destinations.load().lead(&ticket).and_then(location) else {
        return pages::dead_link(&request, &state);
    };
    // An ASCII text without controls, by the contract of `location`.
    let Ok(target) = HeaderValue::try_from(target) else {
        return pages::dead_link(&request, &state);
    };
    let hit = Hit {
        kind: HitKind::Click,
        delivery: ticket.delivery,
        link_no: ticket.link,
        destination: ticket.destination,
    };
    let _lost_and_counted = record(&request, &state, hit).await;
    if request.method() == HttpMethod::OPTIONS {
        return options();
    }
    answer(StatusCode::FOUND, NO_STORE)
        .insert_header((LOCATION, target))
        .finish()
}

/// `GET /o/{ticket}.gif`: the pixel, whatever the ticket; recorded when it is one of ours.
async fn pixel(request: HttpRequest, state: web::Data<TrackState>) -> HttpResponse {
    let ticket = request
        .match_info()
        .query("ticket")
        .strip_suffix(".gif")
        .and_then(|ticket| state.tickets.verify_open(ticket));
    if let Some(ticket) = ticket {
        let destinations = state.destinations.load();
        let refused =
            destinations.refuses_key(ticket.key) || destinations.refuses_delivery(ticket.delivery);
        drop(destinations);
        if !refused {
            let hit = Hit {
                kind: HitKind::Open,
                delivery: ticket.delivery,
                link_no: 0,
                destination: DestinationId(0),
            };
            let _lost_and_counted = record(&request, &state, hit).await;
        }
    }
    if request.method() == HttpMethod::OPTIONS {
        return options();
    }
    answer(StatusCode::OK, NEVER_CACHED)
        .insert_header((CONTENT_TYPE, GIF))
        .body(PIXEL.as_slice())
}

fn options() -> HttpResponse {
    answer(StatusCode::NO_CONTENT, NO_STORE)
        .insert_header((ALLOW, READ_METHODS))
        .finish()
}

fn answer(status: StatusCode, cache: HeaderValue) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((CACHE_CONTROL, cache))
        .insert_header((REFERRER_POLICY, NO_REFERRER));
    response
}

/// What a ticket says about a request for it.
struct Hit {
    kind: HitKind,
    delivery: DeliveryId,
    link_no: u16,
    destination: DestinationId,
}

/// Makes the hit durable. A failure is counted by the intake; links and pixels answer all the same.
async fn record(request: &HttpRequest, state: &TrackState, hit: Hit) -> Result<(), IntakeError> {
    let scheme = peer::is_https(request.head(), &state.proxies)
        .then(|| (HeaderField::Scheme, "https".to_owned()));
    let record = HitRecord {
        at: state.clock.now(),
        kind: hit.kind,
        delivery: hit.delivery,
        link_no: hit.link_no,
        destination: hit.destination,
        method: method(request),
        client: peer::client_address(request.head(), &state.proxies),
        headers: request
            .headers()
            .iter()
            .filter_map(|(name, value)| {
                let field = header_field(name.as_str())?;
                Some((field, header_value(field, value.as_bytes())))
            })
            .chain(scheme)
            .collect(),
    };
    state.intake.append(&record.to_bytes()).await
}

fn method(request: &HttpRequest) -> Method {
    match *request.method() {
        HttpMethod::HEAD => Method::Head,
        HttpMethod::OPTIONS => Method::Options,
        HttpMethod::POST => Method::Post,
        _ => Method::Get,
    }
}
