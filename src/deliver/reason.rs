//! The stable word for why an attempt ended as it did. The word explains; it decides nothing.

use super::{Phase, Reply};

/// Why an attempt ended. The words are part of the API and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Taken on.
    Accepted,
    /// There is no such mailbox.
    NoSuchUser,
    /// There is no such domain, or no way to it.
    NoSuchDomain,
    /// The address is not one the server understands.
    BadAddress,
    /// The mailbox exists and takes no mail.
    MailboxDisabled,
    /// The mailbox is full.
    MailboxFull,
    /// The mail is larger than the server or the mailbox takes.
    TooBig,
    /// The server makes strangers come back.
    Greylisted,
    /// Too much in too short a time.
    RateLimited,
    /// Refused by a rule: reputation, a blocklist, missing authentication of the domain.
    Policy,
    /// The content was refused.
    Content,
    /// The sender's address was refused.
    SenderRefused,
    /// The sign-in was refused.
    Auth,
    /// TLS is required and could not be had.
    Tls,
    /// No answer in time.
    Timeout,
    /// The name has no address, or nobody listens there.
    Unreachable,
    /// The connection ended early.
    ConnectionLost,
    /// The server is busy or broken for now.
    ServerBusy,
    /// The server lacks what the mail needs.
    Unsupported,
    /// The server did not speak SMTP as written.
    Protocol,
    /// Refused without a reason we know.
    Refused,
}

impl Reason {
    /// The word kept with an attempt and used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::NoSuchUser => "no_such_user",
            Self::NoSuchDomain => "no_such_domain",
            Self::BadAddress => "bad_address",
            Self::MailboxDisabled => "mailbox_disabled",
            Self::MailboxFull => "mailbox_full",
            Self::TooBig => "too_big",
            Self::Greylisted => "greylisted",
            Self::RateLimited => "rate_limited",
            Self::Policy => "policy",
            Self::Content => "content",
            Self::SenderRefused => "sender_refused",
            Self::Auth => "auth",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::ConnectionLost => "connection_lost",
            Self::ServerBusy => "server_busy",
            Self::Unsupported => "unsupported",
            Self::Protocol => "protocol",
            Self::Refused => "refused",
        }
    }
}

/// The reason in `reply`: greylisting and throttling by their words, since no code is theirs alone;
/// then the enhanced code; then the code.
pub(super) fn of(phase: Phase, reply: &Reply) -> Reason {
    if phase == Phase::Auth || matches!(reply.code(), 530 | 534 | 535 | 538) {
        return Reason::Auth;
    }
    if phase == Phase::Tls {
        return Reason::Tls;
    }
    by_words(reply)
        .or_else(|| by_enhanced_code(reply))
        .unwrap_or_else(|| by_code(phase, reply.code()))
}

fn by_words(reply: &Reply) -> Option<Reason> {
    let text = reply.text().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let temporary = reply.code() / 100 == 4;
    if temporary
        && says(&[
            "greylist",
            "graylist",
            "grey list",
            "gray list",
            "grey-list",
        ])
    {
        return Some(Reason::Greylisted);
    }
    let throttled = [
        "rate limit",
        "throttl",
        "too fast",
        "unusual rate",
        "sending limit",
    ];
    says(&throttled).then_some(Reason::RateLimited)
}

/// RFC 3463, 3; 5.7.20 to 5.7.26 from RFC 7372; x.1.10 and 5.7.27 from RFC 7505; x.7.28 is what
/// Gmail answers to bursts.
fn by_enhanced_code(reply: &Reply) -> Option<Reason> {
    let code = reply.enhanced()?;
    Some(match (code.subject, code.detail) {
        (1, 0 | 1 | 6) => Reason::NoSuchUser,
        (1, 2 | 10) | (4, 3 | 4) => Reason::NoSuchDomain,
        (1, 7 | 8) | (7, 27) => Reason::SenderRefused,
        (1, _) => Reason::BadAddress,
        (2, 1) => Reason::MailboxDisabled,
        (2, 2) => Reason::MailboxFull,
        (2 | 3, 3 | 4) => Reason::TooBig,
        (3, _) | (4, 0..=2) => Reason::ServerBusy,
        (4, 5) | (7, 28) => Reason::RateLimited,
        (5, _) => Reason::Protocol,
        (6, _) => Reason::Content,
        (7, 8 | 9 | 11 | 13) => Reason::Auth,
        (7, _) => Reason::Policy,
        _ => return None,
    })
}

/// RFC 5321, 4.2.3.
fn by_code(phase: Phase, code: u16) -> Reason {
    match (code, phase) {
        (421 | 450 | 451 | 452, _) => Reason::ServerBusy,
        (550 | 551, Phase::RcptTo) => Reason::NoSuchUser,
        (552, Phase::RcptTo) => Reason::MailboxFull,
        (552, _) => Reason::TooBig,
        (550 | 553, Phase::MailFrom) => Reason::SenderRefused,
        (501 | 553, Phase::RcptTo) => Reason::BadAddress,
        (554 | 550 | 571, _) => Reason::Policy,
        (500..=504 | 555, _) => Reason::Protocol,
        _ => Reason::Refused,
    }
}
