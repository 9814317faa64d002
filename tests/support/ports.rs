//! An address for a program that has to be told where to listen, and may be started there again.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that the system gives to connections (from 32768 on), so that none of the many
/// that a test opens can sit on the port while its program is down.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

/// A port of loopback on which nobody listens; no two calls of this process give the same.
pub fn free() -> SocketAddr {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    // Processes that run side by side begin far apart.
    let start = std::process::id().wrapping_mul(613);
    loop {
        let step = u32::from(GIVEN.fetch_add(1, Ordering::Relaxed));
        let offset = u16::try_from(start.wrapping_add(step) % u32::from(COUNT)).unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST + offset));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
