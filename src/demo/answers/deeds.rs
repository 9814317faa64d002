//! What simulated people do about mail: what comes back is written down, reps answer and call.

use super::super::DemoError;
use super::super::cast::{self, MEMBERS, REPS};
use super::super::found::World;
use super::Deed;
use super::mail::{self, Letter};
use super::words::{self, Comeback};
use crate::accept::{self, Content, NewMessage};
use crate::ctx::Ctx;
use crate::domain::clock::Millis;
use crate::domain::contact::TrackingChoice;
use crate::domain::id::{ContactId, InboundId, TouchId};
use crate::domain::message::UrlTextPolicy;
use crate::domain::touch::{CallResult, Channel, Direction, Settled};
use crate::store::contacts;
use crate::store::episodes::{self, After};
use crate::store::inbound::gate;
use crate::store::touches::{self, NewTouch};
use fastrand::Rng;

/// Waits looked through for the one that is meant.
const WAITS: i64 = 500;

/// What comes back on `letter`, as a mail.
pub(super) fn comeback(
    letter: &Letter,
    kind: Comeback,
    index: usize,
    at: Millis,
    rng: &mut Rng,
) -> Deed {
    let number = rng.u64(..);
    let person = letter.recipient.clone();
    let author = letter.author.1.clone();
    let (from, to, text) = match kind {
        Comeback::Reply(words) => {
            let words = words::REPLIES[words];
            (
                person,
                author,
                mail::reply(letter, index, words, at, number),
            )
        }
        Comeback::NoMore => {
            let words = "Please take me off your list.";
            (
                person,
                author,
                mail::reply(letter, index, words, at, number),
            )
        }
        Comeback::Away(days) => {
            let text = mail::away(letter, index, days, at, number);
            (String::new(), author, text)
        }
        Comeback::Spam => {
            let text = mail::spam(letter, at, number);
            (String::new(), letter.envelope.clone(), text)
        }
        Comeback::Gone | Comeback::Full => {
            let text = mail::bounce(letter, words::refusal(kind), at, number);
            (String::new(), letter.envelope.clone(), text)
        }
    };
    let rep = MEMBERS
        .iter()
        .take(REPS)
        .position(|member| cast::member_address(member) == letter.author.1);
    Deed::Mail {
        from,
        to,
        text,
        answerer: rep.filter(|_| matches!(kind, Comeback::Reply(_))),
    }
}

/// A rep writes back. What the product refuses, such as an answer to somebody who wants no mail,
/// is left.
pub(super) async fn answer(
    ctx: &Ctx,
    world: &World,
    rep: usize,
    inbound: InboundId,
    (to, subject): (&str, &str),
    number: u64,
) -> Result<(), DemoError> {
    let answers = if subject.starts_with("Re: ") {
        words::ANSWERS
    } else {
        words::FIRST_ANSWERS
    };
    let words = answers[number as usize % answers.len()];
    let subject = subject.trim_start_matches("Re: ");
    let new = NewMessage {
        to: to.to_owned(),
        cc: Vec::new(),
        bcc: Vec::new(),
        mailbox: None,
        content: Content::Own {
            subject: format!("Re: {subject}"),
            html: None,
            text: Some(format!("{words}\n\nBest regards\n{}", MEMBERS[rep].name)),
        },
        assets: Vec::new(),
        attachments: Vec::new(),
        send_at: None,
        reply_to_message: None,
        reply_to_inbound: Some(inbound),
        tracking: TrackingChoice::default(),
        url_text: UrlTextPolicy::Track,
    };
    match accept::accept(ctx, &world.members[rep], new).await {
        Ok(_) => Ok(()),
        Err(accept::AcceptError::Store(error)) => Err(error.into()),
        Err(error) => {
            tracing::info!(error = %error, "a simulated rep does not answer");
            Ok(())
        }
    }
}

/// A rep says that a contact who waits needs no answer, as the button of the inbox does.
pub(super) async fn dismiss(
    ctx: &Ctx,
    world: &World,
    rep: usize,
    contact: ContactId,
) -> Result<(), DemoError> {
    let viewer = &world.members[rep];
    let now = ctx.clock.now();
    let waiting = episodes::waiting(&ctx.store, viewer, After::START, now, WAITS).await?;
    let Some(wait) = waiting.iter().find(|wait| wait.contact == contact) else {
        return Ok(());
    };
    let mut tx = ctx.store.begin().await?;
    if let Some(me) = gate::user_no(&mut tx, viewer.user).await? {
        episodes::settle_in(&mut tx, wait, Settled::NoAnswerNeeded, me, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A rep calls and logs it.
pub(super) async fn call(
    ctx: &Ctx,
    world: &World,
    rep: usize,
    contact: ContactId,
    result: CallResult,
    at: Millis,
) -> Result<(), DemoError> {
    let viewer = &world.members[rep];
    let Some(contact) = contacts::lookup(&ctx.store, viewer, contact).await? else {
        return Ok(());
    };
    let id = TouchId(ctx.clock.fresh_id());
    let mut tx = ctx.store.begin().await?;
    let me = gate::user_no(&mut tx, viewer.user).await?;
    let touch = NewTouch {
        rep: me,
        recorded_by: me,
        result: Some(result),
        ..NewTouch::new(
            id,
            contact.no,
            Channel::Call,
            Direction::Out,
            at,
            ctx.clock.now(),
        )
    };
    touches::record_in(&mut tx, &touch).await?;
    tx.commit().await?;
    Ok(())
}
