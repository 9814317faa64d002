//! A mail as it goes over the wire: dot-stuffed, ended, checked once.

/// The bytes of a mail hold a CR without LF or a LF without CR. Servers read those differently,
/// which is what SMTP smuggling lives on (CVE-2023-51764 and its kin), so no such mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mail holds a bare line break")]
pub struct BareLineBreak;

/// A mail ready for the wire: strict CRLF, leading dots doubled, closed by CRLF.CRLF (RFC 5321,
/// 4.5.2). Made before the conversation begins, so that nothing can be wrong with it after 354.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireBody {
    bytes: Vec<u8>,
    size: usize,
    is_8bit: bool,
}

impl WireBody {
    /// Encodes `mail`, the formatted message. A missing last CRLF is added; nothing else changes,
    /// or its signature would break.
    pub fn encode(mail: &[u8]) -> Result<Self, BareLineBreak> {
        let mut bytes = Vec::with_capacity(mail.len() + mail.len() / 64 + 8);
        let mut size = mail.len();
        for line in mail.split_inclusive(|byte| *byte == b'\n') {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let is_ended = text.len() < line.len();
            let text = if is_ended {
                text.strip_suffix(b"\r").ok_or(BareLineBreak)?
            } else {
                text
            };
            if text.contains(&b'\r') {
                return Err(BareLineBreak);
            }
            if text.first() == Some(&b'.') {
                bytes.push(b'.');
            }
            bytes.extend_from_slice(line);
            if !is_ended {
                bytes.extend_from_slice(b"\r\n");
                size += 2;
            }
        }
        bytes.extend_from_slice(b".\r\n");
        Ok(Self {
            bytes,
            size,
            is_8bit: !mail.is_ascii(),
        })
    }

    /// The octets of the mail with its CRLFs and without the stuffing, as SIZE counts them (RFC
    /// 1870, 5).
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Whether the mail holds octets above 127.
    pub const fn is_8bit(&self) -> bool {
        self.is_8bit
    }

    /// The bytes to write, the final dot included.
    pub(super) fn wire_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_doubled_and_the_end_is_added() {
        for (mail, wire) in [
            ("", ".\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".", "..\r\n.\r\n"),
            (".\r\n..\r\nb.\r\n", "..\r\n...\r\nb.\r\n.\r\n"),
        ] {
            let body = WireBody::encode(mail.as_bytes()).unwrap();
            assert_eq!(body.wire_bytes(), wire.as_bytes(), "{mail:?}");
        }
        assert_eq!(WireBody::encode(b".a").unwrap().size(), 4);
    }

    #[test]
    fn a_bare_line_break_is_refused_wherever_it_stands() {
        for mail in [
            "a\nb", "\n", "a\rb\r\n", "\r", "a\r\r\n", "\r\n.\n", "\n.\r\n",
        ] {
            assert_eq!(
                WireBody::encode(mail.as_bytes()),
                Err(BareLineBreak),
                "{mail:?}"
            );
        }
    }
}
