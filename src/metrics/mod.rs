//! Facts of a subject, folded from the log, and what they add to the metric store. Pure: the store
//! loads facts, hands them events, writes back the facts and the difference of the contributions.
//! The same functions serve live ingest, revisions and rebuilds, so these give the same rows.

pub mod click_through;
pub mod contact;
pub mod deliverability;
pub mod delivery;
pub mod episode;
pub mod forwarded;
pub mod hits;
pub mod opens;
pub mod replies;
pub mod tally;
pub mod thread;
pub mod waits;

use crate::domain::day::Day;

/// How many days a row of the metric store stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// One day.
    Day,
    /// A calendar month, known by its first day.
    Month,
}

impl Grain {
    /// The number the store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }
}

/// What a row of the metric store is about, beside its day and its rep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dim {
    /// Everything.
    Total,
    /// One content asset, by its number.
    Content,
    /// One destination, by its id. Kept for all reps together only.
    Link,
    /// One template, by its number.
    Template,
    /// One purpose, by its code.
    Purpose,
    /// One recipient gateway, by its code.
    Gateway,
    /// One mailbox of ours, by its number. Of it only what was sent, and to whom, is kept.
    Mailbox,
}

impl Dim {
    /// The number the store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }
}

/// The rep of rows that hold all reps together; real reps are numbered from 1.
pub const ALL_REPS: i64 = 0;

/// A place in the metric store: cohort, rep and one dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Day or month.
    pub grain: Grain,
    /// The kind of dimension.
    pub dim: Dim,
    /// The cohort's day in the organisation's zone, or the first day of its month.
    pub day: Day,
    /// The rep's number, or [`ALL_REPS`].
    pub rep: i64,
    /// The dimension's id, 0 for [`Dim::Total`].
    pub dim_id: i64,
}

#[cfg(test)]
mod tests;
