//! What a wait adds to the counts of response time. A wait that is still open adds only that it
//! opened: its age is known when the report is read.

use super::episode::{End, Episode};
use super::tally::{Change, Count, Metric, Place, Side};
use crate::domain::clock::{HOUR_MS, Millis};
use crate::domain::day::Day;
use crate::domain::stats::bins::Bin;

/// A wait with what the organisation's calendars say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// The wait.
    pub episode: Episode,
    /// The day on which it opened, in the organisation's zone.
    pub day: Day,
    /// Whether it opened in the owner's working hours.
    pub in_hours: bool,
    /// The owner's working time until it closed; `None` while it is open.
    pub business_ms: Option<i64>,
}

impl Wait {
    /// When it closed.
    pub const fn closed_at(&self) -> Option<Millis> {
        match self.episode.end {
            End::Open => None,
            End::Answered { at, .. } | End::Dismissed(at) | End::Erased(at) => Some(at),
        }
    }

    /// Where it is counted: by whom it is charged to and the channel it opened on.
    pub fn place(&self) -> Place {
        Place {
            day: self.day,
            rep: self.episode.owner.map(|no| no.0),
            sides: vec![(Side::Channel, i64::from(self.episode.channel.code()))],
            shift: 0,
        }
    }

    /// What it counts as, there.
    pub fn counts(&self) -> Vec<Count> {
        let in_hours = i16::from(self.in_hours);
        let mut counts = vec![(Metric::Opened, in_hours)];
        let opened = self.episode.opened_at;
        if let Some(at) = self.episode.attempted_at {
            counts.push((Metric::Attempted, Bin::of(at.since(opened)).0));
        }
        let Some(closed) = self.closed_at() else {
            return counts;
        };
        let wall = closed.since(opened);
        let business = self.business_ms.unwrap_or(0);
        let (wall_bin, business_bin) = (Bin::of(wall).0, Bin::of(business).0);
        if self.episode.attempted_at.is_none() {
            counts.push((Metric::Unattempted, wall_bin));
        }
        match self.episode.end {
            End::Answered {
                late,
                self_reported,
                ..
            } => {
                counts.push((Metric::AnsweredWall, wall_bin));
                counts.push((Metric::AnsweredBusiness, business_bin));
                if self.in_hours {
                    counts.push((Metric::AnsweredInHours, wall_bin));
                }
                if wall <= HOUR_MS && !late {
                    counts.push((Metric::WithinWall, in_hours));
                }
                if business <= HOUR_MS && !late {
                    counts.push((Metric::WithinBusiness, in_hours));
                }
                if late {
                    counts.push((Metric::Late, 0));
                }
                if self_reported {
                    counts.push((Metric::SelfReported, wall_bin));
                }
            }
            End::Dismissed(_) => {
                counts.push((Metric::Dismissed, in_hours));
                counts.push((Metric::CensoredWall, wall_bin));
                counts.push((Metric::CensoredBusiness, business_bin));
            }
            End::Erased(_) => {
                counts.push((Metric::CensoredWall, wall_bin));
                counts.push((Metric::CensoredBusiness, business_bin));
            }
            End::Open => {}
        }
        counts
    }

    /// Adds the wait to `change`, `times` over.
    pub fn add_to(&self, change: &mut Change, times: i64) {
        change.count(&self.place(), &self.counts(), times);
        if let End::Answered {
            at,
            by: Some(by),
            late,
            ..
        } = self.episode.end
        {
            let is_quick = !late && at.since(self.episode.opened_at) <= HOUR_MS;
            change.credit(
                self.day,
                by.0,
                (Metric::Credited, i16::from(is_quick)),
                times,
            );
        }
    }
}
