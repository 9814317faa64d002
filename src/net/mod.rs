//! The only code that opens mail sockets: [`smtp`] takes our mail out, [`imap`] reads mailboxes,
//! [`catcher`] and [`lmtp`] take mail in, [`hand_in`] brings it to one; [`oauth`] fetches the tokens that `smtp` and `imap` sign
//! in with. It knows no store and no lane; what an answer means for a message is decided in
//! `deliver`.

pub mod catcher;
mod dial;
pub mod hand_in;
pub mod imap;
pub mod lmtp;
pub mod oauth;
pub mod smtp;
mod stream;
mod tls;
