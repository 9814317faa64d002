//! Links of a message and what they lead to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A destination URL under a number made from it, so that the same URL is the same destination in
/// every message and on every node, without a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DestinationId(pub i64);

impl DestinationId {
    /// The id of `url`: the first 8 bytes of the SHA-256 of its [`location`], as a signed integer,
    /// so that two spellings a browser takes for the same are the same. What is no web URL is
    /// hashed as it stands.
    pub fn of(url: &str) -> Self {
        match location(url) {
            Some(location) => Self::of_location(&location),
            None => Self::of_location(url),
        }
    }

    /// The id of a URL that is already in the form [`location`] gives.
    pub fn of_location(location: &str) -> Self {
        let digest = Sha256::digest(location.as_bytes());
        let mut first = [0_u8; 8];
        first.copy_from_slice(&digest[..8]);
        Self(i64::from_be_bytes(first))
    }
}

/// What a browser requests when its user follows a link to `url`: the `Location` of the redirect.
/// Non-ASCII characters are percent-encoded or punycoded, the fragment stays, nothing else is
/// touched (WHATWG URL, parsing and serialising). `None` when it is no `http` or `https` URL that
/// a browser would open. Always ASCII without controls, so it is fit for a header.
pub fn location(url: &str) -> Option<String> {
    web_url(url).map(Into::into)
}

/// `url` parsed as a browser does; `None` as for [`location`].
pub fn web_url(url: &str) -> Option<url::Url> {
    let url = url::Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// What a link is for. Only the first three count as interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRole {
    /// Leads to a content asset of the library.
    Content,
    /// Leads to a booking page.
    Booking,
    /// Any other link of the author.
    Other,
    /// Part of the author's signature.
    Signature,
    /// Part of a footer.
    Footer,
}

impl LinkRole {
    /// Every role, in the order of their codes.
    pub const ALL: [Self; 5] = [
        Self::Content,
        Self::Booking,
        Self::Other,
        Self::Signature,
        Self::Footer,
    ];

    /// Whether a click on it counts in click-through.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Content | Self::Booking | Self::Other)
    }

    /// The number the store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The role stored as `code`.
    pub fn from_code(code: i16) -> Option<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|index| Self::ALL.get(index).copied())
    }

    /// The word used in the API and in `data-otklik-role`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Booking => "booking",
            Self::Other => "other",
            Self::Signature => "signature",
            Self::Footer => "footer",
        }
    }
}

/// One tracked link of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedLink {
    /// Its number in the message, from 1, in the order of the document.
    pub no: u16,
    /// Exactly where the author's link leads.
    pub url: String,
    /// The id of that URL.
    pub destination: DestinationId,
    /// What it is for.
    pub role: LinkRole,
    /// The link's visible text, shortened to 120 characters.
    pub label: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_what_a_browser_requests() {
        for (written, requested) in [
            ("https://example.org", Some("https://example.org/")),
            (
                "https://example.org/?q=%EF&f[0]=a",
                Some("https://example.org/?q=%EF&f[0]=a"),
            ),
            (
                "https://example.org/a#grün",
                Some("https://example.org/a#gr%C3%BCn"),
            ),
            (
                "https://grün.example/ü",
                Some("https://xn--grn-ioa.example/%C3%BC"),
            ),
            (
                "https://example.org/{id}?x={y}",
                Some("https://example.org/%7Bid%7D?x={y}"),
            ),
            (
                "https://example.org/🎉",
                Some("https://example.org/%F0%9F%8E%89"),
            ),
            ("HTTPS://EXAMPLE.org:443/A", Some("https://example.org/A")),
            ("javascript:alert(1)", None),
            ("//evil.test", None),
            ("https://", None),
        ] {
            assert_eq!(location(written).as_deref(), requested, "{written}");
        }
    }

    #[test]
    fn two_spellings_of_one_destination_have_one_id() {
        let id = DestinationId::of("https://example.org/");
        assert_eq!(DestinationId::of("HTTPS://Example.org"), id);
        assert_ne!(DestinationId::of("https://example.org/a"), id);
    }
}
