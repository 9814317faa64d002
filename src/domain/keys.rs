//! The key ring: one secret per key id, and a subkey per purpose derived from it, so that no two
//! uses share a key (HKDF, RFC 5869). The first key signs, all verify.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

/// What a subkey is for. The label is part of the derivation: changing one changes the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// MACs of click, open and unsubscribe tickets.
    Ticket,
    /// Sealed intake records and sealed secrets in the database.
    Seal,
    /// Return addresses that name a delivery.
    Verp,
    /// Session and form tokens.
    Session,
    /// Hashes of suppressed addresses; taken from the last key of the ring, which is never removed.
    Suppression,
    /// Hashes of client addresses in hit facts.
    Client,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Ticket => "otklik/ticket/1",
            Self::Seal => "otklik/seal/1",
            Self::Verp => "otklik/verp/1",
            Self::Session => "otklik/session/1",
            Self::Suppression => "otklik/suppression/1",
            Self::Client => "otklik/client/1",
        }
    }
}

/// One secret of the ring under its id (1 to 255).
#[derive(Clone)]
struct Key {
    id: u8,
    secret: [u8; 32],
}

/// All secrets this installation knows. `Debug` shows ids only.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<Key>,
}

/// Why a key ring could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// Not `<id>:<base64>`.
    #[error("a key must look like 1:BASE64 with an id from 1 to 255 and 32 bytes of base64")]
    Malformed,
    /// The same id twice.
    #[error("key id {0} appears twice")]
    Duplicate(u8),
    /// Nothing there.
    #[error("no key given")]
    Empty,
}

impl KeyRing {
    /// Reads `<id>:<base64>[,<id>:<base64>…]`, each secret 32 bytes.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys: Vec<Key> = Vec::new();
        for item in text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
        {
            let (id, secret) = item.split_once(':').ok_or(KeyError::Malformed)?;
            let id: u8 = id.parse().map_err(|_| KeyError::Malformed)?;
            let secret = STANDARD.decode(secret).map_err(|_| KeyError::Malformed)?;
            let secret: [u8; 32] = secret.try_into().map_err(|_| KeyError::Malformed)?;
            if id == 0 {
                return Err(KeyError::Malformed);
            }
            if keys.iter().any(|key| key.id == id) {
                return Err(KeyError::Duplicate(id));
            }
            keys.push(Key { id, secret });
        }
        if keys.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(Self { keys })
    }

    /// The text form of a ring with one fresh secret, as it is written to the data folder.
    pub fn generate(secret: [u8; 32]) -> String {
        format!("1:{}", STANDARD.encode(secret))
    }

    /// The id that signs.
    ///
    /// # Panics
    /// Never: a ring holds at least one key.
    pub fn signing_id(&self) -> u8 {
        self.keys.first().expect("a ring holds at least one key").id
    }

    /// The subkey of `id` for `purpose`; `None` when the ring has no such id.
    ///
    /// # Panics
    /// Never: 32 bytes are within what HKDF-SHA256 may give.
    pub fn subkey(&self, id: u8, purpose: Purpose) -> Option<[u8; 32]> {
        let key = self.keys.iter().find(|key| key.id == id)?;
        let mut out = [0_u8; 32];
        Hkdf::<Sha256>::new(None, &key.secret)
            .expand(purpose.label().as_bytes(), &mut out)
            .expect("32 bytes are within HKDF-SHA256");
        Some(out)
    }

    /// The id and subkey that sign for `purpose`.
    ///
    /// # Panics
    /// Never: a ring holds at least one key.
    pub fn signing(&self, purpose: Purpose) -> (u8, [u8; 32]) {
        let id = match purpose {
            Purpose::Suppression => self.keys.last().expect("a ring holds at least one key").id,
            _ => self.signing_id(),
        };
        (id, self.subkey(id, purpose).expect("the id is in the ring"))
    }

    /// Every id with its subkey for `purpose`, the signing one first.
    pub fn all(&self, purpose: Purpose) -> Vec<(u8, [u8; 32])> {
        self.keys
            .iter()
            .filter_map(|key| self.subkey(key.id, purpose).map(|sub| (key.id, sub)))
            .collect()
    }

    /// What the database remembers of each key, to notice that another one came in its place:
    /// `<id>:<first 8 bytes of a hash, in hex>`.
    pub fn fingerprints(&self) -> Vec<String> {
        self.keys
            .iter()
            .map(|key| {
                let digest =
                    Sha256::digest([b"otklik/fingerprint/1".as_slice(), &key.secret].concat());
                let hex: String = digest.iter().take(8).fold(String::new(), |mut hex, byte| {
                    use std::fmt::Write as _;
                    let _ = write!(hex, "{byte:02x}");
                    hex
                });
                format!("{}:{hex}", key.id)
            })
            .collect()
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|key| key.id))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_signs_and_every_key_verifies() {
        let one = KeyRing::generate([1; 32]);
        let ring = KeyRing::parse(&format!("2:{},{one}", STANDARD.encode([2; 32]))).unwrap();
        assert_eq!(ring.signing_id(), 2);
        assert_eq!(ring.all(Purpose::Ticket).len(), 2);
        assert_ne!(
            ring.subkey(1, Purpose::Ticket),
            ring.subkey(2, Purpose::Ticket)
        );
        assert_ne!(
            ring.subkey(1, Purpose::Ticket),
            ring.subkey(1, Purpose::Seal)
        );
        assert_eq!(ring.signing(Purpose::Suppression).0, 1);
    }

    #[test]
    fn a_ring_that_cannot_be_read_says_why() {
        assert_eq!(KeyRing::parse("").unwrap_err(), KeyError::Empty);
        assert_eq!(KeyRing::parse("abc").unwrap_err(), KeyError::Malformed);
        assert_eq!(KeyRing::parse("0:AAAA").unwrap_err(), KeyError::Malformed);
        let key = KeyRing::generate([1; 32]);
        assert_eq!(
            KeyRing::parse(&format!("{key},{key}")).unwrap_err(),
            KeyError::Duplicate(1)
        );
    }
}
