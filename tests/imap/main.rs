//! Mailboxes reached for real: read from Dovecot, copies filed there, and a server of our own that
//! misbehaves on order; tokens from an endpoint of our own.

#[path = "../support/ports.rs"]
mod ports;
#[path = "../support/mod.rs"]
#[expect(
    dead_code,
    reason = "shared with other test binaries, which use the rest"
)]
mod support;

#[path = "../support/postfix.rs"]
mod postfix;

mod bounces;
mod callback;
mod dovecot;
mod hostile;
mod labels;
mod mailbox;
mod provider;
mod reading;
mod sent;
mod tokens;
