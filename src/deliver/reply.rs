//! A server's reply, cleaned once so that it is safe to keep and to show. Parsing bytes off the
//! wire is the network layer's work.

use std::fmt;

/// The most characters of a reply that are kept: enough for the longest explanation seen at large
/// providers, too little to fill a table with.
const KEPT_CHARS: usize = 500;

/// An enhanced status code (RFC 3463), such as 5.1.1. Its class always agrees with the reply code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Enhanced {
    /// 2, 4 or 5.
    pub class: u8,
    /// What it is about: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    pub subject: u16,
    /// What exactly.
    pub detail: u16,
}

impl Enhanced {
    /// Reads the first word of `text` as a code of the class of `code`; a code that contradicts
    /// the reply is ignored (RFC 2034, 4).
    fn parse(code: u16, text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace().next()?.splitn(3, '.');
        let mut number = || -> Option<u16> {
            let part = parts.next()?;
            let plain = matches!(part.len(), 1..=3) && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse().ok())?
        };
        let (class, subject, detail) = (number()?, number()?, number()?);
        let class = u8::try_from(class).ok()?;
        (matches!(class, 2 | 4 | 5) && u16::from(class) == code / 100).then_some(Self {
            class,
            subject,
            detail,
        })
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    enhanced: Option<Enhanced>,
    text: String,
}

impl Reply {
    /// A reply from its code and its text; the lines of a longer one are joined by line feeds.
    pub fn new(code: u16, text: &str) -> Self {
        Self {
            code,
            enhanced: Enhanced::parse(code, text),
            text: one_line(text),
        }
    }

    /// The three digits.
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced code, if the text began with one.
    pub const fn enhanced(&self) -> Option<Enhanced> {
        self.enhanced
    }

    /// The text on one line, at most 500 characters, without control characters.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, by value.
    pub fn into_text(self) -> String {
        self.text
    }

    /// 2xx.
    pub const fn is_success(&self) -> bool {
        self.code / 100 == 2
    }
}

/// `text` on one line: each control character and direction override becomes a space, the rest is
/// cut at 500 characters.
pub(super) fn one_line(text: &str) -> String {
    text.chars()
        .take(KEPT_CHARS)
        .map(|c| match c {
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_code_counts_only_when_it_agrees_with_the_reply() {
        let enhanced = |code, text| Reply::new(code, text).enhanced().map(|e| e.to_string());
        assert_eq!(enhanced(550, "5.1.1 no"), Some("5.1.1".to_owned()));
        assert_eq!(enhanced(421, "4.7.28\nmore"), Some("4.7.28".to_owned()));
        for (code, text) in [
            (550, "4.1.1 no"),
            (354, "3.1.1 go"),
            (550, "5.1 no"),
            (550, "5.1.1111 no"),
            (550, "5.1.+1 no"),
            (550, ""),
        ] {
            assert_eq!(enhanced(code, text), None, "{code} {text}");
        }
    }

    #[test]
    fn a_hostile_text_is_one_short_line() {
        let reply = Reply::new(
            550,
            &format!("a\r\nb\u{202e}c\u{1b}[2J{}", "x".repeat(9_000)),
        );
        assert!(reply.text().starts_with("a  b c [2J"));
        assert_eq!(reply.text().chars().count(), KEPT_CHARS);
    }
}
