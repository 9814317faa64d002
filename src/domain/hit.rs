//! One request for a link, a pixel or an unsubscribe page: as it is recorded, and reduced to the
//! facts that are kept.

use super::clock::Millis;
use super::id::{DeliveryId, UserId};
use super::link::DestinationId;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HitKind {
    /// The open pixel.
    Open,
    /// A tracked link.
    Click,
    /// An unsubscribe that the store could not take at once.
    Unsubscribe,
    /// Such an unsubscribe taken back.
    Resubscribe,
}

/// The request method, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// OPTIONS.
    Options,
    /// POST.
    Post,
}

/// A hit as the tracking handler saw it. It lives sealed in the intake until ingest has reduced
/// it, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitRecord {
    /// When the request was read.
    pub at: Millis,
    /// What was asked for.
    pub kind: HitKind,
    /// The delivery named by the ticket.
    pub delivery: DeliveryId,
    /// The link's number; 0 for pixel and unsubscribe.
    pub link_no: u16,
    /// The destination named by the ticket; 0 for pixel and unsubscribe.
    pub destination: DestinationId,
    /// GET, HEAD, OPTIONS or POST.
    pub method: Method,
    /// The client's address, after declared proxies.
    pub client: Option<IpAddr>,
    /// The headers that facts are made from, as `(HeaderField, value)`, values cut at 512 bytes.
    pub headers: Vec<(HeaderField, String)>,
}

impl HitRecord {
    /// The value of `field`, if the request had it.
    pub fn header(&self, field: HeaderField) -> Option<&str> {
        self.headers
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, value)| value.as_str())
    }
}

/// The request headers that facts are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HeaderField {
    /// `User-Agent`.
    UserAgent,
    /// `Accept`.
    Accept,
    /// `Accept-Language`.
    AcceptLanguage,
    /// `Sec-Fetch-Mode`.
    SecFetchMode,
    /// `Sec-Fetch-Dest`.
    SecFetchDest,
    /// `Sec-Fetch-User`.
    SecFetchUser,
    /// `Sec-Fetch-Site`.
    SecFetchSite,
    /// `Sec-Purpose`.
    SecPurpose,
    /// `Purpose`.
    Purpose,
    /// `X-Purpose`.
    XPurpose,
    /// `X-Moz`.
    XMoz,
    /// `Referer`.
    Referer,
    /// `Sec-CH-UA`.
    SecChUa,
    /// `DNT`.
    Dnt,
    /// `Sec-GPC`.
    SecGpc,
    /// No header of the client's: `https` when the request came over TLS, as the connection or a
    /// declared proxy says.
    Scheme,
}

/// The client's network: enough to see that two hits came from one place, not who was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Network {
    /// The first 24 bits of an IPv4 address.
    V4([u8; 3]),
    /// The first 48 bits of an IPv6 address.
    V6([u8; 6]),
    /// The address was not known.
    None,
}

/// The class of a user agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AgentClass {
    /// No agent given.
    Empty,
    /// A browser.
    Browser,
    /// A mail program.
    MailClient,
    /// Exactly `Mozilla/5.0`: Apple's mail privacy proxy.
    AppleProxy,
    /// Gmail's image proxy.
    GmailProxy,
    /// Gmail's prefetch.
    GmailPrefetch,
    /// Yahoo's image proxy.
    YahooProxy,
    /// Says it makes link previews.
    Preview,
    /// Says it is a bot, a crawler, a scanner or a programming library.
    Bot,
    /// Anything else.
    Other,
    /// An image proxy or a resizer of another mail provider, by its own word.
    ImageProxy,
}

/// A user agent reduced to what rules ask of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Agent {
    /// Its class.
    pub class: AgentClass,
    /// Its family, such as `Chrome`, or the word by which it declares itself; at most 40 bytes.
    pub family: String,
    /// Its major version, 0 when unknown.
    pub major: u16,
    /// `Windows`, `macOS`, `Linux`, `Android`, `iOS`, or empty.
    pub system: String,
}

/// Which headers a request had, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HeaderBits(pub u16);

impl HeaderBits {
    /// `Sec-Fetch-Mode: navigate`.
    pub const NAVIGATE: u16 = 1;
    /// `Sec-Fetch-Dest: document`.
    pub const DOCUMENT: u16 = 1 << 1;
    /// `Sec-Fetch-User: ?1`.
    pub const USER: u16 = 1 << 2;
    /// `Accept` holds `text/html`.
    pub const HTML: u16 = 1 << 3;
    /// `Accept-Language` present.
    pub const LANGUAGE: u16 = 1 << 4;
    /// Any `Sec-Fetch-*` present.
    pub const ANY_FETCH: u16 = 1 << 5;
    /// `Sec-CH-UA` present.
    pub const CLIENT_HINT: u16 = 1 << 6;
    /// `Referer` present.
    pub const REFERER: u16 = 1 << 7;
    /// `Sec-Purpose`, `Purpose` or `X-Moz` says prefetch.
    pub const PREFETCH: u16 = 1 << 8;
    /// `X-Purpose` says preview or instant.
    pub const PREVIEW: u16 = 1 << 9;
    /// `DNT: 1` or `Sec-GPC: 1`.
    pub const OBJECTS: u16 = 1 << 10;
    /// `Accept` is exactly `*/*`.
    pub const ANY_TYPE: u16 = 1 << 11;
    /// The request came over TLS.
    pub const HTTPS: u16 = 1 << 12;
    /// `Referer` names a host where a security gateway rewrites links.
    pub const GATEWAY_REFERER: u16 = 1 << 13;

