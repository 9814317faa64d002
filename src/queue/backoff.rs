//! How long a relay is left alone after a connection failed. One state per relay (host and port)
//! and node; it is kept in memory, since a restart may well ask again.

use super::jittered;
use crate::domain::clock::{MINUTE_MS, Millis, SECOND_MS};

/// The wait after the first failure.
const FIRST_WAIT_MS: i64 = 30 * SECOND_MS;
/// The longest wait of our own choosing.
const LONGEST_WAIT_MS: i64 = 15 * MINUTE_MS;

/// Failures of one relay in a row: 30 s, then twice as long each time, at most 15 minutes, each
/// with up to a fifth added by chance. A wait the server asked for is kept when it is longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RelayBackoff {
    failures: u32,
    ready_at: Millis,
}

impl RelayBackoff {
    /// When the relay may be tried again; a time in the past when it may be now.
    pub const fn ready_at(&self) -> Millis {
        self.ready_at
    }

    /// Failures since the last success.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// A connection failed at `now`; the server may have asked to wait `wait_ms`. Returns when the
    /// relay may be tried again. Several connections that fail together count as one failure.
    pub fn failed(&mut self, now: Millis, wait_ms: Option<i64>, draw: f64) -> Millis {
        if now >= self.ready_at {
            self.failures = self.failures.saturating_add(1);
        }
        let doublings = self.failures.saturating_sub(1).min(10);
        let own_ms = (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS);
        let base_ms = own_ms.max(wait_ms.unwrap_or(0));
        self.ready_at = self.ready_at.max(now.plus(jittered(base_ms, draw)));
        self.ready_at
    }

    /// A connection came to stand.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_a_quarter_of_an_hour_and_end_with_a_success() {
        let mut relay = RelayBackoff::default();
        let mut now = Millis(0);
        let mut waits = Vec::new();
        for _ in 0..7 {
            let at = relay.failed(now, None, 0.0);
            waits.push(at.since(now) / SECOND_MS);
            now = at;
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900]);
        relay.succeeded();
        assert_eq!(relay.failed(now, None, 0.0).since(now), FIRST_WAIT_MS);
    }

    #[test]
    fn sixteen_connections_that_fail_together_are_one_failure() {
        let mut relay = RelayBackoff::default();
        for _ in 0..16 {
            relay.failed(Millis(1_000), None, 0.0);
        }
        assert_eq!(relay.failures(), 1);
        assert_eq!(relay.ready_at(), Millis(1_000 + FIRST_WAIT_MS));
        let asked = relay.failed(Millis(2_000), Some(20 * MINUTE_MS), 0.0);
        assert_eq!(asked, Millis(2_000 + 20 * MINUTE_MS));
    }
}
