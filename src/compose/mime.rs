//! The message as bytes (RFC 5322, RFC 2045): headers, alternatives, attachments, strict CRLF.
//!
//! Everything that enters a header is a type that cannot hold a line break; the subject, which a
//! merge may have changed, is parsed again here.

use super::encode;
use super::input::{Attachment, Person, RenderInput, Rfc822Id};
use crate::domain::address::{AddressError, EmailAddress, HeaderText};
use crate::domain::clock::Millis;
use crate::domain::thread_index;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, Message, MessageBuilder, MultiPart, SinglePart};
use std::time::{Duration, SystemTime};

/// The bodies and headers that are not in the input itself.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// After merging.
    pub subject: &'a str,
    /// After rewriting.
    pub html: Option<&'a str>,
    /// Given or derived.
    pub text: &'a str,
    /// The one-click URL for `List-Unsubscribe` (RFC 8058); outreach has one.
    pub unsubscribe: Option<&'a str>,
    /// The address for the same by mail (RFC 2369, 3.2), where mail to a tagged address comes back.
    pub unsubscribe_at: Option<&'a EmailAddress>,
}

/// Why the message cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum MimeError {
    /// The subject cannot be a header.
    #[error("the subject {0}")]
    Subject(AddressError),
    /// An address or name the builder refuses.
    #[error("an address is refused: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// Anything else the builder refuses.
    #[error("the message is refused: {0}")]
    Build(#[from] lettre::error::Error),
}

/// The formatted message, unsigned, every line ending in CRLF.
pub fn build(input: &RenderInput, parts: &Parts<'_>) -> Result<Vec<u8>, MimeError> {
    let builder = headers(input, parts)?;
    // `=_` cannot occur in either encoded form of a body, and the delivery's id in no other.
    let boundary = |level: &str| format!("=_{}.{level}", input.delivery.0.simple());
    let text = || part(ContentType::TEXT_PLAIN, parts.text);
    let alternative = parts.html.map(|html| {
        MultiPart::alternative()
            .boundary(boundary("a"))
            .singlepart(text())
            .singlepart(part(ContentType::TEXT_HTML, html))
    });
    let message = if input.attachments.is_empty() {
        match alternative {
            Some(alternative) => builder.multipart(alternative)?,
            None => builder.singlepart(text())?,
        }
    } else {
        let mixed = MultiPart::mixed().boundary(boundary("m"));
        let mixed = match alternative {
            Some(alternative) => mixed.multipart(alternative),
            None => mixed.singlepart(text()),
        };
        let files = input.attachments.iter().map(attachment);
        builder.multipart(files.fold(mixed, MultiPart::singlepart))?
    };
    Ok(message.formatted())
}

fn headers(input: &RenderInput, parts: &Parts<'_>) -> Result<MessageBuilder, MimeError> {
    let subject = HeaderText::parse(parts.subject).map_err(MimeError::Subject)?;
    let mut builder = Message::builder()
        .date(system_time(input.date))
        .from(mailbox(&input.from)?);
    for person in &input.to {
        builder = builder.to(mailbox(person)?);
    }
    for person in &input.cc {
        builder = builder.cc(mailbox(person)?);
    }
    if let Some(person) = &input.reply_to {
        builder = builder.reply_to(mailbox(person)?);
    }
    builder = builder
        .subject(subject.as_str())
        .message_id(Some(input.message_id.as_str().to_owned()));
    if let Some(id) = &input.in_reply_to {
        builder = builder.in_reply_to(id.as_str().to_owned());
    }
    builder = builder.references(references(input));
    if let Some(index) = thread_index(input) {
        builder = builder.raw_header(header("Thread-Index", &index));
    }
    if let Some(url) = parts.unsubscribe {
        let by_mail = parts.unsubscribe_at.map_or_else(String::new, |address| {
            format!(", <mailto:{}?subject=unsubscribe>", address.as_str())
        });
        builder = builder
            .raw_header(header("List-Unsubscribe", &format!("<{url}>{by_mail}")))
            .raw_header(header(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click",
            ));
    }
    for custom in &input.headers {
        let name = HeaderName::new_from_ascii(custom.name().to_owned());
        let name = name.expect("a custom header's name is letters, digits and hyphens");
        builder = builder.raw_header(HeaderValue::new(name, custom.value().to_owned()));
    }
    // The envelope of the SMTP dialogue is ours; the builder's own would need every recipient.
    Ok(builder.envelope(Envelope::new(None, vec![address(&input.recipient)?])?))
}

/// The thread so far and, last, this mail's own id: Amazon SES and Exchange may put another id into
/// `Message-ID` and leave this field alone, so that an answer still names ours. A reader that
/// threads by ids passes over a mail's own (RFC 5256, `REFERENCES`, links that would make a loop).
fn references(input: &RenderInput) -> String {
    let before = input
        .references
        .iter()
        .filter(|id| **id != input.message_id);
    let all = before.chain([&input.message_id]);
    all.map(Rfc822Id::as_str).collect::<Vec<_>>().join(" ")
}

/// Outlook's name for the thread, where a mail of ours began it. In a thread that they began it
/// has a name of theirs, which another one would break.
fn thread_index(input: &RenderInput) -> Option<String> {
    let began = input.references.first().or(input.in_reply_to.as_ref());
    let root = began.unwrap_or(&input.message_id).uuid()?;
    let value = thread_index::value(root, input.message_id.uuid()?, input.date)?;
    Some(STANDARD.encode(value))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn address(address: &EmailAddress) -> Result<Address, MimeError> {
    Ok(Address::new(address.local(), address.domain())?)
}

fn mailbox(person: &Person) -> Result<Mailbox, MimeError> {
    let name = person.name.as_str();
    let name = (!name.is_empty()).then(|| name.to_owned());
    Ok(Mailbox::new(name, address(&person.address)?))
}

fn system_time(at: Millis) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(at.0.max(0).unsigned_abs())
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(encode::body(text))
}

/// A file under its name (RFC 2231), always in base64: left to itself the builder sends a file that
/// happens to be ASCII as `7bit`, bare line feeds included.
fn attachment(file: &Attachment) -> SinglePart {
    let kind = ContentType::parse(file.media_type.as_str());
    let kind = kind.unwrap_or_else(|_| {
        ContentType::parse("application/octet-stream").expect("a well-formed media type")
    });
    let base64 = ContentTransferEncoding::Base64;
    let body = Body::new_with_encoding(file.bytes.to_vec(), base64);
    let body = body.expect("any bytes can be base64");
    SinglePart::builder()
        .header(kind)
        .header(ContentDisposition::attachment(file.name.as_str()))
        .body(body)
}
