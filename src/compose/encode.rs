//! A text body in its transfer encoding (RFC 2045, 6): `7bit` when it can be, `quoted-printable`
//! when it is mostly ASCII, `base64` otherwise. Line breaks of every kind leave as CRLF.
//!
//! Our own, since every byte of every mail passes through here and the choice has to be a `7bit`
//! whose line breaks are CRLF throughout.

use crate::domain::bytes;
use lettre::message::Body;
use lettre::message::header::ContentTransferEncoding;

/// Longest line of a `7bit` body (RFC 5321, 4.5.3.1.6), without its CRLF.
const MAX_LINE: usize = 998;
/// Longest encoded line without the `=` of a soft break (RFC 2045, 6.7, rule 5).
const ROOM: usize = 75;

/// `text` as the body of a part.
pub(super) fn body(text: &str) -> Body {
    match choose(text) {
        ContentTransferEncoding::SevenBit => Body::dangerous_pre_encoded(
            with_crlf(text).into_bytes(),
            ContentTransferEncoding::SevenBit,
        ),
        ContentTransferEncoding::QuotedPrintable => Body::dangerous_pre_encoded(
            quoted_printable(text),
            ContentTransferEncoding::QuotedPrintable,
        ),
        base64 => Body::new_with_encoding(with_crlf(text).into_bytes(), base64)
            .expect("any bytes can be base64"),
    }
}

fn choose(text: &str) -> ContentTransferEncoding {
    let mut longest = 0;
    for_each_line(text, |line, _| longest = longest.max(line.len()));
    let is_odd = |byte: u8| !is_plain(byte) && !is_break(byte);
    // Most mails have none: looking for the first is far quicker than counting.
    let odd = bytes::position(text.as_bytes(), is_odd).map_or(0, |first| {
        let rest = text.bytes().skip(first);
        rest.filter(|byte| is_odd(*byte)).count()
    });
    if odd == 0 && longest <= MAX_LINE {
        ContentTransferEncoding::SevenBit
    } else if odd * 5 > text.len() {
        // Three bytes for each odd one against four for every three.
        ContentTransferEncoding::Base64
    } else {
        ContentTransferEncoding::QuotedPrintable
    }
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// What may stand for itself in a line of either encoding, but for `=`.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t')
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8 + 64);
    for_each_line(text, |line, end| {
        encode_line(line.as_bytes(), &mut out);
        out.extend_from_slice(end.as_bytes());
    });
    out
}

/// One line. A blank at its end is encoded: what carries the mail may drop it (rule 3).
fn encode_line(line: &[u8], out: &mut Vec<u8>) {
    let (line, blank) = match line.split_last() {
        Some((last @ (b' ' | b'\t'), line)) => (line, Some(*last)),
        _ => (line, None),
    };
    let mut column = 0;
    let mut rest = line;
    while !rest.is_empty() {
        let room = rest.len().min(ROOM - column);
        let odd = |byte| !is_plain(byte) || byte == b'=';
        let run = bytes::position(&rest[..room], odd).unwrap_or(room);
        out.extend_from_slice(&rest[..run]);
        column += run;
        rest = &rest[run..];
        let Some((byte, behind)) = rest.split_first() else {
            break;
        };
        if run == room {
            soft_break(out, &mut column);
        } else {
            encode_byte(*byte, out, &mut column);
            rest = behind;
        }
    }
    if let Some(byte) = blank {
        encode_byte(byte, out, &mut column);
    }
}

fn encode_byte(byte: u8, out: &mut Vec<u8>, column: &mut usize) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if *column + 3 > ROOM {
        soft_break(out, column);
    }
    let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
    out.extend_from_slice(&[b'=', HEX[high], HEX[low]]);
    *column += 3;
}

fn soft_break(out: &mut Vec<u8>, column: &mut usize) {
    out.extend_from_slice(b"=\r\n");
    *column = 0;
}

/// Every kind of line break as CRLF.
fn with_crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    for_each_line(text, |line, end| {
        out.push_str(line);
        out.push_str(end);
    });
    out
}

/// Each line with the CRLF behind it, or nothing behind the last.
fn for_each_line(text: &str, mut each: impl FnMut(&str, &str)) {
    let mut rest = text;
    while let Some(at) = bytes::position(rest.as_bytes(), is_break) {
        each(&rest[..at], "\r\n");
        let width = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[at + width..];
    }
    each(rest, "");
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::decoders::quoted_printable::quoted_printable_decode;
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_line_break_becomes_crlf() {
        assert_eq!(with_crlf("a\nb\r\nc\rd\n\n"), "a\r\nb\r\nc\r\nd\r\n\r\n");
        assert_eq!(quoted_printable("a=\nb \r\n\t"), b"a=3D\r\nb=20\r\n=09");
    }

    #[test]
    fn the_encoding_is_the_lightest_that_fits() {
        for (text, encoding) in [
            ("Hello\n", ContentTransferEncoding::SevenBit),
            (
                "Grüße an alle im Haus\n",
                ContentTransferEncoding::QuotedPrintable,
            ),
            ("Привет, мир\n", ContentTransferEncoding::Base64),
            (
                "a\0b and some more",
                ContentTransferEncoding::QuotedPrintable,
            ),
        ] {
            assert_eq!(body(text).encoding(), encoding, "{text}");
        }
        assert_eq!(
            body(&"a".repeat(998)).encoding(),
            ContentTransferEncoding::SevenBit
        );
        assert_eq!(
            body(&"a".repeat(999)).encoding(),
            ContentTransferEncoding::QuotedPrintable
        );
    }

    proptest! {
        #[test]
        fn what_was_encoded_decodes_to_itself_in_short_lines(text in "(\\PC|[ -~]{0,90}|\n|\t| ){0,20}") {
            let encoded = quoted_printable(&text);
            for line in encoded.split(|byte| *byte == b'\n') {
                prop_assert!(line.strip_suffix(b"\r").unwrap_or(line).len() <= 76);
                prop_assert!(line.is_ascii());
            }
            let decoded = quoted_printable_decode(&encoded).unwrap();
            prop_assert_eq!(String::from_utf8(decoded).unwrap().replace("\r\n", "\n"), text);
        }
    }
}
