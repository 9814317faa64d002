//! Time as an office counts it: days from Monday to Friday, one after the other. The simulated
//! past is laid out in it, so that one seed gives the same figures on whatever day it is run.
//! Pure.

use crate::domain::clock::{DAY_MS, Millis};

/// Midnight (UTC) after the last working day that was over by `now`.
pub fn end_of_last(now: Millis) -> Millis {
    let mut day = now.0.div_euclid(DAY_MS) - 1;
    while is_weekend(day) {
        day -= 1;
    }
    Millis((day + 1) * DAY_MS)
}

/// The last `count` working days before `end`, oldest first, as days since 1970-01-01.
pub(super) fn before(end: Millis, count: usize) -> Vec<i64> {
    let mut days: Vec<i64> = (0..end.0.div_euclid(DAY_MS))
        .rev()
        .filter(|day| !is_weekend(*day))
        .take(count)
        .collect();
    days.reverse();
    days
}

/// `at`, a time on a working day, moved forwards by `ms` milliseconds that pass on working days
/// alone.
pub(super) fn plus(at: Millis, ms: i64) -> Millis {
    let mut day = at.0.div_euclid(DAY_MS);
    let within = at.0.rem_euclid(DAY_MS) + ms.max(0);
    for _ in 0..within / DAY_MS {
        day += 1;
        while is_weekend(day) {
            day += 1;
        }
    }
    Millis(day * DAY_MS + within % DAY_MS)
}

/// Day 0 was a Thursday.
const fn is_weekend(day: i64) -> bool {
    matches!((day + 4).rem_euclid(7), 0 | 6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::HOUR_MS;

    fn at(text: &str) -> Millis {
        Millis::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_weekend_does_not_pass() {
        let friday = at("2026-11-20T16:00:00Z");
        assert_eq!(plus(friday, 7 * HOUR_MS), at("2026-11-20T23:00:00Z"));
        assert_eq!(plus(friday, 10 * HOUR_MS), at("2026-11-23T02:00:00Z"));
        assert_eq!(plus(friday, 6 * DAY_MS), at("2026-11-30T16:00:00Z"));
    }

    #[test]
    fn the_last_working_day_is_over_before_today() {
        for (now, end) in [
            ("2026-11-24T13:00:00Z", "2026-11-24T00:00:00Z"),
            ("2026-11-23T13:00:00Z", "2026-11-21T00:00:00Z"),
            ("2026-11-22T13:00:00Z", "2026-11-21T00:00:00Z"),
        ] {
            assert_eq!(end_of_last(at(now)), at(end), "{now}");
        }
        let days = before(at("2026-11-24T00:00:00Z"), 3);
        let monday = at("2026-11-23T00:00:00Z").0 / DAY_MS;
        assert_eq!(days, [monday - 4, monday - 3, monday]);
    }
}
