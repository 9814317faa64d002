//! The one way in for mail, whichever way it came: IMAP, LMTP, the API, a file.
//!
//! Two commits. The first stores the bytes and the arrival, with the caller's cursor if it has one
//! ([`prepare`], then [`store_in`] in the caller's transaction, or [`take`] for both); only then is
//! the mail acknowledged. The second, keyed by the stored row, says what the mail means and does
//! what follows. A crash between the two leaves the second to `work/understand`.

mod arrival;
mod identity;
mod keep;

pub use arrival::{Arrival, Folder, Way, Wish};
pub use keep::{KeptOut, LARGEST_BYTES, Prepared, ReceiveError, Received, prepare, store_in, take};
