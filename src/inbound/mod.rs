//! Understanding inbound mail: raw bytes to what it is, what it belongs to, what it says anew.
//! Pure: time, keys and our own addresses are arguments; what a mail matched is the store's to
//! find out from [`Understood::keys`]. Nothing here fails: a mail that makes no sense is at least
//! [`InboundKind::Other`](crate::domain::inbound::InboundKind::Other).
//!
//! A mail goes through in one order: `limits` bounds it, `mime` cuts it into parts,
//! `headers` reads its head, then each kind's own file looks for its evidence and `kind`
//! decides. Everything that was found is kept, also what lost.

mod auto;
mod away;
mod clues;
mod content;
mod display;
mod fields;
mod headers;
mod html;
mod identity;
mod keys;
mod kind;
mod left;
mod limits;
mod links;
mod mime;
mod ours;
mod outcome;
mod quote;
mod report;
mod sent;
mod signs;
mod understand;
mod understood;
mod unsubscribe;
mod words;

pub use display::{Display, display};
pub use headers::{Headers, Person, normalised_subject};
pub use html::safe_html;
pub use limits::MAX_BYTES;
pub use ours::Ours;
pub use understand::understand;
pub use understood::{
    Arrival, Attachment, Away, Bounced, Clue, Complaint, DeliveryReport, Evidence, Feedback,
    MatchKey, Moved, NewText, Suggestion, Told, Understood, Unsubscribe,
};
