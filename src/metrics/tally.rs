//! Counts of the reports on waits, replies and deliveries: what is counted, in which cells, and the
//! difference that a change of facts makes. A count is a row; nothing but its number ever changes.

use super::{ALL_REPS, Grain};
use crate::domain::day::Day;
use std::collections::BTreeMap;

/// What a row counts, and what its bin means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Waits that opened; bin 1 in working hours, 0 outside.
    Opened,
    /// Waits that ended without an answer that was needed; bin 1 in working hours, 0 outside.
    Dismissed,
    /// Answered within an hour by the wall clock; bin 1 when the wait opened in working hours.
    WithinWall,
    /// Answered within an hour of working time; bin as above.
    WithinBusiness,
    /// Answered, by wait on the wall clock, in log bins.
    AnsweredWall,
    /// Answered, by working time, in log bins.
    AnsweredBusiness,
    /// Answered, of those that opened in working hours, by wait on the wall clock.
    AnsweredInHours,
    /// Ended otherwise, by age on the wall clock.
    CensoredWall,
    /// Ended otherwise, by age in working time.
    CensoredBusiness,
    /// First attempts by wait on the wall clock.
    Attempted,
    /// Closed by a touch that was told more than a day late.
    Late,
    /// Closed by a touch that a person told us of, by wait on the wall clock.
    SelfReported,
    /// Answers by who gave them; bin 1 when within an hour.
    Credited,
    /// Threads begun, by how they went: see [`super::replies`].
    Thread,
    /// Threads that were answered, by wait from the start of the horizon.
    Replied,
    /// Replies, by how long after the mail that they answer.
    Latency,
    /// Mails that another followed before any reply; bin 0.
    Superseded,
    /// Threads that a colleague answered; bin 0.
    Colleague,
    /// Threads whose horizon started anew after an absence; bin 0.
    Restarted,
    /// Threads by the hour of the week at which they began.
    Slot,
    /// Of these, those answered within the last horizon.
    SlotReplied,
    /// Deliveries sent.
    Sent,
    /// Of these, to providers that report complaints to senders.
    SentReporting,
    /// Deliveries given up before they were taken on, by reason.
    Failed,
    /// Came back for good, by reason.
    Hard,
    /// Came back this time, by reason.
    Soft,
    /// Came back for who sent it, by reason.
    Block,
    /// Complained about; bin 1 where the provider reports complaints to senders.
    Complained,
    /// Unsubscribed from.
    Unsubscribed,
    /// Deliveries that arrived with a pixel, by the best that is known of their open.
    Opening,
    /// Waits that ended before anybody tried, by age on the wall clock.
    Unattempted,
}

impl Metric {
    /// The number the store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Every metric, in the order of their codes.
    pub const ALL: [Self; 31] = [
        Self::Opened,
        Self::Dismissed,
        Self::WithinWall,
        Self::WithinBusiness,
        Self::AnsweredWall,
        Self::AnsweredBusiness,
        Self::AnsweredInHours,
        Self::CensoredWall,
        Self::CensoredBusiness,
        Self::Attempted,
        Self::Late,
        Self::SelfReported,
        Self::Credited,
        Self::Thread,
        Self::Replied,
        Self::Latency,
        Self::Superseded,
        Self::Colleague,
        Self::Restarted,
        Self::Slot,
        Self::SlotReplied,
        Self::Sent,
        Self::SentReporting,
        Self::Failed,
        Self::Hard,
        Self::Soft,
        Self::Block,
        Self::Complained,
        Self::Unsubscribed,
        Self::Opening,
        Self::Unattempted,
    ];

    /// The metric stored as `code`.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.get(usize::try_from(code).ok()?).copied()
    }
}

/// What rows are told apart by, beside day and rep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Everything.
    Total,
    /// The channel a wait opened on, by its code.
    Channel,
    /// A purpose, by its code.
    Purpose,
    /// A template, by its number.
    Template,
    /// A recipient gateway, by its code.
    Gateway,
    /// The mailbox a mail left from, by its number.
    Mailbox,
}

impl Side {
    /// The number the store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }
}

/// One row's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// What is counted.
    pub metric: Metric,
    /// Day or month.
    pub grain: Grain,
    /// The kind of dimension.
    pub side: Side,
    /// The cohort's day in the organisation's zone, or the first day of its month.
    pub day: Day,
    /// The rep's number, or [`ALL_REPS`].
    pub rep: i64,
    /// The dimension's id, 0 for [`Side::Total`].
    pub side_id: i64,
    /// Days by which the horizon starts after the cohort's day.
    pub shift: i16,
    /// A log bin or a code.
    pub bin: i16,
}

/// One count, in every cell of a subject.
pub type Count = (Metric, i16);

/// Where a subject is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The cohort's day.
    pub day: Day,
    /// The rep, if there is one; counted for all reps either way.
    pub rep: Option<i64>,
    /// The dimensions beside the total.
    pub sides: Vec<(Side, i64)>,
    /// Days by which the horizon starts later.
    pub shift: i16,
}

impl Place {
    /// Its day and its `month`, its rep and all reps. A rep's months are kept in total only.
    fn cells(&self, month: Day, side: Side) -> impl Iterator<Item = (Grain, Day, i64)> {
        let day = self.day;
        let by_rep = self.rep.map(|rep| (Grain::Day, day, rep));
        let in_total = self.rep.filter(|_| side == Side::Total);
        [
            Some((Grain::Day, day, ALL_REPS)),
            Some((Grain::Month, month, ALL_REPS)),
            by_rep,
            in_total.map(|rep| (Grain::Month, month, rep)),
        ]
        .into_iter()
        .flatten()
    }
}

/// What must be added to the counts, summed over many subjects.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Change(BTreeMap<Key, i64>);

impl Change {
    /// Counts everything in `counts` once in every cell of `place`, `times` over; −1 takes away.
    pub fn count(&mut self, place: &Place, counts: &[Count], times: i64) {
        let total = [(Side::Total, 0)];
        let month = place.day.month();
        for (side, side_id) in total.iter().chain(&place.sides) {
            for (grain, day, rep) in place.cells(month, *side) {
                for (metric, bin) in counts {
                    let key = Key {
                        metric: *metric,
                        grain,
                        side: *side,
                        day,
                        rep,
                        side_id: *side_id,
                        shift: place.shift,
                        bin: *bin,
                    };
                    *self.0.entry(key).or_default() += times;
                }
            }
        }
    }

    /// Counts for a rep whom the subject is not charged to, in total.
    pub fn credit(&mut self, day: Day, rep: i64, count: Count, times: i64) {
        let place = Place {
            day,
            rep: Some(rep),
            sides: Vec::new(),
            shift: 0,
        };
        self.count(&place, &[count], times);
    }

    /// What changes, in the order of the keys.
    pub fn rows(&self) -> impl Iterator<Item = (&Key, i64)> {
        self.0
            .iter()
            .map(|(key, n)| (key, *n))
            .filter(|(_, n)| *n != 0)
    }
}
