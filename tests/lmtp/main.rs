//! The LMTP listener: what ends a mail and what does not, one answer for each recipient, and that a
//! mail is acknowledged once it is stored, also when the process is killed all the time.

#[path = "../support/ports.rs"]
mod ports;
#[path = "../support/mod.rs"]
#[expect(
    dead_code,
    reason = "shared with the stories, which use the rest of it"
)]
mod support;

#[path = "../support/postfix.rs"]
mod postfix;

mod client;
mod kills;
mod relayed;
mod strict;
