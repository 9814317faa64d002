//! The mails that come back, as mail programs and servers write them. Pure.

use super::super::cast;
use crate::domain::clock::{DAY_MS, Millis};
use mail_parser::{Address, Message, MessageParser};
use std::fmt::Write as _;

/// The letter that something comes back on.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    /// Its Message-ID without brackets.
    pub(super) id: String,
    /// Its subject.
    pub(super) subject: String,
    /// Who wrote it.
    pub(super) author: (String, String),
    /// Its return path.
    pub(super) envelope: String,
    /// Whom it went to.
    pub(super) recipient: String,
    /// Its words.
    text: String,
}

impl Letter {
    /// Reads a mail that was caught for `recipient`.
    pub(super) fn read(bytes: &[u8], envelope: &str, recipient: &str) -> Option<Self> {
        let mail = MessageParser::default().parse(bytes)?;
        Some(Self {
            id: mail.message_id()?.to_owned(),
            subject: mail.subject().unwrap_or_default().to_owned(),
            author: author(&mail)?,
            envelope: envelope.to_owned(),
            recipient: recipient.to_owned(),
            text: mail.body_text(0).unwrap_or_default().into_owned(),
        })
    }

    /// Subject of an answer.
    fn answered(&self) -> String {
        if self.subject.starts_with("Re: ") {
            self.subject.clone()
        } else {
            format!("Re: {}", self.subject)
        }
    }

    /// The first lines, as mail programs quote them.
    fn quoted(&self) -> String {
        let lines = self.text.lines().filter(|line| !line.trim().is_empty());
        let mut quoted = String::new();
        for line in lines.take(6) {
            let _ = write!(quoted, "> {}\r\n", line.trim_end());
        }
        quoted
    }
}

fn author(mail: &Message<'_>) -> Option<(String, String)> {
    let from = mail.from().and_then(Address::first)?;
    let address = from.address.as_ref()?.to_string();
    let name = from.name.as_ref().map_or("", AsRef::as_ref).to_owned();
    Some((name, address))
}

fn date(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(
        |_| String::new(),
        |at| at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
    )
}

fn head(name: &str, from: &str, to: &str, subject: &str, at: Millis, number: u64) -> String {
    let domain = from.rsplit('@').next().unwrap_or_default();
    format!(
        "From: {name} <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nDate: {}\r\n\
         Message-ID: <{number:x}.{}@{domain}>\r\nMIME-Version: 1.0\r\n",
        date(at),
        at.0
    )
}

const TEXT: &str = "Content-Type: text/plain; charset=utf-8\r\n\r\n";

/// A person's answer, with our letter quoted below.
pub(super) fn reply(
    letter: &Letter,
    contact: usize,
    words: &str,
    at: Millis,
    number: u64,
) -> String {
    let (from, name) = (&letter.recipient, cast::NAMES[contact]);
    let (author, to) = (&letter.author.0, &letter.author.1);
    let head = head(name, from, to, &letter.answered(), at, number);
    format!(
        "{head}In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n{TEXT}{words}\r\n\r\nBest regards\r\n\
         {name}\r\n\r\nOn {}, {author} <{to}> wrote:\r\n{}",
        date(at),
        letter.quoted(),
        id = letter.id,
    )
}

/// An answer of the mail server while the person is away for `days`.
pub(super) fn away(letter: &Letter, contact: usize, days: i64, at: Millis, number: u64) -> String {
    let name = cast::NAMES[contact];
    let subject = format!("Automatic reply: {}", letter.subject);
    let head = head(
        name,
        &letter.recipient,
        &letter.author.1,
        &subject,
        at,
        number,
    );
    let back = jiff::Timestamp::from_millisecond(at.plus(days * DAY_MS).0);
    let back = back.map_or_else(|_| String::new(), |at| at.strftime("%-d %B %Y").to_string());
    format!(
        "{head}Auto-Submitted: auto-replied\r\nIn-Reply-To: <{}>\r\n{TEXT}Thank you for your mail. \
         I am out of the office and will be back on {back}. I will answer then.\r\n\r\n{name}\r\n",
        letter.id
    )
}

