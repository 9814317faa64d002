//! E-mail addresses and display names, parsed once at the edge.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A syntactically valid address. Two addresses are equal when mail to both would reach the same
/// mailbox at any provider we know: the domain as A-labels in lower case, the local part in lower
/// case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    text: String,
    at: usize,
}

/// Why a text is not an address or a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not `local@domain`.
    #[error("is not an e-mail address such as anna@example.org")]
    Syntax,
    /// Longer than 254 bytes (RFC 5321, 4.5.3.1.3).
    #[error("is longer than 254 bytes")]
    TooLong,
    /// The domain cannot be written in A-labels.
    #[error("has a domain that cannot exist")]
    Domain,
    /// An encoded word (RFC 2047), which readers would decode into who knows what.
    #[error("holds an encoded word such as =?utf-8?q?text?=")]
    EncodedWord,
    /// A line break, another control character or a direction override.
    #[error("holds a line break, a control character or a text-direction override")]
    Control,
}

impl EmailAddress {
    /// Parses `text`, trimming blanks around it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if has_forbidden_characters(text) {
            return Err(AddressError::Control);
        }
        if text.len() > 254 {
            return Err(AddressError::TooLong);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Syntax)?;
        let domain = ascii_domain(domain)?;
        let local = local.to_lowercase();
        if local.len() > 64 || !local.is_ascii() || !domain.contains('.') && domain != "localhost" {
            return Err(AddressError::Syntax);
        }
        let text = format!("{local}@{domain}");
        lettre::Address::from_str(&text).map_err(|_| AddressError::Syntax)?;
        Ok(Self {
            at: local.len(),
            text,
        })
    }

    /// The part before the `@`, in lower case.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain in A-labels, in lower case.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The domain that `text` is, in A-labels and lower case; `None` when it is none.
pub fn mail_domain(text: &str) -> Option<String> {
    ascii_domain(text.trim()).ok()
}

/// A domain in A-labels and lower case, or why it has none.
fn ascii_domain(domain: &str) -> Result<String, AddressError> {
    if domain.is_empty() || domain.starts_with('[') {
        return Err(AddressError::Syntax);
    }
    match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) => Ok(ascii),
        _ => Err(AddressError::Domain),
    }
}

/// Whether `text` holds something of the shape `=?charset?q?text?=` (RFC 2047, 2).
fn has_encoded_word(text: &str) -> bool {
    text.match_indices("=?").any(|(at, _)| {
        let mut parts = text[at + 2..].splitn(4, '?');
        let (charset, encoding) = (parts.next(), parts.next());
        let behind = parts.next().and(parts.next());
        charset.is_some_and(|charset| !charset.is_empty())
            && encoding.is_some_and(|encoding| matches!(encoding, "b" | "B" | "q" | "Q"))
            && behind.is_some_and(|behind| behind.starts_with('='))
    })
}

/// Whether `text` holds what must never enter a mail header: CR, LF, NUL, any other C0 or C1
/// control, line or paragraph separators, or a bidirectional override.
pub fn has_forbidden_characters(text: &str) -> bool {
    text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

impl FromStr for EmailAddress {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.text
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text fit for a mail header or a name: at most 998 bytes, no control characters, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HeaderText(String);

impl HeaderText {
    /// Parses `text`; an empty one is allowed.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.len() > 998 {
            return Err(AddressError::TooLong);
        }
        if has_forbidden_characters(text) {
            return Err(AddressError::Control);
        }
        if has_encoded_word(text) {
            return Err(AddressError::EncodedWord);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for HeaderText {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<HeaderText> for String {
    fn from(text: HeaderText) -> Self {
        text.0
    }
}

impl fmt::Display for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Providers whose domain says nothing about the company of an address.
const FREEMAIL: &[&str] = &[
    "aol.com",
    "bk.ru",
    "fastmail.com",
    "gmail.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.com",
    "icloud.com",
    "inbox.ru",
    "libero.it",
    "list.ru",
    "live.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "rambler.ru",
    "t-online.de",
    "web.de",
    "ya.ru",
    "yahoo.com",
    "yandex.com",
    "yandex.ru",
    "zoho.com",
];

/// Whether mail at `domain` is given to anybody, so that no company may be read from it.
pub fn is_freemail(domain: &str) -> bool {
    FREEMAIL.binary_search(&domain).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case_and_a_labels() {
        let address = EmailAddress::parse(" Anna@GRÜN.example ").unwrap();
        assert_eq!(address.as_str(), "anna@xn--grn-ioa.example");
        assert_eq!(address.local(), "anna");
        assert_eq!(address.domain(), "xn--grn-ioa.example");
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        for (text, error) in [
            ("anna", AddressError::Syntax),
            ("anna@", AddressError::Syntax),
            ("@b.example", AddressError::Syntax),
            ("a b@c.example", AddressError::Syntax),
            ("a@b.example\r\nBcc: c@d.example", AddressError::Control),
            ("a@[127.0.0.1]", AddressError::Syntax),
            ("a@b", AddressError::Syntax),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap_err(), error, "{text:?}");
        }
        let long = format!("{}@b.example", "a".repeat(250));
        assert_eq!(
            EmailAddress::parse(&long).unwrap_err(),
            AddressError::TooLong
        );
    }

    #[test]
    fn header_text_holds_no_line_breaks_and_no_overrides() {
        assert!(HeaderText::parse("Grüße, 你好").is_ok());
        assert!(HeaderText::parse("A\r\nBcc: x").is_err());
        assert!(HeaderText::parse("A\u{202e}B").is_err());
        assert!(HeaderText::parse("x =?utf-8?b?DQpCY2M6IHhAeQ==?= y").is_err());
        assert!(HeaderText::parse("really =? or ?= is fine").is_ok());
    }

    #[test]
    fn the_freemail_list_is_sorted_for_its_search() {
        assert!(FREEMAIL.is_sorted());
        assert!(is_freemail("gmail.com") && !is_freemail("example.org"));
    }
}
