//! Logging what happened outside the mail, with one press, and saying how a conversation went.

use super::contact_form::found;
use super::desk::{Answer, Desk, Sent, go_to, id_of};
use super::layout::csrf;
use super::words::Lang;
use crate::domain::clock::Millis;
use crate::domain::id::TouchId;
use crate::domain::touch::{CallResult, Channel, Direction, Outcome};
use crate::store::contacts::Contact;
use crate::store::pages::inbox::Theirs;
use crate::store::touches::{self, NewTouch, Said};
use crate::web::auth::Fields;
use crate::web::error::Problem;
use actix_web::web::Path;
use maud::{Markup, html};

/// Characters kept of a note.
const NOTE: usize = 2_000;

/// The form on a contact's page: each result is a button, each with a key of its own.
pub fn log_form(desk: &Desk, contact: &Contact) -> Markup {
    let lang = desk.lang();
    html! {
        form.panel method="post" action=(format!("/contacts/{}/touches", contact.id)) data-page-keys {
            (csrf(&desk.frame))
            div.acts role="group" aria-label=(lang.log_call()) {
                @for (key, result) in (1..).zip(CallResult::ALL) {
                    button name="result" value=(result.as_str()) data-key=(key) { kbd { (key) } "\u{a0}" (lang.call_result(*result)) }
                }
            }
            p.help { (lang.log_call_help()) }
            details {
                summary { (lang.touch_note()) ", " (lang.log_other()) }
                div.field { label for="f-note" { (lang.touch_note()) } textarea.short id="f-note" name="note" maxlength=(NOTE) {} }
                div.field { label for="f-at" { (lang.touch_when()) } input id="f-at" type="datetime-local" name="at" max=(desk.frame.when.zone.local_field(desk.frame.when.now)); }
                div.acts {
                    @for channel in [Channel::Meeting, Channel::Social, Channel::Chat] {
                        @for direction in Direction::ALL {
                            button name="other" value=(format!("{} {}", channel.as_str(), direction.as_str())) { (other(lang, channel, *direction)) }
                        }
                    }
                }
            }
        }
    }
}

fn other(lang: Lang, channel: Channel, direction: Direction) -> String {
    let arrow = match direction {
        Direction::In => "\u{2190}",
        Direction::Out => "\u{2192}",
    };
    format!("{} {arrow}", lang.channel(channel))
}

/// `POST /contacts/{id}/touches`
pub async fn log(sent: Sent, path: Path<String>) -> Answer {
    let desk = &sent.desk;
    let contact = found(desk, &path).await?;
    let ctx = &desk.web.ctx;
    let now = ctx.clock.now();
    let (channel, direction, result) = asked(desk.lang(), &sent.fields)?;
    let at = moment_of(desk, &sent.fields, now)?;
    let id = TouchId(ctx.clock.fresh_id());
    let note: String = sent.fields.text("note").chars().take(NOTE).collect();
    let new = NewTouch {
        rep: (direction == Direction::Out).then_some(desk.user.no),
        recorded_by: Some(desk.user.no),
        result,
        note: Some(note).filter(|note| !note.is_empty()),
        ..NewTouch::new(id, contact.no, channel, direction, at, now)
    };
    let mut tx = ctx.store.begin().await?;
    touches::record_in(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(go_to(&format!("/contacts/{}?done=logged", contact.id)))
}

fn asked(lang: Lang, fields: &Fields) -> Result<(Channel, Direction, Option<CallResult>), Problem> {
    if let Some(result) = CallResult::from_word(fields.text("result")) {
        return Ok((Channel::Call, Direction::Out, Some(result)));
    }
    let other = fields.text("other").split_once(' ');
    let other = other.and_then(|(channel, direction)| {
        let channel = Channel::from_word(channel).filter(|channel| *channel != Channel::Call)?;
        Some((channel, Direction::from_word(direction)?, None))
    });
    other.ok_or_else(|| Problem::field("result", lang.touch_unknown()))
}

fn moment_of(desk: &Desk, fields: &Fields, now: Millis) -> Result<Millis, Problem> {
    let text = fields.text("at");
    if text.is_empty() {
        return Ok(now);
    }
    let zone = &desk.frame.when.zone;
    let at = zone
        .parse_local(text)
        .ok_or_else(|| Problem::field("at", desk.lang().not_a_time()))?;
    if at > now {
        return Err(Problem::field("at", desk.lang().touch_future()));
    }
    Ok(at)
}

/// How a conversation went, as said or as its words suggest, with a button for each answer.
pub fn outcome_form(desk: &Desk, mail: &Theirs) -> Markup {
    let lang = desk.lang();
    let Some(touch) = mail.touch_id else {
        return html! {};
    };
    let said = mail.outcome.and_then(Outcome::from_code);
    let suggested = mail.suggested.and_then(Outcome::from_code);
    html! {
        form method="post" action=(format!("/touches/{touch}/outcome")) {
            (csrf(&desk.frame))
            @match (said, suggested) {
                (Some(said), _) => { p { (lang.outcome_said(lang.outcome(said))) } }
                (None, Some(word)) => { p.soft { (suggestion(lang, word, mail.suggested_by.as_deref())) } }
                (None, None) => { p.soft { (lang.how_it_went()) } }
            }
            div.acts role="group" aria-label=(lang.how_it_went()) {
                @for outcome in Outcome::ALL {
                    button.go-on[said.is_none() && suggested == Some(*outcome)] name="outcome" value=(outcome.as_str())
                        aria-pressed=[(said == Some(*outcome)).then_some("true")] { (lang.outcome(*outcome)) }
                }
            }
        }
    }
}

fn suggestion(lang: Lang, word: Outcome, words: Option<&str>) -> String {
    match words.map(str::trim).filter(|words| !words.is_empty()) {
        Some(words) => lang.suggested_words(lang.outcome(word), words),
        None => lang.suggested_word(lang.outcome(word)),
    }
}

/// `POST /touches/{id}/outcome`
pub async fn outcome(sent: Sent, path: Path<String>) -> Answer {
    let id: TouchId = id_of(&path)?;
    let desk = &sent.desk;
    let ctx = &desk.web.ctx;
    let found = touches::lookup(&ctx.store, &desk.viewer, id).await?;
    let Some(touch) = found.filter(|touch| touch.is_conversation) else {
        return Err(Problem::not_found().into());
    };
    let word = Outcome::from_word(sent.fields.text("outcome"));
    let Some(outcome) = word else {
        return Err(Problem::field("outcome", desk.lang().touch_unknown()).into());
    };
    let said = Said {
        outcome,
        by: desk.user.no,
        at: ctx.clock.now(),
        later_day: None,
    };
    let mut tx = ctx.store.begin().await?;
    touches::set_outcome_in(&mut tx, touch.no, said).await?;
    tx.commit().await?;
    let back = touch.thread.map_or_else(
        || format!("/contacts/{}?done=outcome", touch.contact),
        |thread| format!("/threads/{thread}?done=outcome"),
    );
    Ok(go_to(&back))
}
