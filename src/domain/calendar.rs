//! Business time: how much of a wait lay within working hours. A calendar is a series of versions,
//! each with a zone, hours for every weekday and holidays, each holding from a moment on. What has
//! been measured under one version is never measured again under another.

use super::clock::Millis;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Minutes of a whole day.
const DAY_MINUTES: u16 = 24 * 60;
/// The longest wait that is measured by the day. Anything longer is cut there.
const MAX_DAYS: usize = 4_000;

/// Working hours of one weekday: minutes since midnight, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hours {
    /// When work begins.
    pub from: u16,
    /// When it ends; 1440 is midnight.
    pub to: u16,
}

/// What of a version was asked for that it cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongCalendar {
    /// No such zone.
    #[error("is not an IANA time zone such as Europe/Berlin")]
    Zone,
    /// Not seven days, or hours that overlap or end before they begin.
    #[error("must hold the hours of seven days from Monday on, in order and apart")]
    Hours,
    /// Not a date.
    #[error("must hold dates such as 2026-12-25")]
    Holiday,
}

/// Working time as it is from some moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// An IANA zone.
    pub zone: String,
    /// The hours of Monday to Sunday.
    pub hours: [Vec<Hours>; 7],
    /// Days without work, `YYYY-MM-DD`.
    pub holidays: BTreeSet<String>,
}

impl Schedule {
    /// Nine to five, Monday to Friday: what holds until somebody says otherwise.
    pub fn usual(zone: &str) -> Self {
        let day = vec![Hours {
            from: 9 * 60,
            to: 17 * 60,
        }];
        let hours =
            std::array::from_fn(|weekday| if weekday < 5 { day.clone() } else { Vec::new() });
        Self {
            zone: zone.to_owned(),
            hours,
            holidays: BTreeSet::new(),
        }
    }

    /// Whether it can be used.
    pub fn check(&self) -> Result<(), WrongCalendar> {
        TimeZone::get(&self.zone).map_err(|_| WrongCalendar::Zone)?;
        for day in &self.hours {
            let apart = day.windows(2).all(|pair| pair[0].to <= pair[1].from);
            let whole = day
                .iter()
                .all(|hours| hours.from < hours.to && hours.to <= DAY_MINUTES);
            if !apart || !whole {
                return Err(WrongCalendar::Hours);
            }
        }
        let dates = |day: &String| day.len() == 10 && day.parse::<Date>().is_ok();
        if self.holidays.iter().all(dates) {
            Ok(())
        } else {
            Err(WrongCalendar::Holiday)
        }
    }

    /// Milliseconds of working time between two moments. Each interval is laid out on the local
    /// clock and measured in UTC, so that a change of the clocks neither adds nor loses any.
    fn between(&self, from: Millis, to: Millis) -> i64 {
        if from >= to {
            return 0;
        }
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        let (Some(first), Some(last)) = (date_at(from, &zone), date_at(to, &zone)) else {
            return 0;
        };
        let mut worked = 0;
        let mut date = first;
        for _ in 0..MAX_DAYS {
            for hours in self.of(date) {
                let start = moment(date, hours.from, &zone).max(from);
                let end = moment(date, hours.to, &zone).min(to);
                worked += end.since(start).max(0);
            }
            let Ok(next) = date.tomorrow() else { break };
            if date >= last {
                break;
            }
            date = next;
        }
        worked
    }

    fn is_open(&self, at: Millis) -> bool {
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        let Some(date) = date_at(at, &zone) else {
            return false;
        };
        self.of(date).iter().any(|hours| {
            moment(date, hours.from, &zone) <= at && at < moment(date, hours.to, &zone)
        })
    }

    fn of(&self, date: Date) -> &[Hours] {
        if !self.holidays.is_empty() && self.holidays.contains(&date.to_string()) {
            return &[];
        }
        let weekday = date.weekday().to_monday_zero_offset();
        usize::try_from(weekday)
            .ok()
            .and_then(|weekday| self.hours.get(weekday))
            .map_or(&[], Vec::as_slice)
    }
}

fn date_at(at: Millis, zone: &TimeZone) -> Option<Date> {
    let at = Timestamp::from_millisecond(at.0).ok()?;
    Some(zone.to_datetime(at).date())
}

