//! What an SMTP answer means for a message. Pure: it opens no connection and knows no store. The
//! network layer calls it with what a server said, or failed to say, and in which phase; the lane
//! acts on the [`Outcome`].
//!
//! Three rules stand above the table:
//! 1. Trouble before the first byte of the body is tried again; trouble after it is `Uncertain`,
//!    because nobody can know whether the server kept the mail.
//! 2. What is wrong with the connection (a busy banner, a failed handshake) is not charged to the
//!    message that happened to be next.
//! 3. What is wrong with the sign-in pauses the mailbox. No message fails for it.

mod reason;
mod reply;
mod told;
mod wait;

pub use reason::Reason;
pub use reply::{Enhanced, Reply};
pub use told::told_id;
pub use wait::asked_wait_ms;

/// How far a conversation had come. The order is that of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Name look-up and TCP.
    Connect,
    /// STARTTLS and the handshake, or the handshake alone.
    Tls,
    /// The server's 220.
    Greeting,
    /// EHLO.
    Ehlo,
    /// AUTH.
    Auth,
    /// MAIL FROM, and RSET before it.
    MailFrom,
    /// RCPT TO.
    RcptTo,
    /// DATA, until its 354.
    Data,
    /// From the first byte of the body to the answer after the final dot.
    Body,
}

impl Phase {
    /// The word kept with an attempt.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::Auth => "auth",
            Self::MailFrom => "mail_from",
            Self::RcptTo => "rcpt_to",
            Self::Data => "data",
            Self::Body => "body",
        }
    }
}

/// What came back in a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A whole reply.
    Reply(Reply),
    /// Nothing within the phase's time.
    Timeout,
    /// The connection ended.
    Lost,
    /// The name has no address, or nobody listens there.
    Unreachable(String),
    /// TLS is required and could not be had; the text says why.
    TlsFailed(String),
    /// Something that is not SMTP, or a reply out of turn.
    Nonsense(&'static str),
    /// The server says in EHLO that it cannot take this mail: it is too big, or needs an extension.
    CannotCarry(Reason, String),
    /// The server offers no way to sign in that the mailbox could use.
    NoSignIn,
}

/// Why an outcome is what it is; kept with the attempt and shown to the rep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The stable word.
    pub reason: Reason,
    /// Where it happened.
    pub phase: Phase,
    /// The reply code, when the server spoke.
    pub code: Option<u16>,
    /// The enhanced code of RFC 3463, when the server gave one.
    pub enhanced: Option<Enhanced>,
    /// What the server said, or what went wrong: one line, no control characters, at most 500
    /// characters. The server may quote addresses in it, so it is never logged.
    pub text: String,
}

/// What follows for the message, its connection and its mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server took the mail on (2xx after the dot).
    Accepted(Cause),
    /// Not now. The attempt counts, the next is due by the retry schedule.
    RetryMessage {
        /// Why.
        cause: Cause,
        /// How long the server asked us to wait, in milliseconds.
        wait_ms: Option<i64>,
    },
    /// Not over this connection. The attempt does not count; the relay is left alone for a while.
    RetryConnection {
        /// Why.
        cause: Cause,
        /// How long the server asked us to wait, in milliseconds.
        wait_ms: Option<i64>,
    },
    /// Never.
    FailMessage(Cause),
    /// Sign-in was refused for good: nothing of this mailbox goes until a person has looked. The
    /// message stays queued and the attempt does not count.
    PauseMailbox(Cause),
    /// The body was on its way and no answer is known.
    Uncertain(Cause),
}

impl Outcome {
    /// Why it came out so.
    pub const fn cause(&self) -> &Cause {
        match self {
            Self::Accepted(cause)
            | Self::RetryMessage { cause, .. }
            | Self::RetryConnection { cause, .. }
            | Self::FailMessage(cause)
            | Self::PauseMailbox(cause)
            | Self::Uncertain(cause) => cause,
        }
    }
}

