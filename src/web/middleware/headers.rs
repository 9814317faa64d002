//! What browsers are told with every answer. A handler that sets one of these itself keeps its
//! own, so that a sandboxed preview can be stricter and the tracking pages can be plainer.

use super::is_tracking;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;

/// Nothing inline, nothing from elsewhere, in nobody's frame.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The API's own pages (`/api/docs`) draw with inline styles; scripts still come from here alone.
const DOCS_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' \
    'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The middleware.
pub async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let tracking = is_tracking(request.path());
    let docs = request.path().starts_with("/api/docs");
    let secure = request.app_config().secure();
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let mut unless_set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    unless_set(
        CONTENT_SECURITY_POLICY,
        if docs { DOCS_POLICY } else { POLICY },
    );
    unless_set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    unless_set(X_FRAME_OPTIONS, "DENY");
    // `no-referrer` would make browsers send `Origin: null` with our own forms (Fetch, 3.1).
    unless_set(
        REFERRER_POLICY,
        if tracking {
            "no-referrer"
        } else {
            "same-origin"
        },
    );
    if secure {
        unless_set(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    Ok(response)
}
