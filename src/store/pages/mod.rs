//! Reads that are shaped by one page each, and what belongs to pages alone: drafts. Everything is
//! within the viewer's reach; figures are not made here but in the metric store.

pub mod caught;
pub mod companies;
pub mod drafts;
pub mod hold;
pub mod inbox;
pub mod messages;
pub mod suppressed;
pub mod today;
