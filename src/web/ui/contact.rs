//! One contact: what they are, what they allow, what was written to them and what came of it.

use super::contact_form::found;
use super::desk::{Answer, Desk, Sent, go_to, shown};
use super::feed::{Names, feed};
use super::layout::{Here, csrf, page};
use super::messages::table;
use super::parts::{moment, why_tag};
use super::settings::{by_hand, cause};
use super::touch::log_form;
use super::words::{Lang, Tone};
use crate::domain::address::EmailAddress;
use crate::domain::gateway::Gateway;
use crate::domain::suppression::AddressHasher;
use crate::store::contacts::Contact;
use crate::store::events::{self, Told};
use crate::store::gateways;
use crate::store::pages::messages::{self, Listed, Wanted};
use crate::store::pages::suppressed::{self, Suppressed};
use crate::web::error::Problem;
use actix_web::web::Path;
use maud::{Markup, html};

/// Events and messages shown.
const EVENTS: i64 = 100;
const MESSAGES: i64 = 50;

struct Shown {
    contact: Contact,
    suppressed: Vec<(EmailAddress, Suppressed)>,
    /// What stands in front of each address, in their order.
    gateways: Vec<Gateway>,
    messages: Vec<Listed>,
    events: Vec<Told>,
}

/// `GET /contacts/{id}`
pub async fn show(desk: Desk, path: Path<String>) -> Answer {
    let contact = found(&desk, &path).await?;
    let ctx = &desk.web.ctx;
    let wanted = Wanted {
        contact: Some(contact.no),
        ..Wanted::default()
    };
    let hasher = AddressHasher::new(&ctx.keys);
    let mut suppressed = Vec::new();
    let mut in_front = Vec::new();
    for email in &contact.data.emails {
        let hash = hasher.hash(email);
        in_front.push(gateways::of_domain(&ctx.store, email.domain()).await?);
        if let Some(entry) = suppressed::of(&ctx.store, hash).await? {
            suppressed.push((email.clone(), entry));
        }
    }
    let shown_here = Shown {
        suppressed,
        gateways: in_front,
        messages: messages::list(&ctx.store, &desk.viewer, &wanted, MESSAGES).await?,
        events: events::of_contact(&ctx.store, &desk.viewer, contact.no, None, EVENTS).await?,
        contact,
    };
    let title = shown_here.contact.data.name.clone();
    let body = body(&desk, &shown_here);
    Ok(shown(page(&desk.frame, Here::Contacts, &title, &body)))
}

fn body(desk: &Desk, page: &Shown) -> Markup {
    let lang = desk.lang();
    let contact = &page.contact;
    let write = contact
        .data
        .emails
        .first()
        .map(|email| format!("/compose?to={}", super::today::escaped(email.as_str())));
    html! {
        div data-live="/api/v1/events/live" {
            div.lead {
                div {
                    h1 { (contact.data.name) }
                    p { (contact.account_name.as_deref().unwrap_or("")) }
                }
                div.acts {
                    @if let Some(write) = write { a.button.go-on href=(write) { (lang.write_to(&contact.data.name)) } }
                    a.button href=(format!("/contacts/{}/edit", contact.id)) { (lang.edit()) }
                    a.button href=(format!("/contacts/{}/erase", contact.id)) { (lang.erase_short()) }
                }
            }
            div.two {
                div {
                    h2 { (lang.timeline()) }
                    div data-part="timeline" {
                        @if page.events.is_empty() { p.panel.soft { (lang.no_events()) } } @else { (feed(desk, &page.events, &names(page))) }
                    }
                }
                div {
                    h2 { (lang.log_call()) }
                    (log_form(desk, contact))
                    h2 { (lang.details()) }
                    (facts(desk, page))
                }
            }
            h2 { (lang.their_messages()) }
            div data-part="messages" {
                @if page.messages.is_empty() { p.panel.soft { (lang.no_letters()) } } @else { (table(desk, &page.messages)) }
            }
        }
    }
}

/// Each event says which message it is about.
fn names(page: &Shown) -> Names {
    let mut names = Names::default();
    for told in &page.events {
        let subject = page
            .messages
            .iter()
            .find(|message| Some(message.message_id) == told.message)
            .map(|message| message.subject.clone());
        if let (Some(delivery), Some(subject)) = (told.delivery, subject) {
            names.copies.insert(delivery, subject);
        }
    }
    names
}

