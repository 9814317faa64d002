//! Tickets: what stands behind `/c/`, `/o/` and `/u/` in a mail. A ticket carries everything the
//! answer needs and a MAC over it, so that a redirect is a function of the request and the key and
//! works with the database down, years later. Nothing that was not signed here is ever a target.
//!
//! Layout, before base64url without padding (RFC 4648, 5):
//!
//! | bytes | field | in |
//! |---|---|---|
//! | 1 | version, 1 | all |
//! | 1 | key id | all |
//! | 16 | delivery, a UUID | all |
//! | 2 | link number, big endian | click |
//! | 8 | destination id, big endian | click |
//! | 1 to 1,500 | destination URL, UTF-8 | click |
//! | 16 | HMAC-SHA256 over the kind and all bytes before, first 128 bits | all |
//!
//! The kind is under the MAC but not in the text: a pixel's ticket is worth nothing at `/u/`.

use super::id::DeliveryId;
use super::keys::{KeyRing, Purpose};
use super::link::DestinationId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// Longest destination URL a ticket holds, in bytes. A longer link stays untracked.
pub const MAX_URL_BYTES: usize = 1_500;

const VERSION: u8 = 1;
const MAC_BYTES: usize = 16;
/// Version, key id, delivery.
const HEAD_BYTES: usize = 18;
/// Link number and destination id.
const LINK_BYTES: usize = 10;
const MAX_BYTES: usize = HEAD_BYTES + LINK_BYTES + MAX_URL_BYTES + MAC_BYTES;
/// Longest text that can be a ticket.
const MAX_TEXT: usize = MAX_BYTES.div_ceil(3) * 4;

/// What a ticket is good for; a part of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Click = 1,
    Open = 2,
    Unsubscribe = 3,
}

/// A verified `/c/` ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClickTicket {
    /// The key that signed it.
    pub key: u8,
    /// The delivery whose mail holds the link.
    pub delivery: DeliveryId,
    /// The link's number in that mail, from 1.
    pub link: u16,
    /// The id of the destination, for the lists of blocked and moved ones.
    pub destination: DestinationId,
    /// Where the author's link leads, as they wrote it; see [`super::link::location`].
    pub url: String,
}

/// A verified `/o/` or `/u/` ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryTicket {
    /// The key that signed it.
    pub key: u8,
    /// The delivery whose mail it stands in.
    pub delivery: DeliveryId,
}

/// Why a URL cannot stand in a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Empty, or over [`MAX_URL_BYTES`].
    #[error("the URL is empty or longer than 1,500 bytes")]
    Length,
    /// Not `http:` or `https:`.
    #[error("the URL is not http or https")]
    Scheme,
}

/// The ticket keys of a ring, their HMAC states prepared once. Cheap to share, one per process.
#[derive(Clone)]
pub struct TicketKeys {
    /// The signing one first.
    keys: Vec<(u8, Hmac<Sha256>)>,
}

