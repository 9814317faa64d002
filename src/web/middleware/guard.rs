//! Turns requests away before any handler sees them: compressed bodies, other hosts, heads that
//! are too large, and writes that another site's page caused.

use super::super::auth::cookie;
use super::super::error::{Code, Problem};
use super::super::peer;
use super::super::state::Web;
use super::{is_probe, is_tracking};
use crate::config::Settings;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING, HeaderMap, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError as _};
use url::Url;

/// Bytes a request's target and headers may have together.
const HEAD_LIMIT: usize = 16 * 1024;

/// The middleware.
pub async fn guard(
    web: Data<Web>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let refused =
        check_head(request.head(), &web.ctx.settings).and_then(|()| check_origin(&request, &web));
    match refused {
        Err(problem) => Ok(request.into_response(problem.error_response())),
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

fn check_head(head: &RequestHead, settings: &Settings) -> Result<(), Problem> {
    if head_bytes(head) > HEAD_LIMIT {
        return Err(Problem::new(Code::HeadTooLarge));
    }
    let encodings = head.headers().get_all(CONTENT_ENCODING);
    let mut encodings = encodings.map(|value| value.to_str().unwrap_or("?").trim());
    if encodings.any(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(Problem::new(Code::MediaType)
            .because("Bodies are taken as they are, without Content-Encoding."));
    }
    // Probes name whatever address the balancer knows. Links in sent mail name the tracking host of
    // their day, which may have changed since. The answers of both use no host.
    let path = head.uri.path();
    if is_probe(path) || is_tracking(path) {
        return Ok(());
    }
    let host = peer::requested_host(head, &settings.trusted_proxies);
    match host.map(|host| served(&host, settings)) {
        Some(Served::Everything) => Ok(()),
        Some(Served::TrackingOnly) => Err(Problem::not_found()),
        Some(Served::Nothing) | None => Err(Problem::new(Code::Misdirected)),
    }
}

fn head_bytes(head: &RequestHead) -> usize {
    let target = head
        .uri
        .path_and_query()
        .map_or(0, |path| path.as_str().len());
    head.headers().iter().fold(target, |sum, (name, value)| {
        sum + name.as_str().len() + value.len()
    })
}

/// What a host is served.
#[derive(Debug, PartialEq, Eq)]
enum Served {
    Everything,
    TrackingOnly,
    Nothing,
}

fn served(host: &str, settings: &Settings) -> Served {
    let base = bare_host(&settings.base_url);
    // On one's own machine every name of it is the same.
    if host == base || is_loopback(base) && is_loopback(host) {
        Served::Everything
    } else if host == bare_host(&settings.tracking_url) {
        Served::TrackingOnly
    } else {
        Served::Nothing
    }
}

fn bare_host(url: &Url) -> &str {
    url.host_str().unwrap_or("").trim_matches(['[', ']'])
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// A write must come from one of our own pages, or carry a token that no browser adds by itself.
/// One-click unsubscribe (RFC 8058) comes from anywhere and needs no sign-in.
fn check_origin(request: &ServiceRequest, web: &Web) -> Result<(), Problem> {
    let method = request.method();
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    let path = request.path();
    if reads || is_tracking(path) {
        return Ok(());
    }
    let headers = request.headers();
    if path.starts_with("/api/") {
        // Without a cookie there is nothing another site could borrow.
        let has_cookie = cookie::secret_in(web, request.request()).is_some();
        if headers.contains_key(AUTHORIZATION) || !has_cookie {
            return Ok(());
        }
    }
    if is_from_here(headers, &web.ctx.settings.base_url) {
        Ok(())
    } else {
        Err(Problem::new(Code::CrossSite))
    }
}

/// Whether the browser says that a page of ours sent this: by `Sec-Fetch-Site`, which no page can
/// set, else by `Origin`. Neither of them, or `null`, is no.
fn is_from_here(headers: &HeaderMap, base: &Url) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    text(ORIGIN.as_str())
        .and_then(|origin| Url::parse(origin).ok())
        .is_some_and(|origin| {
            let same_host = origin.host_str() == base.host_str()
                || is_loopback(bare_host(base)) && is_loopback(bare_host(&origin));
            origin.scheme() == base.scheme()
                && same_host
                && origin.port_or_known_default() == base.port_or_known_default()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn from_here(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        is_from_here(&headers, &Url::parse("https://otklik.example.org").unwrap())
    }

    #[test]
    fn only_a_page_of_ours_may_cause_a_write() {
        assert!(from_here(&[("origin", "https://otklik.example.org")]));
        assert!(from_here(&[("sec-fetch-site", "same-origin")]));
        for foreign in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://evil.test")],
            &[("origin", "http://otklik.example.org")],
            &[("origin", "https://otklik.example.org:8443")],
            &[("origin", "https://otklik.example.org.evil.test")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://otklik.example.org"),
            ],
        ] {
            assert!(!from_here(foreign), "{foreign:?}");
        }
    }
}
