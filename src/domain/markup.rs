//! The one place that makes text safe inside HTML.

use super::bytes;
use std::fmt::{self, Write};

/// Writes `text` so that it means itself, between tags and in an attribute with either quotes.
pub fn write_escaped(out: &mut dyn Write, text: &str) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = bytes::position(rest.as_bytes(), is_special) {
        out.write_str(&rest[..at])?;
        out.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &rest[at + 1..];
    }
    out.write_str(rest)
}

const fn is_special(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')
}

/// `text` as [`write_escaped`] writes it.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    // Writing to a `String` cannot fail.
    let _ = write_escaped(&mut out, text);
    out
}
