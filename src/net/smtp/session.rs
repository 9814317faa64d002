//! One conversation, mail after mail. A mail takes two steps so that the caller can commit between
//! them: [`Session::begin`] ends with the server's 354, [`Ready::send_body`] with its answer.
//!
//! The connection is moved out of the session while a command is under way and put back only when
//! the conversation is whole again. A call that is cancelled, and a [`Ready`] that is dropped,
//! therefore close it, and a mail whose final dot was not written is not accepted.

use super::body::WireBody;
use super::connect::Extensions;
use super::timeouts::PhaseTimeouts;
use super::wire::{RawReply, Wire};
use crate::deliver::{Answer, Outcome, Phase, Reason, Reply, outcome};
use crate::domain::address::EmailAddress;
use std::time::Duration;
use tokio::time::Instant;

/// Blocks the body is written in, each with its own time limit.
const BODY_BLOCK_BYTES: usize = 64 * 1_024;
/// After this long without a mail the server is asked whether it is still there.
const STALE_AFTER: Duration = Duration::from_secs(5);
/// How long we stay for the answer to QUIT or NOOP, and for a refusal after a failed write.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who sends to whom: one recipient each, so that every recipient has an answer of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// MAIL FROM; `None` is the empty return path.
    pub sender: Option<EmailAddress>,
    /// RCPT TO.
    pub recipient: EmailAddress,
}

/// A connection that is signed in and can take mails one after another.
#[derive(Debug)]
pub struct Session {
    wire: Option<Wire>,
    extensions: Extensions,
    timeouts: PhaseTimeouts,
    transaction: Transaction,
    last_used: Instant,
}

/// What the server remembers of the mail before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    /// A sender may stand: RSET goes before the next MAIL FROM.
    Open,
}

/// 354 is in hand. Dropping it closes the connection without a byte of the body.
#[derive(Debug)]
#[must_use = "a Ready that is dropped closes the connection"]
pub struct Ready<'a> {
    session: &'a mut Session,
    wire: Wire,
    body: &'a WireBody,
}

/// The answers to MAIL FROM, RCPT TO and DATA.
enum Opening {
    /// 354, and nothing was refused.
    Go,
    /// Refused; the connection can be used on.
    Refused(Outcome),
}

impl Session {
    pub(super) fn new(wire: Wire, extensions: Extensions, timeouts: PhaseTimeouts) -> Self {
        Self {
            wire: Some(wire),
            extensions,
            timeouts,
            transaction: Transaction::None,
            last_used: Instant::now(),
        }
    }

    /// Whether the connection still stands as far as we know.
    pub const fn is_open(&self) -> bool {
        self.wire.is_some()
    }

    /// Whether the next mail may be tried on this connection. A connection that has been idle for
    /// five seconds is asked (NOOP), since servers close idle ones and that is no failure of a
    /// mail or a relay. On `false` open a new one.
    pub async fn is_usable(&mut self) -> bool {
        let Some(mut wire) = self.wire.take() else {
            return false;
        };
        if self.last_used.elapsed() >= STALE_AFTER {
            let is_there = wire.write(b"NOOP\r\n", PATIENCE).await.is_ok()
                && wire.reply(PATIENCE).await.is_ok_and(|it| it.is_success());
            if !is_there {
                return false;
            }
            self.last_used = Instant::now();
        }
        self.wire = Some(wire);
        true
    }