fn facts(desk: &Desk, page: &Shown) -> Markup {
    let lang = desk.lang();
    let when = &desk.frame.when;
    let data = &page.contact.data;
    html! {
        div.panel {
            dl.facts {
                dt { (lang.emails()) }
                dd {
                    @for (email, gateway) in data.emails.iter().zip(&page.gateways) {
                        div {
                            (email.as_str()) " "
                            (behind(lang, *gateway))
                            @match page.suppressed.iter().find(|(address, _)| address == email) {
                                Some((_, entry)) => { (stopped(desk, entry)) }
                                None => { (stop_form(desk, &page.contact, email)) }
                            }
                        }
                    }
                }
                dt { (lang.owner()) } dd { (page.contact.owner_name.as_deref().unwrap_or(lang.not_known())) }
                @if let Some(zone) = &data.zone { dt { (lang.zone()) } dd { (zone) } }
                @if let Some(language) = &data.language { dt { (lang.language()) } dd { (language) } }
                dt { (lang.decides()) } dd { (known(lang, data.decision_maker)) }
                @for (name, value) in &data.fields {
                    dt { (name) }
                    dd { (value) }
                }
                dt { (lang.allow_opens()) } dd { (allowed(lang, data.tracking.opens)) }
                dt { (lang.allow_clicks()) } dd { (allowed(lang, data.tracking.clicks)) }
                dt { (lang.consent()) }
                dd {
                    @match &data.consent {
                        Some(consent) => {
                            (lang.consent_line(&lang.full_time(consent.at, &when.zone), &consent.source))
                            @if !consent.wording.is_empty() { div.soft { "\u{201c}" (consent.wording) "\u{201d}" } }
                        }
                        None => { (lang.no_consent()) }
                    }
                }
                dt { (lang.added()) } dd { (moment(when, page.contact.created_at)) }
            }
        }
    }
}

/// What stands in front of an address, where that is known and says something.
fn behind(lang: Lang, gateway: Gateway) -> Markup {
    let name = lang.gateway(gateway);
    html! {
        @match gateway {
            Gateway::Unknown | Gateway::OtherServers | Gateway::OtherFreemail => {}
            _ if gateway.is_in_front() => { span.sub title=(lang.behind_why()) { (lang.behind(name)) } }
            _ => { span.sub { (lang.mail_at(name)) } }
        }
    }
}

/// Since when, why and by what an address gets no mail, and who may lift that.
fn stopped(desk: &Desk, entry: &Suppressed) -> Markup {
    let lang = desk.lang();
    html! {
        (why_tag(lang.suppressed_word(), Tone::Warn, lang.unsubscribed_why()))
        span.sub {
            (lang.suppression(&entry.reason)) ", " (moment(&desk.frame.when, entry.created_at)) ": " (cause(lang, entry)) br;
            @if desk.viewer.may_administer() {
                a href=(format!("/settings/suppressions/{}", entry.id)) { (lang.lift_title()) }
            } @else { (lang.lift_asks_admin()) }
        }
    }
}

/// Stops mail to an address because its holder said so to somebody.
fn stop_form(desk: &Desk, contact: &Contact, email: &EmailAddress) -> Markup {
    html! {
        form method="post" action=(format!("/contacts/{}/stop", contact.id)) {
            (csrf(&desk.frame))
            input type="hidden" name="address" value=(email.as_str());
            button.small { (desk.lang().write_no_more()) }
        }
    }
}

/// `POST /contacts/{id}/stop` with one of their addresses: nothing is written there any more.
pub async fn stop(sent: Sent, path: Path<String>) -> Answer {
    let desk = &sent.desk;
    let contact = found(desk, &path).await?;
    let address = sent.fields.text("address");
    let theirs = contact.data.emails.iter();
    let Some(address) = theirs.into_iter().find(|email| email.as_str() == address) else {
        return Err(Problem::not_found().into());
    };
    by_hand(desk, address).await?;
    Ok(go_to(&format!("/contacts/{}?done=suppressed", contact.id)))
}

const fn known(lang: Lang, word: Option<bool>) -> &'static str {
    match word {
        None => lang.not_known(),
        Some(true) => lang.yes(),
        Some(false) => lang.no(),
    }
}

const fn allowed(lang: Lang, word: Option<bool>) -> &'static str {
    match word {
        None => lang.by_organisation(),
        Some(true) => lang.allowed(),
        Some(false) => lang.not_allowed(),
    }
}
