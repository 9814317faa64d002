//! The bytes after 354, read strictly. Pure: it is fed and says when the mail has ended.

/// Why a mail is refused though it was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A CR without LF or a LF without CR.
    BareLineBreak,
    /// A line over the limit.
    LongLine,
    /// More bytes than the limit.
    TooBig,
}

/// Where in a line the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    LineStart,
    InLine,
    /// After a CR.
    Cr,
    /// After a dot at the start of a line.
    Dot,
    /// After a dot and CR at the start of a line.
    DotCr,
}

/// Reads a mail up to its CRLF.CRLF. After a fault it keeps nothing more and still finds the true
/// end, so that what follows in a refused mail is never taken for commands.
#[derive(Debug)]
pub(super) struct BodyReader {
    state: State,
    mail: Vec<u8>,
    line_bytes: usize,
    fault: Option<Fault>,
    largest_mail_bytes: usize,
    longest_line_bytes: usize,
}

impl BodyReader {
    pub(super) const fn new(largest_mail_bytes: usize, longest_line_bytes: usize) -> Self {
        Self {
            state: State::LineStart,
            mail: Vec::new(),
            line_bytes: 0,
            fault: None,
            largest_mail_bytes,
            longest_line_bytes,
        }
    }

    /// Takes in `bytes`. `Some` is how many of them belong to the mail, its final dot included;
    /// `None` means all do and more is to come.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.state == State::InLine {
                let rest = &bytes[at..];
                let run = rest.iter().position(|b| matches!(b, b'\r' | b'\n'));
                let run = run.unwrap_or(rest.len());
                self.keep(&rest[..run]);
                at += run;
                if at == bytes.len() {
                    break;
                }
            }
            let byte = bytes[at];
            at += 1;
            if self.step(byte) {
                return Some(at);
            }
        }
        None
    }

    /// Takes in one byte; `true` when it ends the mail.
    fn step(&mut self, byte: u8) -> bool {
        use State::{Cr, Dot, DotCr, InLine, LineStart};
        self.state = match (self.state, byte) {
            (DotCr, b'\n') => return true,
            (LineStart, b'.') => Dot,
            (Dot, b'\r') => DotCr,
            (LineStart | InLine, b'\r') => Cr,
            (Cr, b'\n') => {
                self.keep(b"\r\n");
                self.line_bytes = 0;
                LineStart
            }
            (Cr | DotCr, b'\r') => {
                self.fail(Fault::BareLineBreak);
                Cr
            }
            (Cr | DotCr, _) | (_, b'\n') => {
                self.fail(Fault::BareLineBreak);
                InLine
            }
            (LineStart | InLine | Dot, byte) => {
                self.keep(&[byte]);
                InLine
            }
        };
        false
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.line_bytes += bytes.len();
        if self.line_bytes > self.longest_line_bytes + 2 {
            self.fail(Fault::LongLine);
        }
        if self.mail.len() + bytes.len() > self.largest_mail_bytes {
            self.fail(Fault::TooBig);
        }
        if self.fault.is_none() {
            self.mail.extend_from_slice(bytes);
        }
    }

    fn fail(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
        self.mail = Vec::new();
    }

    /// The mail with its dots unstuffed, or why it is refused.
    pub(super) fn finish(self) -> Result<Vec<u8>, Fault> {
        self.fault.map_or(Ok(self.mail), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(wire: &[u8]) -> (Option<usize>, Result<Vec<u8>, Fault>) {
        let mut reader = BodyReader::new(1_000, 100);
        let end = reader.feed(wire);
        (end, reader.finish())
    }

    #[test]
    fn a_mail_ends_at_its_dot_and_nothing_before() {
        for (wire, end, mail) in [
            (".\r\n", 3, ""),
            ("a\r\n.\r\nMAIL", 6, "a\r\n"),
            ("..\r\n...b\r\n.\r\n", 13, ".\r\n..b\r\n"),
            ("\r\n.\r\n", 5, "\r\n"),
        ] {
            let (found, read) = read(wire.as_bytes());
            assert_eq!((found, read.unwrap()), (Some(end), mail.into()), "{wire:?}");
        }
    }

    #[test]
    fn no_other_line_break_ends_a_mail_and_each_refuses_it() {
        for end in [
            "\n.\n",
            "\r.\r",
            "\n.\r\n",
            "\r\n.\n",
            "\r\n.\r",
            "\r\r\n.\r\n",
            "\r.\r\n",
        ] {
            let wire = format!("a{end}MAIL FROM:<x@y.example>\r\n.\r\n");
            let (found, read) = read(wire.as_bytes());
            // A mail that is refused may end at a true CRLF.CRLF only.
            let true_end = wire.find("\r\n.\r\n").unwrap() + 5;
            assert_eq!(found, Some(true_end), "{end:?}");
            assert_eq!(read, Err(Fault::BareLineBreak), "{end:?}");
        }
    }

    #[test]
    fn limits_refuse_and_still_find_the_end() {
        let long = format!("{}\r\n.\r\n", "x".repeat(101));
        assert_eq!(read(long.as_bytes()), (Some(106), Err(Fault::LongLine)));
        let big = format!("{}.\r\n", format!("{}\r\n", "x".repeat(98)).repeat(11));
        assert_eq!(read(big.as_bytes()), (Some(1_103), Err(Fault::TooBig)));
    }

    #[test]
    fn it_does_not_matter_how_the_bytes_are_cut() {
        let wire = b"a.\r\n..b\r\n\r\n.c\r\n.\r\nrest";
        let (end, mail) = read(wire);
        let mut reader = BodyReader::new(1_000, 100);
        let ends: Vec<_> = (0..end.unwrap())
            .map(|at| reader.feed(&wire[at..=at]))
            .collect();
        assert_eq!(ends.iter().flatten().count(), 1);
        assert_eq!(ends.last(), Some(&Some(1)));
        assert_eq!(reader.finish(), mail);
    }
}