/// The moment at which a local clock shows so many minutes past midnight of `date`; a time that
/// the clocks skip is where they skip to.
fn moment(date: Date, minutes: u16, zone: &TimeZone) -> Millis {
    let (date, minutes) = if minutes >= DAY_MINUTES {
        (date.tomorrow().unwrap_or(date), 0)
    } else {
        (date, minutes)
    };
    let hour = i8::try_from(minutes / 60).unwrap_or(0);
    let minute = i8::try_from(minutes % 60).unwrap_or(0);
    let time = Time::new(hour, minute, 0, 0).unwrap_or(Time::midnight());
    // In a gap the later reading lies after it and the earlier one before: the time at which the
    // clocks change is asked of the zone itself.
    let ambiguous = zone.to_ambiguous_timestamp(date.to_datetime(time));
    let is_gap = ambiguous.is_ambiguous()
        && matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. });
    let found = if is_gap {
        ambiguous.earlier().ok().and_then(|before| {
            zone.following(before)
                .next()
                .map(|change| change.timestamp())
        })
    } else {
        ambiguous.compatible().ok()
    };
    found.map_or(Millis(i64::MAX), |at| Millis(at.as_millisecond()))
}

/// One calendar through time: versions in the order in which they begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// What held before the first version.
    before: Schedule,
    versions: Vec<(Millis, Schedule)>,
}

impl Calendar {
    /// A calendar that is `before` until its first version begins.
    pub fn new(before: Schedule, mut versions: Vec<(Millis, Schedule)>) -> Self {
        versions.sort_by_key(|(since, _)| *since);
        Self { before, versions }
    }

    /// Milliseconds of working time from `from` to `to`, 0 when these are the wrong way round.
    pub fn between(&self, from: Millis, to: Millis) -> i64 {
        let mut worked = 0;
        let mut since = Millis(i64::MIN);
        let mut schedule = &self.before;
        for (until, next) in &self.versions {
            worked += schedule.between(from.max(since), to.min(*until));
            (since, schedule) = (*until, next);
        }
        worked + schedule.between(from.max(since), to)
    }

    /// Whether work was on at `at`.
    pub fn is_open(&self, at: Millis) -> bool {
        self.at(at).is_open(at)
    }

    /// The version that holds at `at`.
    pub fn at(&self, at: Millis) -> &Schedule {
        let past = self.versions.iter().rev().find(|(since, _)| *since <= at);
        past.map_or(&self.before, |(_, schedule)| schedule)
    }
}

/// Everybody's calendars, by number, and whose is which from when on.
#[derive(Debug, Clone)]
pub struct Calendars {
    usual: Schedule,
    versions: BTreeMap<i64, Vec<(Millis, Schedule)>>,
    users: BTreeMap<i64, Vec<(Millis, Option<i64>)>>,
}

/// Everybody who has no calendar of their own, where a user's number is asked for.
pub const EVERYBODY_ELSE: i64 = 0;

impl Calendars {
    /// None yet: all work the usual hours in `zone`.
    pub fn usual(zone: &str) -> Self {
        Self {
            usual: Schedule::usual(zone),
            versions: BTreeMap::new(),
            users: BTreeMap::new(),
        }
    }

    /// Adds a version of calendar `no`.
    pub fn add_version(&mut self, no: i64, since: Millis, schedule: Schedule) {
        let versions = self.versions.entry(no).or_default();
        versions.push((since, schedule));
    }

    /// Says that from `since` on `user` has calendar `no`, or none of their own.
    pub fn assign(&mut self, user: i64, since: Millis, no: Option<i64>) {
        let own = self.users.entry(user).or_default();
        own.push((since, no));
        own.sort_by_key(|(since, _)| *since);
    }

    /// The calendar by which a wait that began at `at` is measured for `user`.
    pub fn of(&self, user: Option<i64>, at: Millis) -> Calendar {
        let assigned = |user: i64| {
            let own = self.users.get(&user)?;
            own.iter().rev().find(|(since, _)| *since <= at)?.1
        };
        let no = user.and_then(assigned).or_else(|| assigned(EVERYBODY_ELSE));
        let versions = no.and_then(|no| self.versions.get(&no)).cloned();
        Calendar::new(self.usual.clone(), versions.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
