//! The list of messages: what became of each, people apart from machines.

use super::desk::{Answer, Desk, asked, query, shown};
use super::layout::{Here, page};
use super::parts::{empty, moment, state_tag};
use super::words::Lang;
use crate::domain::delivery::DeliveryState as S;
use crate::domain::id::MessageId;
use crate::store::pages::messages::{self, Listed, Wanted};
use actix_web::HttpRequest;
use maud::{Markup, html};

/// Messages on one page.
const PAGE: usize = 50;

/// Which states are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Waiting,
    Sent,
    Look,
}

impl Which {
    const ALL: [Self; 4] = [Self::All, Self::Waiting, Self::Sent, Self::Look];

    const fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Look => "look",
        }
    }

    const fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::All => lang.all(),
            Self::Waiting => lang.only_waiting(),
            Self::Sent => lang.only_sent(),
            Self::Look => lang.only_look(),
        }
    }

    const fn states(self) -> &'static [S] {
        match self {
            Self::All => &[],
            Self::Waiting => &[
                S::Scheduled,
                S::Queued,
                S::Attempting,
                S::HandedOver,
                S::Deferred,
            ],
            Self::Sent => &[S::Sent],
            Self::Look => &[S::Held, S::Uncertain, S::Failed, S::Bounced],
        }
    }
}

/// `GET /messages?state=&q=&before=`
pub async fn list(desk: Desk, request: HttpRequest) -> Answer {
    let fields = query(&request);
    let word = fields.text("state");
    let which = Which::ALL
        .into_iter()
        .find(|which| which.word() == word)
        .unwrap_or(Which::All);
    let wanted = Wanted {
        states: which.states().to_vec(),
        search: asked(&fields, "q"),
        contact: None,
        before: fields.text("before").parse::<MessageId>().ok(),
    };
    let store = &desk.web.ctx.store;
    let mut found = messages::list(store, &desk.viewer, &wanted, PAGE as i64 + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let body = body(&desk, which, wanted.search.as_deref(), &found, has_more);
    let title = desk.lang().messages_title();
    Ok(shown(page(&desk.frame, Here::Messages, title, &body)))
}

fn body(
    desk: &Desk,
    which: Which,
    search: Option<&str>,
    found: &[Listed],
    has_more: bool,
) -> Markup {
    let lang = desk.lang();
    html! {
        div.lead {
            div { h1 { (lang.messages_title()) } p { (lang.messages_lead()) } }
            a.button.go-on href="/compose" { (lang.nav_compose()) }
        }
        div.bar {
            nav.tabs aria-label=(lang.state_label()) {
                @for other in Which::ALL {
                    a href=(address(other, search, None)) aria-current=[(other == which).then_some("true")] { (other.label(lang)) }
                }
                a href="/drafts" { (lang.only_drafts()) }
            }
            form.bar role="search" {
                input type="hidden" name="state" value=(which.word());
                input name="q" type="search" value=[search] aria-label=(lang.subject()) placeholder=(lang.search_hint()) data-find;
                button { (lang.filter()) }
            }
        }
        @if found.is_empty() && which == Which::All && search.is_none() {
            (empty(lang.no_messages_title(), lang.no_messages_how(), Some(("/compose", lang.nav_compose()))))
        } @else if found.is_empty() {
            (empty(lang.no_match_title(), lang.no_match_how(), None))
        } @else {
            div data-live="/api/v1/events/live" {
                div data-part="messages" { (table(desk, found)) }
            }
            @if has_more && let Some(last) = found.last() {
                p { a.button href=(address(which, search, Some(last.message_id))) { (lang.older()) } }
            }
        }
    }
}

/// The rows, for this page and for a contact's.
pub fn table<P>(desk: &Desk<P>, found: &[Listed]) -> Markup {
    let lang = desk.lang();
    html! {
        table {
            thead { tr {
                th { (lang.recipient_label()) } th { (lang.subject()) } th { (lang.state_label()) }
                th.num { (lang.by_people()) } th.num { (lang.by_machines()) } th { (lang.accepted_at()) }
            } }
            tbody { @for row in found { (line(desk, row)) } }
        }
    }
}

fn line<P>(desk: &Desk<P>, row: &Listed) -> Markup {
    let lang = desk.lang();
    let subject = if row.subject.trim().is_empty() {
        lang.no_subject()
    } else {
        &row.subject
    };
    html! {
        tr {
            td {
                a.open href=(format!("/messages/{}", row.message_id)) { (row.contact_name.as_deref().unwrap_or(&row.address)) }
                @if row.recipients > 1 { span.sub { (lang.and_others(&lang.integer(row.recipients - 1))) } }
            }
            td data-l=(lang.subject()) { (subject) }
            td data-l=(lang.state_label()) {
                @if let Some(state) = S::from_code(row.state) { (state_tag(lang, state)) }
                @if let Some(why) = lang.why_so(row.reason_code.as_deref(), row.reason_text.as_deref()) { span.sub { (why) } }
            }
            td.num data-l=(lang.by_people()) { @if row.human > 0 { strong { (lang.integer(row.human)) } } @else { span.soft { "0" } } }
            td.num data-l=(lang.by_machines()) { span.soft { (lang.integer(row.machine)) } }
            td data-l=(lang.accepted_at()) { (moment(&desk.frame.when, row.created_at)) span.sub { (row.rep_name) } }
        }
    }
}

fn address(which: Which, search: Option<&str>, before: Option<MessageId>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if which != Which::All {
        query.append_pair("state", which.word());
    }
    if let Some(search) = search {
        query.append_pair("q", search);
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    format!("/messages?{}", query.finish())
}
