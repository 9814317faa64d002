//! The stylesheet, the script and the icon, inside the binary. Their paths carry a hash of their
//! content, so that a browser may keep them for ever.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::OnceLock;

const CSS: &str = include_str!("assets/otklik.css");
const JS: &str = include_str!("assets/otklik.js");
const ICON: &str = include_str!("assets/icon.svg");

struct Asset {
    path: String,
    media_type: &'static str,
    body: &'static str,
}

fn all() -> &'static [Asset; 3] {
    static ALL: OnceLock<[Asset; 3]> = OnceLock::new();
    ALL.get_or_init(|| {
        [
            asset("css", "text/css; charset=utf-8", CSS),
            asset("js", "text/javascript; charset=utf-8", JS),
            asset("svg", "image/svg+xml", ICON),
        ]
    })
}

fn asset(ending: &str, media_type: &'static str, body: &'static str) -> Asset {
    let mut hash = String::new();
    for byte in &Sha256::digest(body.as_bytes())[..6] {
        let _ = write!(hash, "{byte:02x}");
    }
    Asset {
        path: format!("/assets/otklik-{hash}.{ending}"),
        media_type,
        body,
    }
}

/// Where the stylesheet is.
pub fn css_path() -> &'static str {
    &all()[0].path
}

/// Where the script is.
pub fn js_path() -> &'static str {
    &all()[1].path
}

/// Where the icon is.
pub fn icon_path() -> &'static str {
    &all()[2].path
}

/// Serves them; an old path is a 404, since the page that named it is old too.
pub fn configure(cfg: &mut web::ServiceConfig) {
    for asset in all() {
        cfg.route(
            &asset.path,
            web::get().to(move || async move {
                HttpResponse::Ok()
                    .insert_header((header::CONTENT_TYPE, asset.media_type))
                    .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
                    .body(asset.body)
            }),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_stays_small_and_fetches_nothing() {
        assert!(CSS.len() < 14 * 1024, "{} bytes", CSS.len());
        assert!(!CSS.contains("url(") && !CSS.contains("@import"));
        assert!(!JS.contains("eval(") && !JS.contains("innerHTML"));
    }
}
