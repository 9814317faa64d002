//! Who is on the other end and which host they asked for. Forwarded headers are believed from
//! declared proxies alone. Pure over the request's head.

use actix_web::HttpRequest;
use actix_web::dev::RequestHead;
use ipnet::IpNet;
use std::net::IpAddr;

/// The client's address: the peer's, or, when the peer is a declared proxy, the nearest address in
/// `X-Forwarded-For` that is not a declared proxy. `None` only without a socket (unit tests).
pub fn client_address(request: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    address_of(request.head(), trusted)
}

/// As [`client_address`], from the head alone.
pub fn address_of(head: &RequestHead, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = head.peer_addr?.ip().to_canonical();
    let hops = head
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok());
    Some(walk(peer, hops, trusted))
}

/// Walks from the peer outwards for as long as each hop is one of our proxies.
fn walk<'a>(peer: IpAddr, lines: impl Iterator<Item = &'a str>, trusted: &[IpNet]) -> IpAddr {
    let is_proxy = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    let hops: Vec<&str> = lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !is_proxy(&client) {
            break;
        }
        let Ok(ip) = hop.parse::<IpAddr>() else { break };
        client = ip.to_canonical();
    }
    client
}

/// The host a request is for, in lower case and without its port; `None` when there is none, when
/// there are several, or when they disagree. A declared proxy may name it in `X-Forwarded-Host`.
pub fn requested_host(head: &RequestHead, trusted: &[IpNet]) -> Option<String> {
    let one = |name: &str| {
        let mut values = head.headers().get_all(name);
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok().and_then(host_part),
            _ => None,
        }
    };
    let direct = one("host")?;
    // The absolute form of a request target must name the same host.
    if let Some(target) = head.uri.host()
        && !target
            .trim_matches(['[', ']'])
            .eq_ignore_ascii_case(&direct)
    {
        return None;
    }
    let peer = head.peer_addr.map(|addr| addr.ip().to_canonical());
    let behind_proxy = peer.is_some_and(|ip| trusted.iter().any(|net| net.contains(&ip)));
    if behind_proxy && head.headers().contains_key("x-forwarded-host") {
        return one("x-forwarded-host");
    }
    Some(direct)
}

/// The host of `host[:port]`, without brackets.
fn host_part(text: &str) -> Option<String> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => text.find(':').map_or((text, ""), |at| text.split_at(at)),
    };
    let port = port.strip_prefix(':').unwrap_or(port);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
    let is_port = port.chars().all(|c| c.is_ascii_digit());
    (is_port && !host.is_empty() && host.chars().all(plain)).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_from_declared_proxies_alone() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let asked = |peer: &str, line: &str| walk(ip(peer), std::iter::once(line), &trusted);
        assert_eq!(asked("192.0.2.1", "198.51.100.9"), ip("192.0.2.1"));
        assert_eq!(asked("10.0.0.1", "198.51.100.9"), ip("198.51.100.9"));
        assert_eq!(
            asked("10.0.0.1", "203.0.113.5, 198.51.100.9, 10.0.0.2"),
            ip("198.51.100.9"),
            "what the client wrote itself is left of what our proxies wrote"
        );
        assert_eq!(asked("10.0.0.1", "nonsense"), ip("10.0.0.1"));
    }

    #[test]
    fn a_host_is_read_without_its_port() {
        assert_eq!(
            host_part("Example.org:8080").as_deref(),
            Some("example.org")
        );
        assert_eq!(host_part("[::1]:8080").as_deref(), Some("::1"));
        assert_eq!(host_part("evil.test/x"), None);
        assert_eq!(host_part("a@b"), None);
        assert_eq!(host_part("127.0.0.1:80@evil.test"), None);
        assert_eq!(host_part("::1"), None);
        assert_eq!(host_part(""), None);
    }
}
