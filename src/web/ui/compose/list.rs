//! The drafts somebody has.

use super::draft::Draft;
use crate::store::pages::drafts;
use crate::web::ui::desk::{Answer, Desk, shown};
use crate::web::ui::layout::{Here, page};
use crate::web::ui::parts::{empty, moment};
use maud::{Markup, html};

/// `GET /drafts`
pub async fn list(desk: Desk) -> Answer {
    let saved = drafts::list(&desk.web.ctx.store, desk.user.id, "compose/").await?;
    // Files of a draft have a second slash in their name.
    let found: Vec<(String, Draft, crate::domain::clock::Millis)> = saved
        .into_iter()
        .filter_map(|saved| {
            let id = saved.form.strip_prefix("compose/")?;
            let draft = serde_json::from_str(&saved.data).ok()?;
            (!id.contains('/')).then(|| (id.to_owned(), draft, saved.saved_at))
        })
        .collect();
    let lang = desk.lang();
    let row = |(id, draft, at): &(String, Draft, crate::domain::clock::Millis)| -> Markup {
        let subject = if draft.subject.is_empty() {
            lang.no_subject()
        } else {
            &draft.subject
        };
        html! {
            tr {
                td { a.open href=(format!("/compose/{id}")) { (subject) } }
                td data-l=(lang.to()) { (draft.to) }
                td data-l=(lang.saved_on()) { (moment(&desk.frame.when, *at)) }
            }
        }
    };
    let body = html! {
        div.lead {
            div { h1 { (lang.drafts_title()) } }
            a.button.go-on href="/compose" { (lang.nav_compose()) }
        }
        @if found.is_empty() {
            (empty(lang.no_drafts_title(), lang.no_drafts_how(), Some(("/compose", lang.nav_compose()))))
        } @else {
            table {
                thead { tr { th { (lang.subject()) } th { (lang.to()) } th { (lang.saved_on()) } } }
                tbody { @for draft in &found { (row(draft)) } }
            }
        }
    };
    Ok(shown(page(
        &desk.frame,
        Here::Messages,
        lang.drafts_title(),
        &body,
    )))
}
