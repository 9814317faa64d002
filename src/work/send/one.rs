//! One mail over one connection, with the commit between the server's 354 and the body.

use super::batch::Mail;
use super::transport::Transport;
use super::{Shared, open};
use crate::deliver::{Answer, Cause, Outcome, Phase, Reason, outcome};
use crate::faults::{self, Mutant, Point};
use crate::net::smtp::Session;
use crate::store::StoreError;
use crate::store::caught::{self, NewCaught};
use crate::store::queue::{HandOver, Lane, Settlement, Step};
use std::sync::Arc;

/// How it went with a mail.
#[derive(Debug)]
pub(super) enum End {
    /// The conversation ended so.
    Outcome(Outcome),
    /// A guard refused the hand-over: nothing of the body left.
    Refused,
    /// The store did not take the hand-over: nothing of the body left.
    NotWritten,
}

/// A mail that is done with, and its connection if that can go on.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) mail: Mail,
    pub(super) session: Option<Session>,
    pub(super) end: End,
}

/// Brings `mail` out. `session` is a connection of this lane, if one is idle.
pub(super) async fn send(
    shared: Arc<Shared>,
    lane: Lane,
    transport: Arc<Transport>,
    session: Option<Session>,
    mail: Mail,
) -> Done {
    let asked = HandOver {
        key: mail.key,
        fence: lane.fence,
    };
    let (session, end) = match &*transport {
        Transport::Catcher => (None, catch(&shared, asked, &mail).await),
        Transport::Relay(_) | Transport::OAuth(..) => {
            over_smtp(&shared, &transport, asked, session, &mail).await
        }
    };
    Done { mail, session, end }
}

async fn over_smtp(
    shared: &Shared,
    transport: &Transport,
    asked: HandOver,
    session: Option<Session>,
    mail: &Mail,
) -> (Option<Session>, End) {
    if let Some(mut session) = session
        && session.is_usable().await
    {
        let end = converse(shared, &mut session, asked, mail).await;
        if !is_stale(&end) {
            return (session.is_open().then_some(session), end);
        }
    }
    let mut session = match open::session(shared, transport).await {
        Ok(session) => session,
        Err(outcome) => return (None, End::Outcome(outcome)),
    };
    let end = converse(shared, &mut session, asked, mail).await;
    (session.is_open().then_some(session), end)
}

/// Whether a kept connection turned out to be closed, or about to be: no fault of the relay, which
/// may end a connection after some mails. A fresh one is tried at once.
fn is_stale(end: &End) -> bool {
    matches!(end, End::Outcome(Outcome::RetryConnection { cause, .. })
        if cause.phase == Phase::MailFrom
            && (cause.code == Some(421) || cause.reason == Reason::ConnectionLost))
}

async fn converse(shared: &Shared, session: &mut Session, asked: HandOver, mail: &Mail) -> End {
    let ready = match session.begin(&mail.envelope, &mail.body).await {
        Ok(ready) => ready,
        Err(outcome) => return End::Outcome(outcome),
    };
    faults::at(Point::Before);
    match shared.group.hand_over(asked).await {
        Ok(true) => {}
        Ok(false) => {
            ready.abandon();
            return End::Refused;
        }
        Err(_) => {
            ready.abandon();
            return End::NotWritten;
        }
    }
    if faults::is(Mutant::SettleBeforeBody) {
        settle_too_early(shared, asked).await;
    }
    faults::at(Point::HandedOver);
    let outcome = ready.send_body().await;
    if matches!(outcome, Outcome::Accepted(_)) {
        faults::at(Point::Answered);
    }
    End::Outcome(outcome)
}

/// What a careless sender does. Reached by the mutant alone.
async fn settle_too_early(shared: &Shared, asked: HandOver) {
    let settlement = Settlement {
        key: asked.key,
        step: Step::Sent,
        at: shared.ctx.clock.now(),
        record: super::outcome::own_record("mutant", String::new()),
    };
    if let Ok(settling) = shared.group.settle(settlement).await {
        let _ = settling.done().await;
    }
}

/// The same steps into the catcher of an installation without a relay.
async fn catch(shared: &Shared, asked: HandOver, mail: &Mail) -> End {
    match shared.group.hand_over(asked).await {
        Ok(true) => {}
        Ok(false) => return End::Refused,
        Err(_) => return End::NotWritten,
    }
    match keep(shared, mail).await {
        Ok(()) => End::Outcome(Outcome::Accepted(Cause {
            reason: Reason::Accepted,
            phase: Phase::Body,
            code: None,
            enhanced: None,
            text: "caught: no relay is configured".to_owned(),
        })),
        Err(error) => {
            tracing::warn!(error = %error, "a mail could not be kept in the catcher");
            End::Outcome(outcome(Phase::Body, Answer::Lost))
        }
    }
}

async fn keep(shared: &Shared, mail: &Mail) -> Result<(), StoreError> {
    let sender = mail.envelope.sender.as_ref();
    let mut tx = shared.ctx.store.begin().await?;
    let new = NewCaught {
        at: shared.ctx.clock.now(),
        sender: sender.map_or("", |sender| sender.as_str()),
        recipient: mail.envelope.recipient.as_str(),
        bytes: &mail.bytes,
    };
    caught::keep(&mut tx, new).await?;
    tx.commit().await
}