    /// Brings `envelope` to the server's 354. Any failure is the outcome of the attempt; nothing
    /// of the body has left then.
    pub async fn begin<'a>(
        &'a mut self,
        envelope: &Envelope,
        body: &'a WireBody,
    ) -> Result<Ready<'a>, Outcome> {
        self.check_fit(body)?;
        let Some(mut wire) = self.wire.take() else {
            return Err(outcome(Phase::MailFrom, Answer::Lost));
        };
        self.last_used = Instant::now();
        let opening = if self.extensions.has_pipelining {
            self.open_at_once(&mut wire, envelope, body).await
        } else {
            self.open_step_by_step(&mut wire, envelope, body).await
        };
        match opening? {
            // A 250 that is there before the body would be taken for the answer to it.
            Opening::Go if wire.has_leftover() => Err(outcome(
                Phase::Data,
                Answer::Nonsense("an answer before the body"),
            )),
            Opening::Go => Ok(Ready {
                session: self,
                wire,
                body,
            }),
            Opening::Refused(refusal) => {
                self.put_back(wire, &refusal);
                Err(refusal)
            }
        }
    }

    /// Says goodbye and closes.
    pub async fn quit(mut self) {
        if let Some(mut wire) = self.wire.take()
            && wire.write(b"QUIT\r\n", PATIENCE).await.is_ok()
        {
            // The answer changes nothing; waiting for it lets the server close first.
            let _ = wire.reply(PATIENCE).await;
        }
    }

    /// What EHLO already rules out is not tried.
    fn check_fit(&self, body: &WireBody) -> Result<(), Outcome> {
        let cannot =
            |reason, text: String| Err(outcome(Phase::MailFrom, Answer::CannotCarry(reason, text)));
        if let Some(limit) = self.extensions.size
            && limit > 0
            && body.size() as u64 > limit
        {
            let text = format!(
                "the mail has {} bytes, the server takes {limit}",
                body.size()
            );
            return cannot(Reason::TooBig, text);
        }
        if body.is_8bit() && !self.extensions.has_8bitmime {
            let text = "the mail holds 8-bit text, which the server does not take";
            return cannot(Reason::Unsupported, text.to_owned());
        }
        Ok(())
    }

    fn mail_from(&self, envelope: &Envelope, body: &WireBody) -> String {
        let sender = envelope.sender.as_ref().map_or("", EmailAddress::as_str);
        let kind = if body.is_8bit() { " BODY=8BITMIME" } else { "" };
        if self.extensions.size.is_some() {
            format!("MAIL FROM:<{sender}> SIZE={}{kind}\r\n", body.size())
        } else {
            format!("MAIL FROM:<{sender}>{kind}\r\n")
        }
    }

    /// RSET, MAIL FROM, RCPT TO and DATA in one write (RFC 2920), then their answers.
    async fn open_at_once(
        &mut self,
        wire: &mut Wire,
        envelope: &Envelope,
        body: &WireBody,
    ) -> Result<Opening, Outcome> {
        let mail_from = self.mail_from(envelope, body);
        let recipient = &envelope.recipient;
        let had_open = self.transaction == Transaction::Open;
        let reset = if had_open { "RSET\r\n" } else { "" };
        let group = format!("{reset}{mail_from}RCPT TO:<{recipient}>\r\nDATA\r\n");
        self.transaction = Transaction::Open;
        let at = |phase| move |answer| outcome(phase, answer);
        wire.write(group.as_bytes(), self.timeouts.mail_from)
            .await
            .map_err(at(Phase::MailFrom))?;
        let mut refusal = None;
        if had_open {
            refusal = self.refusal(wire, Phase::MailFrom).await?;
        }
        for phase in [Phase::MailFrom, Phase::RcptTo] {
            match self.refusal(wire, phase).await {
                Ok(found) => refusal = refusal.or(found),
                // What was refused stays refused, however the connection ended.
                Err(lost) => return Err(refusal.unwrap_or(lost)),
            }
        }
        match (wire.reply(self.timeouts.data).await, refusal) {
            (Ok(reply), None) if reply.code == 354 => Ok(Opening::Go),
            (Ok(reply), Some(refusal)) if reply.code == 354 => {
                self.send_nothing(wire)
                    .await
                    .map_err(|()| refusal.clone())?;
                Ok(Opening::Refused(refusal))
            }
            (Ok(_), Some(refusal)) => Ok(Opening::Refused(refusal)),
            (Ok(reply), None) => Ok(Opening::Refused(refused(Phase::Data, &reply))),
            (Err(answer), refusal) => Err(refusal.unwrap_or_else(|| outcome(Phase::Data, answer))),
        }
    }

    /// One command at a time, for servers without PIPELINING.
    async fn open_step_by_step(
        &mut self,
        wire: &mut Wire,
        envelope: &Envelope,
        body: &WireBody,
    ) -> Result<Opening, Outcome> {
        let mut steps = vec![
            (Phase::MailFrom, self.mail_from(envelope, body)),
            (
                Phase::RcptTo,
                format!("RCPT TO:<{}>\r\n", envelope.recipient),
            ),
        ];
        if self.transaction == Transaction::Open {
            steps.insert(0, (Phase::MailFrom, "RSET\r\n".to_owned()));
        }
        self.transaction = Transaction::Open;
        for (phase, line) in steps {
            wire.write(line.as_bytes(), self.timeouts.answer(phase))
                .await
                .map_err(|answer| outcome(phase, answer))?;
            if let Some(refusal) = self.refusal(wire, phase).await? {
                return Ok(Opening::Refused(refusal));
            }
        }
        let data = |answer| outcome(Phase::Data, answer);
        wire.write(b"DATA\r\n", self.timeouts.data)
            .await
            .map_err(data)?;
        let reply = wire.reply(self.timeouts.data).await.map_err(data)?;
        Ok(if reply.code == 354 {
            Opening::Go
        } else {
            Opening::Refused(refused(Phase::Data, &reply))
        })
    }

    /// The next answer: `Ok(None)` for a success, `Ok(Some)` for a refusal, `Err` when there is
    /// none and the connection is lost.
    async fn refusal(&self, wire: &mut Wire, phase: Phase) -> Result<Option<Outcome>, Outcome> {
        match wire.reply(self.timeouts.answer(phase)).await {
            Ok(reply) if reply.is_success() => Ok(None),
            Ok(reply) => Ok(Some(refused(phase, &reply))),
            Err(answer) => Err(outcome(phase, answer)),
        }
    }

    /// Answers a 354 that came though the sender or the recipient was refused: an empty mail for
    /// nobody (RFC 2920, 3.1).
    async fn send_nothing(&mut self, wire: &mut Wire) -> Result<(), ()> {
        wire.write(b".\r\n", self.timeouts.body_block)
            .await
            .map_err(drop)?;
        wire.reply(self.timeouts.after_dot).await.map_err(drop)?;
        self.transaction = Transaction::None;
        Ok(())
    }

    /// Keeps the connection for the next mail, unless the server said it is about to close it or
    /// speaks out of turn: an answer nobody asked for would be taken for the next mail's.
    fn put_back(&mut self, wire: Wire, outcome: &Outcome) {
        let cause = outcome.cause();
        let is_sound = cause.code.is_some_and(|code| code != 421)
            && cause.reason != Reason::Protocol
            && !wire.has_leftover();
        if is_sound {
            self.wire = Some(wire);
            self.last_used = Instant::now();
        }
    }
}

