//! A timeline: events as lines, each hit with the verdict as it is now and the reason for it.

use super::desk::Desk;
use super::parts::{judgement_tag, moment, tag, why_tag};
use super::verdict::ledger;
use super::words::{Lang, Tone};
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, EventKind};
use crate::domain::hit::{AgentClass, HitFacts};
use crate::domain::id::{DeliveryId, Seq};
use crate::domain::inbound::Report;
use crate::domain::verdict::Judgement;
use crate::store::events::Told;
use crate::store::messages::counts::forwarded_clicks;
use maud::{Markup, html};
use std::collections::{HashMap, HashSet};

/// What a timeline says of links and recipients.
#[derive(Debug, Default)]
pub struct Names {
    /// The visible text of each link.
    pub links: HashMap<(DeliveryId, u16), String>,
    /// Whose copy it is; empty where a page has but one.
    pub copies: HashMap<DeliveryId, String>,
}

/// The events, newest first.
pub fn feed<P>(desk: &Desk<P>, events: &[Told], names: &Names) -> Markup {
    let revisions = revisions(events);
    let forwarded = forwarded_clicks(events);
    let mut shown: Vec<&Told> = events
        .iter()
        .filter(|told| told.event.event.kind != EventKind::Revised)
        .collect();
    shown.sort_by_key(|told| std::cmp::Reverse(told.event.seq));
    html! {
        ol.feed.panel {
            @for told in shown { (line(desk, told, names, (&revisions, &forwarded))) }
        }
    }
}

/// The later judgements of each revised hit, with their numbers and times, oldest first.
type Revisions<'a> = HashMap<Seq, Vec<(i32, Millis, &'a Judgement)>>;

fn revisions(events: &[Told]) -> Revisions<'_> {
    let mut found = Revisions::new();
    for told in events {
        if let Detail::Revision(revision) = &told.event.event.detail {
            let known = found.entry(revision.hit).or_default();
            known.push((revision.number, told.event.event.at, &revision.judgement));
        }
    }
    for list in found.values_mut() {
        list.sort_by_key(|(number, ..)| *number);
    }
    found
}

fn line<P>(
    desk: &Desk<P>,
    told: &Told,
    names: &Names,
    (revisions, forwarded): (&Revisions<'_>, &HashSet<Seq>),
) -> Markup {
    let lang = desk.lang();
    let event = &told.event.event;
    let copy = told.delivery.and_then(|id| names.copies.get(&id));
    let mut history: Vec<(Millis, &Judgement)> = Vec::new();
    let (words, mark, sub) = match &event.detail {
        Detail::Hit {
            link_no,
            facts,
            judgement,
        } => {
            let later = revisions.get(&told.event.seq).into_iter().flatten();
            history.push((event.at, judgement));
            history.extend(later.map(|(_, at, judgement)| (*at, *judgement)));
            let now = history.last().map_or(judgement, |(_, now)| now);
            let label = told
                .delivery
                .and_then(|id| names.links.get(&(id, *link_no)))
                .filter(|label| !label.trim().is_empty());
            let words = match (event.kind, label) {
                (EventKind::Clicked, Some(label)) => lang.clicked_link(label),
                _ => lang.event(event.kind).to_owned(),
            };
            (words, judgement_tag(lang, now), client(facts))
        }
        Detail::Reason { code, text } | Detail::Report(Report { code, text, .. }) => (
            lang.event_because(event.kind, code).to_owned(),
            tag(lang.event_word(event.kind), lang.event_tone(event.kind)),
            said_of(lang, event.kind, code, text),
        ),
        Detail::Touch(touch) if event.kind == EventKind::Touched => (
            lang.touch_line(touch.channel, touch.direction, touch.result),
            tag(lang.event_word(event.kind), lang.event_tone(event.kind)),
            String::new(),
        ),
        Detail::None | Detail::Revision(_) | Detail::Touch(_) | Detail::Dismissal(_) => (
            lang.event(event.kind).to_owned(),
            tag(lang.event_word(event.kind), lang.event_tone(event.kind)),
            String::new(),
        ),
    };
    let sub = match (copy, sub.is_empty()) {
        (Some(copy), true) => copy.clone(),
        (Some(copy), false) => format!("{copy} · {sub}"),
        (None, _) => sub,
    };
    html! {
        li data-seq=(told.event.seq) id=[(!history.is_empty()).then(|| format!("hit-{}", told.event.seq))] {
            (moment(&desk.frame.when, event.at))
            span { (words) }
            (mark)
            @if !sub.is_empty() { span.sub { (sub) } }
            @if forwarded.contains(&told.event.seq) { (why_tag(lang.forwarded(), Tone::Plain, lang.forwarded_why())) }
            @if let Some(message) = told.message.filter(|_| !history.is_empty()) {
                (ledger(desk, message, told.event.seq, &history))
            }
        }
    }
}

/// The reason in the reader's language where it is ours, else as it came.
fn said_of(lang: Lang, kind: EventKind, code: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    if kind == EventKind::ContactLeft {
        return lang.write_instead_to(text);
    }
    lang.why_so(Some(code), Some(text)).unwrap_or_default()
}

/// The program that asked: `Firefox 141, Windows`.
fn client(facts: &HitFacts) -> String {
    let agent = &facts.agent;
    if agent.class == AgentClass::Empty || agent.family.is_empty() {
        return String::new();
    }
    let mut text = agent.family.clone();
    if agent.major > 0 {
        text = format!("{text} {}", agent.major);
    }
    if !agent.system.is_empty() {
        text = format!("{text}, {}", agent.system);
    }
    text
}
