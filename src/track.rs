//! From a request to what is kept of it: headers to a [`HitRecord`], and later the record to
//! [`HitFacts`]. Pure: no I/O, no clock. Between the two the record lies sealed in the intake;
//! after the reduction nothing names a person or a full address.

pub mod agent;
pub mod catalogue;
pub mod destinations;
pub mod proxies;
pub mod rewriters;

use crate::domain::hit::{HeaderBits, HeaderField, HitFacts, HitRecord, Network, OwnSession};
use catalogue::Catalogue;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::net::IpAddr;

/// Longer header values are cut: no rule reads further.
const VALUE_BYTES: usize = 512;

/// What is recorded in place of a `Referer` that leads to a gateway.
const REWRITER: &str = "gateway";

/// The field called `name` (in lower case), if facts are made from it.
pub fn header_field(name: &str) -> Option<HeaderField> {
    Some(match name {
        "user-agent" => HeaderField::UserAgent,
        "accept" => HeaderField::Accept,
        "accept-language" => HeaderField::AcceptLanguage,
        "sec-fetch-mode" => HeaderField::SecFetchMode,
        "sec-fetch-dest" => HeaderField::SecFetchDest,
        "sec-fetch-user" => HeaderField::SecFetchUser,
        "sec-fetch-site" => HeaderField::SecFetchSite,
        "sec-purpose" => HeaderField::SecPurpose,
        "purpose" => HeaderField::Purpose,
        "x-purpose" => HeaderField::XPurpose,
        "x-moz" => HeaderField::XMoz,
        "referer" => HeaderField::Referer,
        "sec-ch-ua" => HeaderField::SecChUa,
        "dnt" => HeaderField::Dnt,
        "sec-gpc" => HeaderField::SecGpc,
        _ => return None,
    })
}

/// A header value as it is recorded: text of at most 512 bytes, what is not UTF-8 replaced.
/// `Referer` is recorded as present, never with its text: it may name a person's page. That its
/// host is a gateway's is noted as one word.
pub fn header_value(field: HeaderField, value: &[u8]) -> String {
    if field == HeaderField::Referer {
        let gateway = std::str::from_utf8(value).is_ok_and(rewriters::is_rewriter);
        return if gateway { REWRITER } else { "" }.to_owned();
    }
    let value = &value[..value.len().min(VALUE_BYTES)];
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => agent::cut(&String::from_utf8_lossy(value), VALUE_BYTES).to_owned(),
    }
}

/// The key of the hash that stands for a client's full address on one day.
#[derive(Clone)]
pub struct ClientKey([u8; 32]);

impl ClientKey {
    /// Made of a secret outside the database and the day's salt inside it, so that neither alone
    /// makes a hash, and nothing does once the salt is gone.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    pub fn new(secret: &[u8; 32], salt: &[u8; 32]) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
        Self(mac.chain_update(salt).finalize().into_bytes().into())
    }

    /// The hash that stands for `address` and `agent` together. A signed-in session keeps it for
    /// 24 hours; a hit that has the same one was made by that person's browser.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    pub fn browser(&self, address: IpAddr, agent: &str) -> u64 {
        let agent = agent::cut(agent.trim(), VALUE_BYTES);
        self.hash(&[b"browser\0", &octets(address), agent.as_bytes()])
    }

    /// The first 8 bytes of HMAC-SHA256 over `parts`.
    fn hash(&self, parts: &[&[u8]]) -> u64 {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(part);
        }
        let digest = mac.finalize().into_bytes();
        let mut first = [0_u8; 8];
        first.copy_from_slice(&digest[..8]);
        u64::from_be_bytes(first)
    }
}

/// The bytes of `address`: 4 or 16.
fn octets(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// Whether the browser objects to tracking (`DNT: 1`, `Sec-GPC: 1`).
pub fn objects(record: &HitRecord) -> bool {
    bits(record).has(HeaderBits::OBJECTS)
}

/// Reduces a record to what is kept. Without a key, since its day's salt is gone, no hash is made
/// of the client's address. `own` is the session of ours that [`ClientKey::browser`] found.
pub fn reduce(
    record: &HitRecord,
    key: Option<&ClientKey>,
    catalogue: &Catalogue,
    own: Option<OwnSession>,
) -> HitFacts {
    HitFacts {
        method: record.method,
        network: record.client.map_or(Network::None, network),
        client: record
            .client
            .zip(key)
            .map(|(address, key)| key.hash(&[&octets(address)])),
        agent: agent::read(record.header(HeaderField::UserAgent).unwrap_or_default()),
        bits: bits(record),
        listed: record.client.and_then(|address| catalogue.find(address)),
        own,
    }
}

/// The /24 or /48 of `address`.
fn network(address: IpAddr) -> Network {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Network::V4([a, b, c])
        }
        IpAddr::V6(v6) => {
            let mut prefix = [0_u8; 6];
            prefix.copy_from_slice(&v6.octets()[..6]);
            Network::V6(prefix)
        }
    }
}

