//! Everything one delivery is made from, as plain data, so that it can be frozen at enqueue and
//! give the same mail whenever the lane takes it up. Each header-bound value is a type that cannot
//! hold a line break, checked again when it is read back from the store.

use crate::domain::address::{AddressError, EmailAddress, HeaderText};
use crate::domain::clock::Millis;
use crate::domain::contact::Tracking;
use crate::domain::id::DeliveryId;
use crate::domain::link::DestinationId;
use crate::domain::mailbox::EnvelopePolicy;
use crate::domain::message::{MailClass, UrlTextPolicy};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// What one delivery is rendered from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderInput {
    /// The delivery the tickets and the return address name.
    pub delivery: DeliveryId,
    /// The `Message-ID`.
    pub message_id: Rfc822Id,
    /// The `Date`.
    pub date: Millis,
    /// Decides on the unsubscribe header and the footer.
    pub class: MailClass,
    /// Who writes.
    pub from: Person,
    /// Whom this delivery is for; the one `RCPT TO`.
    pub recipient: EmailAddress,
    /// The `To` every recipient sees.
    pub to: Vec<Person>,
    /// The `Cc` every recipient sees. A blind copy is a delivery of its own whose recipient stands
    /// in neither.
    pub cc: Vec<Person>,
    /// Where answers go, if not to `from`.
    pub reply_to: Option<Person>,
    /// The message this one answers.
    pub in_reply_to: Option<Rfc822Id>,
    /// The thread so far, oldest first.
    pub references: Vec<Rfc822Id>,
    /// Further headers of the author's.
    pub headers: Vec<CustomHeader>,
    /// Subject and bodies.
    pub content: Content,
    /// What merge fields stand for.
    pub fields: Fields,
    /// Files; kept by the store in rows of their own, so not part of the frozen text.
    #[serde(skip)]
    pub attachments: Vec<Attachment>,
    /// What may be recorded.
    pub tracking: Tracking,
    /// What becomes of a link that shows its address.
    pub url_text: UrlTextPolicy,
    /// The destinations that are content assets.
    pub contents: HashSet<DestinationId>,
    /// What stands in `MAIL FROM`.
    pub envelope: EnvelopePolicy,
}

/// A name with an address. The name may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// As shown to the recipient.
    pub name: HeaderText,
    /// The address.
    pub address: EmailAddress,
}

/// Subject and bodies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// One line.
    pub subject: String,
    /// The HTML part.
    pub html: Option<String>,
    /// The text part; made from the HTML when there is none.
    pub text: Option<String>,
    /// Whether the three are templates.
    pub merge: Merge,
}

/// Whether merge fields are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// Every character stands for itself.
    #[default]
    Literal,
    /// A template in MiniJinja's language.
    Template,
}

/// All that a template may name. A value that is `None` or missing is undefined: the merge fails
/// unless the template gives a `default`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Fields {
    /// `contact.…`
    pub contact: ContactFields,
    /// `rep.…`
    pub rep: RepFields,
    /// `vars.…`: what the message itself brings.
    pub vars: BTreeMap<String, serde_json::Value>,
}

/// `contact.…`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ContactFields {
    /// `contact.name`
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// `contact.first_name`
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_name: Option<String>,
    /// `contact.email`
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    /// `contact.account`: the name of their company.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// `contact.fields.…`: the organisation's own.
    pub fields: BTreeMap<String, String>,
}

/// `rep.…`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RepFields {
    /// `rep.name`
    pub name: String,
    /// `rep.email`
    pub email: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without a path.
    pub name: HeaderText,
    /// Its media type; `application/octet-stream` when it cannot be read.
    pub media_type: HeaderText,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

/// A `Message-ID` with its angle brackets: printable ASCII, at most 250 bytes (RFC 5322, 3.6.4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rfc822Id(String);

impl Rfc822Id {
    /// Parses `<left@right>`; brackets may be missing.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let inner = text.strip_prefix('<').unwrap_or(text);
        let inner = inner.strip_suffix('>').unwrap_or(inner);
        if inner.len() > 248 {
            return Err(AddressError::TooLong);
        }
        let fits = inner
            .bytes()
            .all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>'));
        let parts = inner.split_once('@');
        if !fits || !parts.is_some_and(|(left, right)| !left.is_empty() && !right.is_empty()) {
            return Err(AddressError::Syntax);
        }
        Ok(Self(format!("<{inner}>")))
    }

    /// The id for a mail known here as `id`, under the sender's domain.
    pub fn new(id: Uuid, from: &EmailAddress) -> Self {
        Self(format!("<{}@{}>", id.simple(), from.domain()))
    }

    /// With its brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id that [`Rfc822Id::new`] was given, if this can be one of those.
    pub fn uuid(&self) -> Option<Uuid> {
        let (left, _) = self.0.strip_prefix('<')?.split_once('@')?;
        let plain = left.len() == 32 && left.bytes().all(|b| b.is_ascii_hexdigit());
        Uuid::try_parse(left).ok().filter(|_| plain)
    }
}

impl TryFrom<String> for Rfc822Id {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Rfc822Id> for String {
    fn from(id: Rfc822Id) -> Self {
        id.0
    }
}

/// A header of the author's: `X-…` only, since every other name has a meaning we vouch for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(String, String)", into = "(String, String)")]
pub struct CustomHeader {
    name: String,
    value: HeaderText,
}

impl CustomHeader {
    /// Parses a name of letters, digits and hyphens that begins with `X-`, and a value.
    pub fn parse(name: &str, value: &str) -> Result<Self, AddressError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let starts_well = name.get(..2).is_some_and(|x| x.eq_ignore_ascii_case("x-"));
        if !starts_well || name.len() < 3 || name.len() > 64 || !name.bytes().all(fits) {
            return Err(AddressError::Syntax);
        }
        Ok(Self {
            name: name.to_owned(),
            value: HeaderText::parse(value)?,
        })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value.
    pub fn value(&self) -> &str {
        self.value.as_str()
    }
}

impl TryFrom<(String, String)> for CustomHeader {
    type Error = AddressError;
    fn try_from((name, value): (String, String)) -> Result<Self, Self::Error> {
        Self::parse(&name, &value)
    }
}

impl From<CustomHeader> for (String, String) {
    fn from(header: CustomHeader) -> Self {
        (header.name, header.value.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_or_a_header_that_could_inject_is_refused() {
        assert_eq!(Rfc822Id::parse("a@b").unwrap().as_str(), "<a@b>");
        for text in ["", "a", "<a@b>\r\nBcc: x@y", "<a b@c>", "<a@b> <c@d>", "@b"] {
            assert!(Rfc822Id::parse(text).is_err(), "{text:?}");
        }
        assert!(CustomHeader::parse("X-Campaign", "spring").is_ok());
        for (name, value) in [
            ("Bcc", "x@y.example"),
            ("X-A: b\r\nBcc", "c"),
            ("X-", "a"),
            ("X-A", "b\r\nBcc: c@d.example"),
            ("X-A", "b\nc"),
        ] {
            assert!(CustomHeader::parse(name, value).is_err(), "{name:?}");
        }
        let frozen = r#"["X-A","b\r\nBcc: c@d.example"]"#;
        assert!(serde_json::from_str::<CustomHeader>(frozen).is_err());
    }
}
