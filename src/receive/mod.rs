//! The one way in for mail, whichever way it came: IMAP, LMTP, the API, a file.
//!
//! Two commits. The first stores the bytes and the arrival, with the caller's cursor if it has one
//! ([`prepare`], then [`store_in`] in the caller's transaction, or [`take`] for both); only then is
//! the mail acknowledged. The second, [`understand`], keyed by the stored row, says what the mail
//! means and does what follows, all of it or nothing. A crash between the two leaves the second to
//! `work/understand`.
//!
//! `gate` decides what may be stored at all, `matching` finds what a mail belongs to, `follow` does
//! what follows from it.

mod arrival;
mod follow;
mod gate;
mod keep;
mod log_address;
mod matching;
mod no_more;
mod ours;
mod reading;
mod understand;

pub use arrival::{Arrival, Folder, Way, Wish};
pub use gate::KeptOut;
pub use keep::{LARGEST_BYTES, Prepared, ReceiveError, Received, prepare, store_in, take};
pub use log_address::log_address_of;
pub use no_more::{NoMore, NotTaken, say_no_more};
pub use ours::display;
pub use understand::{Understanding, understand};
