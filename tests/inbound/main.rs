//! Understanding inbound mail, measured on open material by others and held against hostile input.
//! `cargo test --test inbound -- --nocapture` prints the table. `OTKLIK_MUTATE_SECONDS` sets how
//! long the mutation loop runs, `OTKLIK_MUTATE_SEED` replays one run.

#[path = "../lmtp/client.rs"]
#[expect(
    dead_code,
    reason = "shared with the tests of LMTP, which use the rest of it"
)]
mod client;
#[path = "../support/ports.rs"]
mod ports;
#[path = "../support/mod.rs"]
#[expect(
    dead_code,
    reason = "shared with the stories, which use the rest of it"
)]
mod support;

mod autos;
mod bounces;
mod corpus;
mod doors;
mod hostile;
mod hostile_mails;
mod humans;
mod mutate;
mod peak;
mod peers;
mod replies;
mod table;

use otklik::domain::clock::Millis;
use otklik::domain::keys::KeyRing;
use otklik::domain::ticket::TicketKeys;
use otklik::domain::verp::VerpKeys;
use otklik::inbound::{Arrival, Ours, Understood, understand};

/// Wednesday, 16 December 2026, noon.
const RECEIVED: Millis = Millis(1_797_422_400_000);

fn ours() -> Ours {
    let ring = KeyRing::parse(&KeyRing::generate([7; 32])).expect("a generated ring");
    Ours {
        verp: VerpKeys::new(&ring),
        tickets: TicketKeys::new(&ring),
        addresses: vec!["anna@sales.example".parse().expect("an address")],
        domains: vec!["sales.example".to_owned()],
        tracking_hosts: vec!["go.sales.example".to_owned()],
    }
}

fn understood(raw: &[u8]) -> Understood {
    understand(raw, &Arrival::at(RECEIVED), &ours())
}
