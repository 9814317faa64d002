//! One message: what became of it, link by link and copy by copy, fresh without a reload.

use super::decide;
use super::desk::{Answer, Desk, Sent, go_to, id_of, shown};
use super::feed::{Names, feed};
use super::layout::{Here, csrf, page};
use super::parts::{moment, state_tag};
use super::words::Lang;
use crate::domain::delivery::{DeliveryState as S, RecipientRole};
use crate::domain::id::{DeliveryId, MessageId};
use crate::metrics::opens::Opening;
use crate::store::events::{self, Told};
use crate::store::messages::counts::{Count, Counts, count, openings, opens};
use crate::store::messages::{self, Message};
use crate::store::messages::{Attachment, Attempt, Delivery, Link};
use crate::store::queue::stop::{Stop, cancel_message};
use crate::web::error::Problem;
use actix_web::web::Path;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// A message and all that hangs on it.
struct Mail {
    message: Message,
    deliveries: Vec<Delivery>,
    attempts: Vec<Attempt>,
    links: Vec<Link>,
    files: Vec<Attachment>,
    events: Vec<Told>,
    counts: Counts,
    openings: BTreeMap<DeliveryId, Opening>,
}

/// `GET /messages/{id}`
pub async fn show(desk: Desk, path: Path<String>) -> Answer {
    let id: MessageId = id_of(&path)?;
    let store = &desk.web.ctx.store;
    let Some(message) = messages::lookup(store, &desk.viewer, id).await? else {
        return Err(Problem::not_found().into());
    };
    let events = events::of_message(store, &desk.viewer, id).await?;
    let mail = Mail {
        deliveries: messages::deliveries(store, id).await?,
        attempts: messages::attempts(store, id).await?,
        links: messages::links(store, id).await?,
        files: messages::attachments(store, id).await?,
        counts: count(&events),
        openings: openings(&events),
        message,
        events,
    };
    let title = subject(desk.lang(), &mail.message).to_owned();
    Ok(shown(page(
        &desk.frame,
        Here::Messages,
        &title,
        &body(&desk, &mail),
    )))
}

/// `POST /messages/{id}/stop`
pub async fn stop(sent: Sent, path: Path<String>) -> Answer {
    let id: MessageId = id_of(&path)?;
    let ctx = &sent.desk.web.ctx;
    if messages::lookup(&ctx.store, &sent.desk.viewer, id)
        .await?
        .is_none()
    {
        return Err(Problem::not_found().into());
    }
    let mut tx = ctx.store.begin().await?;
    let stop = Stop {
        code: "cancelled",
        text: "",
        at: ctx.clock.now(),
    };
    cancel_message(&mut tx, id, stop).await?;
    tx.commit().await?;
    Ok(go_to(&format!("/messages/{id}?done=stopped")))
}

fn subject(lang: Lang, message: &Message) -> &str {
    if message.subject.trim().is_empty() {
        lang.no_subject()
    } else {
        &message.subject
    }
}

fn who(delivery: &Delivery) -> &str {
    delivery
        .contact_name
        .as_deref()
        .unwrap_or(&delivery.address)
}

/// Clicks on one copy, all its links together; the pixel is link 0 and is no click.
fn clicks_of(counts: &Counts, id: DeliveryId) -> Count {
    let mut sum = Count::default();
    for ((delivery, link), count) in counts {
        if *delivery == id && *link > 0 {
            sum.human += count.human;
            sum.machine += count.machine;
        }
    }
    sum
}

