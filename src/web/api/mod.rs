//! The JSON API under `/api/v1`. One list of handlers makes both the routes and their description,
//! so that none can be served without being described. A handler reads: authenticate, parse, one
//! call, respond.

mod access;
mod accounts;
mod calendars;
mod contacts;
mod content;
mod decisions;
mod deputies;
mod destinations;
mod docs;
mod episodes;
mod events;
mod inbound;
mod live;
mod mailboxes;
mod me;
mod messages;
mod notices;
mod once;
mod outcome;
mod page;
mod reports;
mod suppressions;
mod table;
mod teams;
mod templates;
mod touches;
mod users;
mod verdicts;
mod wire;

pub use docs::description;

use super::auth;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use inbound::possible as inbound_possible;
use utoipa::OpenApi;

macro_rules! api {
    ($($module:ident :: $handler:ident),+ $(,)?) => {
        /// Every operation.
        #[derive(OpenApi)]
        #[openapi(paths($($module::$handler),+))]
        pub(super) struct Described;

        fn operations(config: &mut ServiceConfig) {
            config$(.service($module::$handler))+;
        }
    };
}

api! {
    access::lookup, access::connect, access::test, access::reconnect, access::disconnect,
    accounts::create, accounts::list, accounts::lookup, accounts::edit, accounts::delete,
    calendars::create, calendars::list, calendars::lookup, calendars::edit, calendars::delete,
    deputies::create, deputies::list, deputies::delete,
    contacts::create, contacts::list, contacts::lookup, contacts::edit, contacts::forget,
    contacts::timeline, contacts::export,
    content::create, content::list, content::lookup, content::edit, content::delete,
    decisions::resend, decisions::arrived,
    destinations::create, destinations::list, destinations::unblock, destinations::restore,
    episodes::list, episodes::lookup, episodes::edit,
    events::list, live::follow,
    inbound::create, inbound::list, inbound::lookup, inbound::raw, inbound::withdraw, inbound::take, inbound::retry,
    inbound::no_more,
    inbound_possible::list, inbound_possible::accept, inbound_possible::dismiss, inbound_possible::log_address,
    inbound_possible::excluded, inbound_possible::exclude,
    mailboxes::create, mailboxes::list, mailboxes::lookup, mailboxes::edit, mailboxes::delete,
    me::whoami, me::create_token, me::list_tokens, me::revoke_token,
    messages::create, messages::list, messages::lookup, messages::events, messages::cancel,
    notices::list, notices::count, notices::see, notices::revised,
    reports::read,
    suppressions::create, suppressions::list, suppressions::lookup, suppressions::lift,
    teams::create, teams::list, teams::edit, teams::delete,
    templates::create, templates::list, templates::lookup, templates::edit, templates::delete,
    touches::create, touches::list, touches::lookup, touches::edit, touches::delete,
    users::create, users::list, users::lookup, users::edit, users::disable,
    verdicts::lookup, verdicts::overrule, verdicts::lift,
}

/// Adds the API's routes, its description and its browsable form.
pub(super) fn configure(config: &mut ServiceConfig) {
    let behind_sign_in = web::scope("")
        .wrap(from_fn(auth::first))
        .configure(operations)
        .default_service(web::to(table::no_such_operation));
    config.service(
        web::scope("/api/v1")
            .route("/openapi.json", web::get().to(docs::openapi))
            .service(behind_sign_in),
    );
    docs::configure(config);
}
