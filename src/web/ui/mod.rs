//! The pages: maud on the server, one stylesheet, one small script, nothing from elsewhere. A
//! handler reads *authenticate, parse, one call, respond*; a page's markup stands below it.

pub mod assets;
pub mod chart;
mod contacts;
mod desk;
mod fault;
pub mod icons;
pub mod layout;
mod messages;
pub mod parts;
mod sign_in;
mod today;
pub mod words;

#[cfg(test)]
mod gallery;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

/// Adds the pages. To be called last: what no page has is answered here too.
pub fn configure(config: &mut ServiceConfig) {
    config.configure(assets::configure).service(
        web::scope("")
            .wrap(from_fn(fault::as_pages))
            .configure(routes)
            .default_service(web::to(fault::nothing_here)),
    );
}

fn routes(config: &mut ServiceConfig) {
    config
        .route("/sign-in", web::get().to(sign_in::show))
        .route("/sign-in", web::post().to(sign_in::submit))
        .route("/sign-out", web::post().to(sign_in::sign_out))
        .route("/", web::get().to(today::show))
        .route("/messages", web::get().to(messages::list))
        .route("/contacts", web::get().to(contacts::list))
        .route("/contacts/pick", web::get().to(contacts::pick));
}
