//! Which rows of the metric store a period is read from: whole months where possible, days at the
//! ends, and apart from each other what may be judged, what is still filling and what could not be
//! measured.

use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::day::{Day, Zone};
use crate::metrics::Grain;
use std::collections::BTreeSet;

/// What may be said of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Older than its horizon.
    Mature,
    /// Younger: still filling.
    Filling,
    /// Clicks within its horizon could not be recorded.
    Unmeasured,
}

impl Standing {
    /// The standing that a statement returned as `code`.
    pub const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Mature,
            1 => Self::Filling,
            _ => Self::Unmeasured,
        }
    }
}

/// One stretch of cohorts that is read with one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Day or month.
    pub grain: Grain,
    /// The day, or the month's first.
    pub day: Day,
    /// What may be said of all its cohorts.
    pub standing: Standing,
}

/// How spans may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Into days only.
    Days,
    /// Into months where a whole month stands alike, and days.
    MonthsAndDays,
}

/// The standing of cohort days at one moment.
#[derive(Debug)]
pub struct Standings {
    first_filling: Day,
    unmeasured: BTreeSet<Day>,
}

impl Standings {
    /// At `now`, with a horizon of `horizon_days`, when hits were answered and not recorded at
    /// `unrecorded`. A cohort day counts as unmeasured as a whole when any of its deliveries could
    /// have been hit then.
    pub fn at(now: Millis, horizon_days: i32, unrecorded: &[Millis], zone: &Zone) -> Self {
        let horizon_ms = i64::from(horizon_days) * DAY_MS;
        let mut unmeasured = BTreeSet::new();
        for lost in unrecorded {
            let first = zone.day_of(lost.plus(-horizon_ms));
            let last = zone.day_of(*lost);
            unmeasured.extend((first.0..=last.0).map(Day));
        }
        Self {
            // The day in which the horizon of a delivery ends now: those before it are over.
            first_filling: zone.day_of(now.plus(-horizon_ms)),
            unmeasured,
        }
    }

    /// Where nothing is unmeasured and the cohorts of `day` and later are still filling.
    pub const fn until(day: Day) -> Self {
        Self {
            first_filling: day,
            unmeasured: BTreeSet::new(),
        }
    }

    /// What may be said of the cohort of `day`.
    pub fn of(&self, day: Day) -> Standing {
        if self.unmeasured.contains(&day) {
            Standing::Unmeasured
        } else if day >= self.first_filling {
            Standing::Filling
        } else {
            Standing::Mature
        }
    }

    /// How many days from `from` to before `to` are unmeasured.
    pub fn unmeasured_days(&self, from: Day, to: Day) -> usize {
        self.unmeasured.range(from..to).count()
    }

    /// The days from `from` to before `to`, each in exactly one span.
    pub fn spans(&self, from: Day, to: Day, cut: Cut) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut day = from;
        while day < to {
            let next = day.next_month();
            let whole = day == day.month() && next <= to;
            let standing = self.of(day);
            let alike = || (day.0..next.0).all(|other| self.of(Day(other)) == standing);
            let (grain, end) = if cut == Cut::MonthsAndDays && whole && alike() {
                (Grain::Month, next)
            } else {
                (Grain::Day, day.plus(1))
            };
            spans.push(Span {
                grain,
                day,
                standing,
            });
            day = end;
        }
        spans
    }
}

/// The days from `from` to before `to` in runs of one grain, each with its first day and the day
/// after its last: whole months that end by `settled` by month, the days around them by day.
pub fn runs(from: Day, to: Day, settled: Day) -> Vec<(Grain, Day, Day)> {
    let first = if from == from.month() {
        from
    } else {
        from.next_month()
    };
    let last = Day(to.0.min(settled.0)).month();
    if first >= last {
        return vec![(Grain::Day, from, to)];
    }
    let runs = [
        (Grain::Day, from, first),
        (Grain::Month, first, last),
        (Grain::Day, last, to),
    ];
    runs.into_iter().filter(|(_, from, to)| from < to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn whole_months_are_read_at_once_and_the_young_end_apart() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let now = zone.start_of(day("2026-04-10"));
        let standings = Standings::at(now, 7, &[], &zone);
        let spans = standings.spans(day("2026-01-30"), day("2026-04-05"), Cut::MonthsAndDays);
        let printed: Vec<String> = spans
            .iter()
            .map(|span| format!("{:?} {} {:?}", span.grain, span.day, span.standing))
            .collect();
        assert_eq!(
            printed,
            [
                "Day 2026-01-30 Mature",
                "Day 2026-01-31 Mature",
                "Month 2026-02-01 Mature",
                "Month 2026-03-01 Mature",
                "Day 2026-04-01 Mature",
                "Day 2026-04-02 Mature",
                "Day 2026-04-03 Filling",
                "Day 2026-04-04 Filling",
            ]
        );
        let days = standings.spans(day("2026-01-30"), day("2026-04-05"), Cut::Days);
        assert_eq!(days.len(), 65);
    }

    #[test]
    fn settled_months_make_one_run_and_the_days_around_them_two() {
        let printed = |from, to, settled| {
            let runs = runs(day(from), day(to), day(settled));
            let each = runs.iter();
            let texts = each.map(|(grain, from, to)| format!("{grain:?} {from} {to}"));
            texts.collect::<Vec<_>>()
        };
        assert_eq!(
            printed("2026-01-30", "2026-04-05", "2026-04-05"),
            [
                "Day 2026-01-30 2026-02-01",
                "Month 2026-02-01 2026-04-01",
                "Day 2026-04-01 2026-04-05"
            ]
        );
        assert_eq!(
            printed("2026-02-01", "2026-04-01", "2026-03-31"),
            ["Month 2026-02-01 2026-03-01", "Day 2026-03-01 2026-04-01"]
        );
        assert_eq!(
            printed("2026-02-01", "2026-04-01", "2026-02-10"),
            ["Day 2026-02-01 2026-04-01"]
        );
        assert_eq!(
            printed("2026-02-02", "2026-02-20", "2027-01-01"),
            ["Day 2026-02-02 2026-02-20"]
        );
    }

    #[test]
    fn lost_hits_unmeasure_each_cohort_they_may_have_belonged_to() {
        let zone = Zone::utc();
        let lost = zone.start_of(day("2026-02-10")).plus(60_000);
        let standings = Standings::at(lost.plus(90 * DAY_MS), 7, &[lost], &zone);
        assert_eq!(standings.of(day("2026-02-02")), Standing::Mature);
        assert_eq!(standings.of(day("2026-02-03")), Standing::Unmeasured);
        assert_eq!(standings.of(day("2026-02-10")), Standing::Unmeasured);
        assert_eq!(standings.of(day("2026-02-11")), Standing::Mature);
        assert_eq!(
            standings.unmeasured_days(day("2026-02-01"), day("2026-03-01")),
            8
        );
        let spans = standings.spans(day("2026-02-01"), day("2026-03-01"), Cut::MonthsAndDays);
        assert_eq!(
            spans.len(),
            28,
            "a month that does not stand alike is read by day"
        );
    }
}
