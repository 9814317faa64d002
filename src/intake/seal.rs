//! Batches sealed with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under a subkey of the key
//! ring, so that nobody reads addresses out of an intake file or a copy of the disk.

use crate::domain::clock::random_bytes;
use crate::domain::keys::{KeyRing, Purpose};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use uuid::Uuid;

/// Where a batch stands: authenticated with it, so that none can be moved, repeated or cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) source: Uuid,
    pub(super) first: i64,
    pub(super) count: i64,
}

impl Place {
    fn bytes(self) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        bytes[..16].copy_from_slice(self.source.as_bytes());
        bytes[16..24].copy_from_slice(&self.first.to_be_bytes());
        bytes[24..].copy_from_slice(&self.count.to_be_bytes());
        bytes
    }
}

/// The sealing keys: the first seals, all open.
pub(super) struct Sealer(Vec<(u8, XChaCha20Poly1305)>);

impl Sealer {
    pub(super) fn new(ring: &KeyRing) -> Self {
        let keys = ring.all(Purpose::Seal).into_iter();
        Self(
            keys.map(|(id, key)| (id, XChaCha20Poly1305::new(&key.into())))
                .collect(),
        )
    }

    /// Seals `bytes` in place. Gives key id and nonce, which [`Self::open`] asks for.
    pub(super) fn seal(&self, place: Place, bytes: &mut Vec<u8>) -> Vec<u8> {
        let (id, cipher) = self.0.first().expect("a ring holds at least one key");
        let nonce: [u8; 24] = random_bytes();
        cipher
            .encrypt_in_place(&XNonce::from(nonce), &place.bytes(), bytes)
            .expect("a batch is far below the cipher's limit of 256 GiB");
        [&[*id], nonce.as_slice()].concat()
    }

    /// Opens what [`Self::seal`] sealed; `None` when the key is gone or anything was changed.
    pub(super) fn open(&self, place: Place, head: &[u8], mut bytes: Vec<u8>) -> Option<Vec<u8>> {
        let (id, nonce) = head.split_first()?;
        let nonce: [u8; 24] = nonce.try_into().ok()?;
        let (_, cipher) = self.0.iter().find(|(key, _)| key == id)?;
        cipher
            .decrypt_in_place(&XNonce::from(nonce), &place.bytes(), &mut bytes)
            .ok()?;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_opens_in_its_place_and_nowhere_else() {
        let old = KeyRing::generate([1; 32]);
        let sealer = Sealer::new(&KeyRing::parse(&old).unwrap());
        let place = Place {
            source: Uuid::from_bytes([3; 16]),
            first: 1,
            count: 2,
        };
        let mut bytes = b"203.0.113.77".to_vec();
        let head = sealer.seal(place, &mut bytes);
        assert!(!bytes.windows(5).any(|part| part == b"203.0"));

        let fresh = KeyRing::generate([2; 32]).replace("1:", "2:");
        let both = Sealer::new(&KeyRing::parse(&format!("{fresh},{old}")).unwrap());
        assert_eq!(
            both.open(place, &head, bytes.clone()).unwrap(),
            b"203.0.113.77"
        );

        let elsewhere = Place { first: 2, ..place };
        assert_eq!(both.open(elsewhere, &head, bytes.clone()), None);
        let without = Sealer::new(&KeyRing::parse(&fresh).unwrap());
        assert_eq!(without.open(place, &head, bytes.clone()), None);
        bytes[0] ^= 1;
        assert_eq!(both.open(place, &head, bytes), None);
    }
}
