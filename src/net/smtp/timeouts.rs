//! How long each phase may take.

use crate::deliver::Phase;
use std::time::Duration;

/// The longest wait for each answer. The defaults are those of RFC 5321, 4.5.3.2, where it names
/// one. After the final dot a server may work for ten minutes: to give up sooner is what makes
/// mail go twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhaseTimeouts {
    /// Name look-up and TCP, for all addresses together. The RFC leaves it open; Postfix takes 30 s.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// The 220.
    pub greeting: Duration,
    /// EHLO, STARTTLS and QUIT.
    pub ehlo: Duration,
    /// Each answer of the sign-in.
    pub auth: Duration,
    /// MAIL FROM, and RSET before it.
    pub mail_from: Duration,
    /// RCPT TO.
    pub rcpt_to: Duration,
    /// DATA.
    pub data: Duration,
    /// Each block of the body that is written.
    pub body_block: Duration,
    /// The answer after the final dot.
    pub after_dot: Duration,
}

impl Default for PhaseTimeouts {
    fn default() -> Self {
        let five_minutes = Duration::from_mins(5);
        Self {
            connect: Duration::from_secs(30),
            tls: Duration::from_mins(1),
            greeting: five_minutes,
            ehlo: five_minutes,
            auth: five_minutes,
            mail_from: five_minutes,
            rcpt_to: five_minutes,
            data: Duration::from_mins(2),
            body_block: Duration::from_mins(3),
            after_dot: Duration::from_mins(10),
        }
    }
}

impl PhaseTimeouts {
    /// The same limit for every phase.
    pub const fn all(limit: Duration) -> Self {
        Self {
            connect: limit,
            tls: limit,
            greeting: limit,
            ehlo: limit,
            auth: limit,
            mail_from: limit,
            rcpt_to: limit,
            data: limit,
            body_block: limit,
            after_dot: limit,
        }
    }

    /// How long an answer in `phase` may take.
    pub const fn answer(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Connect => self.connect,
            Phase::Tls => self.tls,
            Phase::Greeting => self.greeting,
            Phase::Ehlo => self.ehlo,
            Phase::Auth => self.auth,
            Phase::MailFrom => self.mail_from,
            Phase::RcptTo => self.rcpt_to,
            Phase::Data => self.data,
            Phase::Body => self.after_dot,
        }
    }
}
