//! Addresses that are written to no more. They are known by a keyed hash, so that an erased
//! contact stays suppressed without its address being kept.

use super::address::EmailAddress;
use super::keys::{KeyRing, Purpose};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Why an address is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// The contact asked for no more.
    Unsubscribed,
    /// The contact pressed "spam": not even an answer may go there.
    Complained,
    /// Mail to it comes back for good.
    HardBounce,
    /// A machine there says that its owner has left.
    ContactLeft,
    /// A user put it there.
    Manual,
}

impl SuppressionReason {
    /// The word stored and used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Complained => "complained",
            Self::HardBounce => "hard_bounce",
            Self::ContactLeft => "contact_left",
            Self::Manual => "manual",
        }
    }

    /// The reason called `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Unsubscribed,
            Self::Complained,
            Self::HardBounce,
            Self::ContactLeft,
            Self::Manual,
        ]
        .into_iter()
        .find(|reason| reason.as_str() == word)
    }
}

/// The keyed hash of an address. Made with the key of the ring that is never removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressHash(pub [u8; 32]);

/// Hashes addresses for the suppression list; its HMAC state is prepared once.
#[derive(Clone)]
pub struct AddressHasher(Hmac<Sha256>);

impl AddressHasher {
    /// With the suppression key of `ring`.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    pub fn new(ring: &KeyRing) -> Self {
        let (_, key) = ring.signing(Purpose::Suppression);
        Self(Hmac::new_from_slice(&key).expect("HMAC takes a key of any length"))
    }

    /// The hash of `address`, which is already in the one spelling addresses are compared in.
    pub fn hash(&self, address: &EmailAddress) -> AddressHash {
        let mac = self.0.clone().chain_update(address.as_str());
        AddressHash(mac.finalize().into_bytes().into())
    }

    /// The hash that stands for all of `domain`, lower-case and in A-labels. It is that of no
    /// address, since each has a local part.
    pub fn hash_domain(&self, domain: &str) -> AddressHash {
        let mac = self.0.clone().chain_update("@").chain_update(domain);
        AddressHash(mac.finalize().into_bytes().into())
    }
}

impl std::fmt::Debug for AddressHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddressHasher").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_outlives_the_rotation_of_the_signing_key() {
        let old = KeyRing::generate([1; 32]);
        let fresh = KeyRing::generate([2; 32]).replace("1:", "2:");
        let before = AddressHasher::new(&KeyRing::parse(&old).unwrap());
        let after = AddressHasher::new(&KeyRing::parse(&format!("{fresh},{old}")).unwrap());
        let address = EmailAddress::parse("Anna@Example.org").unwrap();
        assert_eq!(before.hash(&address), after.hash(&address));
        let other = EmailAddress::parse("ben@example.org").unwrap();
        assert_ne!(before.hash(&address), before.hash(&other));
        assert_eq!(
            before.hash_domain(address.domain()),
            after.hash_domain("example.org")
        );
        assert_ne!(before.hash_domain("example.org"), before.hash(&address));
    }
}
