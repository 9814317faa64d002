//! Secrets of others that we must be able to say again (a relay's password): sealed for the
//! database with XChaCha20-Poly1305 under a subkey of the key ring, bound to what they belong to,
//! so that none can be read from a copy of the database or moved to another row.

use super::keys::{KeyRing, Purpose};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

/// Seals `plain`; `nonce` is fresh random bytes. Gives key id, nonce and ciphertext in one.
///
/// # Panics
/// Never: a secret is far below the cipher's limit.
pub fn seal(ring: &KeyRing, owner: &[u8], nonce: [u8; 24], plain: &[u8]) -> Vec<u8> {
    let (id, key) = ring.signing(Purpose::Seal);
    let payload = Payload {
        msg: plain,
        aad: owner,
    };
    let sealed = XChaCha20Poly1305::new(&key.into())
        .encrypt(&XNonce::from(nonce), payload)
        .expect("a secret is far below the cipher's limit");
    [&[id], nonce.as_slice(), &sealed].concat()
}

/// Opens what [`seal`] made for the same `owner`; `None` when the key is gone or anything differs.
pub fn open(ring: &KeyRing, owner: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (id, rest) = sealed.split_first()?;
    let (nonce, text) = rest.split_at_checked(24)?;
    let nonce: [u8; 24] = nonce.try_into().ok()?;
    let key = ring.subkey(*id, Purpose::Seal)?;
    let payload = Payload {
        msg: text,
        aad: owner,
    };
    XChaCha20Poly1305::new(&key.into())
        .decrypt(&XNonce::from(nonce), payload)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_for_its_owner_alone() {
        let ring = KeyRing::parse(&KeyRing::generate([1; 32])).unwrap();
        let sealed = seal(&ring, b"mailbox 1", [9; 24], b"hunter2");
        assert_eq!(open(&ring, b"mailbox 1", &sealed).unwrap(), b"hunter2");
        assert!(open(&ring, b"mailbox 2", &sealed).is_none());
        assert!(open(&ring, b"mailbox 1", &sealed[..20]).is_none());
        assert!(!sealed.windows(7).any(|part| part == b"hunter2"));
        let other = KeyRing::parse(&KeyRing::generate([2; 32])).unwrap();
        assert!(open(&other, b"mailbox 1", &sealed).is_none());
    }
}
