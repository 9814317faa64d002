//! A mail that may ask for no more mail: the question in its thread, and what a person says to it.

use super::desk::Desk;
use super::desk::{Answer, Sent, go_to, id_of};
use super::layout::csrf;
use crate::domain::id::InboundId;
use crate::receive::{self, NoMore};
use crate::store::inbound::{Found, read};
use crate::store::pages::inbox::Theirs;
use crate::web::error::Problem;
use actix_web::web::Path;
use maud::{Markup, html};

/// The question, or what was answered; beside it whom to write to instead.
pub fn question(desk: &Desk, mail: &Theirs) -> Markup {
    let lang = desk.lang();
    let found = mail.found.as_deref().unwrap_or("{}");
    let found: Found = serde_json::from_str(found).unwrap_or_default();
    html! {
        @if let Some(address) = &found.alternative {
            p { a href=(format!("/compose?to={}", super::today::escaped(address))) { (lang.write_instead_to(address)) } }
        }
        @if found.may_unsubscribe {
            @match found.no_more {
                Some(true) => p.soft { (lang.no_more_said()) },
                Some(false) => p.soft { (lang.no_more_denied()) },
                None => form method="post" action=(format!("/inbound/{}/no-more", mail.id)) {
                    (csrf(&desk.frame))
                    p { (lang.ask_no_more()) }
                    div.acts role="group" aria-label=(lang.ask_no_more()) {
                        button name="wanted" value="yes" { (lang.no_more_yes()) }
                        button name="wanted" value="no" { (lang.no_more_no()) }
                    }
                },
            }
        }
    }
}

/// `POST /inbound/{id}/no-more`
pub async fn say(sent: Sent, path: Path<String>) -> Answer {
    let id: InboundId = id_of(&path)?;
    let desk = &sent.desk;
    let ctx = &desk.web.ctx;
    let found = read::lookup(&ctx.store, &desk.viewer, id).await?;
    let mail = found.ok_or_else(Problem::not_found)?;
    let word = match sent.fields.text("wanted") {
        "yes" => NoMore::Wanted,
        "no" => NoMore::NotMeant,
        _ => return Err(Problem::field("wanted", "must be yes or no").into()),
    };
    let mut tx = ctx.store.begin().await?;
    let said = receive::say_no_more(ctx, &mut tx, mail.no, word, desk.user.id).await?;
    tx.commit().await?;
    said.map_err(|why| Problem::conflict(why.to_string()))?;
    let back = mail.thread.map_or_else(
        || "/inbox?done=no-more".to_owned(),
        |thread| format!("/threads/{thread}?done=no-more"),
    );
    Ok(go_to(&back))
}
