//! The sign-in: PLAIN (RFC 4616), LOGIN for servers that have nothing else, XOAUTH2.

use super::connect::Extensions;
use super::relay::Login;
use super::timeouts::PhaseTimeouts;
use super::wire::{RawReply, Wire};
use crate::deliver::{Answer, Outcome, Phase, outcome};
use crate::domain::mailbox::AuthMethod;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;

/// Signs in as `login`, or says what follows.
pub(super) async fn sign_in(
    wire: &mut Wire,
    extensions: &Extensions,
    login: &Login,
    timeouts: &PhaseTimeouts,
) -> Result<(), Outcome> {
    let fail = |answer| outcome(Phase::Auth, answer);
    let offers = |mechanism: &str| extensions.auth.iter().any(|offered| offered == mechanism);
    let (user, secret) = (&login.user, login.secret.expose_secret());
    let mut steps = match login.method {
        AuthMethod::Password if offers("PLAIN") => {
            let initial = STANDARD.encode(format!("\0{user}\0{secret}"));
            vec![format!("AUTH PLAIN {initial}")]
        }
        AuthMethod::Password if offers("LOGIN") => vec![
            "AUTH LOGIN".to_owned(),
            STANDARD.encode(user),
            STANDARD.encode(secret),
        ],
        AuthMethod::Xoauth2 if offers("XOAUTH2") => {
            let initial = format!("user={user}\x01auth=Bearer {secret}\x01\x01");
            // The empty line fetches the refusal proper after the 334 that explains it.
            vec![
                format!("AUTH XOAUTH2 {}", STANDARD.encode(initial)),
                String::new(),
            ]
        }
        _ => return Err(fail(Answer::NoSignIn)),
    }
    .into_iter();
    loop {
        let Some(line) = steps.next() else {
            return Err(fail(Answer::Nonsense("a challenge too many")));
        };
        let reply = exchange(wire, &line, timeouts).await.map_err(fail)?;
        match reply.code {
            235 => return Ok(()),
            334 => {}
            _ => return Err(fail(Answer::Reply(reply.cleaned()))),
        }
    }
}

async fn exchange(
    wire: &mut Wire,
    line: &str,
    timeouts: &PhaseTimeouts,
) -> Result<RawReply, Answer> {
    wire.write(format!("{line}\r\n").as_bytes(), timeouts.auth)
        .await?;
    wire.reply(timeouts.auth).await
}