/// A report that the letter could not be delivered (RFC 3464).
pub(super) fn bounce(
    letter: &Letter,
    (status, words): (&str, &str),
    at: Millis,
    number: u64,
) -> String {
    let domain = letter.recipient.rsplit('@').next().unwrap_or_default();
    let from = format!("MAILER-DAEMON@mx.{domain}");
    let head = head(
        "Mail Delivery System",
        &from,
        &letter.envelope,
        "Undelivered Mail Returned to Sender",
        at,
        number,
    );
    let told = format!(
        "Reporting-MTA: dns; mx.{domain}\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: failed\r\n\
         Status: {status}\r\nDiagnostic-Code: smtp; 550 {status} {words}\r\n",
        letter.recipient
    );
    report(
        &format!("{head}Auto-Submitted: auto-replied\r\n"),
        "delivery-status",
        ("The mail below could not be delivered.", &told),
        letter,
    )
}

/// A provider's report that the reader pressed "spam" (RFC 5965).
pub(super) fn spam(letter: &Letter, at: Millis, number: u64) -> String {
    let domain = letter.recipient.rsplit('@').next().unwrap_or_default();
    let from = format!("feedback@{domain}");
    let head = head(
        "Feedback",
        &from,
        &letter.envelope,
        &letter.subject,
        at,
        number,
    );
    let told = format!(
        "Feedback-Type: abuse\r\nUser-Agent: Loop/1.0\r\nVersion: 1\r\n\
         Original-Rcpt-To: {}\r\n",
        letter.recipient
    );
    report(
        &head,
        "feedback-report",
        ("A reader reported the mail below as spam.", &told),
        letter,
    )
}

fn report(head: &str, kind: &str, (words, told): (&str, &str), letter: &Letter) -> String {
    format!(
        "{head}Content-Type: multipart/report; report-type={kind}; boundary=\"=b=\"\r\n\r\n\
         --=b=\r\n{TEXT}{words}\r\n\r\n--=b=\r\nContent-Type: message/{kind}\r\n\r\n{told}\r\n\
         --=b=\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{}>\r\nFrom: <{}>\r\n\
         To: <{}>\r\nSubject: {}\r\n\r\n--=b=--\r\n",
        letter.id, letter.author.1, letter.recipient, letter.subject
    )
}

/// A mail of somebody nobody here knows.
pub(super) fn enquiry(
    (name, from): (&str, &str),
    to: &str,
    (subject, words): (&str, &str),
    at: Millis,
    number: u64,
) -> String {
    let head = head(name, from, to, subject, at, number);
    format!("{head}{TEXT}Good morning,\r\n\r\n{words}\r\n\r\nKind regards\r\n{name}\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::EmailAddress;
    use crate::domain::inbound::InboundKind as K;
    use crate::domain::keys::KeyRing;
    use crate::domain::ticket::TicketKeys;
    use crate::domain::verp::VerpKeys;
    use crate::inbound::{Arrival, Ours, understand};

    fn ours() -> Ours {
        let ring = KeyRing::parse(&KeyRing::generate([7; 32])).unwrap();
        Ours {
            verp: VerpKeys::new(&ring),
            tickets: TicketKeys::new(&ring),
            addresses: vec![EmailAddress::parse("rita@northlight.example").unwrap()],
            domains: vec![cast::DOMAIN.to_owned()],
            tracking_hosts: Vec::new(),
        }
    }

    #[test]
    fn each_is_taken_for_what_it_is() {
        let raw = b"From: Rita Kask <rita@northlight.example>\r\nTo: <olga.petrova@harbourfoods.example>\r\n\
            Message-ID: <m1@northlight.example>\r\nSubject: As promised\r\n\r\nHere it is.\r\n";
        let to = cast::contact_address(0);
        let letter = Letter::read(raw, "rita@northlight.example", &to).unwrap();
        let at = Millis(1_777_881_600_000);
        let stranger = ("Bela", "bela@southquay.example");
        for (sender, text, kind) in [
            (&*to, reply(&letter, 0, "Yes, please.", at, 1), K::Reply),
            ("", away(&letter, 0, 5, at, 2), K::OutOfOffice),
            (
                "",
                bounce(&letter, ("5.1.1", "user unknown"), at, 3),
                K::Bounce,
            ),
            ("", spam(&letter, at, 4), K::Complaint),
            (
                &*to,
                reply(&letter, 0, "Please take me off your list.", at, 5),
                K::Unsubscribe,
            ),
            (
                stranger.1,
                enquiry(
                    stranger,
                    "sales@northlight.example",
                    ("Price", "How much?"),
                    at,
                    6,
                ),
                K::Enquiry,
            ),
        ] {
            let arrival = Arrival {
                received_at: at,
                envelope_from: Some(sender.to_owned()),
                envelope_to: vec!["rita@northlight.example".to_owned()],
            };
            let found = understand(text.as_bytes(), &arrival, &ours());
            assert_eq!(found.kind, kind, "{text}");
        }
    }
}
