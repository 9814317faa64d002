//! Passwords: Argon2id with the crate's defaults (19 MiB, 2 passes, OWASP's first choice), each
//! with a salt of its own. Slow on purpose: callers in the shell run it off the event loop.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// The shortest password taken, in characters (NIST SP 800-63B-4, 3.1.1.2, asks for 8 at least
/// where there is a second factor and 15 where not; we take the middle and limit the tries).
pub const SHORTEST: usize = 10;
/// The longest password taken, in bytes.
pub const LONGEST: usize = 1_000;

/// Why a password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Under [`SHORTEST`] characters.
    #[error("must have at least 10 characters")]
    TooShort,
    /// Over [`LONGEST`] bytes.
    #[error("must have at most 1000 bytes")]
    TooLong,
}

/// The text to keep for `password`.
///
/// # Panics
/// When the system has no memory or no random bytes to give.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if password.len() > LONGEST {
        return Err(PasswordError::TooLong);
    }
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .expect("the default parameters are valid");
    Ok(hash.to_string())
}

/// Whether `password` is the one `kept` was made from. Without a kept hash (no such user, or one
/// who never set a password) the same work is done and the answer is no.
pub fn verify(password: &str, kept: Option<&str>) -> bool {
    let parsed = kept.and_then(|kept| PasswordHash::new(kept).ok());
    let known = parsed.is_some();
    let stand_in = PasswordHash::new(STAND_IN).expect("a hash made by this very function");
    let against = parsed.unwrap_or(stand_in);
    let short = &password.as_bytes()[..password.len().min(LONGEST)];
    let same = Argon2::default().verify_password(short, &against).is_ok();
    same && known
}

/// The hash of a random text that was thrown away, with the parameters of [`hash`].
const STAND_IN: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3RhbmQtaW4tZm9yLW5vbmU$u0Y3p1Q1m5s8rT2b0Y9V6c4d7e1f3g5h7i9j1k3l5m8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let kept = hash("correct horse battery").unwrap();
        assert!(verify("correct horse battery", Some(&kept)));
        assert!(!verify("correct horse batterx", Some(&kept)));
        assert_ne!(kept, hash("correct horse battery").unwrap(), "salted");
    }

    #[test]
    fn without_a_kept_hash_the_answer_is_no() {
        assert!(!verify("anything at all", None));
        assert!(!verify("anything at all", Some("not a hash")));
    }

    #[test]
    fn the_stand_in_costs_what_a_real_one_costs() {
        let kept = hash("correct horse battery").unwrap();
        let parameters = |text: &str| text.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(parameters(&kept), parameters(STAND_IN));
    }

    #[test]
    fn passwords_too_short_or_too_long_are_refused() {
        assert_eq!(hash("short"), Err(PasswordError::TooShort));
        assert_eq!(hash(&"x".repeat(2_000)), Err(PasswordError::TooLong));
    }
}
