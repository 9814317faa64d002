//! By what a mail is known again, whichever way it comes: a digest of Message-ID, Date, From,
//! Subject and decoded body. Trace headers and transfer encodings differ from way to way and stay
//! out of it.

use mail_parser::{HeaderName, MessageParser, PartType};
use sha2::{Digest, Sha256};

/// The digest of `raw`. Bytes that are no mail at all are digested as they stand.
pub(super) fn of(raw: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    let Some(mail) = MessageParser::default().parse(raw) else {
        digest.update(raw);
        return digest.finalize().into();
    };
    for name in [
        HeaderName::MessageId,
        HeaderName::Date,
        HeaderName::From,
        HeaderName::Subject,
    ] {
        let value = mail.header_raw(name).unwrap_or("");
        line(&mut digest, value.as_bytes());
    }
    for part in &mail.parts {
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => line(&mut digest, text.as_bytes()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => line(&mut digest, bytes),
            PartType::Message(_) | PartType::Multipart(_) => {}
        }
    }
    digest.finalize().into()
}

/// Adds a value with its white space made one: folding and line ends change on the way.
fn line(digest: &mut Sha256, bytes: &[u8]) {
    let words = bytes
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    for word in words {
        digest.update(word);
        digest.update(b" ");
    }
    digest.update(b"\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Received: by a\r\nFrom: Anna <anna@buyer.example>\r\nDate: Mon, 4 May 2026 10:00:00 +0200\r\nMessage-ID: <1@buyer.example>\r\nSubject: Re: Our\r\n call\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nJa, gern für Montag.\r\n";

    #[test]
    fn another_way_another_encoding_and_other_line_ends_make_no_other_mail() {
        let unix = MAIL.replace("\r\n", "\n");
        let quoted = MAIL
            .replace("8bit", "quoted-printable")
            .replace("ü", "=C3=BC");
        let traced = MAIL.replace(
            "Received: by a",
            "Received: by b\r\nX-Spam: no\r\nReceived: by a",
        );
        let refolded = MAIL.replace("Our\r\n call", "Our call");
        for same in [unix, quoted, traced, refolded] {
            assert_eq!(of(same.as_bytes()), of(MAIL.as_bytes()), "{same}");
        }
        for other in [
            MAIL.replace("<1@", "<2@"),
            MAIL.replace("Montag", "Dienstag"),
            MAIL.replace("10:00:00", "10:00:01"),
        ] {
            assert_ne!(of(other.as_bytes()), of(MAIL.as_bytes()), "{other}");
        }
    }

    #[test]
    fn what_is_no_mail_has_an_identity_too() {
        assert_ne!(of(b""), of(b"\xff\xfe"));
        assert_eq!(of(b"\xff\xfe"), of(b"\xff\xfe"));
    }
}