impl TicketKeys {
    /// Prepares the keys of `ring`.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    pub fn new(ring: &KeyRing) -> Self {
        let keys = ring
            .all(Purpose::Ticket)
            .into_iter()
            .map(|(id, key)| {
                let mac = Hmac::new_from_slice(&key).expect("HMAC takes a key of any length");
                (id, mac)
            })
            .collect();
        Self { keys }
    }

    /// A ticket for `/c/`. `link` counts from 1.
    pub fn sign_click(
        &self,
        delivery: DeliveryId,
        link: u16,
        destination: DestinationId,
        url: &str,
    ) -> Result<String, TicketError> {
        if url.is_empty() || url.len() > MAX_URL_BYTES {
            return Err(TicketError::Length);
        }
        if !is_web(url) {
            return Err(TicketError::Scheme);
        }
        let (link, destination) = (link.to_be_bytes(), destination.0.to_be_bytes());
        let rest = [&link[..], &destination[..], url.as_bytes()];
        Ok(self.sign(Kind::Click, delivery, &rest))
    }

    /// A ticket for `/o/`.
    pub fn sign_open(&self, delivery: DeliveryId) -> String {
        self.sign(Kind::Open, delivery, &[])
    }

    /// A ticket for `/u/`.
    pub fn sign_unsubscribe(&self, delivery: DeliveryId) -> String {
        self.sign(Kind::Unsubscribe, delivery, &[])
    }

    /// The click ticket in `text`; `None` when it is anything but one we signed, to the letter.
    pub fn verify_click(&self, text: &str) -> Option<ClickTicket> {
        let mut buffer = [0_u8; MAX_BYTES];
        let (key, delivery, rest) = self.verify(Kind::Click, text, &mut buffer)?;
        let (link, rest) = rest.split_first_chunk::<2>()?;
        let (destination, url) = rest.split_first_chunk::<8>()?;
        Some(ClickTicket {
            key,
            delivery,
            link: u16::from_be_bytes(*link),
            destination: DestinationId(i64::from_be_bytes(*destination)),
            url: std::str::from_utf8(url).ok()?.to_owned(),
        })
    }

    /// The pixel ticket in `text` (without `.gif`); `None` as for clicks.
    pub fn verify_open(&self, text: &str) -> Option<DeliveryTicket> {
        self.verify_delivery(Kind::Open, text)
    }

    /// The unsubscribe ticket in `text`; `None` as for clicks.
    pub fn verify_unsubscribe(&self, text: &str) -> Option<DeliveryTicket> {
        self.verify_delivery(Kind::Unsubscribe, text)
    }

    fn verify_delivery(&self, kind: Kind, text: &str) -> Option<DeliveryTicket> {
        let mut buffer = [0_u8; MAX_BYTES];
        let (key, delivery, rest) = self.verify(kind, text, &mut buffer)?;
        rest.is_empty().then_some(DeliveryTicket { key, delivery })
    }

    fn sign(&self, kind: Kind, delivery: DeliveryId, rest: &[&[u8]]) -> String {
        let (id, mac) = self.keys.first().expect("a ring holds at least one key");
        let length: usize = rest.iter().map(|piece| piece.len()).sum();
        let mut bytes = Vec::with_capacity(1 + HEAD_BYTES + length + MAC_BYTES);
        bytes.extend_from_slice(&[kind as u8, VERSION, *id]);
        bytes.extend_from_slice(delivery.0.as_bytes());
        for piece in rest {
            bytes.extend_from_slice(piece);
        }
        let tag = mac.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag[..MAC_BYTES]);
        URL_SAFE_NO_PAD.encode(&bytes[1..])
    }

    /// Decodes into `buffer` and checks the MAC in constant time. The decoder refuses padding,
    /// foreign characters and set bits past the end, so each ticket has one spelling.
    fn verify<'a>(
        &self,
        kind: Kind,
        text: &str,
        buffer: &'a mut [u8; MAX_BYTES],
    ) -> Option<(u8, DeliveryId, &'a [u8])> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let length = URL_SAFE_NO_PAD.decode_slice(text, buffer).ok()?;
        let buffer: &'a [u8] = buffer;
        let (bytes, tag) = buffer[..length].split_last_chunk::<MAC_BYTES>()?;
        let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let [version, key, delivery @ ..] = head;
        if *version != VERSION {
            return None;
        }
        let (_, mac) = self.keys.iter().find(|(id, _)| id == key)?;
        mac.clone()
            .chain_update([kind as u8])
            .chain_update(bytes)
            .verify_truncated_left(tag)
            .ok()?;
        Some((*key, DeliveryId(Uuid::from_bytes(*delivery)), rest))
    }
}

impl std::fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|(id, _)| id))
            .finish()
    }
}

