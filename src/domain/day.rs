//! Calendar days of a time zone, as numbers. A report's dates, a cohort's day and the grains of the
//! metric store are all made here.

use super::clock::Millis;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Days since 1970-01-01 in some zone's calendar; negative before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

/// The first day of the calendar.
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

impl Day {
    /// The day called `YYYY-MM-DD`, of the years 1970 to 9998; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 10 {
            return None;
        }
        let date: Date = text.parse().ok()?;
        (1970..9999).contains(&date.year()).then(|| Self::of(date))
    }

    fn of(date: Date) -> Self {
        let days = EPOCH.until(date).map_or(0, |span| span.get_days());
        Self(days)
    }

    fn date(self) -> Date {
        EPOCH
            .checked_add(i64::from(self.0).days())
            .unwrap_or(Date::MAX)
    }

    /// This day moved by `days`.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The first day of this day's month, by which the month is known.
    #[must_use]
    pub fn month(self) -> Self {
        Self::of(self.date().first_of_month())
    }

    /// The first day of the month after this day's.
    #[must_use]
    pub fn next_month(self) -> Self {
        self.month().plus(31).month()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

/// A time zone by its IANA name.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// The zone called `name`, such as `Europe/Berlin`; `None` when there is none.
    pub fn parse(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        Some(Self {
            name: name.to_owned(),
            zone,
        })
    }

    /// The zone of an installation that has not chosen one.
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            zone: TimeZone::UTC,
        }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day on which `at` falls here.
    pub fn day_of(&self, at: Millis) -> Day {
        Timestamp::from_millisecond(at.0)
            .map_or(Day(0), |at| Day::of(self.zone.to_datetime(at).date()))
    }

    /// The hour of the week of `at` here: 0 for Monday from midnight to one, 167 for the last.
    pub fn hour_of_week(&self, at: Millis) -> u8 {
        let Ok(at) = Timestamp::from_millisecond(at.0) else {
            return 0;
        };
        let local = self.zone.to_datetime(at);
        let hour = i16::from(local.date().weekday().to_monday_zero_offset()) * 24
            + i16::from(local.time().hour());
        u8::try_from(hour).unwrap_or(0)
    }

    /// When `day` begins here. A day may have 23 or 25 hours, and need not begin at midnight.
    pub fn start_of(&self, day: Day) -> Millis {
        day.date()
            .to_zoned(self.zone.clone())
            .map_or(Millis(i64::MAX), |start| {
                Millis(start.timestamp().as_millisecond())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::HOUR_MS;

    #[test]
    fn dates_are_numbers_and_come_back() {
        for text in ["1970-01-01", "2024-02-29", "2026-12-31"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "2026-02-30",
            "2026-1-1",
            "20260101",
            "2026-01-01T0",
            "1969-12-31",
            "",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        assert_eq!(Day::parse("2026-03-01").unwrap().0, 20_513);
        let day = Day::parse("2024-12-31").unwrap();
        assert_eq!(day.month().to_string(), "2024-12-01");
        assert_eq!(day.next_month().to_string(), "2025-01-01");
    }

    #[test]
    fn a_day_of_a_clock_change_has_23_or_25_hours() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        for (text, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)] {
            let day = Day::parse(text).unwrap();
            let (start, end) = (berlin.start_of(day), berlin.start_of(day.plus(1)));
            assert_eq!(end.since(start), hours * HOUR_MS, "{text}");
            assert_eq!(berlin.day_of(start), day);
            assert_eq!(berlin.day_of(end.plus(-1)), day);
            assert_eq!(berlin.day_of(end), day.plus(1));
        }
        // Beirut skips midnight itself: the day begins at one o'clock.
        let beirut = Zone::parse("Asia/Beirut").unwrap();
        let day = Day::parse("2026-03-29").unwrap();
        assert_eq!(beirut.day_of(beirut.start_of(day)), day);
        assert_eq!(beirut.day_of(beirut.start_of(day).plus(-1)), day.plus(-1));
    }

    #[test]
    fn only_zones_that_exist_are_taken() {
        assert!(Zone::parse("Europe/Atlantis").is_none());
        assert_eq!(Zone::utc().day_of(Millis(86_400_000)), Day(1));
    }
}
