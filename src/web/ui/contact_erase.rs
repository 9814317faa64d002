//! Erasing a contact: asked once in words, then done for good.

use super::contact_form::found;
use super::desk::{Answer, Desk, Sent, go_to, shown};
use super::layout::{Here, csrf, page};
use crate::store::erase;
use actix_web::web::Path;
use maud::html;

/// `GET /contacts/{id}/erase`
pub async fn ask(desk: Desk, path: Path<String>) -> Answer {
    let contact = found(&desk, &path).await?;
    let lang = desk.lang();
    let name = match contact.data.name.as_str() {
        "" => contact
            .data
            .emails
            .first()
            .map_or("", |email| email.as_str()),
        name => name,
    };
    let body = html! {
        h1 { (lang.erase()) }
        form.panel method="post" action=(format!("/contacts/{}/erase", contact.id)) {
            (csrf(&desk.frame))
            p { (lang.erase_ask(name)) }
            div.acts {
                button.danger { (lang.erase_yes(name)) }
                a.button href=(format!("/contacts/{}", contact.id)) { (lang.cancel()) }
            }
        }
    };
    Ok(shown(page(
        &desk.frame,
        Here::Contacts,
        lang.erase(),
        &body,
    )))
}

/// `POST /contacts/{id}/erase`
pub async fn erase(sent: Sent, path: Path<String>) -> Answer {
    let contact = found(&sent.desk, &path).await?;
    let ctx = &sent.desk.web.ctx;
    let by = sent.desk.user.id;
    erase::contact(&ctx.store, &ctx.keys, &ctx.clock, &contact, by).await?;
    Ok(go_to("/contacts?done=erased"))
}
