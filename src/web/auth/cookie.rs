//! The session cookie: out of reach of scripts, not sent by other sites' forms, over TLS alone
//! where the installation has it.

use super::super::state::Web;
use crate::domain::secret::Secret;
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// The cookie's name. The prefix makes browsers insist on TLS, the root path and no `Domain`
/// (RFC 6265bis, 4.1.3.2), so that no sibling host can plant one.
const fn name(https: bool) -> &'static str {
    if https { "__Host-otklik" } else { "otklik" }
}

/// The secret the request's cookie carries.
pub fn secret_in(web: &Web, request: &HttpRequest) -> Option<Secret> {
    let cookie = request.cookie(name(web.is_https()))?;
    Secret::parse(cookie.value())
}

/// The cookie that carries `secret`. It ends with the browser's session or with the row in the
/// store, whichever is first.
pub fn carrying(web: &Web, secret: &Secret) -> Cookie<'static> {
    base(web, secret.text())
}

/// The cookie that removes the present one.
pub fn gone(web: &Web) -> Cookie<'static> {
    let mut cookie = base(web, String::new());
    cookie.set_max_age(Duration::ZERO);
    cookie
}

fn base(web: &Web, value: String) -> Cookie<'static> {
    let https = web.is_https();
    Cookie::build(name(https), value)
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .finish()
}