/// The outcome of `answer` in `phase`. Meant for whatever ends an attempt: the answer after the
/// dot, and before it everything but the success of the phase. A success out of place is nonsense.
///
/// | answer | Connect to Auth | MailFrom | RcptTo | Data | Body |
/// |---|---|---|---|---|---|
/// | lost, timeout, nonsense | connection | connection | message | message | uncertain |
/// | 2xx | connection (nonsense) | connection | message | message | accepted |
/// | 421 (RFC 5321, 3.8) | connection | connection | message | message | message |
/// | other 4xx | connection | message | message | message | message |
/// | 530 534 535 538 (RFC 4954, 6), 5.7.8 | pause | pause | pause | pause | pause |
/// | x.4.5 (RFC 3463: congestion; Gmail's daily limit) | connection | connection | connection | connection | connection |
/// | 552 without an enhanced code | connection | fail | message (RFC 5321, 4.5.3.1.10) | fail | fail |
/// | other 5xx | connection, in Auth pause | fail | fail | fail | fail |
pub fn outcome(phase: Phase, answer: Answer) -> Outcome {
    let settle = match answer {
        Answer::CannotCarry(..) => Outcome::FailMessage,
        Answer::NoSignIn => Outcome::PauseMailbox,
        _ => |cause| trouble_outcome(cause, None),
    };
    let (reason, text) = match answer {
        Answer::Reply(reply) => return reply_outcome(phase, reply),
        Answer::Timeout => (Reason::Timeout, "no answer in time".to_owned()),
        Answer::Lost => (Reason::ConnectionLost, "the connection was lost".to_owned()),
        Answer::Unreachable(text) => (Reason::Unreachable, text),
        Answer::TlsFailed(text) => (Reason::Tls, text),
        Answer::Nonsense(text) => (Reason::Protocol, text.to_owned()),
        Answer::CannotCarry(reason, text) => (reason, text),
        Answer::NoSignIn => (
            Reason::Auth,
            "the server offers no usable sign-in".to_owned(),
        ),
    };
    let cause = Cause {
        reason,
        phase,
        code: None,
        enhanced: None,
        text: reply::one_line(&text),
    };
    settle(cause)
}

fn trouble_outcome(cause: Cause, wait_ms: Option<i64>) -> Outcome {
    match cause.phase {
        Phase::Body => Outcome::Uncertain(cause),
        Phase::RcptTo | Phase::Data => Outcome::RetryMessage { cause, wait_ms },
        _ => Outcome::RetryConnection { cause, wait_ms },
    }
}

fn reply_outcome(phase: Phase, reply: Reply) -> Outcome {
    let wait_ms = asked_wait_ms(reply.text());
    let mut cause = Cause {
        reason: reason::of(phase, &reply),
        phase,
        code: Some(reply.code()),
        enhanced: reply.enhanced(),
        text: reply.into_text(),
    };
    let code = cause.code.unwrap_or_default();
    let rule = |subject, detail| {
        cause
            .enhanced
            .is_some_and(|it| (it.subject, it.detail) == (subject, detail))
    };
    match code {
        200..=299 if phase == Phase::Body => {
            cause.reason = Reason::Accepted;
            Outcome::Accepted(cause)
        }
        530 | 534 | 535 | 538 => Outcome::PauseMailbox(cause),
        500..=599 if rule(7, 8) || phase == Phase::Auth => Outcome::PauseMailbox(cause),
        400..=599 if rule(4, 5) => Outcome::RetryConnection { cause, wait_ms },
        400..=599 if phase < Phase::MailFrom => Outcome::RetryConnection { cause, wait_ms },
        421 if phase == Phase::MailFrom => Outcome::RetryConnection { cause, wait_ms },
        400..=499 => Outcome::RetryMessage { cause, wait_ms },
        552 if phase == Phase::RcptTo && cause.enhanced.is_none() => {
            Outcome::RetryMessage { cause, wait_ms }
        }
        500..=599 => Outcome::FailMessage(cause),
        _ => {
            cause.reason = Reason::Protocol;
            trouble_outcome(cause, wait_ms)
        }
    }
}

#[cfg(test)]
mod tests;