/// Whether `url` begins with `http:` or `https:`, in any case.
fn is_web(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> TicketKeys {
        TicketKeys::new(&KeyRing::parse(&KeyRing::generate([7; 32])).unwrap())
    }

    fn delivery(bytes: [u8; 16]) -> DeliveryId {
        DeliveryId(Uuid::from_bytes(bytes))
    }

    #[test]
    fn a_ticket_is_good_for_its_own_kind_alone() {
        let keys = keys();
        let id = delivery([9; 16]);
        let url = "https://example.org/";
        let click = keys.sign_click(id, 1, DestinationId(5), url).unwrap();
        let (open, leave) = (keys.sign_open(id), keys.sign_unsubscribe(id));
        assert!(keys.verify_click(&click).is_some());
        assert_eq!(keys.verify_open(&open).unwrap().delivery, id);
        assert_eq!(keys.verify_unsubscribe(&leave).unwrap().delivery, id);
        assert_eq!(keys.verify_open(&leave), None);
        assert_eq!(keys.verify_unsubscribe(&open), None);
        assert_eq!(keys.verify_open(&click), None);
        assert_eq!(keys.verify_click(&open), None);
    }

    #[test]
    fn a_key_that_left_the_ring_no_longer_verifies_and_one_that_stays_does() {
        let old = KeyRing::generate([7; 32]);
        let fresh = KeyRing::generate([8; 32]).replace("1:", "2:");
        let ticket = keys().sign_open(delivery([1; 16]));
        let both = TicketKeys::new(&KeyRing::parse(&format!("{fresh},{old}")).unwrap());
        assert_eq!(both.verify_open(&ticket).unwrap().key, 1);
        let rotated = both.sign_open(delivery([1; 16]));
        assert_eq!(both.verify_open(&rotated).unwrap().key, 2);
        let without = TicketKeys::new(&KeyRing::parse(&fresh).unwrap());
        assert_eq!(without.verify_open(&ticket), None);
    }

    #[test]
    fn only_web_urls_of_a_fitting_length_are_signed() {
        let keys = keys();
        let sign = |url: &str| keys.sign_click(delivery([1; 16]), 1, DestinationId(1), url);
        assert_eq!(sign("javascript:alert(1)"), Err(TicketError::Scheme));
        assert_eq!(sign("//evil.test"), Err(TicketError::Scheme));
        assert_eq!(sign(""), Err(TicketError::Length));
        let longest = format!("HTTPS://a/{}", "x".repeat(MAX_URL_BYTES - 10));
        let ticket = sign(&longest).unwrap();
        assert_eq!(keys.verify_click(&ticket).unwrap().url, longest);
        assert_eq!(sign(&format!("{longest}x")), Err(TicketError::Length));
    }

    #[test]
    fn texts_that_are_no_tickets_are_refused() {
        let keys = keys();
        let good = keys.sign_open(delivery([1; 16]));
        let long = "A".repeat(100_000);
        for text in ["", "A", "AQE", "../../etc/passwd", "%00", &long] {
            assert_eq!(keys.verify_open(text), None);
            assert_eq!(keys.verify_click(text), None);
        }
        for text in [format!("{good}="), format!(" {good}"), format!("{good}\n")] {
            assert_eq!(keys.verify_open(&text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_signed_comes_back(id: [u8; 16], link: u16, to: i64, path in "\\PC{0,300}") {
            let keys = keys();
            let url = format!("https://example.org/{path}");
            let ticket = keys.sign_click(delivery(id), link, DestinationId(to), &url).unwrap();
            let back = keys.verify_click(&ticket).unwrap();
            prop_assert_eq!(back, ClickTicket {
                key: 1, delivery: delivery(id), link, destination: DestinationId(to), url,
            });
        }
    }

    #[test]
    fn every_change_of_one_character_and_every_cut_spoils_a_ticket() {
        let keys = keys();
        let url = "https://a.example/";
        let ticket = keys.sign_click(delivery([5; 16]), 3, DestinationId(4), url);
        let ticket = ticket.unwrap();
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. ";
        for at in 0..ticket.len() {
            assert_eq!(keys.verify_click(&ticket[..at]), None);
            for letter in letters
                .chars()
                .filter(|letter| !ticket[at..].starts_with(*letter))
            {
                let changed = format!("{}{letter}{}", &ticket[..at], &ticket[at + 1..]);
                assert_eq!(keys.verify_click(&changed), None, "{changed}");
            }
        }
    }
}
