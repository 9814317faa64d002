//! The list of contacts, and the addresses offered while one is typed.

use super::desk::{Answer, Desk, asked, query, shown};
use super::layout::{Here, page};
use super::parts::{empty, moment};
use crate::domain::id::ContactId;
use crate::store::contacts::{self, Contact};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde::Serialize;

/// Contacts on one page.
const PAGE: usize = 50;
/// Contacts offered at once.
const OFFERED: i64 = 8;

/// `GET /contacts?q=&before=`
pub async fn list(desk: Desk, request: HttpRequest) -> Answer {
    let fields = query(&request);
    let search = asked(&fields, "q");
    let before = fields.text("before").parse::<ContactId>().ok();
    let mut found = contacts::list(
        &desk.web.ctx.store,
        &desk.viewer,
        search.as_deref(),
        before,
        PAGE as i64 + 1,
    )
    .await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let title = desk.lang().contacts_title();
    let body = body(&desk, search.as_deref(), &found, has_more);
    Ok(shown(page(&desk.frame, Here::Contacts, title, &body)))
}

#[derive(Serialize)]
struct Offer<'a> {
    name: &'a str,
    email: &'a str,
}

/// `GET /contacts/pick?q=`: who is meant, as JSON for the script of the page.
pub async fn pick(desk: Desk, request: HttpRequest) -> Answer {
    let search = asked(&query(&request), "q");
    let found = contacts::list(
        &desk.web.ctx.store,
        &desk.viewer,
        search.as_deref(),
        None,
        OFFERED,
    )
    .await?;
    let offers: Vec<Offer<'_>> = found
        .iter()
        .filter_map(|contact| {
            let email = contact.data.emails.first()?.as_str();
            let name = contact.data.name.as_str();
            Some(Offer { name, email })
        })
        .collect();
    Ok(HttpResponse::Ok().json(offers))
}

fn body(desk: &Desk, search: Option<&str>, found: &[Contact], has_more: bool) -> Markup {
    let lang = desk.lang();
    html! {
        div.lead {
            div {
                h1 { (lang.contacts_title()) }
                p { (lang.contacts_lead()) }
            }
            a.button.go-on href="/contacts/new" { (lang.new_contact()) }
        }
        form.bar role="search" {
            div {
                label for="q" { (lang.search_label()) }
                input id="q" name="q" type="search" value=[search] data-find;
            }
            button { (lang.filter()) }
        }
        @if found.is_empty() && search.is_none() {
            (empty(lang.no_contacts_title(), lang.no_contacts_how(), Some(("/contacts/new", lang.new_contact()))))
        } @else if found.is_empty() {
            (empty(lang.no_match_title(), lang.no_match_how(), None))
        } @else {
            table {
                thead { tr { th { (lang.name()) } th { (lang.email()) } th { (lang.company()) } th { (lang.owner()) } th { (lang.added()) } } }
                tbody { @for contact in found { (row(desk, contact)) } }
            }
            @if has_more && let Some(last) = found.last() {
                p { a.button href=(older(search, last.id)) { (lang.older()) } }
            }
        }
    }
}

fn row(desk: &Desk, contact: &Contact) -> Markup {
    let lang = desk.lang();
    html! {
        tr {
            td { a.open href=(format!("/contacts/{}", contact.id)) { (contact.data.name) } }
            td data-l=(lang.email()) { @if let Some(email) = contact.data.emails.first() { (email.as_str()) } }
            td data-l=(lang.company()) { (contact.account_name.as_deref().unwrap_or("")) }
            td data-l=(lang.owner()) { (contact.owner_name.as_deref().unwrap_or("")) }
            td data-l=(lang.added()) { (moment(&desk.frame.when, contact.created_at)) }
        }
    }
}

fn older(search: Option<&str>, last: ContactId) -> String {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", search.unwrap_or(""))
        .append_pair("before", &last.to_string())
        .finish();
    format!("/contacts?{query}")
}
