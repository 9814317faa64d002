//! Days, clock times and spans as people of each language write them, in a given zone.

use super::{Lang, words};
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use jiff::Zoned;
use jiff::tz::TimeZone;

/// The zone a page shows its times in; UTC when its name is unknown.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of an IANA name.
    pub fn named(name: &str) -> Self {
        Self(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    /// `at` on this zone's calendar.
    pub fn at(&self, at: Millis) -> Zoned {
        jiff::Timestamp::from_millisecond(at.0)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(self.0.clone())
    }

    /// The moment that a `datetime-local` field names here; `None` when it names none.
    pub fn parse_local(&self, text: &str) -> Option<Millis> {
        let local: jiff::civil::DateTime = text.parse().ok()?;
        let at = local.to_zoned(self.0.clone()).ok()?;
        Some(Millis(at.timestamp().as_millisecond()))
    }

    /// `at` as a `datetime-local` field wants it.
    pub fn local_field(&self, at: Millis) -> String {
        self.at(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// The IANA name, for a label.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

const MONTHS_EN: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const MONTHS_RU: [&str; 12] = [
    "янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек",
];
const WEEKDAYS_EN: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
/// In the accusative with its preposition, as "on Tuesday" needs it.
const WEEKDAYS_RU: [&str; 7] = [
    "в понедельник",
    "во вторник",
    "в среду",
    "в четверг",
    "в пятницу",
    "в субботу",
    "в воскресенье",
];

words! {
    just_now: "just now", "только что";
    minutes_ago(n: i64): "{n} min ago", "{n} мин назад";
    hours_ago(n: i64): "{n} h ago", "{n} ч назад";
    in_minutes(n: i64): "in {n} min", "через {n} мин";
    in_hours(n: i64): "in {n} h", "через {n} ч";
}

impl Lang {
    fn month(self, month: i8) -> &'static str {
        let index = usize::from((month - 1).unsigned_abs()).min(11);
        match self {
            Self::En => MONTHS_EN[index],
            Self::Ru => MONTHS_RU[index],
        }
    }

    /// `24 Nov`; with the year when it is not the year of `now`.
    pub fn day(self, at: Millis, now: Millis, zone: &Zone) -> String {
        let (at, now) = (zone.at(at), zone.at(now));
        let day = format!("{}\u{a0}{}", at.day(), self.month(at.month()));
        if at.year() == now.year() {
            day
        } else {
            format!("{day}\u{a0}{}", at.year())
        }
    }

    /// `14:05`.
    pub fn clock_time(self, at: Millis, zone: &Zone) -> String {
        zone.at(at).strftime("%H:%M").to_string()
    }

    /// `24 Nov 2026, 14:05:09`: the whole of it, for the hover text.
    pub fn full_time(self, at: Millis, zone: &Zone) -> String {
        let at = zone.at(at);
        let month = self.month(at.month());
        format!(
            "{}\u{a0}{month}\u{a0}{}, {} {}",
            at.day(),
            at.year(),
            at.strftime("%H:%M:%S"),
            zone.name()
        )
    }

    /// `on Tuesday 24 Nov, 09:12`, for buttons that say when something will go.
    pub fn on_day_at(self, at: Millis, zone: &Zone) -> String {
        let day = zone.at(at);
        let index = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs()).min(6);
        let date = format!("{}\u{a0}{}", day.day(), self.month(day.month()));
        let clock = self.clock_time(at, zone);
        match self {
            Self::En => format!("on {} {date}, {clock}", WEEKDAYS_EN[index]),
            Self::Ru => format!("{} {date}, {clock}", WEEKDAYS_RU[index]),
        }
    }

    /// Near times by their distance, others by the clock and the day.
    pub fn near_time(self, at: Millis, now: Millis, zone: &Zone) -> String {
        let ago = now.since(at);
        if ago.abs() < MINUTE_MS {
            return self.just_now().to_owned();
        }
        if ago.abs() < HOUR_MS {
            let minutes = ago.abs() / MINUTE_MS;
            return if ago > 0 {
                self.minutes_ago(minutes)
            } else {
                self.in_minutes(minutes)
            };
        }
        if ago.abs() < 12 * HOUR_MS {
            let hours = ago.abs() / HOUR_MS;
            return if ago > 0 {
                self.hours_ago(hours)
            } else {
                self.in_hours(hours)
            };
        }
        let day = self.day(at, now, zone);
        format!("{day}, {}", self.clock_time(at, zone))
    }

    /// A span in at most two units: `40 s`, `2 h 10 min`, `3 d 4 h`.
    pub fn span(self, ms: i64) -> String {
        let (d, h, min, s) = match self {
            Self::En => ("d", "h", "min", "s"),
            Self::Ru => ("дн", "ч", "мин", "с"),
        };
        let two = |a: i64, unit_a: &str, b: i64, unit_b: &str| {
            if b == 0 {
                format!("{a}\u{a0}{unit_a}")
            } else {
                format!("{a}\u{a0}{unit_a} {b}\u{a0}{unit_b}")
            }
        };
        match ms.max(0) {
            ms if ms < MINUTE_MS => format!("{}\u{a0}{s}", ms / 1_000),
            ms if ms < HOUR_MS => two(ms / MINUTE_MS, min, 0, s),
            ms if ms < DAY_MS => two(ms / HOUR_MS, h, ms % HOUR_MS / MINUTE_MS, min),
            ms => two(ms / DAY_MS, d, ms % DAY_MS / HOUR_MS, h),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lang, Zone};
    use crate::domain::clock::Millis;

    #[test]
    fn times_are_told_in_the_zone_and_language_of_the_reader() {
        let zone = Zone::named("Europe/Berlin");
        let now = Millis::parse_rfc3339("2026-11-24T13:05:00Z").unwrap();
        let then = now.plus(-26 * 3_600_000);
        let plain = |text: String| text.replace('\u{a0}', " ");
        assert_eq!(plain(Lang::En.near_time(then, now, &zone)), "23 Nov, 12:05");
        assert_eq!(plain(Lang::Ru.near_time(then, now, &zone)), "23 ноя, 12:05");
        assert_eq!(
            Lang::Ru.near_time(now.plus(-180_000), now, &zone),
            "3 мин назад"
        );
        assert_eq!(
            plain(Lang::En.on_day_at(now, &zone)),
            "on Tuesday 24 Nov, 14:05"
        );
        assert_eq!(plain(Lang::En.span(7_800_000)), "2 h 10 min");
        assert_eq!(zone.parse_local("2026-11-24T14:05"), Some(now));
        assert_eq!(zone.local_field(now), "2026-11-24T14:05");
    }
}
