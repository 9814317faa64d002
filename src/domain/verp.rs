//! Return addresses that name their delivery (VERP): `local+tag@domain`, where the tag is the
//! delivery's UUID and a 72-bit MAC in lower-case base32 (RFC 4648, 6). Servers on the way may
//! change the case of a local part, so reading ignores it. A report that comes back to such an
//! address has consequences; one to any other has none.

use super::address::EmailAddress;
use super::id::{DeliveryId, UserId};
use super::keys::{KeyRing, Purpose};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// 16 + 9 bytes are 40 characters to the bit, so a tag has one spelling but for its case.
const MAC_BYTES: usize = 9;
const TAG_BYTES: usize = 16 + MAC_BYTES;
const TAG_TEXT: usize = TAG_BYTES / 5 * 8;
/// RFC 5321, 4.5.3.1.1.
const MAX_LOCAL: usize = 64;
/// What the tag of a log address is made over beside the id.
const LOG: &[u8] = b"otklik/log/1";
/// The same of an address to unsubscribe at.
const UNSUBSCRIBE: &[u8] = b"otklik/unsubscribe/1";
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The return-address keys of a ring. A tag names no key: each is tried.
#[derive(Clone)]
pub struct VerpKeys {
    keys: Vec<Hmac<Sha256>>,
}

impl VerpKeys {
    /// Prepares the keys of `ring`.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    pub fn new(ring: &KeyRing) -> Self {
        let keys = ring
            .all(Purpose::Verp)
            .iter()
            .map(|(_, key)| Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
            .collect();
        Self { keys }
    }

    /// The log address of `user`: mail that is copied there is logged as theirs. It is `base`, an
    /// address we read, with a tag; `None` when the local part would pass 64 bytes.
    ///
    /// # Panics
    /// Never: a ring holds at least one key.
    pub fn sign_log(&self, base: &EmailAddress, user: UserId) -> Option<EmailAddress> {
        self.tagged(base, LOG, *user.0.as_bytes())
    }

    /// The user of the log address `address`; `None` when it is none of ours.
    pub fn verify_log(&self, address: &EmailAddress) -> Option<UserId> {
        let id = self.verified(address, LOG)?;
        Some(UserId(Uuid::from_bytes(id)))
    }

    /// `base` with the tag of `delivery`; `None` when the local part would pass 64 bytes, which
    /// leaves 23 for the mailbox's own.
    ///
    /// # Panics
    /// Never: a ring holds at least one key.
    pub fn sign(&self, base: &EmailAddress, delivery: DeliveryId) -> Option<EmailAddress> {
        self.tagged(base, &[], *delivery.0.as_bytes())
    }

    /// The delivery named in the local part of `address`; `None` when there is no tag of ours.
    pub fn verify(&self, address: &EmailAddress) -> Option<DeliveryId> {
        let id = self.verified(address, &[])?;
        Some(DeliveryId(Uuid::from_bytes(id)))
    }

    /// The address at which any mail takes the contact of `delivery` off (RFC 2369, 3.2): `base`
    /// with a tag that no return address has, so that a report or an automatic answer, which goes
    /// to the return address, is never taken for a wish.
    ///
    /// # Panics
    /// Never: a ring holds at least one key.
    pub fn sign_unsubscribe(
        &self,
        base: &EmailAddress,
        delivery: DeliveryId,
    ) -> Option<EmailAddress> {
        self.tagged(base, UNSUBSCRIBE, *delivery.0.as_bytes())
    }

    /// The delivery named in an address to unsubscribe at; `None` when it is none of ours.
    pub fn verify_unsubscribe(&self, address: &EmailAddress) -> Option<DeliveryId> {
        let id = self.verified(address, UNSUBSCRIBE)?;
        Some(DeliveryId(Uuid::from_bytes(id)))
    }

    /// `base` with the tag of an id; `kind` keeps tags of one kind from being read as another.
    fn tagged(&self, base: &EmailAddress, kind: &[u8], id: [u8; 16]) -> Option<EmailAddress> {
        if base.local().len() + 1 + TAG_TEXT > MAX_LOCAL {
            return None;
        }
        let key = self.keys.first().expect("a ring holds at least one key");
        let mac = key.clone().chain_update(kind).chain_update(id).finalize();
        let mut bytes = [0_u8; TAG_BYTES];
        bytes[..16].copy_from_slice(&id);
        bytes[16..].copy_from_slice(&mac.into_bytes()[..MAC_BYTES]);
        let (local, domain) = (base.local(), base.domain());
        EmailAddress::parse(&format!("{local}+{}@{domain}", encode(&bytes))).ok()
    }

