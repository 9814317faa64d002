//! One exchange of mails, the newest first: what they wrote without quotes, what we wrote, and for
//! each conversation how it went.

use super::desk::{Answer, Desk, id_of, shown};
use super::inbox::strip;
use super::layout::{Here, page};
use super::letter::{self, Pictures};
use super::parts::{moment, state_tag, tag};
use super::touch::outcome_form;
use super::words::Tone;
use crate::compose::text::derive;
use crate::domain::clock::Millis;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{InboundId, MessageId, ThreadNo};
use crate::domain::inbound::InboundKind;
use crate::inbound::Display;
use crate::receive;
use crate::store::episodes::{self, After, Episode};
use crate::store::inbound::{Found, read};
use crate::store::messages;
use crate::store::pages::inbox::{self, Ours, Theirs, Thread};
use crate::web::auth::Refusal;
use crate::web::error::Problem;
use actix_web::web::Path;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Mails of each side shown.
const SHOWN: i64 = 100;
/// Waits looked through for that of the thread's contact.
const WAITS: i64 = 500;

enum Mail<'a> {
    Ours(&'a Ours),
    Theirs(&'a Theirs),
}

impl Mail<'_> {
    const fn at(&self) -> Millis {
        match self {
            Self::Ours(mail) => mail.at,
            Self::Theirs(mail) => mail.at,
        }
    }
}

struct Shown {
    thread: Thread,
    ours: Vec<Ours>,
    theirs: Vec<Theirs>,
    /// What was last written to somebody else at the company of who wrote a mail, where the reader
    /// may see it.
    nearby: BTreeMap<InboundId, MessageId>,
    wait: Option<Episode>,
}

/// `GET /threads/{no}`
pub async fn show(desk: Desk, path: Path<String>) -> Answer {
    let no = ThreadNo(id_of(&path)?);
    let store = &desk.web.ctx.store;
    let found = inbox::thread(store, &desk.viewer, no).await?;
    let Some(thread) = found else {
        return Err(Problem::not_found().into());
    };
    let now = desk.frame.when.now;
    let waiting = episodes::waiting(store, &desk.viewer, After::START, now, WAITS).await?;
    let theirs = inbox::theirs(store, &thread, SHOWN).await?;
    let shown_here = Shown {
        ours: inbox::ours(store, &thread, SHOWN).await?,
        nearby: nearby(&desk, &theirs).await?,
        theirs,
        wait: waiting
            .into_iter()
            .find(|episode| episode.contact_no == thread.contact_no),
        thread,
    };
    let title = subject(&desk, &shown_here);
    let body = body(&desk, &shown_here, &title);
    Ok(shown(page(&desk.frame, Here::Inbox, &title, &body)))
}

/// `GET /inbound/{id}/html`: a whole mail of theirs, made safe, for the frame.
pub async fn inside(desk: Desk, path: Path<String>) -> Answer {
    let id: InboundId = id_of(&path)?;
    let store = &desk.web.ctx.store;
    let mail = read::lookup(store, &desk.viewer, id).await?;
    let mail = mail.ok_or_else(|| Refusal::from(Problem::not_found()))?;
    let Some(bytes) = read::raw(store, mail.no).await? else {
        return Ok(letter::plain_document(desk.lang().thread_none()));
    };
    Ok(match receive::display(&desk.web.ctx, bytes).await? {
        Some(Display::Html(html)) => letter::document(&html, Pictures::Left),
        Some(Display::Text(text)) if !text.trim().is_empty() => letter::plain_document(&text),
        _ => letter::plain_document(desk.lang().no_words()),
    })
}

fn subject(desk: &Desk, shown: &Shown) -> String {
    let ours = shown.ours.last().map(|mail| mail.subject.as_str());
    let theirs = shown.theirs.last().and_then(|mail| mail.subject.as_deref());
    let found = if shown.thread.begun_by_us {
        ours.or(theirs)
    } else {
        theirs.or(ours)
    };
    found
        .map(str::trim)
        .filter(|subject| !subject.is_empty())
        .unwrap_or_else(|| desk.lang().no_subject())
        .to_owned()
}

