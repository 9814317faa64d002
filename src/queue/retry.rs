//! The retry schedule of a message.
//!
//! After the n-th counted attempt the next comes 5 minutes × 2^(n-1) later, at most 4 hours, each
//! with up to a fifth added by chance: 5, 10, 20, 40, 80, 160, then every 240 minutes, about 22
//! attempts in all. Three days after its first attempt a message gets a last try and is given up.
//! The start is Postfix's (300 s) and past the five minutes greylisting asks for; the end is three
//! days and not Postfix's five, because a sales mail that late is worse than an honest failure (RFC
//! 5321, 4.5.4.1 asks for four to five days of a relay; we are the sender and may stop sooner).

use super::jittered;
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};

/// The wait after the first attempt.
pub const FIRST_WAIT_MS: i64 = 5 * MINUTE_MS;
/// The longest wait between two attempts.
pub const LONGEST_WAIT_MS: i64 = 4 * HOUR_MS;
/// How long after its first attempt a message is given up.
pub const GIVE_UP_AFTER_MS: i64 = 3 * DAY_MS;
/// Up to which attempt a server may call us back sooner than the schedule. Later ones are held to
/// it, or a server that always says "in one second" would be asked for three days.
const SOONER_UNTIL_ATTEMPT: u32 = 3;

/// What comes after an attempt that failed for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAttempt {
    /// Try again at this time.
    Retry(Millis),
    /// Its time is up.
    GiveUp,
}

/// When a message is tried again after its `attempt_no`-th counted attempt (from 1) ended at `now`.
/// `first_at` is when the first attempt began, `wait_ms` what the server asked for, `draw` a random
/// number in `0.0..1.0`.
pub fn next_attempt(
    attempt_no: u32,
    first_at: Millis,
    now: Millis,
    wait_ms: Option<i64>,
    draw: f64,
) -> NextAttempt {
    if is_expired(first_at, now) {
        return NextAttempt::GiveUp;
    }
    let scheduled_ms = scheduled_wait_ms(attempt_no);
    let base_ms = match wait_ms {
        Some(asked_ms) if attempt_no <= SOONER_UNTIL_ATTEMPT => asked_ms.max(0),
        Some(asked_ms) => asked_ms.max(scheduled_ms),
        None => scheduled_ms,
    };
    let at = now.plus(jittered(base_ms, draw));
    NextAttempt::Retry(at.min(first_at.plus(GIVE_UP_AFTER_MS)))
}

/// Whether a message whose first attempt began at `first_at` is given up at `now`. Attempts that
/// do not count (the relay is away) end by this alone.
pub const fn is_expired(first_at: Millis, now: Millis) -> bool {
    now.since(first_at) >= GIVE_UP_AFTER_MS
}

/// The wait after the `attempt_no`-th attempt, without jitter.
fn scheduled_wait_ms(attempt_no: u32) -> i64 {
    let doublings = attempt_no.saturating_sub(1).min(10);
    (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_are_the_stated_ones_and_end_after_three_days() {
        let first = Millis(1_000_000);
        let (mut now, mut waits) = (first, Vec::new());
        while let NextAttempt::Retry(at) =
            next_attempt(waits.len() as u32 + 1, first, now, None, 0.0)
        {
            waits.push(at.since(now) / MINUTE_MS);
            now = at;
        }
        assert_eq!(waits[..8], [5, 10, 20, 40, 80, 160, 240, 240]);
        assert_eq!(now, first.plus(GIVE_UP_AFTER_MS));
        assert_eq!(waits.len(), 23);
    }

    #[test]
    fn jitter_only_adds_and_at_most_a_fifth() {
        for draw in [0.0, 0.5, 0.999, 7.0, f64::NAN] {
            let NextAttempt::Retry(at) = next_attempt(1, Millis(0), Millis(0), None, draw) else {
                panic!("the first retry is always due");
            };
            assert!((FIRST_WAIT_MS..=FIRST_WAIT_MS * 6 / 5).contains(&at.0));
        }
    }

    #[test]
    fn a_server_is_obeyed_when_it_asks_for_longer_and_three_times_for_sooner() {
        let retry = |attempt, wait_ms| next_attempt(attempt, Millis(0), Millis(0), wait_ms, 0.0);
        assert_eq!(retry(1, Some(HOUR_MS)), NextAttempt::Retry(Millis(HOUR_MS)));
        assert_eq!(retry(3, Some(1_000)), NextAttempt::Retry(Millis(1_000)));
        assert_eq!(
            retry(4, Some(1_000)),
            NextAttempt::Retry(Millis(40 * MINUTE_MS))
        );
        assert_eq!(
            retry(9, Some(9 * DAY_MS)),
            NextAttempt::Retry(Millis(GIVE_UP_AFTER_MS))
        );
    }
}