impl Ready<'_> {
    /// Sends the body and waits for the answer. Call it only after it is on record that the body
    /// is about to leave: from here on silence means `Uncertain`.
    pub async fn send_body(mut self) -> Outcome {
        let timeouts = self.session.timeouts;
        for block in self.body.wire_bytes().chunks(BODY_BLOCK_BYTES) {
            if let Err(answer) = self.wire.write(block, timeouts.body_block).await {
                return self.early_refusal(answer).await;
            }
        }
        let reply = match self.wire.reply(timeouts.after_dot).await {
            Ok(reply) => reply,
            Err(answer) => return outcome(Phase::Body, answer),
        };
        let result = refused(Phase::Body, &reply);
        self.session.transaction = Transaction::None;
        self.session.put_back(self.wire, &result);
        result
    }

    /// Closes the connection without the body; the server keeps nothing.
    pub fn abandon(self) {
        drop(self);
    }

    /// A write failed. A server that gives up in the middle of a body may have said why before it
    /// closed; a refusal in its own words is certain, anything else is not.
    async fn early_refusal(mut self, answer: Answer) -> Outcome {
        let limit = PATIENCE.min(self.session.timeouts.after_dot);
        match self.wire.reply(limit).await {
            Ok(reply) if matches!(reply.code, 400..=599) => refused(Phase::Body, &reply),
            _ => outcome(Phase::Body, answer),
        }
    }
}

fn refused(phase: Phase, reply: &RawReply) -> Outcome {
    let reply: Reply = reply.cleaned();
    outcome(phase, Answer::Reply(reply))
}
