//! A touch: one interaction with a contact on one channel, and what becomes of a conversation.

use super::clock::Millis;
use super::id::{InboundNo, ThreadNo, TouchNo, UserNo};
use super::inbound::words;
use serde::{Deserialize, Serialize};

words! {
    /// The way people met.
    Channel {
        /// Mail.
        Email = "email",
        /// A telephone call.
        Call = "call",
        /// A social network.
        Social = "social",
        /// A meeting.
        Meeting = "meeting",
        /// A form on a site.
        Form = "form",
        /// A chat.
        Chat = "chat",
    }
}

words! {
    /// Who moved.
    Direction {
        /// The contact, towards us.
        In = "in",
        /// One of us, towards the contact.
        Out = "out",
    }
}

words! {
    /// What was behind it.
    Agency {
        /// A person.
        Person = "person",
        /// A sequence, an auto-reply, any machine.
        Automation = "automation",
        /// It cannot be said: an attempt, never an answer.
        Unknown = "unknown",
    }
}

words! {
    /// What came of an outbound call.
    CallResult {
        /// They spoke.
        Connected = "connected",
        /// A message was left.
        Voicemail = "voicemail",
        /// Nobody answered.
        NoAnswer = "no_answer",
        /// Engaged.
        Busy = "busy",
        /// Somebody else's number.
        WrongNumber = "wrong_number",
    }
}

words! {
    /// How a conversation went. Suggested from its words, set by the rep.
    Outcome {
        /// They want to go on.
        Interested = "interested",
        /// Not now.
        Later = "later",
        /// They named somebody else.
        Referred = "referred",
        /// No.
        Refused = "refused",
        /// No, and they do not want to be written to.
        Objected = "objected",
        /// It was never for them.
        WrongPerson = "wrong_person",
        /// It does not say.
        Unclear = "unclear",
    }
}

words! {
    /// How a wait ended without an answer.
    Settled {
        /// A rep says that none is needed.
        NoAnswerNeeded = "no_answer_needed",
        /// The rep took that back: the contact waits again.
        TakenBack = "taken_back",
        /// The contact was erased while waiting.
        Erased = "erased",
    }
}

/// A wait that ended without an answer, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// The touch that opened the wait.
    pub opening: TouchNo,
    /// Who says so.
    pub by: UserNo,
    /// How; a later word on the same wait replaces the earlier.
    pub how: Settled,
}

/// The words of `text` that are its author's: quoted lines, addresses of links and everything
/// under the mark of a signature (RFC 3676, 4.3) are not. In scripts without blanks two characters
/// make a word.
pub fn own_words(text: &str) -> u32 {
    let own = text
        .lines()
        .take_while(|line| line.trim_end_matches('\r') != "-- ");
    let words = own
        .filter(|line| !line.starts_with('>'))
        .flat_map(str::split_whitespace)
        .filter(|word| !word.contains("://"));
    let halves: u32 = words.map(halves).sum();
    halves.div_ceil(2)
}

/// A word counted in halves.
fn halves(word: &str) -> u32 {
    let dense = word.chars().filter(|c| {
        matches!(*c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{0e00}'..='\u{0e7f}')
    });
    let dense = u32::try_from(dense.count()).unwrap_or(u32::MAX / 4);
    let spaced = word.chars().any(char::is_alphanumeric) && dense == 0;
    dense + if spaced { 2 } else { 0 }
}

/// A touch as the log keeps it: enough for every figure, and nothing of what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// Which touch; a second event with the same number replaces the first.
    pub no: TouchNo,
    /// The stored mail it is, if it came or went as mail that was read.
    pub inbound: Option<InboundNo>,
    /// The exchange of mails it belongs to.
    pub thread: Option<ThreadNo>,
    /// The way.
    pub channel: Channel,
    /// Who moved.
    pub direction: Direction,
    /// What was behind it.
    pub by: Agency,
    /// Outbound: its author. Inbound: who owned the contact at that moment, if anybody.
    pub rep: Option<UserNo>,
    /// When it was recorded; the event's own time is when it happened.
    pub recorded_at: Millis,
    /// What came of an outbound call.
    pub result: Option<CallResult>,
    /// Words of its own: without quotes, signature and template text.
    pub words: u32,
    /// Whether a file came with it.
    pub attachment: bool,
    /// Whether it is a template as it stands, with nothing added.
    pub unedited: bool,
    /// Whether somebody other than the one written to answered for them.
    pub colleague: bool,
    /// Whether a person told us of it, rather than a mailbox or a telephone system.
    pub self_reported: bool,
    /// Withdrawn: as if it had never been.
    pub void: bool,
}

impl Touch {
    /// Whether the contact took part: a conversation, not an attempt.
    pub const fn is_conversation(&self) -> bool {
        match (self.channel, self.direction) {
            _ if self.void => false,
            (_, Direction::In) | (Channel::Meeting, _) => matches!(self.by, Agency::Person),
            (Channel::Call, Direction::Out) => matches!(self.result, Some(CallResult::Connected)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::own_words;

    #[test]
    fn quotes_links_and_signatures_are_nobodys_own_words() {
        let text =
            "Yes, gladly - Tuesday?\n> would it suit you\nhttps://x.example/a\n-- \nRita Rep";
        assert_eq!(own_words(text), 3);
        assert_eq!(own_words("[1]: https://x.example"), 1);
        assert_eq!(own_words("ありがとう"), 3);
        assert_eq!(own_words(""), 0);
    }
}
