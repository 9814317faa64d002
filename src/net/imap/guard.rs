//! What a server sends, bounded before `async-imap` sees it.
//!
//! Whole lines are passed on, so that its parser runs once a line and not once a packet. A line, a
//! literal, the number of opening brackets of one response (its parser recurses over them) and all
//! bytes of one command have limits; what is over one ends the connection.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// An answer to SEARCH may name a hundred thousand mails on one line.
const LONGEST_LINE_BYTES: usize = 1_024 * 1_024;
/// Opening brackets of one response. A FETCH of ours has two, a list of flags one.
const MOST_BRACKETS: usize = 64;
/// Read at once.
const READ_BYTES: usize = 16 * 1_024;
/// The longest literal: a part of a mail, or all its headers.
pub(super) const LONGEST_LITERAL_BYTES: usize = 2 * 1_024 * 1_024;

/// How many bytes the server may still send; set anew for each command.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget(Arc<AtomicU64>);

impl Budget {
    /// Allows `bytes` from now on.
    pub(super) fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    fn take(&self, bytes: usize) -> io::Result<()> {
        let left = self.0.load(Ordering::Relaxed);
        match left.checked_sub(bytes as u64) {
            Some(rest) => {
                self.0.store(rest, Ordering::Relaxed);
                Ok(())
            }
            None => Err(nonsense("the server sends more than was asked for")),
        }
    }
}

/// A stream whose incoming bytes are checked.
#[derive(Debug)]
pub(super) struct Guard<S> {
    inner: S,
    budget: Budget,
    /// Received and not checked yet: at most one line and what was read behind it.
    raw: Vec<u8>,
    /// Checked; `given` bytes of it were passed on.
    checked: Vec<u8>,
    given: usize,
    /// What is still to come of a literal.
    literal: usize,
    brackets: usize,
    /// Whether the response at hand may hold literals.
    is_data: bool,
    /// Whether the next line begins a response.
    is_fresh: bool,
}

fn nonsense(text: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, text)
}

impl<S> Guard<S> {
    pub(super) fn new(inner: S, budget: Budget) -> Self {
        Self {
            inner,
            budget,
            raw: Vec::new(),
            checked: Vec::new(),
            given: 0,
            literal: 0,
            brackets: 0,
            is_data: false,
            is_fresh: true,
        }
    }

    /// Moves what may be passed on from `raw` to `checked`.
    fn check(&mut self, from: usize) -> io::Result<()> {
        let mut searched = from;
        loop {
            if self.literal > 0 {
                let part = self.literal.min(self.raw.len());
                self.checked.extend(self.raw.drain(..part));
                self.literal -= part;
                searched = 0;
                if self.literal > 0 {
                    return Ok(());
                }
            }
            let Some(end) = self.raw[searched..].iter().position(|byte| *byte == b'\n') else {
                return if self.raw.len() > LONGEST_LINE_BYTES {
                    Err(nonsense("the server sends a line without an end"))
                } else {
                    Ok(())
                };
            };
            let length = searched + end + 1;
            self.line(length)?;
            self.checked.extend(self.raw.drain(..length));
            searched = 0;
        }
    }

    /// Judges the line of `length` bytes at the head of `raw`.
    fn line(&mut self, length: usize) -> io::Result<()> {
        if length > LONGEST_LINE_BYTES {
            return Err(nonsense("the server sends a line that is too long"));
        }
        let line = &self.raw[..length];
        if self.is_fresh {
            self.brackets = 0;
            self.is_data = is_data(line);
        }
        let brackets = line.split(|byte| *byte == b'(').count() - 1;
        self.brackets += brackets;
        if self.brackets > MOST_BRACKETS {
            return Err(nonsense("the server sends an answer nested too deeply"));
        }
        // Elsewhere `{5}` at the end of a line is somebody's text and opens nothing.
        let literal = if self.is_data { literal_of(line) } else { None };
        self.is_fresh = literal.is_none();
        self.literal = literal.unwrap_or(0);
        if self.literal > LONGEST_LITERAL_BYTES {
            return Err(nonsense(
                "the server announces a text larger than was asked for",
            ));
        }
        Ok(())
    }
}

