//! The queue on hold: what would go, and the button that lets it.

use super::desk::{Answer, Desk, Sent, go_to, shown};
use super::layout::{Here, csrf, page};
use super::parts::{moment, state_tag};
use super::words::Lang;
use crate::domain::delivery::DeliveryState;
use crate::store::pages::hold::{self, Held};
use crate::store::settings::{self, Setting};
use crate::web::auth::Administrator;
use maud::{Markup, html};

/// `GET /hold`
pub async fn show(desk: Desk) -> Answer {
    let lang = desk.lang();
    let body = match &desk.frame.hold {
        None => html! { h1 { (lang.hold_not()) } p { (lang.hold_not_text()) } },
        Some(_) if !desk.viewer.may_administer() => {
            html! { h1 { (lang.hold_title()) } p { (lang.hold_ask_admin()) } }
        }
        Some(reason) => {
            let (count, held) = hold::list(&desk.web.ctx.store, desk.frame.when.now).await?;
            list(&desk, reason, count, &held)
        }
    };
    Ok(shown(page(
        &desk.frame,
        Here::Elsewhere,
        lang.hold_title(),
        &body,
    )))
}

/// `POST /hold`: lets the queue go on.
pub async fn lift(sent: Sent<Administrator>) -> Answer {
    let mut tx = sent.desk.web.ctx.store.begin().await?;
    settings::clear(&mut tx, Setting::QueueHold).await?;
    tx.commit().await?;
    Ok(go_to("/?done=lifted"))
}

fn list(desk: &Desk, reason: &str, count: i64, held: &[Held]) -> Markup {
    let lang: Lang = desk.lang();
    let messages = lang.deliveries_n(count);
    html! {
        div.lead {
            div { h1 { (lang.hold_title()) ": " (reason) } p { (lang.hold_lead(&messages)) } }
            form method="post" action="/hold" { (csrf(&desk.frame)) button.go-on { (lang.hold_go(&messages)) } }
        }
        table {
            thead { tr { th { (lang.recipient_label()) } th { (lang.subject()) } th { (lang.state_label()) } th { (lang.due()) } } }
            tbody {
                @for row in held {
                    tr {
                        td { a.open href=(format!("/messages/{}", row.message_id)) { (row.address) } span.sub { (row.rep_name) } }
                        td data-l=(lang.subject()) { (row.subject) }
                        td data-l=(lang.state_label()) { @if let Some(state) = DeliveryState::from_code(row.state) { (state_tag(lang, state)) } }
                        td data-l=(lang.due()) { (moment(&desk.frame.when, row.due_at)) }
                    }
                }
            }
        }
    }
}
