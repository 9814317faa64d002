//! Secrets that a client carries and we only know again: API tokens and session cookies. The text
//! is an id and 256 random bits; kept are the id and a hash of the bits, so that a copy of the
//! database signs nobody in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// What every API token begins with, so that leaked ones can be searched for.
pub const TOKEN_PREFIX: &str = "otk_";

/// An id with its secret. `Debug` does not show the secret.
#[derive(Clone)]
pub struct Secret {
    id: Uuid,
    bits: [u8; 32],
}

impl Secret {
    /// A secret from 256 fresh random bits.
    pub const fn new(id: Uuid, bits: [u8; 32]) -> Self {
        Self { id, bits }
    }

    /// Reads what [`Self::text`] or [`Self::token_text`] wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(TOKEN_PREFIX).unwrap_or(text);
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, bits) = bytes.split_at_checked(16)?;
        Some(Self {
            id: Uuid::from_slice(id).ok()?,
            bits: bits.try_into().ok()?,
        })
    }

    /// The id, under which the hash is looked up.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// The text for a cookie.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode([self.id.as_bytes().as_slice(), &self.bits].concat())
    }

    /// The text of an API token.
    pub fn token_text(&self) -> String {
        format!("{TOKEN_PREFIX}{}", self.text())
    }

    /// What is kept. 256 random bits need no slow hash.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.bits).into()
    }

    /// Whether `kept` is the hash of this secret, in a time that does not depend on it.
    pub fn matches(&self, kept: &[u8]) -> bool {
        self.hash().ct_eq(kept).into()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_again_and_a_changed_one_is_not() {
        let secret = Secret::new(Uuid::from_u128(7), [3; 32]);
        let kept = secret.hash();
        let again = Secret::parse(&secret.token_text()).unwrap();
        assert_eq!(again.id(), Uuid::from_u128(7));
        assert!(again.matches(&kept));
        assert!(Secret::parse(&secret.text()).unwrap().matches(&kept));
        assert!(!Secret::new(Uuid::from_u128(7), [4; 32]).matches(&kept));
        assert!(!again.matches(&kept[..31]));
        assert!(!format!("{secret:?}").contains("3, 3"));
    }

    #[test]
    fn what_is_no_secret_is_none() {
        for text in ["", "otk_", "otk_AAAA", "é", "otk_otk_", &"A".repeat(500)] {
            assert!(Secret::parse(text).is_none(), "{text}");
        }
    }
}
