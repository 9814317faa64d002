//! The vectors of working time, and what must hold for any wait.

use super::*;
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use proptest::prelude::*;

const fn minutes(ms: i64) -> i64 {
    ms / MINUTE_MS
}

fn at(text: &str) -> Millis {
    let zoned: jiff::Zoned = text.parse().unwrap();
    Millis(zoned.timestamp().as_millisecond())
}

fn usual(zone: &str) -> Calendar {
    Calendar::new(Schedule::usual(zone), Vec::new())
}

fn always(zone: &str) -> Calendar {
    let day = vec![Hours {
        from: 0,
        to: DAY_MINUTES,
    }];
    let schedule = Schedule {
        zone: zone.to_owned(),
        hours: std::array::from_fn(|_| day.clone()),
        holidays: BTreeSet::new(),
    };
    Calendar::new(schedule, Vec::new())
}

#[test]
fn the_vectors_are_exact_to_the_minute() {
    let berlin = |text: &str| at(&format!("{text}[Europe/Berlin]"));
    let new_york = |text: &str| at(&format!("{text}[America/New_York]"));
    let b = usual("Europe/Berlin");
    for (from, to, expected) in [
        // A weekend with the change to summer time.
        ("2026-03-27T16:30", "2026-03-30T09:20", 50),
        ("2026-03-28T11:00", "2026-03-30T09:05", 5),
        ("2026-03-30T08:00", "2026-03-30T08:50", 0),
        ("2026-03-27T17:00", "2026-03-30T09:00", 0),
        // A whole week, over the change to winter time.
        ("2026-10-23T09:00", "2026-10-30T09:00", 5 * 8 * 60),
    ] {
        assert_eq!(
            minutes(b.between(berlin(from), berlin(to))),
            expected,
            "{from} to {to}"
        );
    }
    let ny = usual("America/New_York");
    let worked = ny.between(new_york("2026-03-26T16:59"), new_york("2026-03-27T09:01"));
    assert_eq!(worked, 2 * MINUTE_MS);
    let weekend = ny.between(new_york("2026-03-27T17:00"), new_york("2026-03-30T09:00"));
    assert_eq!(weekend, 0);
    // Half past one to half past three on the clock, one hour apart.
    let gap =
        always("Europe/Berlin").between(berlin("2026-03-29T01:30"), berlin("2026-03-29T03:30"));
    assert_eq!(minutes(gap), 60);
}

#[test]
fn hours_that_begin_in_the_gap_begin_where_the_clocks_go_on() {
    let mut schedule = Schedule::usual("Europe/Berlin");
    schedule.hours[6] = vec![Hours { from: 150, to: 240 }];
    let calendar = Calendar::new(schedule, Vec::new());
    let day = at("2026-03-29T00:00[Europe/Berlin]");
    // 02:30 does not exist: from 03:00 to 04:00.
    assert_eq!(minutes(calendar.between(day, day.plus(DAY_MS))), 60);
}

#[test]
fn a_version_holds_from_its_moment_on_and_holidays_are_no_work() {
    let monday = at("2026-05-04T00:00[Europe/Berlin]");
    let mut short = Schedule::usual("Europe/Berlin");
    short.hours[2] = vec![Hours { from: 600, to: 660 }];
    short.holidays.insert("2026-05-07".to_owned());
    let calendar = Calendar::new(
        Schedule::usual("Europe/Berlin"),
        vec![(monday.plus(2 * DAY_MS), short)],
    );
    // Monday and Tuesday in full, an hour on Wednesday, no Thursday, Friday in full.
    let week = calendar.between(monday, monday.plus(7 * DAY_MS));
    assert_eq!(week, 25 * HOUR_MS);
    assert!(calendar.is_open(at("2026-05-05T09:00[Europe/Berlin]")));
    assert!(!calendar.is_open(at("2026-05-05T17:00[Europe/Berlin]")));
    assert!(!calendar.is_open(at("2026-05-07T10:00[Europe/Berlin]")));
}

#[test]
fn a_calendar_that_cannot_be_is_refused() {
    let mut wrong = Schedule::usual("Europe/Atlantis");
    assert_eq!(wrong.check(), Err(WrongCalendar::Zone));
    wrong.zone = "Europe/Berlin".to_owned();
    assert_eq!(wrong.check(), Ok(()));
    wrong.holidays.insert("2026-02-30".to_owned());
    assert_eq!(wrong.check(), Err(WrongCalendar::Holiday));
    wrong.hours[0].push(Hours {
        from: 960,
        to: 1_020,
    });
    assert_eq!(wrong.check(), Err(WrongCalendar::Hours));
}

fn zone() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "Europe/Berlin",
        "America/New_York",
        "Asia/Beirut",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/Sao_Paulo",
        "UTC",
    ])
}

fn calendar() -> impl Strategy<Value = Calendar> {
    let hours = proptest::collection::vec((0_u16..1_440, 1_u16..1_440), 7);
    (zone(), zone(), hours, 0_i64..2_000).prop_map(|(zone, other, hours, split)| {
        let mut schedule = Schedule::usual(zone);
        for (day, (from, long)) in schedule.hours.iter_mut().zip(hours) {
            *day = vec![Hours {
                from,
                to: (from + long).min(DAY_MINUTES),
            }];
        }
        let before = Schedule::usual(other);
        let since = Millis(1_704_067_200_000 + split * DAY_MS);
        Calendar::new(before, vec![(since, schedule)])
    })
}

/// Moments of six years, which hold a dozen changes of the clocks.
fn moments() -> impl Strategy<Value = [Millis; 3]> {
    let base = 1_704_067_200_000_i64;
    (0..6 * 365 * DAY_MS, 0..90 * DAY_MS, 0..90 * DAY_MS).prop_map(move |(a, b, c)| {
        [
            Millis(base + a),
            Millis(base + a + b),
            Millis(base + a + b + c),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn working_time_adds_up_never_falls_and_never_exceeds_the_wall_clock(
        calendar in calendar(), [a, b, c] in moments()
    ) {
        let (first, second, whole) = (calendar.between(a, b), calendar.between(b, c), calendar.between(a, c));
        prop_assert_eq!(first + second, whole);
        prop_assert!(first >= 0 && whole >= first && whole <= c.since(a));
        prop_assert_eq!(calendar.between(c, a), 0);
    }

    #[test]
    fn a_calendar_without_an_end_of_work_is_the_wall_clock(zone in zone(), [a, b, _] in moments()) {
        prop_assert_eq!(always(zone).between(a, b), b.since(a));
    }
}