fn body(desk: &Desk, mail: &Mail) -> Markup {
    let lang = desk.lang();
    let message = &mail.message;
    let to = mail.deliveries.first();
    let follow_up = to.map(|to| {
        let to = super::today::escaped(&to.address);
        format!("/compose?to={to}&reply_to={}", message.id)
    });
    html! {
        div data-live="/api/v1/events/live" data-of=(message.id) {
            div.lead {
                div {
                    div data-part="headline" { h1 { (headline(lang, mail)) } }
                    p { (subject(lang, message)) }
                }
                div.acts {
                    @if let Some(follow_up) = follow_up { a.button href=(follow_up) { (lang.write_follow_up()) } }
                    @if desk.frame.is_caught {
                        a.button href=(format!("/caught?message={}", message.message_id)) { (lang.read_caught()) }
                    }
                    div data-part="stop" { (stop_button(desk, mail)) }
                }
            }
            div.two {
                div {
                    h2 { (lang.timeline()) }
                    div data-part="timeline" {
                        @if mail.events.is_empty() { p.panel.soft { (lang.no_events()) } } @else { (timeline(desk, mail)) }
                    }
                    h2 { (lang.links()) }
                    div data-part="links" { (links(lang, mail)) }
                }
                div {
                    h2 { (lang.recipients()) }
                    div data-part="copies" { (copies(desk, mail)) }
                    div data-part="opens" { (super::opens::summary(lang, &opens(&mail.deliveries, &mail.openings).into())) }
                    h2 { (lang.details()) }
                    (details(desk, mail))
                }
            }
            h2 { (lang.attempts()) }
            div data-part="attempts" { (attempts(desk, mail)) }
        }
    }
}

fn headline(lang: Lang, mail: &Mail) -> String {
    let Some(to) = mail.deliveries.first() else {
        return subject(lang, &mail.message).to_owned();
    };
    let clicks = clicks_of(&mail.counts, to.id).human;
    if clicks > 0 {
        return lang.head_clicked(who(to), &lang.human_clicks(clicks));
    }
    match to.state {
        S::Sent => lang.head_not_yet(who(to)),
        state => format!("{}: {}", lang.head_to(who(to)), lang.state(state).0),
    }
}

fn stop_button(desk: &Desk, mail: &Mail) -> Markup {
    let lang = desk.lang();
    let can_stop = mail.deliveries.iter().any(|delivery| {
        matches!(
            delivery.state,
            S::Draft | S::Scheduled | S::Held | S::Queued | S::Attempting | S::Deferred
        )
    });
    html! {
        @if can_stop {
            form method="post" action=(format!("/messages/{}/stop", mail.message.id)) {
                (csrf(&desk.frame))
                button.danger { (lang.cancel_rest()) }
            }
        }
    }
}

fn timeline(desk: &Desk, mail: &Mail) -> Markup {
    let mut names = Names::default();
    for delivery in &mail.deliveries {
        if mail.deliveries.len() > 1 {
            names.copies.insert(delivery.id, who(delivery).to_owned());
        }
        for link in mail
            .links
            .iter()
            .filter(|link| link.delivery == delivery.no)
        {
            names
                .links
                .insert((delivery.id, link.no), link.label.clone());
        }
    }
    feed(desk, &mail.events, &names)
}

