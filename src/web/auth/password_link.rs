//! Links with which somebody sets their own password: made by an administrator and handed over by
//! them. Nothing is kept of a link. It names its user and its end, and its MAC covers the password's
//! present hash, so that it ends with its first use. Pure.

use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::id::UserId;
use crate::domain::keys::{KeyRing, Purpose};
use crate::store::users::User;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// How long a link can be used: long enough for a weekend.
const VALID_MS: i64 = 3 * DAY_MS;
const ID: usize = 16;
const END: usize = ID + 8;

/// The last segment of a fresh link for `user`.
pub fn mint(keys: &KeyRing, user: &User, now: Millis) -> String {
    let until = now.plus(VALID_MS);
    let mut bytes = user.id.0.as_bytes().to_vec();
    bytes.extend(until.0.to_be_bytes());
    bytes.extend(mac(keys, user, until));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whose link `token` claims to be.
pub fn claimed_user(token: &str) -> Option<UserId> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    Uuid::from_slice(bytes.get(..ID)?).ok().map(UserId)
}

/// Whether `token` is a link for `user` that can still be used at `now`.
pub fn holds(keys: &KeyRing, user: &User, token: &str, now: Millis) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else {
        return false;
    };
    let Some(end) = bytes.get(ID..END).and_then(|end| end.try_into().ok()) else {
        return false;
    };
    let until = Millis(i64::from_be_bytes(end));
    let is_ours: bool = bytes[END..].ct_eq(&mac(keys, user, until)).into();
    is_ours && bytes[..ID] == *user.id.0.as_bytes() && now < until
}

fn mac(keys: &KeyRing, user: &User, until: Millis) -> [u8; 32] {
    let (_, key) = keys.signing(Purpose::Session);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(b"otklik/password-link/1");
    mac.update(user.id.0.as_bytes());
    mac.update(&until.0.to_be_bytes());
    mac.update(user.password_hash.as_deref().unwrap_or("").as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::EmailAddress;
    use crate::domain::id::UserNo;
    use crate::domain::viewer::Role;

    fn user(id: u128, hash: Option<&str>) -> User {
        User {
            no: UserNo(1),
            id: UserId(Uuid::from_u128(id)),
            email: EmailAddress::parse("anna@a.example").unwrap(),
            name: "Anna".to_owned(),
            role: Role::Rep,
            team: None,
            password_hash: hash.map(str::to_owned),
            language: "en".to_owned(),
            created_at: Millis(0),
            disabled_at: None,
        }
    }

    #[test]
    fn a_link_is_for_one_user_one_use_and_three_days() {
        let keys = KeyRing::parse(&KeyRing::generate([7; 32])).unwrap();
        let anna = user(1, None);
        let now = Millis(1_000);
        let token = mint(&keys, &anna, now);
        assert_eq!(claimed_user(&token), Some(anna.id));
        assert!(holds(&keys, &anna, &token, now));
        assert!(!holds(&keys, &anna, &token, now.plus(VALID_MS)));
        assert!(!holds(&keys, &user(2, None), &token, now));
        assert!(!holds(&keys, &user(1, Some("$argon2id$")), &token, now));
        let other = KeyRing::parse(&KeyRing::generate([8; 32])).unwrap();
        assert!(!holds(&other, &anna, &token, now));
        for wrong in ["", "AAAA", &token[1..], &format!("{token}AAAA")] {
            assert!(!holds(&keys, &anna, wrong, now), "{wrong}");
        }
    }
}