/// What the headers say, one bit each.
fn bits(record: &HitRecord) -> HeaderBits {
    record
        .headers
        .iter()
        .fold(HeaderBits::default(), |bits, (field, value)| {
            HeaderBits(bits.0 | field_bits(*field, value))
        })
}

fn field_bits(field: HeaderField, value: &str) -> u16 {
    let when = |holds: bool, bit: u16| if holds { bit } else { 0 };
    let says = |word: &str| {
        value
            .as_bytes()
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    let is = |word: &str| value.trim().eq_ignore_ascii_case(word);
    match field {
        HeaderField::SecFetchMode => {
            HeaderBits::ANY_FETCH | when(is("navigate"), HeaderBits::NAVIGATE)
        }
        HeaderField::SecFetchDest => {
            HeaderBits::ANY_FETCH | when(is("document"), HeaderBits::DOCUMENT)
        }
        HeaderField::SecFetchUser => HeaderBits::ANY_FETCH | when(is("?1"), HeaderBits::USER),
        HeaderField::SecFetchSite => HeaderBits::ANY_FETCH,
        HeaderField::Accept => {
            when(says("text/html"), HeaderBits::HTML) | when(is("*/*"), HeaderBits::ANY_TYPE)
        }
        HeaderField::AcceptLanguage => when(!value.trim().is_empty(), HeaderBits::LANGUAGE),
        HeaderField::SecPurpose | HeaderField::Purpose | HeaderField::XMoz => {
            when(says("prefetch"), HeaderBits::PREFETCH)
        }
        HeaderField::XPurpose => when(says("preview") || says("instant"), HeaderBits::PREVIEW),
        HeaderField::Referer => {
            HeaderBits::REFERER | when(is(REWRITER), HeaderBits::GATEWAY_REFERER)
        }
        HeaderField::Scheme => when(is("https"), HeaderBits::HTTPS),
        HeaderField::SecChUa => HeaderBits::CLIENT_HINT,
        HeaderField::Dnt | HeaderField::SecGpc => when(is("1"), HeaderBits::OBJECTS),
        HeaderField::UserAgent => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Millis;
    use crate::domain::hit::{AgentClass, HitKind, Method};
    use crate::domain::id::DeliveryId;
    use crate::domain::link::DestinationId;

    fn record(client: Option<&str>, headers: &[(HeaderField, &str)]) -> HitRecord {
        HitRecord {
            at: Millis(0),
            kind: HitKind::Click,
            delivery: DeliveryId(uuid::Uuid::nil()),
            link_no: 1,
            destination: DestinationId(1),
            method: Method::Get,
            client: client.map(|text| text.parse().unwrap()),
            headers: headers
                .iter()
                .map(|(field, value)| (*field, (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn a_record_is_reduced_to_network_hash_agent_and_bits() {
        let key = ClientKey([7; 32]);
        let facts = reduce(
            &record(
                Some("203.0.113.77"),
                &[
                    (HeaderField::UserAgent, "curl/8.5.0"),
                    (HeaderField::Accept, "text/HTML,*/*"),
                    (HeaderField::SecFetchMode, "navigate"),
                    (HeaderField::SecGpc, "1"),
                ],
            ),
            Some(&key),
            &Catalogue::shipped(),
            None,
        );
        assert_eq!(facts.listed, None);
        assert_eq!(facts.network, Network::V4([203, 0, 113]));
        assert_eq!(facts.agent.class, AgentClass::Bot);
        assert!(facts.bits.has(
            HeaderBits::HTML | HeaderBits::NAVIGATE | HeaderBits::ANY_FETCH | HeaderBits::OBJECTS
        ));
        assert!(!facts.bits.has(HeaderBits::ANY_TYPE));
        let bytes = facts.to_bytes();
        assert!(!bytes.windows(4).any(|part| part == [203, 0, 113, 77]));
    }

    fn reduced(record: &HitRecord, key: Option<&ClientKey>) -> HitFacts {
        reduce(record, key, &Catalogue::default(), None)
    }

    #[test]
    fn the_hash_tells_addresses_apart_and_depends_on_the_key() {
        let hash = |address: &str, key: &ClientKey| {
            reduced(&record(Some(address), &[]), Some(key))
                .client
                .unwrap()
        };
        let (one, mapped, other) = ("203.0.113.77", "::ffff:203.0.113.77", "203.0.113.78");
        let key = ClientKey([7; 32]);
        assert_eq!(hash(one, &key), hash(mapped, &key));
        assert_ne!(hash(one, &key), hash(other, &key));
        let [of_today, of_tomorrow, of_others] =
            [([1; 32], [1; 32]), ([1; 32], [2; 32]), ([2; 32], [1; 32])]
                .map(|(secret, salt)| hash(one, &ClientKey::new(&secret, &salt)));
        assert!(of_today != of_tomorrow && of_today != of_others && of_tomorrow != of_others);
        assert_eq!(reduced(&record(Some(one), &[]), None).client, None);
        assert_eq!(
            reduced(&record(Some("2001:db8:1:2::3"), &[]), Some(&key)).network,
            Network::V6([0x20, 0x01, 0x0d, 0xb8, 0, 1])
        );
        assert_eq!(reduced(&record(None, &[]), Some(&key)).client, None);
    }

    #[test]
    fn a_browser_is_known_again_by_address_and_agent_together() {
        let key = ClientKey([7; 32]);
        let address = "203.0.113.77".parse().unwrap();
        let other = "203.0.113.78".parse().unwrap();
        let mark = key.browser(address, "Mozilla/5.0 (X11)");
        assert_eq!(mark, key.browser(address, " Mozilla/5.0 (X11) "));
        assert_ne!(mark, key.browser(other, "Mozilla/5.0 (X11)"));
        assert_ne!(mark, key.browser(address, "Mozilla/5.0 (X12)"));
        assert_ne!(
            mark,
            ClientKey([8; 32]).browser(address, "Mozilla/5.0 (X11)")
        );
    }

    #[test]
    fn network_scheme_and_the_gateways_referer_are_kept_as_facts() {
        let referer = header_value(HeaderField::Referer, b"https://urldefense.com/v3/x");
        let headers = [
            (HeaderField::Referer, referer.as_str()),
            (HeaderField::Scheme, "https"),
        ];
        let record = record(Some("104.47.1.254"), &headers);
        let facts = reduce(&record, None, &Catalogue::shipped(), None);
        assert!(
            facts
                .bits
                .has(HeaderBits::REFERER | HeaderBits::GATEWAY_REFERER | HeaderBits::HTTPS)
        );
        assert_eq!(facts.listed.unwrap().label, "Microsoft mail protection");
    }

    #[test]
    fn prefetches_are_seen_in_every_spelling() {
        let key = ClientKey([7; 32]);
        for (field, value, bit) in [
            (
                HeaderField::SecPurpose,
                "prefetch;prerender",
                HeaderBits::PREFETCH,
            ),
            (HeaderField::Purpose, "Prefetch", HeaderBits::PREFETCH),
            (HeaderField::XMoz, "prefetch", HeaderBits::PREFETCH),
            (HeaderField::XPurpose, "preview", HeaderBits::PREVIEW),
            (HeaderField::XPurpose, "instant", HeaderBits::PREVIEW),
        ] {
            let facts = reduced(&record(None, &[(field, value)]), Some(&key));
            assert!(facts.bits.has(bit), "{field:?} {value}");
        }
    }

    #[test]
    fn values_are_cut_and_made_text_and_a_referer_keeps_no_text() {
        let long = vec![b'a'; 2_000];
        assert_eq!(header_value(HeaderField::UserAgent, &long).len(), 512);
        let broken = [vec![b'a'; 511], "ü".as_bytes().to_vec()].concat();
        assert!(header_value(HeaderField::UserAgent, &broken).len() <= 512);
        assert_eq!(
            header_value(HeaderField::Referer, b"https://x.example/anna"),
            ""
        );
    }
}