/// Whether the response that begins with `line` is one that may hold literals of ours: `* 5 FETCH`
/// or `* LIST`.
fn is_data(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ');
    if words.next() != Some(b"*") {
        return false;
    }
    let first = words.next().unwrap_or_default();
    let is_number = !first.is_empty() && first.iter().all(u8::is_ascii_digit);
    first.eq_ignore_ascii_case(b"LIST")
        || is_number
            && words
                .next()
                .is_some_and(|w| w.eq_ignore_ascii_case(b"FETCH"))
}

/// The length that `{n}` at the end of a line announces.
fn literal_of(line: &[u8]) -> Option<usize> {
    let text = line.strip_suffix(b"\r\n")?.strip_suffix(b"}")?;
    let open = text.iter().rposition(|byte| *byte == b'{')?;
    let digits = std::str::from_utf8(&text[open + 1..]).ok()?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(usize::MAX))
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.given < this.checked.len() {
                let part = (this.checked.len() - this.given).min(buf.remaining());
                buf.put_slice(&this.checked[this.given..this.given + part]);
                this.given += part;
                if this.given == this.checked.len() {
                    this.checked.clear();
                    this.given = 0;
                }
                return Poll::Ready(Ok(()));
            }
            let mut block = [0; READ_BYTES];
            let mut read = ReadBuf::new(&mut block);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut read))?;
            let read = read.filled();
            if read.is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.budget.take(read.len())?;
            let from = this.raw.len();
            this.raw.extend_from_slice(read);
            this.check(from)?;
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;

    async fn through(bytes: &[u8], allowed: u64) -> Result<Vec<u8>, String> {
        let budget = Budget::default();
        budget.set(allowed);
        let (ours, mut theirs) = tokio::io::duplex(64);
        let bytes = bytes.to_vec();
        tokio::spawn(async move {
            // A guard that has seen enough closes its end.
            let _ = tokio::io::AsyncWriteExt::write_all(&mut theirs, &bytes).await;
        });
        let mut passed = Vec::new();
        let done = Guard::new(ours, budget).read_to_end(&mut passed).await;
        done.map(|_| passed).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn what_is_imap_passes_unchanged_whatever_the_packets() {
        let text = b"* OK hello {5}\r\n* 1 FETCH (UID 3 BODY[] {9}\r\n((((\r\n(((*)\r\n* LIST (\\Sent) \"/\" {4}\r\nSent\r\nA1 OK\r\n";
        assert_eq!(through(text, 1_000).await.unwrap(), text);
    }

    #[tokio::test]
    async fn endless_deep_huge_and_unasked_answers_end_the_connection() {
        let endless = vec![b'x'; LONGEST_LINE_BYTES + 100];
        assert!(
            through(&endless, u64::MAX)
                .await
                .unwrap_err()
                .contains("without an end")
        );
        let deep = format!("* 1 FETCH (BODY {}\r\n", "(".repeat(100));
        assert!(
            through(deep.as_bytes(), 10_000)
                .await
                .unwrap_err()
                .contains("nested")
        );
        // A literal announced in a greeting does not hide the brackets of the next line.
        let hidden = format!("* OK {{500}}\r\n* 1 FETCH (BODY {}\r\n", "(".repeat(100));
        assert!(
            through(hidden.as_bytes(), 10_000)
                .await
                .unwrap_err()
                .contains("nested")
        );
        let huge = b"* 1 FETCH (BODY[] {4294967296}\r\n";
        assert!(through(huge, 10_000).await.unwrap_err().contains("larger"));
        assert!(
            through(b"* OK hello\r\n", 5)
                .await
                .unwrap_err()
                .contains("more than")
        );
    }
}
