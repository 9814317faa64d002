//! The only code that opens mail sockets: [`smtp`] takes our mail out, [`catcher`] takes mail in.
//! It knows no store and no lane; what an answer means for a message is decided in `deliver`.

pub mod catcher;
pub mod smtp;
