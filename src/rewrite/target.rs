//! What the author's `href` means: read as a browser reads it, and what to do with it.

use super::Options;
use crate::domain::bytes;
use crate::domain::finding::{Finding, FindingCode};
use crate::domain::link::web_url;
use crate::domain::ticket::MAX_URL_BYTES;
use std::borrow::Cow;
use url::Url;

/// A link worth a ticket.
pub(super) struct Target {
    /// The author's URL: entities decoded, trimmed, line breaks and tabs removed, else untouched.
    pub(super) url: String,
    /// The same as a browser requests it.
    pub(super) location: Url,
    /// Whether a label of its host mixes scripts.
    pub(super) mixed_script: bool,
}

/// Why a link stays as it is.
pub(super) enum Left {
    /// Nobody needs to know.
    Silently,
    /// The author should.
    Because(Finding),
}

/// Reads the raw value of an `href` (HTML, 13.2.5.36; WHATWG URL, 4.4).
pub(super) fn read(raw: &str, options: &Options<'_>) -> Result<Target, Left> {
    let decoded = if raw.contains('&') {
        htmlize::unescape_attribute(raw)
    } else {
        Cow::Borrowed(raw)
    };
    let trimmed = decoded.trim_matches(|c: char| c <= ' ');
    let is_dropped = |byte| matches!(byte, b'\t' | b'\n' | b'\r' | b'\0');
    let url: Cow<'_, str> = if bytes::position(trimmed.as_bytes(), is_dropped).is_some() {
        Cow::Owned(
            trimmed
                .chars()
                .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
                .map(|c| if c == '\0' { '\u{fffd}' } else { c })
                .collect(),
        )
    } else {
        Cow::Borrowed(trimmed)
    };
    let because = |code| Left::Because(Finding::about(code, &url));
    if url.is_empty() || url.starts_with('#') {
        return Err(Left::Silently);
    }
    if url.contains('{') && (url.contains("{{") || url.contains("{%")) {
        return Err(because(FindingCode::LinkUnfilled));
    }
    match scheme(&url) {
        None => return Err(because(FindingCode::LinkRelative)),
        Some(scheme) if !is_web(scheme) => return Err(Left::Silently),
        Some(_) => {}
    }
    let Some(location) = web_url(&url) else {
        return Err(because(FindingCode::LinkInvalid));
    };
    if location.as_str().starts_with(options.own) || is_excluded(&location, options.excluded_hosts)
    {
        return Err(Left::Silently);
    }
    if url.len() > MAX_URL_BYTES {
        return Err(because(FindingCode::LinkTooLong));
    }
    Ok(Target {
        mixed_script: location.host_str().is_some_and(mixes_scripts),
        url: url.into_owned(),
        location,
    })
}

/// The scheme of `url`, if it has one (RFC 3986, 3.1).
fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let mut bytes = scheme.bytes();
    let starts_well = bytes.next().is_some_and(|b| b.is_ascii_alphabetic());
    let goes_on_well = bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    (starts_well && goes_on_well).then_some(scheme)
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

fn is_excluded(location: &Url, hosts: &[String]) -> bool {
    let Some(host) = location.host_str() else {
        return false;
    };
    hosts.iter().any(|excluded| {
        host.strip_suffix(excluded.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// Whether a label holds Latin letters beside Cyrillic or Greek ones, as look-alikes do (UTS 39).
fn mixes_scripts(host: &str) -> bool {
    if !host.contains("xn--") {
        return false;
    }
    let unicode = url::quirks::domain_to_unicode(host);
    unicode.split('.').any(|label| {
        let latin = label.chars().any(|c| c.is_ascii_alphabetic());
        latin && label.chars().any(|c| matches!(c, '\u{370}'..='\u{52f}'))
    })
}
