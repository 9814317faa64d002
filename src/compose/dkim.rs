//! DKIM signatures for the domains whose keys we hold (RFC 6376, RFC 8463).
//!
//! The formatted bytes are signed, not a message object, so what is signed is what leaves. The
//! `t=` tag is the signing library's own reading of the clock; nothing here depends on it.

use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{DkimSigner, Done};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// `From` and `Subject` twice: a second one added on the way breaks the signature. No `l=`.
const SIGNED: [&str; 16] = [
    "From",
    "From",
    "Subject",
    "Subject",
    "To",
    "Cc",
    "Reply-To",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// Smallest RSA key we sign with, in bytes of its modulus (RFC 8301, 3.2).
const MIN_RSA_BYTES: usize = 256;

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DkimError {
    /// Not a PEM of an RSA or Ed25519 private key.
    #[error("the DKIM key is no PEM of an RSA or Ed25519 private key")]
    Unreadable,
    /// Under 2,048 bits.
    #[error("the DKIM key has fewer than 2,048 bits")]
    Weak,
}

enum Signer {
    Rsa(DkimSigner<RsaKey<Sha256>, Done>),
    Ed25519(DkimSigner<Ed25519Key, Done>),
}

/// A private key.
enum Key {
    Rsa(RsaKey<Sha256>),
    Ed25519(Ed25519Key),
}

impl Key {
    fn read(pem: &str) -> Result<Self, DkimError> {
        let key =
            || PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| DkimError::Unreadable);
        if let Ok(rsa) = RsaKey::<Sha256>::from_key_der(key()?) {
            if modulus_bytes(&rsa.public_key()) < MIN_RSA_BYTES {
                return Err(DkimError::Weak);
            }
            return Ok(Self::Rsa(rsa));
        }
        let PrivateKeyDer::Pkcs8(der) = key()? else {
            return Err(DkimError::Unreadable);
        };
        Ed25519Key::from_pkcs8_maybe_unchecked_der(der.secret_pkcs8_der())
            .map(Self::Ed25519)
            .map_err(|_| DkimError::Unreadable)
    }
}

/// The public half of the private key in `pem`: the DER of an `RSAPublicKey` (RFC 8017, A.1.1), or
/// the 32 bytes of an Ed25519 key (RFC 8032, 5.1.5).
pub fn public_half(pem: &str) -> Result<Vec<u8>, DkimError> {
    Ok(match Key::read(pem)? {
        Key::Rsa(rsa) => rsa.public_key(),
        Key::Ed25519(ed25519) => ed25519.public_key(),
    })
}

/// The keys we hold, each for one domain and selector.
#[derive(Default)]
pub struct DkimKeys {
    keys: Vec<(String, Signer)>,
}

impl DkimKeys {
    /// Adds the private key in `pem` (PKCS #8, or PKCS #1 for RSA) for mail from `domain`, in
    /// lower case. A domain with an RSA and an Ed25519 key gets both signatures.
    pub fn add(&mut self, domain: &str, selector: &str, pem: &str) -> Result<(), DkimError> {
        let signer = match Key::read(pem)? {
            Key::Rsa(rsa) => Signer::Rsa(
                DkimSigner::from_key(rsa)
                    .domain(domain)
                    .selector(selector)
                    .headers(SIGNED),
            ),
            Key::Ed25519(ed25519) => Signer::Ed25519(
                DkimSigner::from_key(ed25519)
                    .domain(domain)
                    .selector(selector)
                    .headers(SIGNED),
            ),
        };
        self.keys.push((domain.to_owned(), signer));
        Ok(())
    }

    /// Whether mail from `domain` is signed.
    pub fn holds(&self, domain: &str) -> bool {
        self.keys.iter().any(|(own, _)| own == domain)
    }

    /// `message` with a signature of each key of `domain` put before it; as it is when there is
    /// none.
    pub fn sign(&self, domain: &str, message: Vec<u8>) -> Result<Vec<u8>, mail_auth::Error> {
        if !self.holds(domain) {
            return Ok(message);
        }
        let mut signed = Vec::with_capacity(message.len() + 1_500);
        for (_, signer) in self.keys.iter().filter(|(own, _)| own == domain) {
            let signature = match signer {
                Signer::Rsa(signer) => signer.sign(&message)?,
                Signer::Ed25519(signer) => signer.sign(&message)?,
            };
            signature.write_header(&mut signed);
        }
        signed.extend_from_slice(&message);
        Ok(signed)
    }
}

impl std::fmt::Debug for DkimKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let domains = self.keys.iter().map(|(domain, _)| domain);
        f.debug_list().entries(domains).finish()
    }
}

/// The size of the modulus in a DER `RSAPublicKey`, or 0 when it cannot be read: a SEQUENCE whose
/// first element is the INTEGER.
fn modulus_bytes(der: &[u8]) -> usize {
    let Some((_, sequence)) = element(der, 0x30) else {
        return 0;
    };
    element(sequence, 0x02).map_or(0, |(length, integer)| {
        length - usize::from(integer.first() == Some(&0))
    })
}

/// The length and content of the DER element of kind `tag` at the start of `der`.
fn element(der: &[u8], tag: u8) -> Option<(usize, &[u8])> {
    let (kind, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let length = bytes
            .iter()
            .fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
        (length, rest)
    };
    (*kind == tag).then_some((length, rest.get(..length)?))
}
