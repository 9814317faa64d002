//! How long each phase may take.

use std::time::Duration;

/// The longest wait for each answer. RFC 3501 names none; these are generous for a busy server and
/// short enough that one which hangs is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name look-up and TCP, for all addresses together.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// The greeting, and each answer of STARTTLS and of the sign-in.
    pub sign_in: Duration,
    /// Any other command, from the first byte to its tagged answer.
    pub command: Duration,
    /// One wait for news. Servers drop idle connections after 30 minutes (RFC 2177).
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            tls: Duration::from_secs(30),
            sign_in: Duration::from_mins(1),
            command: Duration::from_mins(2),
            idle: Duration::from_mins(25),
        }
    }
}

impl Timeouts {
    /// The same limit for every phase but the wait for news.
    #[must_use]
    pub const fn all(limit: Duration) -> Self {
        Self {
            connect: limit,
            tls: limit,
            sign_in: limit,
            command: limit,
            idle: Duration::from_mins(25),
        }
    }
}
