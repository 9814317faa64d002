//! Who is on the other end and which host they asked for. Forwarded headers are believed from
//! declared proxies alone; walking them is `track::proxies`. Pure over the request's head.

use crate::track::proxies::Proxies;
use actix_web::dev::RequestHead;
use actix_web::http::header::HeaderName;
use std::net::IpAddr;

/// The client's address: the peer's, or the one that declared proxies report. `None` only without
/// a socket (unit tests).
pub fn client_address(head: &RequestHead, proxies: &Proxies) -> Option<IpAddr> {
    let peer = head.peer_addr?.ip();
    if !proxies.trusts(peer) {
        return Some(peer.to_canonical());
    }
    let lines = |name: &'static str| -> Vec<&str> {
        head.headers()
            .get_all(HeaderName::from_static(name))
            .filter_map(|value| value.to_str().ok())
            .collect()
    };
    Some(proxies.client(peer, &lines("x-forwarded-for"), &lines("forwarded")))
}

/// The host a request is for, in lower case and without its port; `None` when there is none, when
/// there are several, or when they disagree. A declared proxy may name it in `X-Forwarded-Host`.
pub fn requested_host(head: &RequestHead, proxies: &Proxies) -> Option<String> {
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
    let behind_proxy = head.peer_addr.is_some_and(|peer| proxies.trusts(peer.ip()));
    if behind_proxy && head.headers().contains_key("x-forwarded-host") {
        return one("x-forwarded-host");
    }
    Some(direct)
}

/// Whether the request came over TLS, as far as a declared proxy says so; we end no TLS ourselves.
pub fn is_https(head: &RequestHead, proxies: &Proxies) -> bool {
    let trusted = head.peer_addr.is_some_and(|peer| proxies.trusts(peer.ip()));
    if !trusted {
        return false;
    }
    let line = |name| head.headers().get(name)?.to_str().ok();
    if let Some(scheme) = line("x-forwarded-proto") {
        let first = scheme.split(',').next().unwrap_or_default();
        return first.trim().eq_ignore_ascii_case("https");
    }
    // RFC 7239: the first element is the one nearest to the client.
    let first = line("forwarded").and_then(|line| line.split(',').next());
    first.unwrap_or_default().split(';').any(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or_default();
        name.trim().eq_ignore_ascii_case("proto")
            && value.trim().trim_matches('"').eq_ignore_ascii_case("https")
    })
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
    use actix_web::test::TestRequest;

    #[test]
    fn forwarded_headers_are_read_from_declared_proxies_alone() {
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        for (peer, client, host) in [
            ("192.0.2.1:9", "192.0.2.1", "a.example"),
            ("10.0.0.1:9", "198.51.100.9", "b.example"),
        ] {
            let request = TestRequest::default()
                .peer_addr(peer.parse().unwrap())
                .insert_header(("host", "a.example"))
                .insert_header(("x-forwarded-host", "b.example"))
                .insert_header(("x-forwarded-for", "203.0.113.5, 198.51.100.9, 10.0.0.2"))
                .to_http_request();
            let found = client_address(request.head(), &proxies).unwrap();
            assert_eq!(found, client.parse::<IpAddr>().unwrap());
            let found = requested_host(request.head(), &proxies);
            assert_eq!(found.as_deref(), Some(host));
        }
    }

    #[test]
    fn tls_is_what_a_declared_proxy_says() {
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        for (peer, name, value, expected) in [
            ("10.0.0.1:9", "x-forwarded-proto", "https", true),
            ("10.0.0.1:9", "x-forwarded-proto", "HTTPS, http", true),
            ("10.0.0.1:9", "x-forwarded-proto", "http", false),
            (
                "10.0.0.1:9",
                "forwarded",
                "for=192.0.2.60;Proto=https",
                true,
            ),
            ("10.0.0.1:9", "forwarded", "proto=http, proto=https", false),
            ("10.0.0.1:9", "x-other", "https", false),
            ("192.0.2.1:9", "x-forwarded-proto", "https", false),
        ] {
            let request = TestRequest::default()
                .peer_addr(peer.parse().unwrap())
                .insert_header((name, value))
                .to_http_request();
            let found = is_https(request.head(), &proxies);
            assert_eq!(found, expected, "{peer} {name}: {value}");
        }
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
