//! What a relay's URL must be, for the API and the pages alike. Whether it can be reached is seen
//! when mail is sent.

use url::Url;

/// What is wrong with a relay's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RelayFault {
    /// It is no `smtp://` or `smtps://` URL with a host.
    #[error("is not a relay such as smtps://user@mail.example.org:465")]
    NoRelay,
    /// Its password would be kept in the clear.
    #[error("holds a password; give it as secret")]
    HoldsPassword,
}

/// Checks a relay's URL, whose password is kept elsewhere.
pub fn check(text: &str) -> Result<(), RelayFault> {
    let url = Url::parse(text).map_err(|_| RelayFault::NoRelay)?;
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    if !matches!(url.scheme(), "smtp" | "smtps") || !has_host {
        return Err(RelayFault::NoRelay);
    }
    if url.password().is_some() {
        return Err(RelayFault::HoldsPassword);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{RelayFault, check};

    #[test]
    fn a_relay_is_named_without_its_password() {
        assert_eq!(
            check("smtps://anna%40a.example@mail.example.org:465"),
            Ok(())
        );
        assert_eq!(
            check("smtp://u:p@mail.example.org"),
            Err(RelayFault::HoldsPassword)
        );
        for text in [
            "",
            "mail.example.org",
            "https://mail.example.org",
            "smtp://",
        ] {
            assert_eq!(check(text), Err(RelayFault::NoRelay), "{text}");
        }
    }
}
