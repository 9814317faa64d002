//! A connection for a lane. Access tokens are fetched here, for each connection: a lane may live
//! longer than a token.

use super::Shared;
use super::transport::Transport;
use crate::access::{self, AccessError};
use crate::deliver::{Answer, Cause, Outcome, Phase, Reason, outcome};
use crate::net::smtp::{Relay, Session};
use crate::store::mailboxes::Mailbox;

/// A session with the relay of `transport`, signed in.
pub(super) async fn session(shared: &Shared, transport: &Transport) -> Result<Session, Outcome> {
    let (session, relay) = match transport {
        Transport::Relay(relay) => (shared.connector.connect(relay).await?, relay),
        Transport::OAuth(relay, mailbox) => (by_token(shared, relay, mailbox).await?, relay),
        // Nothing is connected for a catcher.
        Transport::Catcher => return Err(outcome(Phase::Connect, Answer::Lost)),
    };
    shared.relay_answered(relay);
    Ok(session)
}

/// A refused token may have been taken back before its time: one more is fetched before the
/// mailbox is paused.
async fn by_token(shared: &Shared, relay: &Relay, mailbox: &Mailbox) -> Result<Session, Outcome> {
    let ctx = &shared.ctx;
    let first = access::login(ctx, mailbox, relay.clone(), None).await;
    let (signed, token) = first.map_err(no_token)?;
    match shared.connector.connect(&signed).await {
        Err(Outcome::PauseMailbox(_)) => {}
        other => return other,
    }
    let again = access::login(ctx, mailbox, relay.clone(), token.as_ref()).await;
    let (signed, _) = again.map_err(no_token)?;
    let opened = shared.connector.connect(&signed).await;
    if let Err(Outcome::PauseMailbox(cause)) = &opened {
        access::give_up(ctx, mailbox, &cause.text)
            .await
            .map_err(no_token)?;
    }
    opened
}

fn no_token(error: AccessError) -> Outcome {
    let cause = Cause {
        reason: Reason::Auth,
        phase: Phase::Auth,
        code: None,
        enhanced: None,
        text: error.to_string(),
    };
    match error {
        AccessError::Reconnect(_) | AccessError::Setup(_) => Outcome::PauseMailbox(cause),
        AccessError::SignIn(_) | AccessError::Later(_) | AccessError::Store(_) => {
            Outcome::RetryConnection {
                cause,
                wait_ms: None,
            }
        }
    }
}
