//! What survives `kill -9`: nothing accepted is lost, nothing is sent twice, and what nobody can
//! know is `uncertain` and no more than that. `OTKLIK_KILL_LONG=1` runs 200 kills over 5,000
//! messages instead of 10 over 300.

#[path = "../support/ports.rs"]
mod ports;
#[path = "../support/mod.rs"]
#[expect(
    dead_code,
    reason = "shared with the stories, which use the rest of it"
)]
mod support;

mod client;
mod ledger;
mod node;
mod nodes;
mod points;
mod random;
mod sink;
mod world;