    fn verified(&self, address: &EmailAddress, kind: &[u8]) -> Option<[u8; 16]> {
        let (_, tag) = address.local().rsplit_once('+')?;
        let bytes = decode(tag)?;
        let (id, mac) = bytes.split_first_chunk::<16>()?;
        self.keys.iter().find_map(|key| {
            let key = key.clone().chain_update(kind).chain_update(id);
            key.verify_truncated_left(mac).ok()?;
            Some(*id)
        })
    }
}

impl std::fmt::Debug for VerpKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerpKeys").finish_non_exhaustive()
    }
}

fn encode(bytes: &[u8; TAG_BYTES]) -> String {
    let digit = |bits: u64| char::from(ALPHABET[(bits & 31) as usize]);
    bytes
        .chunks_exact(5)
        .map(|chunk| {
            chunk
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte))
        })
        .flat_map(|bits| (0..8).rev().map(move |at| digit(bits >> (5 * at))))
        .collect()
}

fn decode(text: &str) -> Option<[u8; TAG_BYTES]> {
    if text.len() != TAG_TEXT {
        return None;
    }
    let mut bytes = [0_u8; TAG_BYTES];
    for (chunk, out) in text
        .as_bytes()
        .chunks_exact(8)
        .zip(bytes.chunks_exact_mut(5))
    {
        let bits = chunk.iter().try_fold(0_u64, |bits, letter| {
            let letter = letter.to_ascii_lowercase();
            let digit = ALPHABET.iter().position(|each| *each == letter)?;
            Some(bits << 5 | digit as u64)
        })?;
        out.copy_from_slice(&bits.to_be_bytes()[3..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> VerpKeys {
        VerpKeys::new(&KeyRing::parse(&KeyRing::generate([7; 32])).unwrap())
    }

    fn base(local: &str) -> EmailAddress {
        EmailAddress::parse(&format!("{local}@example.org")).unwrap()
    }

    #[test]
    fn a_local_part_that_leaves_no_room_gets_no_tag() {
        let delivery = DeliveryId(Uuid::from_bytes([1; 16]));
        assert!(keys().sign(&base(&"a".repeat(23)), delivery).is_some());
        assert!(keys().sign(&base(&"a".repeat(24)), delivery).is_none());
    }

    #[test]
    fn an_address_without_our_tag_names_nothing() {
        let foreign = VerpKeys::new(&KeyRing::parse(&KeyRing::generate([8; 32])).unwrap());
        let delivery = DeliveryId(Uuid::from_bytes([1; 16]));
        let tagged = foreign.sign(&base("anna"), delivery).unwrap();
        assert_eq!(keys().verify(&tagged), None);
        assert_eq!(keys().verify(&base("anna")), None);
        assert_eq!(keys().verify(&base("anna+list")), None);
    }

    #[test]
    fn a_log_address_names_its_user_and_never_a_delivery() {
        let user = UserId(Uuid::from_bytes([3; 16]));
        let address = keys().sign_log(&base("rita"), user).unwrap();
        assert_eq!(keys().verify_log(&address), Some(user));
        assert_eq!(keys().verify(&address), None);
        let delivery = keys().sign(&base("rita"), DeliveryId(user.0)).unwrap();
        assert_eq!(keys().verify_log(&delivery), None);
    }

    proptest! {
        #[test]
        fn a_return_address_names_its_delivery_in_any_case(id: [u8; 16], flip: prop::sample::Index) {
            let keys = keys();
            let delivery = DeliveryId(Uuid::from_bytes(id));
            let address = keys.sign(&base("anna.smith"), delivery).unwrap();
            prop_assert_eq!(keys.verify(&address), Some(delivery));
            let upper = EmailAddress::parse(&address.as_str().to_uppercase()).unwrap();
            prop_assert_eq!(keys.verify(&upper), Some(delivery));
            let start = "anna.smith+".len();
            let at = start + flip.index(address.local().len() - start);
            let other = if &address.local()[at..=at] == "a" { "b" } else { "a" };
            let mut changed = address.as_str().to_owned();
            changed.replace_range(at..=at, other);
            prop_assert_eq!(keys.verify(&EmailAddress::parse(&changed).unwrap()), None);
        }
    }
}
