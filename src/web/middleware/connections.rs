//! A bound on what one client may hold open, so that slow requests of one take no place from
//! others. It is asked when a connection is accepted, before a byte is read: whoever is over it is
//! hung up on. Declared proxies carry many clients and are not counted.

use crate::track::proxies::Proxies;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use std::any::Any;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, Shutdown};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};

/// Open connections of one IPv4 address, or one IPv6 /64. A browser holds six a host; behind one
/// address of a company there may be dozens of browsers, and image proxies fetch in parallel.
const PER_CLIENT: usize = 256;

/// Who holds how many connections, over all workers.
#[derive(Debug, Clone)]
pub struct Connections {
    proxies: Proxies,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A counted connection; dropped with it.
#[derive(Debug)]
struct Place {
    client: IpAddr,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Connections {
    /// None open yet.
    pub fn new(proxies: Proxies) -> Self {
        Self {
            proxies,
            held: Arc::default(),
        }
    }

    /// Counts a fresh connection for as long as its `data` lives, or hangs up.
    pub fn accepted(&self, io: &dyn Any, data: &mut Extensions) {
        let Some(stream) = io.downcast_ref::<TcpStream>() else {
            return;
        };
        let Ok(peer) = stream.peer_addr() else {
            return;
        };
        if self.proxies.trusts(peer.ip()) {
            return;
        }
        if let Some(place) = self.take(client(peer.ip())) {
            data.insert(place);
        } else {
            metrics::counter!("otklik_http_connections_refused_total").increment(1);
            hang_up(stream);
        }
    }

    fn take(&self, client: IpAddr) -> Option<Place> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let open = held.entry(client).or_default();
        if *open >= PER_CLIENT {
            return None;
        }
        *open += 1;
        Some(Place {
            client,
            held: Arc::clone(&self.held),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = held.get_mut(&self.client) {
            *open -= 1;
            if *open == 0 {
                held.remove(&self.client);
            }
        }
    }
}

/// What one client has to itself: an IPv4 address, or the /64 that a network is given.
fn client(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            Ipv6Addr::from_bits(network).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Closes both directions; the server then reads the end and drops the connection.
fn hang_up(stream: &TcpStream) {
    if let Ok(twin) = stream.as_fd().try_clone_to_owned() {
        // The peer may have left already, which is what was wanted.
        let _ = std::net::TcpStream::from(twin).shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_so_many_places_and_gets_them_back() {
        let connections = Connections::new(Proxies::default());
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut places: Vec<_> = (0..PER_CLIENT).map(|_| connections.take(one)).collect();
        assert!(places.iter().all(Option::is_some));
        assert!(connections.take(one).is_none());
        assert!(connections.take(other).is_some());
        places.pop();
        assert!(connections.take(one).is_some());
        drop(places);
        assert!(connections.held.lock().unwrap().is_empty());
    }

    #[test]
    fn a_network_counts_as_one_client() {
        let of = |text: &str| client(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::2"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