fn body(desk: &Desk, shown: &Shown, title: &str) -> Markup {
    let lang = desk.lang();
    let thread = &shown.thread;
    let mut mails: Vec<Mail<'_>> = shown.ours.iter().map(Mail::Ours).collect();
    mails.extend(shown.theirs.iter().map(Mail::Theirs));
    mails.sort_by_key(|mail| std::cmp::Reverse(mail.at()));
    let newest = shown.theirs.iter().find(|mail| is_persons(mail));
    let answers = newest.map(|mail| mail.id.to_string());
    let is_cut = [shown.ours.len(), shown.theirs.len()].contains(&(SHOWN as usize));
    html! {
        div data-live="/api/v1/events/live" {
            div.lead {
                div { h1 { (title) } p { a href=(format!("/contacts/{}", thread.contact_id)) { (thread.contact_name) } } }
                @if shown.wait.is_none() && let Some(id) = &answers {
                    div.acts { a.button href=(format!("/compose?answers={id}")) { (lang.answer_to(&thread.contact_name)) } }
                }
            }
            div data-part="thread" {
                @if let Some(wait) = &shown.wait { (strip(desk, wait, answers.as_deref())) }
                @if mails.is_empty() { p.panel.soft { (lang.thread_none()) } }
                @for mail in &mails {
                    @match mail {
                        Mail::Ours(mail) => { (ours(desk, mail)) }
                        Mail::Theirs(mail) => { (theirs(desk, mail, &shown.nearby)) }
                    }
                }
                @if is_cut { p.soft { (lang.earlier_left_out()) } }
            }
        }
    }
}

async fn nearby(desk: &Desk, theirs: &[Theirs]) -> Result<BTreeMap<InboundId, MessageId>, Refusal> {
    let store = &desk.web.ctx.store;
    let mut nearby = BTreeMap::new();
    for mail in theirs {
        let found = mail.found.as_deref().map(serde_json::from_str::<Found>);
        let Some(message) = found.and_then(Result::ok).and_then(|it| it.same_company) else {
            continue;
        };
        if messages::lookup(store, &desk.viewer, message)
            .await?
            .is_some()
        {
            nearby.insert(mail.id, message);
        }
    }
    Ok(nearby)
}

fn kind(mail: &Theirs) -> InboundKind {
    mail.kind
        .and_then(InboundKind::from_code)
        .unwrap_or(InboundKind::Other)
}

fn is_persons(mail: &Theirs) -> bool {
    mail.folder == 0 && mail.withdrawn_at.is_none() && kind(mail).is_human()
}

fn ours(desk: &Desk, mail: &Ours) -> Markup {
    let lang = desk.lang();
    let state = mail.state.and_then(DeliveryState::from_code);
    let derived = || mail.html.as_deref().and_then(|html| derive(html).ok());
    let text = mail.text.clone().or_else(derived).unwrap_or_default();
    html! {
        article.mail.ours data-seq=(mail.id) {
            header { strong { (lang.thread_ours(&mail.author)) } (moment(&desk.frame.when, mail.at)) @if let Some(state) = state { (state_tag(lang, state)) } }
            pre { (text.trim()) }
            a href=(format!("/messages/{}", mail.id)) { (mail.subject) }
        }
    }
}

fn theirs(desk: &Desk, mail: &Theirs, nearby: &BTreeMap<InboundId, MessageId>) -> Markup {
    let lang = desk.lang();
    let name = mail
        .sender_name
        .as_deref()
        .filter(|name| !name.trim().is_empty())
        .or(mail.sender.as_deref())
        .unwrap_or("");
    let said = if mail.folder == 0 {
        lang.thread_from(name)
    } else {
        lang.thread_ours(name)
    };
    let text = mail.text.as_deref().unwrap_or("").trim();
    html! {
        article.mail data-seq=(mail.id) {
            header { strong { (said) } (moment(&desk.frame.when, mail.at)) (tag(lang.inbound(kind(mail)), if is_persons(mail) { Tone::Human } else { Tone::Plain })) }
            @if mail.withdrawn_at.is_some() {
                p.soft { (lang.private_mail()) }
            } @else {
                @if text.is_empty() { p.soft { (lang.no_words()) } } @else { pre { (text) } }
                details {
                    summary { (lang.whole_mail()) }
                    (letter::lazy_frame(&format!("/inbound/{}/html", mail.id), lang.mail_frame()))
                }
                @if let Some(message) = nearby.get(&mail.id) {
                    p.soft { (lang.same_company()) " " a href=(format!("/messages/{message}")) { (lang.same_company_letter()) } }
                }
                (super::no_more::question(desk, mail))
                @if mail.conversation == Some(true) && mail.folder == 0 { (outcome_form(desk, mail)) }
            }
        }
    }
}
