//! Bytes to replies and back, each with its time limit. It knows the shape of a reply and none of
//! its meaning. What a server sends is hostile until parsed: lines and replies are bounded.

use crate::deliver::{Answer, Reply};
use crate::net::stream::Stream;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// RFC 5321, 4.5.3.1.5 allows 512 octets a line; some servers explain themselves at more length.
const LONGEST_LINE_BYTES: usize = 2_048;
/// All lines of one reply together.
const LONGEST_REPLY_BYTES: usize = 64 * 1_024;
/// Most read at once.
const READ_BYTES: usize = 4_096;

/// A reply as it came; the text of several lines is joined by line feeds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawReply {
    pub(super) code: u16,
    pub(super) text: String,
}

impl RawReply {
    pub(super) fn cleaned(&self) -> Reply {
        Reply::new(self.code, &self.text)
    }

    pub(super) const fn is_success(&self) -> bool {
        self.code / 100 == 2
    }
}

/// One connection with what was read too far.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    buffer: Vec<u8>,
    /// How much of the buffer has been used up.
    used: usize,
}

impl Wire {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            buffer: Vec::with_capacity(READ_BYTES),
            used: 0,
        }
    }

    /// The next whole reply, within `limit` for all of it.
    pub(super) async fn reply(&mut self, limit: Duration) -> Result<RawReply, Answer> {
        // Answers to a pipelined group mostly arrive together: no timer for those at hand.
        if let Some(reply) = self.buffered_reply()? {
            return Ok(reply);
        }
        timeout(limit, self.read_reply())
            .await
            .unwrap_or(Err(Answer::Timeout))
    }

    async fn read_reply(&mut self) -> Result<RawReply, Answer> {
        loop {
            self.buffer.drain(..self.used);
            self.used = 0;
            self.buffer.reserve(READ_BYTES);
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return Err(Answer::Lost),
                Ok(_) => {}
            }
            if let Some(reply) = self.buffered_reply()? {
                return Ok(reply);
            }
        }
    }

    fn buffered_reply(&mut self) -> Result<Option<RawReply>, Answer> {
        let Some((reply, length)) = parse(&self.buffer[self.used..])? else {
            return Ok(None);
        };
        self.used += length;
        Ok(Some(reply))
    }

    /// Writes all of `bytes` within `limit`.
    pub(super) async fn write(&mut self, bytes: &[u8], limit: Duration) -> Result<(), Answer> {
        let work = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match timeout(limit, work).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Answer::Lost),
            Err(_) => Err(Answer::Timeout),
        }
    }

    /// Whether the server has sent more than it was asked for.
    pub(super) fn has_leftover(&self) -> bool {
        self.used < self.buffer.len()
    }

    /// The stream itself, for a handshake; `None` when the server has sent more than it was asked
    /// for, which then would be read as if it had come through TLS (CVE-2021-38371 and others).
    pub(super) fn into_stream(self) -> Option<Stream> {
        (!self.has_leftover()).then_some(self.stream)
    }
}

/// The reply at the head of `bytes` and its length; `None` when it has not ended yet.
fn parse(bytes: &[u8]) -> Result<Option<(RawReply, usize)>, Answer> {
    let (mut at, mut code, mut text) = (0, None, String::new());
    loop {
        let rest = &bytes[at..];
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return if rest.len() > LONGEST_LINE_BYTES || bytes.len() > LONGEST_REPLY_BYTES {
                Err(Answer::Nonsense("a reply without an end"))
            } else {
                Ok(None)
            };
        };
        at += end + 1;
        if end > LONGEST_LINE_BYTES || at > LONGEST_REPLY_BYTES {
            return Err(Answer::Nonsense("a reply that is too long"));
        }
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        let (line_code, is_last, line_text) =
            split_line(line).ok_or(Answer::Nonsense("a reply that is not SMTP"))?;
        if *code.get_or_insert(line_code) != line_code {
            return Err(Answer::Nonsense("a reply with two codes"));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&String::from_utf8_lossy(line_text));
        if is_last {
            let code = line_code;
            return Ok(Some((RawReply { code, text }, at)));
        }
    }
}

/// `250-text`, `250 text` or `250` (RFC 5321, 4.2: the text may be missing).
fn split_line(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    let [
        first @ b'2'..=b'5',
        second @ b'0'..=b'9',
        third @ b'0'..=b'9',
    ] = digits
    else {
        return None;
    };
    let digit = |byte: &u8| u16::from(byte - b'0');
    let code = digit(first) * 100 + digit(second) * 10 + digit(third);
    match rest.split_first() {
        None => Some((code, true, rest)),
        Some((b' ', text)) => Some((code, true, text)),
        Some((b'-', text)) => Some((code, false, text)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn replies_are_read_one_by_one() {
        let bytes = b"250-a\r\n250-b\r\n250 c\r\n354 go\r\n";
        let (reply, length) = parse(bytes).unwrap().unwrap();
        assert_eq!((reply.code, reply.text.as_str()), (250, "a\nb\nc"));
        let (reply, _) = parse(&bytes[length..]).unwrap().unwrap();
        assert_eq!(reply.code, 354);
        assert_eq!(parse(b"250\r\n").unwrap().unwrap().0.text, "");
        assert_eq!(parse(b"250-a\r\n25").unwrap(), None);
    }

    #[test]
    fn what_is_not_smtp_is_refused_and_never_waited_for() {
        for bytes in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"250-a\r\n251 b\r\n",
            b"2x0 a\r\n",
            b"150 a\r\n",
            b"\r\n",
            b"250_a\r\n",
        ] {
            assert!(
                matches!(parse(bytes), Err(Answer::Nonsense(_))),
                "{bytes:?}"
            );
        }
        assert!(parse(&[b'2'; LONGEST_LINE_BYTES + 1]).is_err());
        assert!(parse(&b"250-aaaa\r\n".repeat(LONGEST_REPLY_BYTES / 10 + 1)).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }
    }
}