/// One row for each link of the message, the copies' clicks added up.
fn links(lang: Lang, mail: &Mail) -> Markup {
    let mut numbers: Vec<u16> = mail.links.iter().map(|link| link.no).collect();
    numbers.dedup();
    let sum = |no: u16| {
        let of_link = mail.counts.iter().filter(|((_, link), _)| *link == no);
        of_link.fold((0, 0), |(human, machine), (_, count)| {
            (human + count.human, machine + count.machine)
        })
    };
    html! {
        @if numbers.is_empty() { p.panel.soft { (lang.no_links()) } } @else {
            table {
                thead { tr { th { (lang.link()) } th.num { (lang.by_people()) } th.num { (lang.by_machines()) } } }
                tbody {
                    @for no in numbers {
                        @if let Some(link) = mail.links.iter().find(|link| link.no == no) {
                            @let (human, machine) = sum(no);
                            tr {
                                td {
                                    @if link.label.trim().is_empty() { (lang.on_link_no(i64::from(no))) } @else { (link.label) }
                                    " " span.soft { (lang.link_role(link.role)) }
                                    span.sub { (link.url) }
                                }
                                td.num data-l=(lang.by_people()) { @if human > 0 { strong { (lang.integer(human)) } } @else { span.soft { "0" } } }
                                td.num data-l=(lang.by_machines()) { span.soft { (lang.integer(machine)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Why a copy stands as it does, and what to do about it.
fn why(lang: Lang, mail: &Mail, delivery: &Delivery) -> Markup {
    let code = delivery.reason_code.as_deref();
    let waits = matches!(delivery.state, S::Scheduled | S::Queued | S::Deferred);
    html! {
        @if let Some(why) = lang.why_so(code, delivery.reason_text.as_deref()) { span.sub { (why) } }
        @if let Some(next) = lang.next_after(delivery.state, code.unwrap_or("")) { span.sub { (next) } }
        @if let Some(paused) = mail.message.mailbox_paused.as_deref().filter(|_| waits) {
            span.sub { (lang.why_mailbox_paused()) " (" (paused) ")" }
        }
    }
}

fn waits_for_time(desk: &Desk, delivery: &Delivery) -> bool {
    matches!(delivery.state, S::Scheduled | S::Deferred)
        || delivery.state == S::Queued && delivery.due_at > desk.frame.when.now
}

fn copies(desk: &Desk, mail: &Mail) -> Markup {
    let lang = desk.lang();
    html! {
        table {
            thead { tr { th { (lang.recipient_label()) } th { (lang.state_label()) } } }
            tbody {
                @for delivery in &mail.deliveries {
                    tr {
                        td {
                            @match delivery.contact {
                                Some(contact) => { a.open href=(format!("/contacts/{contact}")) { (who(delivery)) } }
                                None => { (who(delivery)) }
                            }
                            span.sub {
                                @if delivery.role != RecipientRole::To { (lang.recipient(delivery.role)) " · " }
                                (delivery.address)
                            }
                        }
                        td data-l=(lang.state_label()) {
                            (state_tag(lang, delivery.state))
                            @if delivery.tracks_opens && delivery.state == S::Sent {
                                span.sub { (lang.opens_title()) ": " (super::opens::word(lang, mail.openings.get(&delivery.id).copied())) }
                            }
                            (why(lang, mail, delivery))
                            (decide::buttons(desk, mail.message.id, delivery))
                            @if waits_for_time(desk, delivery) { span.sub { (moment(&desk.frame.when, delivery.due_at)) } }
                        }
                    }
                }
            }
        }
    }
}

fn details(desk: &Desk, mail: &Mail) -> Markup {
    let lang = desk.lang();
    let message = &mail.message;
    let recorded = |is_recorded: bool, word: &'static str| is_recorded.then_some(word);
    let to = mail.deliveries.first();
    let mut tracked = vec![
        recorded(to.is_some_and(|to| to.tracks_opens), lang.tracks_opens()),
        recorded(to.is_some_and(|to| to.tracks_clicks), lang.tracks_clicks()),
    ];
    tracked.retain(Option::is_some);
    let tracked: Vec<&str> = tracked.into_iter().flatten().collect();
    html! {
        div.panel {
            dl.facts {
                dt { (lang.from_mailbox()) } dd { (message.rep_name) " · " (message.mailbox_address) }
                dt { (lang.accepted_at()) } dd { (moment(&desk.frame.when, message.created_at)) }
                @if let Some(at) = message.send_at { dt { (lang.due()) } dd { (moment(&desk.frame.when, at)) } }
                dt { (lang.purpose_label()) } dd { (lang.purpose(message.purpose)) }
                @if let Some((template, version)) = message.template {
                    dt { (lang.from_template()) } dd { a href=(format!("/templates/{template}")) { (lang.version_n(version)) } }
                }
                dt { (lang.tracking()) } dd { @if tracked.is_empty() { (lang.tracks_nothing()) } @else { (tracked.join(", ")) } }
                @for file in &mail.files { dt { (lang.files()) } dd { (file.name) " " span.soft { (lang.size(usize::try_from(file.size).unwrap_or(0))) } } }
            }
        }
    }
}

fn attempts(desk: &Desk, mail: &Mail) -> Markup {
    let lang = desk.lang();
    let address = |no| {
        let found = mail.deliveries.iter().find(|delivery| delivery.no == no);
        found.map_or("", |delivery| delivery.address.as_str())
    };
    html! {
        @if mail.attempts.is_empty() { p.panel.soft { (lang.none_yet()) } } @else {
            table {
                thead { tr { th { (lang.recipient_label()) } th { (lang.when()) } th { (lang.answer_of_server()) } } }
                tbody {
                    @for attempt in &mail.attempts {
                        tr {
                            td { (address(attempt.delivery_no)) }
                            td data-l=(lang.when()) { (moment(&desk.frame.when, attempt.started_at)) }
                            td data-l=(lang.answer_of_server()) {
                                @if let Some(code) = attempt.code { (code) " " }
                                (attempt.text.as_deref().or(attempt.outcome.as_deref()).unwrap_or(""))
                            }
                        }
                    }
                }
            }
        }
    }
}
