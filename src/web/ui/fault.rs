//! Errors as pages: what happened, what was kept, what to do. Handlers and their arguments fail
//! with problem documents, as the API does; here a browser gets them as a page of the same status.

use super::layout::gate;
use super::words::Lang;
use crate::web::auth::{Anyone, Signed};
use crate::web::error::{Code, Problem};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest as _, HttpRequest, HttpResponse, ResponseError as _};
use maud::{Markup, html};

/// The middleware around all pages.
pub async fn as_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let lang = language(request.request());
    let wants_page = accepts_pages(request.request());
    // No clone of the request may be held here: routing takes it as its own.
    let response = next.call(request).await?.map_into_boxed_body();
    if !wants_page || !is_problem(&response) {
        return Ok(response);
    }
    let reader = Signed::<Anyone>::extract(response.request()).await;
    let lang = reader.map_or(lang, |reader| Lang::from_tag(&reader.user.language));
    let status = response.status();
    let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
    let (request, _) = response.into_parts();
    let mut page = HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page(lang, status).into_string());
    if let Some(seconds) = retry_after {
        page.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    Ok(ServiceResponse::new(request, page))
}

/// The answer for a path that no page has.
pub async fn nothing_here() -> HttpResponse {
    Problem::new(Code::NotFound).error_response()
}

fn is_problem(response: &ServiceResponse<BoxBody>) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/problem+json"))
}

fn accepts_pages(request: &HttpRequest) -> bool {
    text(request.headers().get(header::ACCEPT)).contains("text/html")
}

/// Strangers have no language of their own but their browser's.
pub fn language(request: &HttpRequest) -> Lang {
    Lang::accepted(text(request.headers().get(header::ACCEPT_LANGUAGE)))
}

fn text(value: Option<&HeaderValue>) -> &str {
    value.and_then(|value| value.to_str().ok()).unwrap_or("")
}

fn page(lang: Lang, status: StatusCode) -> Markup {
    let (title, text) = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            (lang.not_found_title(), lang.not_found_text())
        }
        StatusCode::FORBIDDEN => (lang.stale_title(), lang.stale_text()),
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => {
            (lang.not_understood_title(), lang.not_understood_text())
        }
        StatusCode::CONFLICT => (lang.conflict_title(), lang.conflict_text()),
        StatusCode::PAYLOAD_TOO_LARGE => (lang.too_large_title(), lang.too_large_text()),
        StatusCode::TOO_MANY_REQUESTS => (lang.slow_title(), lang.sign_in_slow()),
        _ => (lang.broken_title(), lang.broken_text()),
    };
    let body = html! {
        h1 { (title) }
        p { (text) }
        p.soft { (status.as_u16()) }
        a.button.go-on href="/" { (lang.to_today()) }
    };
    gate(lang, title, &body)
}