    /// Whether all bits of `mask` are set.
    pub const fn has(self, mask: u16) -> bool {
        self.0 & mask == mask
    }
}

/// Which hits from a listed network mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Every hit: no person is behind it.
    All,
    /// Hits on links; its pixels may be fetched for a person.
    Clicks,
    /// Apple's relay: proves who fetched, accuses nobody. People browse through it as well.
    AppleRelay,
    /// Google's fetchers: as above.
    GoogleProxy,
}

/// How much one sign proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Certainty {
    /// Tips only what is otherwise unknown.
    Weak,
    /// Needs a second sign.
    Probable,
    /// Decides alone.
    Certain,
}

/// What the network catalogue said about the client's address when the hit was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Listed {
    /// Whose network it is, such as `Microsoft`; at most 40 bytes.
    pub label: String,
    /// Which hits from there mean something.
    pub scope: Scope,
    /// `Certain` or `Probable`.
    pub certainty: Certainty,
    /// The list that said so, by the checksum of its lines.
    pub list: u32,
}

/// A signed-in session of ours that used the same address and the same agent in the 24 hours
/// before the hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OwnSession {
    /// Whose session.
    pub user: UserId,
    /// How long before the hit it was last used, in seconds.
    pub seconds_before: u32,
}

/// What is kept of a hit: nothing here names a contact or a full address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitFacts {
    /// GET, HEAD, OPTIONS or POST.
    pub method: Method,
    /// The client's /24 or /48.
    pub network: Network,
    /// Keyed hash of the full client address; the key is destroyed after some days.
    pub client: Option<u64>,
    /// The agent, reduced.
    pub agent: Agent,
    /// Headers seen.
    pub bits: HeaderBits,
    /// What the catalogue said; `None` when the address is in no list.
    pub listed: Option<Listed>,
    /// The session of ours that looks the same, if one does.
    pub own: Option<OwnSession>,
}

/// [`HitFacts`] as they were stored first: without catalogue and sessions. Only read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstFacts {
    method: Method,
    network: Network,
    client: Option<u64>,
    agent: Agent,
    bits: HeaderBits,
}

impl From<FirstFacts> for HitFacts {
    fn from(first: FirstFacts) -> Self {
        Self {
            method: first.method,
            network: first.network,
            client: first.client,
            agent: first.agent,
            bits: first.bits,
            listed: None,
            own: None,
        }
    }
}

/// The version in front of a record. A change of the struct needs a new one and a reader for the
/// old; a header field or a class at the end of its list does not.
const RECORD_VERSION: u8 = 1;

/// The version in front of stored facts, by the same rule.
const FACTS_VERSION: u8 = 2;

impl HitRecord {
    /// Compact bytes with a version in front.
    ///
    /// # Panics
    /// Never: every field has an encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(RECORD_VERSION, self)
    }

    /// Reads what [`Self::to_bytes`] wrote; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (&RECORD_VERSION, body) => postcard::from_bytes(body).ok(),
            _ => None,
        }
    }
}

impl HitFacts {
    /// Compact bytes with a version in front.
    ///
    /// # Panics
    /// Never: every field has an encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(FACTS_VERSION, self)
    }

    /// Reads what [`Self::to_bytes`] wrote, now or in an older version; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (&FACTS_VERSION, body) => postcard::from_bytes(body).ok(),
            (1, body) => postcard::from_bytes::<FirstFacts>(body)
                .ok()
                .map(Self::from),
            _ => None,
        }
    }
}

fn encode(version: u8, data: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(data, vec![version]).expect("plain data has an encoding")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> HitFacts {
        HitFacts {
            method: Method::Head,
            network: Network::V4([192, 0, 2]),
            client: Some(u64::MAX),
            agent: Agent {
                class: AgentClass::Browser,
                family: "Chrome".into(),
                major: 146,
                system: "Windows".into(),
            },
            bits: HeaderBits(HeaderBits::NAVIGATE | HeaderBits::HTTPS),
            listed: Some(Listed {
                label: "Microsoft".into(),
                scope: Scope::Clicks,
                certainty: Certainty::Probable,
                list: 7,
            }),
            own: Some(OwnSession {
                user: UserId(uuid::Uuid::from_bytes([3; 16])),
                seconds_before: 90,
            }),
        }
    }

    #[test]
    fn facts_come_back_as_they_were_stored() {
        let bytes = facts().to_bytes();
        assert_eq!(HitFacts::from_bytes(&bytes), Some(facts()));
        assert_eq!(HitFacts::from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(HitFacts::from_bytes(&[9, 1, 2]), None);
        assert_eq!(HitFacts::from_bytes(&[]), None);
    }

    #[test]
    fn facts_of_the_first_version_are_still_read() {
        let first = [
            &[1, 1, 0, 192, 0, 2, 1, 42, 1, 6][..],
            b"Chrome",
            &[146, 1, 7],
            b"Windows",
            &[1],
        ]
        .concat();
        let expected = HitFacts {
            client: Some(42),
            bits: HeaderBits(HeaderBits::NAVIGATE),
            listed: None,
            own: None,
            ..facts()
        };
        assert_eq!(HitFacts::from_bytes(&first), Some(expected));
    }
}
