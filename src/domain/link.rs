//! Links of a message and what they lead to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A destination URL under a number made from it, so that the same URL is the same destination in
/// every message and on every node, without a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DestinationId(pub i64);

impl DestinationId {
    /// The id of `url`: the first 8 bytes of its SHA-256, as a signed integer.
    pub fn of(url: &str) -> Self {
        let digest = Sha256::digest(url.as_bytes());
        let mut first = [0_u8; 8];
        first.copy_from_slice(&digest[..8]);
        Self(i64::from_be_bytes(first))
    }
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
