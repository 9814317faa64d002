//! Whose request this is, behind proxies. Pure. Forwarded headers are believed from declared
//! proxies alone; anybody may send one.

use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The networks whose forwarded headers are believed (`OTKLIK_TRUSTED_PROXIES`).
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Trusts `networks` and nobody else.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether headers from `address` are believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client's address: `peer` unless that is a declared proxy; else the right-most address
    /// that the proxies reported and that is no declared proxy itself.
    ///
    /// `x_forwarded_for` and `forwarded` (RFC 7239) are the values of those headers, one item a
    /// header line, in order. `X-Forwarded-For` wins where both are there, because proxies that
    /// write it pass a client's own `Forwarded` on untouched.
    pub fn client(&self, peer: IpAddr, x_forwarded_for: &[&str], forwarded: &[&str]) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        if x_forwarded_for.is_empty() {
            self.walk(peer, forwarded, forwarded_for)
        } else {
            self.walk(peer, x_forwarded_for, Some)
        }
    }

    /// Walks the hops from the nearest outwards. What cannot be read ends the walk: nothing
    /// behind it was vouched for.
    fn walk<'a>(
        &self,
        peer: IpAddr,
        lines: &[&'a str],
        name_of: impl Fn(&'a str) -> Option<&'a str>,
    ) -> IpAddr {
        let mut nearest = peer;
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Some(address) = name_of(hop.trim()).and_then(parse_node) else {
                return nearest;
            };
            nearest = address;
            if !self.trusts(address) {
                return nearest;
            }
        }
        nearest
    }
}

/// The `for=` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("for")
            .then(|| value.trim().trim_matches('"'))
    })
}

/// An address with or without a port, IPv6 with or without brackets; `None` for `unknown` and
/// obfuscated names.
fn parse_node(node: &str) -> Option<IpAddr> {
    node.parse::<IpAddr>()
        .or_else(|_| node.parse::<SocketAddr>().map(|socket| socket.ip()))
        .or_else(|_| node.trim_start_matches('[').trim_end_matches(']').parse())
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn proxies() -> Proxies {
        Proxies::new(vec![
            "10.0.0.0/8".parse().unwrap(),
            "fd00::/8".parse().unwrap(),
        ])
    }

    #[test]
    fn a_stranger_forges_nothing() {
        let peer = ip("198.51.100.1");
        assert_eq!(proxies().client(peer, &["1.2.3.4"], &["for=1.2.3.4"]), peer);
        assert_eq!(
            Proxies::default().client(ip("10.0.0.1"), &["1.2.3.4"], &[]),
            ip("10.0.0.1")
        );
    }

    #[test]
    fn the_right_most_undeclared_hop_is_the_client() {
        let peer = ip("::ffff:10.0.0.1");
        for (lines, client) in [
            (vec!["6.6.6.6, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            (vec!["6.6.6.6", "203.0.113.7"], "203.0.113.7"),
            (vec!["203.0.113.7:4711"], "203.0.113.7"),
            (vec!["[2001:db8::1]:4711"], "2001:db8::1"),
            (vec!["203.0.113.7, nonsense"], "10.0.0.1"),
            (vec!["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (vec![], "10.0.0.1"),
        ] {
            assert_eq!(proxies().client(peer, &lines, &[]), ip(client), "{lines:?}");
        }
    }

    #[test]
    fn forwarded_is_read_where_the_other_header_is_missing() {
        let peer = ip("10.0.0.1");
        let lines = ["for=6.6.6.6, For=\"[2001:db8::1]:80\";proto=https, for=10.1.1.1"];
        assert_eq!(proxies().client(peer, &[], &lines), ip("2001:db8::1"));
        assert_eq!(proxies().client(peer, &[], &["for=_hidden"]), peer);
        assert_eq!(
            proxies().client(peer, &["203.0.113.9"], &lines),
            ip("203.0.113.9")
        );
    }
}
