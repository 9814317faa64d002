//! Mail that came in, as it is stored. [`mod@keep`] writes the bytes and each arrival, once; [`gate`]
//! knows whose mailbox it is and what must not be stored; [`pending`] says what waits to be
//! understood; [`matching`], [`people`], [`evidence`] and [`pauses`] are what the second commit reads and does;
//! [`settle`] writes down what was found; [`read`] shows it.

pub mod evidence;
pub mod gate;
pub mod keep;
pub mod matching;
pub mod pauses;
pub mod pending;
pub mod people;
pub mod read;
pub mod settle;

pub use keep::{Kept, NewArrival, NewInbound, Place, keep};
pub use pauses::slowed_until;
pub use settle::{Finding, Found, ReportedRecipient};

use super::sql::Sql;

/// Every statement of this folder.
pub(super) const ALL: [&[&Sql]; 9] = [
    evidence::STATEMENTS,
    gate::STATEMENTS,
    keep::STATEMENTS,
    matching::STATEMENTS,
    pauses::STATEMENTS,
    pending::STATEMENTS,
    people::STATEMENTS,
    read::STATEMENTS,
    settle::STATEMENTS,
];
