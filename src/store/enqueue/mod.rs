//! What accepting a message reads and writes: [`read`] looks up what the request names, [`mod@write`]
//! puts the message into the caller's transaction.

pub mod read;
pub mod write;
