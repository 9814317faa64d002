//! The nouns of the product and what several stages need of them. Pure: no I/O, no clock, no
//! randomness of its own; time, ids and random bytes come in as arguments.

pub mod address;
pub mod bytes;
pub mod calendar;
pub mod clock;
pub mod contact;
pub mod day;
pub mod delivery;
pub mod event;
pub mod finding;
pub mod gateway;
pub mod hit;
pub mod id;
pub mod inbound;
pub mod keys;
pub mod link;
pub mod mailbox;
pub mod markup;
pub mod message;
pub mod sealed;
pub mod secret;
pub mod stats;
pub mod suppression;
pub mod thread_index;
pub mod ticket;
pub mod touch;
pub mod verdict;
pub mod verp;
pub mod viewer;
