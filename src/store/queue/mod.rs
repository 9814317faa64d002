//! The queue: deliveries and their attempts, by the state machine of `domain::delivery`.
//!
//! [`lane`] says who works for a mailbox, [`mod@claim`] takes up what is due and fixes its bytes,
//! [`attempt`] hands over and settles, [`stop`] cancels, [`resolve`] does what a person decides on
//! a delivery that waits for one. Two rules hold everywhere. The fence
//! guards starting and never evidence: what an attempt learnt is taken from whoever learnt it. And
//! every transaction that appends events takes the log's lock before it touches a delivery, so
//! that stops and hand-overs have one order and cannot deadlock.

pub mod attempt;
pub mod claim;
pub mod lane;
pub mod resolve;
pub mod stop;

pub use attempt::{AttemptKey, AttemptRecord, HandOver, Settlement, Step, hand_over, settle};
pub use claim::{Begun, Claimed, begin, claim, refused};
pub use lane::Lane;
pub use stop::{Stop, cancel_contact, cancel_message, cancel_open, cancel_outreach};

use crate::domain::delivery::{DeliveryEvent, DeliveryState};

/// The states from which `event` leads to `to`, as a bit per code: the state machine, in the form
/// a `WHERE` can use.
pub(super) fn sources(event: DeliveryEvent, to: DeliveryState) -> i64 {
    DeliveryState::ALL
        .into_iter()
        .filter(|from| from.next(event) == Ok(to))
        .map(|from| 1_i64 << from.code())
        .sum()
}
