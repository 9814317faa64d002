//! The suppression list: who is written to no more, since when, why, by which letter. An entry is
//! lifted with a reason; one that the contact asked for only by their new consent, which is kept
//! with the contact. Administrators' alone: it names everybody's contacts.

use super::super::desk::{Answer, Desk, Sent, asked, go_to, id_of, query, shown, shown_again};
use super::super::layout::{Here, csrf, page};
use super::super::parts::{Errors, Form, empty, moment, tag};
use super::super::words::{Lang, Tone};
use crate::ctx::Ctx;
use crate::domain::address::EmailAddress;
use crate::domain::clock::Millis;
use crate::domain::contact::Consent;
use crate::domain::id::SuppressionId;
use crate::domain::suppression::{AddressHash, AddressHasher, SuppressionReason};
use crate::store::contacts::{self, ContactData};
use crate::store::log;
use crate::store::pages::suppressed::{self, Suppressed, Wanted};
use crate::store::suppressions::{self as list_of, NewSuppression, Why};
use crate::web::auth::{Administrator, Fields, Refusal};
use crate::web::error::Problem;
use actix_web::HttpRequest;
use actix_web::web::Path;
use maud::{Markup, html};

/// Entries on one page.
const PAGE: usize = 50;

/// `GET /settings/suppressions?q=&reason=&before=`
pub async fn list(desk: Desk<Administrator>, request: HttpRequest) -> Answer {
    let fields = query(&request);
    let body = body(&desk, &fields, &Errors::default()).await?;
    let title = desk.lang().suppressions_title();
    Ok(shown(page(&desk.frame, Here::Settings, title, &body)))
}

/// `POST /settings/suppressions` with `address`: put there by hand.
pub async fn add(sent: Sent<Administrator>) -> Answer {
    let Sent { desk, fields } = sent;
    let lang = desk.lang();
    let Ok(address) = EmailAddress::parse(fields.text("address")) else {
        let mut errors = Errors::default();
        errors.add("address", lang.not_an_email());
        let body = body(&desk, &fields, &errors).await?;
        let title = lang.suppressions_title();
        return Ok(shown_again(page(&desk.frame, Here::Settings, title, &body)));
    };
    by_hand(&desk, &address).await?;
    Ok(go_to("/settings/suppressions?done=suppressed"))
}

