//! The receiving side of a connection: command lines and mails, bounded.

use super::body::{BodyReader, Fault};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest command line. RFC 5321, 4.5.3.1.4 asks for 512; parameters may add to it.
const LONGEST_COMMAND_BYTES: usize = 2_048;
/// Most read at once.
const READ_BYTES: usize = 16 * 1_024;

/// Why nothing more is read from a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InputError {
    /// The connection ended.
    Lost,
    /// A command line that is too long, not ASCII or UTF-8, or does not end in CRLF.
    BadLine,
}

/// A reader with what was read too far.
#[derive(Debug)]
pub(super) struct Input<R> {
    reader: R,
    buffer: Vec<u8>,
    used: usize,
}

impl<R: AsyncRead + Unpin> Input<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::with_capacity(READ_BYTES),
            used: 0,
        }
    }

    /// Whether the client has sent more than was read.
    pub(super) fn has_more(&self) -> bool {
        self.used < self.buffer.len()
    }

    /// The next command line without its CRLF.
    pub(super) async fn line(&mut self) -> Result<String, InputError> {
        loop {
            let rest = &self.buffer[self.used..];
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line = rest[..end].strip_suffix(b"\r").ok_or(InputError::BadLine)?;
                if line.contains(&b'\r') || line.len() > LONGEST_COMMAND_BYTES {
                    return Err(InputError::BadLine);
                }
                let line = std::str::from_utf8(line).map_err(|_| InputError::BadLine)?;
                let line = line.to_owned();
                self.used += end + 1;
                return Ok(line);
            }
            if rest.len() > LONGEST_COMMAND_BYTES {
                return Err(InputError::BadLine);
            }
            self.fill().await?;
        }
    }

    /// The mail up to its final dot: its bytes, or why it is refused.
    pub(super) async fn mail(
        &mut self,
        mut body: BodyReader,
    ) -> Result<Result<Vec<u8>, Fault>, InputError> {
        loop {
            let rest = &self.buffer[self.used..];
            if let Some(length) = body.feed(rest) {
                self.used += length;
                return Ok(body.finish());
            }
            self.used = self.buffer.len();
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), InputError> {
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.reserve(READ_BYTES);
        match self.reader.read_buf(&mut self.buffer).await {
            Ok(0) | Err(_) => Err(InputError::Lost),
            Ok(_) => Ok(()),
        }
    }
}
