//! One stream to its mails. A stream that begins with `From ` is a mailbox: a mail begins at each
//! such line after an empty one, and a `>` that was put before `From ` in a body is taken off
//! (RFC 4155 and the form called mboxrd). Any other stream is one mail.

use crate::receive::LARGEST_BYTES;
use std::io::{self, BufRead};

/// The mails of a stream, each with at most one byte more than is taken, so that one that is too
/// large is refused as such and the rest goes on.
pub(super) struct Mails<R> {
    reader: R,
    form: Form,
    line: Vec<u8>,
}

enum Form {
    Unknown,
    One,
    Mailbox,
    Ended,
}

impl<R: BufRead> Mails<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self {
            reader,
            form: Form::Unknown,
            line: Vec::new(),
        }
    }

    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        if matches!(self.form, Form::Unknown) {
            self.next_line()?;
            self.form = if self.line.starts_with(b"From ") {
                self.line.clear();
                Form::Mailbox
            } else {
                Form::One
            };
        }
        match self.form {
            Form::Unknown | Form::Ended => Ok(None),
            Form::One => {
                self.form = Form::Ended;
                let mut mail = std::mem::take(&mut self.line);
                while self.next_line()? {
                    keep(&mut mail, &self.line);
                }
                Ok((!mail.is_empty()).then_some(mail))
            }
            Form::Mailbox => self.next_in_mailbox(),
        }
    }

    fn next_in_mailbox(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut mail = Vec::new();
        let mut after_empty = false;
        loop {
            if !self.next_line()? {
                self.form = Form::Ended;
                break;
            }
            if after_empty && self.line.starts_with(b"From ") {
                break;
            }
            after_empty = matches!(self.line.as_slice(), b"\n" | b"\r\n");
            keep(&mut mail, unquoted(&self.line));
        }
        // The empty line before the next `From ` belongs to the form, not to the mail.
        for end in [&b"\r\n"[..], b"\n"] {
            let twice = [end, end].concat();
            if mail.ends_with(&twice) {
                mail.truncate(mail.len() - end.len());
                break;
            }
        }
        let is_last_and_empty = mail.is_empty() && matches!(self.form, Form::Ended);
        Ok((!is_last_and_empty).then_some(mail))
    }

    /// The next line with its end; `false` when there is none. A line longer than a mail may be is
    /// given in pieces.
    fn next_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        let most = u64::try_from(LARGEST_BYTES).unwrap_or(u64::MAX);
        let mut limited = io::Read::take(&mut self.reader, most);
        Ok(limited.read_until(b'\n', &mut self.line)? > 0)
    }
}

impl<R: BufRead> Iterator for Mails<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn unquoted(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    if quotes > 0 && line[quotes..].starts_with(b"From ") {
        &line[1..]
    } else {
        line
    }
}

fn keep(mail: &mut Vec<u8>, line: &[u8]) {
    let room = (LARGEST_BYTES + 1).saturating_sub(mail.len());
    mail.extend_from_slice(&line[..line.len().min(room)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mails(text: &str) -> Vec<String> {
        let all = Mails::new(text.as_bytes()).map(|mail| String::from_utf8(mail.unwrap()).unwrap());
        all.collect()
    }

    #[test]
    fn a_mailbox_is_cut_where_its_form_says_and_nowhere_else() {
        let text = "From a@b Mon\nSubject: 1\n\nFrom here on\n>From there\n>>From\n\nFrom c@d Tue\nSubject: 2\n\nx\n";
        let found = mails(text);
        assert_eq!(
            found[0], "Subject: 1\n",
            "a head alone, before a line that looks like a mail"
        );
        let text = "From a@b Mon\nSubject: 1\n\nOne\nFrom here on\n>From there\n>>From x\n\nFrom c@d Tue\nSubject: 2\n\nx\n";
        assert_eq!(
            mails(text),
            [
                "Subject: 1\n\nOne\nFrom here on\nFrom there\n>From x\n",
                "Subject: 2\n\nx\n"
            ]
        );
    }

    #[test]
    fn any_other_stream_is_one_mail_and_an_empty_one_is_none() {
        assert_eq!(
            mails("Subject: 1\n\nFrom here\n"),
            ["Subject: 1\n\nFrom here\n"]
        );
        assert!(mails("").is_empty());
    }
}