/// Puts `address` on the list because the reader says so.
pub async fn by_hand<P>(desk: &Desk<P>, address: &EmailAddress) -> Result<(), Refusal> {
    let ctx = &desk.web.ctx;
    let new = NewSuppression {
        id: SuppressionId(ctx.clock.fresh_id()),
        address,
        hash: AddressHasher::new(&ctx.keys).hash(address),
        reason: SuppressionReason::Manual,
        delivery: None,
        contact: None,
        created_by: Some(desk.user.id),
        at: ctx.clock.now(),
    };
    let mut tx = ctx.store.begin().await?;
    list_of::suppress(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(())
}

fn wanted(ctx: &Ctx, fields: &Fields) -> Wanted {
    let search = asked(fields, "q");
    let whole = search
        .as_deref()
        .and_then(|text| EmailAddress::parse(text).ok());
    let before = fields.text("before").split_once('.');
    Wanted {
        hash: whole.map(|address| AddressHasher::new(&ctx.keys).hash(&address)),
        search,
        reason: asked(fields, "reason"),
        before: before.and_then(|(at, id)| Some((Millis(at.parse().ok()?), id.parse().ok()?))),
    }
}

async fn body(
    desk: &Desk<Administrator>,
    fields: &Fields,
    errors: &Errors,
) -> Result<Markup, Refusal> {
    let (lang, ctx) = (desk.lang(), &desk.web.ctx);
    let wanted = wanted(ctx, fields);
    let counts = suppressed::counts(&ctx.store).await?;
    let mut found = suppressed::list(&ctx.store, &wanted, PAGE as i64 + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let all: i64 = counts.iter().map(|(_, n)| n).sum();
    let head = if all == 0 {
        lang.suppressions_none().to_owned()
    } else {
        lang.suppressions_head(&lang.addresses_n(all))
    };
    let form = Form { errors };
    Ok(html! {
        div.lead { div { h1 { (head) } p { (lang.suppressions_lead()) } } }
        (errors.summary(lang))
        @if all > 0 {
            (tabs(lang, &wanted, &counts))
            form.bar role="search" {
                div { label for="q" { (lang.suppressions_search()) } input id="q" name="q" type="search" value=[&wanted.search] data-find; }
                @if let Some(reason) = &wanted.reason { input type="hidden" name="reason" value=(reason); }
                button { (lang.filter()) }
            }
        }
        @if all == 0 {
            (empty(lang.suppressions_empty(), lang.suppressions_empty_how(), None))
        } @else if found.is_empty() {
            (empty(lang.no_match_title(), lang.suppressions_no_match_how(), None))
        } @else {
            (table(desk, &found))
            @if has_more && let Some(last) = found.last() { p { a.button href=(older(&wanted, last)) { (lang.older()) } } }
        }
        form.panel method="post" action="/settings/suppressions" {
            h2 { (lang.add_suppression()) }
            (csrf(&desk.frame))
            (form.line("email", "address", lang.email(), fields.text("address"), "", "required autocomplete=off"))
            button { (lang.add_suppression_button()) }
        }
    })
}

fn tabs(lang: Lang, wanted: &Wanted, counts: &[(String, i64)]) -> Markup {
    let is_here = |word: &str| (wanted.reason.as_deref() == Some(word)).then_some("page");
    html! {
        nav.tabs.over aria-label=(lang.reason()) {
            a href="/settings/suppressions" aria-current=[wanted.reason.is_none().then_some("page")] { (lang.every_reason()) }
            @for (word, n) in counts {
                a href=(format!("/settings/suppressions?reason={word}")) aria-current=[is_here(word)] { (lang.suppression(word)) " " (lang.integer(*n)) }
            }
        }
    }
}

fn older(wanted: &Wanted, last: &Suppressed) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", wanted.search.as_deref().unwrap_or(""))
        .append_pair("reason", wanted.reason.as_deref().unwrap_or(""))
        .append_pair("before", &format!("{}.{}", last.created_at.0, last.id))
        .finish();
    format!("/settings/suppressions?{query}")
}

/// The word for a reason; what the contact asked for is not ours to mend.
pub fn reason_tag(lang: Lang, word: &str) -> Markup {
    let tone = if word == "complained" {
        Tone::Bad
    } else {
        Tone::Warn
    };
    tag(lang.suppression(word), tone)
}

/// What brought an entry about.
pub fn cause(lang: Lang, entry: &Suppressed) -> Markup {
    html! {
        @match (entry.message_id, &entry.created_by) {
            (Some(id), _) => { a href=(format!("/messages/{id}")) { (entry.subject.as_deref().unwrap_or(lang.no_subject())) } }
            (None, Some(who)) => { (lang.suppressed_hand(who)) }
            (None, None) => { span.soft { (lang.suppressed_mail()) } }
        }
    }
}

fn table(desk: &Desk<Administrator>, found: &[Suppressed]) -> Markup {
    let lang = desk.lang();
    html! {
        table {
            thead { tr { th { (lang.email()) } th { (lang.reason()) } th { (lang.since()) } th { (lang.suppressed_by()) } } }
            tbody {
                @for entry in found {
                    tr {
                        td {
                            a.open href=(format!("/settings/suppressions/{}", entry.id)) { (entry.address.as_deref().unwrap_or(lang.erased_address())) }
                            @if let Some(name) = &entry.contact_name { span.sub { (name) } }
                        }
                        td data-l=(lang.reason()) { (reason_tag(lang, &entry.reason)) }
                        td data-l=(lang.since()) { (moment(&desk.frame.when, entry.created_at)) }
                        td data-l=(lang.suppressed_by()) { (cause(lang, entry)) }
                    }
                }
            }
        }
    }
}

/// One entry with its hash.
async fn entry(
    desk: &Desk<Administrator>,
    path: &str,
) -> Result<(Suppressed, AddressHash), Refusal> {
    let id: SuppressionId = id_of(path)?;
    let store = &desk.web.ctx.store;
    let known = list_of::lookup_by_id(store, id).await?;
    let (hash, _) = known.ok_or_else(Problem::not_found)?;
    let found = suppressed::of(store, hash).await?;
    Ok((found.ok_or_else(Problem::not_found)?, hash))
}

fn is_their_wish(entry: &Suppressed) -> bool {
    matches!(entry.reason.as_str(), "unsubscribed" | "complained")
}

/// `GET /settings/suppressions/{id}`
pub async fn show(desk: Desk<Administrator>, path: Path<String>) -> Answer {
    let (entry, _) = entry(&desk, &path).await?;
    let body = one(&desk, &entry, &Fields::parse(b""), &Errors::default());
    let title = desk.lang().suppressions_title();
    Ok(shown(page(&desk.frame, Here::Settings, title, &body)))
}

fn one(desk: &Desk<Administrator>, entry: &Suppressed, typed: &Fields, errors: &Errors) -> Markup {
    let lang = desk.lang();
    let form = Form { errors };
    html! {
        div.lead { div {
            h1 { (entry.address.as_deref().unwrap_or(lang.erased_address())) }
            p { a href="/settings/suppressions" { (lang.suppressions_open()) } }
        } }
        (errors.summary(lang))
        div.panel { dl.facts {
            dt { (lang.reason()) } dd { (reason_tag(lang, &entry.reason)) }
            dt { (lang.since()) } dd { (moment(&desk.frame.when, entry.created_at)) }
            dt { (lang.suppressed_by()) } dd { (cause(lang, entry)) }
            @if let (Some(id), Some(name)) = (entry.contact_id, &entry.contact_name) {
                dt { (lang.name()) } dd { a href=(format!("/contacts/{id}")) { (name) } }
            }
        } }
        form.panel method="post" action=(format!("/settings/suppressions/{}", entry.id)) {
            h2 { (lang.lift_title()) }
            (csrf(&desk.frame))
            @if !is_their_wish(entry) {
                (form.line("text", "why", lang.lift_why(), typed.text("why"), lang.lift_why_help(), "required maxlength=300 autocomplete=off"))
                button { (lang.lift_button()) }
            } @else if entry.contact_id.is_none() {
                p { (lang.lift_no_contact()) }
            } @else {
                p { (lang.lift_consent_lead()) }
                div.pair {
                    (form.line("text", "source", lang.lift_consent_where(), typed.text("source"), "", "required maxlength=300 autocomplete=off"))
                    (form.line("text", "wording", lang.consent_wording(), typed.text("wording"), "", "required maxlength=1000 autocomplete=off"))
                }
                button { (lang.lift_consent_button()) }
            }
        }
    }
}

/// `POST /settings/suppressions/{id}` with `why`, or `source` and `wording` of a new consent.
pub async fn lift(sent: Sent<Administrator>, path: Path<String>) -> Answer {
    let Sent { desk, fields } = sent;
    let lang = desk.lang();
    let (entry, hash) = entry(&desk, &path).await?;
    let mut errors = Errors::default();
    let needed: &[&str] = if is_their_wish(&entry) {
        &["source", "wording"]
    } else {
        &["why"]
    };
    for name in needed.iter().filter(|name| fields.text(name).is_empty()) {
        errors.add(*name, lang.required());
    }
    if errors.is_empty() && !lifted(&desk, &entry, hash, &fields).await? {
        errors.add("", lang.lift_too_late());
    }
    if errors.is_empty() {
        return Ok(go_to("/settings/suppressions?done=unsuppressed"));
    }
    let body = one(&desk, &entry, &fields, &errors);
    let title = lang.suppressions_title();
    Ok(shown_again(page(&desk.frame, Here::Settings, title, &body)))
}

/// Lifts the entry; `false` when that comes too late. A new consent is kept with the contact, of
/// whom nothing else changes.
async fn lifted(
    desk: &Desk<Administrator>,
    entry: &Suppressed,
    hash: AddressHash,
    fields: &Fields,
) -> Result<bool, Refusal> {
    let ctx = &desk.web.ctx;
    let now = ctx.clock.now();
    let mut tx = ctx.store.begin().await?;
    log::append(&mut tx, &[]).await?;
    let why = if is_their_wish(entry) {
        let contact = match entry.contact_id {
            Some(id) => contacts::lookup_for_update(&mut tx, &desk.viewer, id).await?,
            None => None,
        };
        let Some(contact) = contact else {
            return Ok(false);
        };
        let text = |name: &str| fields.text(name).chars().take(1_000).collect();
        let data = ContactData {
            consent: Some(Consent {
                at: now,
                source: text("source"),
                wording: text("wording"),
            }),
            ..contact.data
        };
        contacts::update(&mut tx, contact.no, &data, now).await?;
        Why::Agreed
    } else {
        Why::Mended(fields.text("why"))
    };
    let done = list_of::lift_by_person(&mut tx, hash, why, now).await?;
    if done {
        tx.commit().await?;
    }
    Ok(done)
}
