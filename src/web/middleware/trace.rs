//! The outermost layer: an id and one span per request, its count and duration, a deadline for
//! reading and answering, and an answer even when a handler panics. Paths are logged as route
//! patterns: tickets, ids and query strings never are, nor are addresses.

use super::super::error::{Code, Problem};
use super::is_tracking;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tracing::Instrument as _;
use uuid::Uuid;

/// From the end of the head to the beginning of the answer; actix itself has no limit for bodies.
const DEADLINE: Duration = Duration::from_secs(30);
/// The same for bodies of up to 25 MB: 1.7 Mbit/s.
const UPLOAD_DEADLINE: Duration = Duration::from_mins(2);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware.
pub async fn trace(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let id = Uuid::from_bytes(crate::domain::clock::random_bytes());
    let method = request.method().clone();
    let tracking = is_tracking(request.path());
    let limit = deadline(&method, request.path());
    let span = tracing::info_span!("request", request.id = %id.simple(), http.method = %method);
    let answer = answered(limit, next.call(request));
    async move {
        let outcome = answer.await;
        let (status, route) = match &outcome {
            Ok(response) => (
                response.status(),
                response
                    .request()
                    .match_pattern()
                    .unwrap_or_else(|| "-".to_owned()),
            ),
            Err(error) => (error.as_response_error().status_code(), "-".to_owned()),
        };
        let duration = begun.elapsed();
        record(&method, &route, status.as_u16(), duration);
        let duration_ms = duration.as_millis() as u64;
        let status = status.as_u16();
        if status >= 500 {
            tracing::warn!(
                http.route = route,
                http.status = status,
                duration_ms,
                "answered"
            );
        } else if tracking {
            tracing::debug!(
                http.route = route,
                http.status = status,
                duration_ms,
                "answered"
            );
        } else {
            tracing::info!(
                http.route = route,
                http.status = status,
                duration_ms,
                "answered"
            );
        }
        outcome.map(|mut response| {
            if let Ok(value) = HeaderValue::from_str(&id.simple().to_string()) {
                response.headers_mut().insert(REQUEST_ID, value);
            }
            response
        })
    }
    .instrument(span)
    .await
}

/// The outcome of `work`, or a problem when it panics or takes longer than `limit`.
async fn answered<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(limit, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Problem::internal("a handler panicked").into()),
        Err(_) => Err(Problem::new(Code::Timeout).into()),
    }
}

fn deadline(method: &Method, path: &str) -> Duration {
    let takes_files = path == "/api/v1/messages" || path.starts_with("/compose/");
    let upload = method == Method::POST && takes_files;
    if upload { UPLOAD_DEADLINE } else { DEADLINE }
}

fn record(method: &Method, route: &str, status: u16, duration: Duration) {
    let labels = [
        ("method", method.as_str().to_owned()),
        ("route", route.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("otklik_http_requests_total", &labels).increment(1);
    metrics::histogram!("otklik_http_request_seconds", "route" => route.to_owned())
        .record(duration.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpResponse, test, web};

    async fn broken() -> HttpResponse {
        panic!("on purpose")
    }

    #[actix_web::test]
    async fn a_handler_that_panics_is_answered_for() {
        let app = App::new()
            .wrap(from_fn(trace))
            .route("/broken", web::get().to(broken));
        let app = test::init_service(app).await;
        let request = test::TestRequest::get().uri("/broken").to_request();
        let Err(error) = test::try_call_service(&app, request).await else {
            panic!("the layer hands the failure on")
        };
        assert_eq!(error.as_response_error().status_code(), 500);
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_cut_off() {
        let never = futures_util::future::pending::<Result<(), Error>>();
        let error = answered(Duration::from_millis(1), never).await.unwrap_err();
        assert_eq!(error.as_response_error().status_code(), 408);
    }
}
