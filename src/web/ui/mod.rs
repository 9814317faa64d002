//! The pages: maud on the server, one stylesheet, one small script, nothing from elsewhere. A
//! handler reads *authenticate, parse, one call, respond*; a page's markup stands below it.

mod access;
pub mod assets;
mod caught;
pub mod chart;
mod compose;
mod contact;
mod contact_erase;
mod contact_form;
mod contacts;
mod content;
mod decide;
mod demo;
mod desk;
mod fault;
mod feed;
mod hold;
pub mod icons;
mod inbox;
pub mod layout;
mod letter;
mod message;
mod messages;
mod more;
mod no_more;
mod notices;
mod opens;
mod pairs;
pub mod parts;
mod report;
mod set_password;
mod settings;
mod sign_in;
mod templates;
mod thread;
mod today;
mod touch;
mod verdict;
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
        .route("/inbox", web::get().to(inbox::show))
        .route("/inbox/{id}/done", web::post().to(inbox::done))
        .route("/inbox/{id}/back", web::post().to(inbox::back))
        .route("/inbox/{id}/take", web::post().to(inbox::take))
        .route("/inbox/{id}/hand-over", web::post().to(inbox::hand_over))
        .route("/inbox/asked/{id}", web::post().to(inbox::decide))
        .route("/threads/{no}", web::get().to(thread::show))
        .route("/inbound/{id}/html", web::get().to(thread::inside))
        .route("/inbound/{id}/no-more", web::post().to(no_more::say))
        .route("/contacts/{id}/touches", web::post().to(touch::log))
        .route("/touches/{id}/outcome", web::post().to(touch::outcome))
        .route("/more", web::get().to(more::show))
        .route("/hold", web::get().to(hold::show))
        .route("/hold", web::post().to(hold::lift))
        .route("/caught", web::get().to(caught::list))
        .route("/caught/{no}", web::get().to(caught::show))
        .route("/caught/{no}/html", web::get().to(caught::inside))
        .route("/caught/{no}/raw", web::get().to(caught::raw))
        .route("/messages", web::get().to(messages::list))
        .route("/messages/{id}", web::get().to(message::show))
        .route("/messages/{id}/stop", web::post().to(message::stop))
        .route("/messages/{id}/resend", web::post().to(decide::resend))
        .route("/messages/{id}/arrived", web::post().to(decide::arrived))
        .route("/messages/{id}/hits/{hit}", web::post().to(verdict::decide))
        .route("/notices", web::get().to(notices::list))
        .route("/notices/seen", web::post().to(notices::see_all))
        .route("/notices/{hit}/seen", web::post().to(notices::see))
        .route("/compose", web::get().to(compose::begin))
        .route("/compose/{id}", web::get().to(compose::show))
        .route("/compose/{id}", web::post().to(compose::act))
        .route("/compose/{id}/files", web::post().to(compose::add_file))
        .route(
            "/compose/{id}/preview",
            web::get().to(compose::preview_document),
        )
        .route("/drafts", web::get().to(compose::list))
        .route("/content", web::get().to(content::list))
        .route("/content/new", web::get().to(content::new))
        .route("/content/new", web::post().to(content::add))
        .route("/content/{id}", web::get().to(content::edit))
        .route("/content/{id}", web::post().to(content::change))
        .route("/templates", web::get().to(templates::list))
        .route("/templates/new", web::get().to(templates::new))
        .route("/templates/new", web::post().to(templates::add))
        .route("/templates/{id}", web::get().to(templates::show))
        .route("/templates/{id}", web::post().to(templates::change))
        .route("/templates/{id}/preview", web::get().to(templates::preview))
        .route("/reports/click-through", web::get().to(report::show))
        .route(
            "/reports/response-time",
            web::get().to(report::counted::response_time),
        )
        .route(
            "/reports/reply-latency",
            web::get().to(report::counted::reply_latency),
        )
        .route(
            "/reports/deliverability",
            web::get().to(report::counted::deliverability),
        )
        .route("/set-password/{token}", web::get().to(set_password::show))
        .route(
            "/set-password/{token}",
            web::post().to(set_password::submit),
        )
        .route("/settings", web::get().to(settings::show))
        .route("/settings/language", web::post().to(settings::language))
        .route("/settings/password", web::post().to(settings::password))
        .route(
            "/settings/organisation",
            web::post().to(settings::organisation),
        )
        .configure(settings::routes)
        .configure(access_routes)
        .route("/contacts", web::get().to(contacts::list))
        .route("/contacts/pick", web::get().to(contacts::pick))
        .route("/contacts/new", web::get().to(contact_form::new))
        .route("/contacts/new", web::post().to(contact_form::add))
        .route("/contacts/{id}", web::get().to(contact::show))
        .route("/contacts/{id}/stop", web::post().to(contact::stop))
        .route("/contacts/{id}/erase", web::get().to(contact_erase::ask))
        .route("/contacts/{id}/erase", web::post().to(contact_erase::erase))
        .route("/contacts/{id}/edit", web::get().to(contact_form::edit))
        .route("/contacts/{id}/edit", web::post().to(contact_form::change));
}

fn access_routes(config: &mut ServiceConfig) {
    const AT: &str = "/settings/mailboxes/{id}/access";
    let under = |action: &str| format!("{AT}/{action}");
    config
        .route(AT, web::get().to(access::show))
        .route(AT, web::post().to(access::save))
        .route(&under("try"), web::post().to(access::try_out))
        .route(&under("connect"), web::post().to(access::connect))
        .route(&under("disconnect"), web::post().to(access::disconnect))
        .route("/oauth/callback", web::get().to(access::callback));
}
