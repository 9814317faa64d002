//! Whether a `Referer` names a host where a security gateway rewrites links. Pure. Only this is
//! kept of it, never its text: it may name a person's page.

use std::sync::LazyLock;

/// The hosts, as `(before the star, after the star)`, or whole with an empty second half.
static HOSTS: LazyLock<Vec<(&str, Option<&str>)>> = LazyLock::new(|| {
    include_str!("rewriters.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').next())
        .map(|host| match host.split_once('*') {
            Some((before, after)) => (before, Some(after)),
            None => (host, None),
        })
        .collect()
});

/// Whether `referer`, the header's value, leads to such a host.
pub fn is_rewriter(referer: &str) -> bool {
    let Some((_, rest)) = referer.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    HOSTS.iter().any(|(before, after)| match after {
        None => host == *before,
        Some(after) => {
            host.len() > before.len() + after.len()
                && host.starts_with(before)
                && host.ends_with(after)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gateways_are_known_by_their_hosts_alone() {
        for referer in [
            "https://urldefense.com/v3/__https://x__;!!abc",
            "https://eur03.safelinks.protection.outlook.com/?url=x",
            "https://protect-eu.mimecast.com/s/abc",
            "HTTPS://Secure-Web.Cisco.com./x",
            "https://linkprotect.cudasvc.com:443/url?a=b",
        ] {
            assert!(is_rewriter(referer), "{referer}");
        }
        for referer in [
            "",
            "urldefense.com",
            "https://urldefense.com.evil.example/",
            "https://evil.example/?https://urldefense.com/",
            "https://urldefense.com@evil.example/",
            "https://safelinks.protection.outlook.com.example/",
            "https://mimecast.com/",
            "https://protect-.mimecast.com/",
        ] {
            assert!(!is_rewriter(referer), "{referer}");
        }
    }
}
