//! What the words and codes of a server mean: class and reason of a failed delivery. Words come
//! before codes, since the same code is used for opposite things: `5.1.1` is mostly an unknown
//! user but also a filter, `5.2.2` is a full mailbox although its first digit says "for ever",
//! `5.4.1` means an unknown recipient at one large provider and a dead host elsewhere.

use super::super::limits;
use super::super::signs::{flat, phrase_in};
use super::super::words::{Groups, Phrases, groups, phrases};
use crate::domain::inbound::{BounceClass, BounceReason};

/// What a report says of one recipient.
pub(super) struct Facts<'a> {
    /// `Action`, or empty.
    pub(super) action: &'a str,
    /// `Status`, or empty.
    pub(super) status: &'a str,
    /// The words of the server that refused, or empty.
    pub(super) words: &'a str,
    /// The text for people, asked when the words say nothing.
    pub(super) prose: &'a str,
    /// The names of the servers.
    pub(super) server: &'a str,
}

pub(super) struct Judged {
    pub(super) class: BounceClass,
    pub(super) reason: BounceReason,
    pub(super) code: String,
    pub(super) text: String,
}

/// Most bytes of prose that are read, and longest line kept for people.
const MAX_PROSE_BYTES: usize = 6_000;
const MAX_LINE_BYTES: usize = 300;

/// Groups of phrases, in the order they are asked: what blames the sender before what blames the
/// address, so that a block never suppresses a contact.
static PHRASES: Groups = groups!("report_reasons");

/// Phrases of reports on what is still under way, in lower case.
pub(super) static STILL_TRYING: Phrases = phrases!("report_still_trying");

/// Phrases of reports on what is over, in lower case: the others stand there as an explanation.
static OVER: Phrases = phrases!("report_over");

/// Words that blame the sender in the answer of a server, in lower case. In a text for people they
/// may be about anything.
static BLAME: Phrases = phrases!("report_blame");

/// Judges the facts: words, then codes, then the bare outcome.
pub(super) fn judge(facts: &Facts<'_>) -> Judged {
    let words = without_names(&flat(limits::cut(facts.words, MAX_PROSE_BYTES)));
    let prose = flat(limits::cut(facts.prose, MAX_PROSE_BYTES));
    let own_status = enhanced(facts.words).or_else(|| enhanced(facts.status));
    // Versions of programs look like a success.
    let of_prose = || enhanced(facts.prose).filter(|code| !code.starts_with('2'));
    let status = own_status.clone().or_else(of_prose);
    let reply = reply_code(facts.words).or_else(|| reply_code(facts.prose));
    let at_exchange = facts.server.contains("outlook.com")
        || words.contains("outlook.com")
        || prose.contains("outlook.com");
    let status_text = status.as_deref().unwrap_or_default();
    let access = words.contains("access denied") && status_text == "5.4.1";
    let reason = Some(BounceReason::UnknownUser)
        .filter(|_| access || status_text == "5.4.1" && at_exchange)
        .or_else(|| by_answer(&words))
        .or_else(|| by_status(&own_status?))
        .or_else(|| by_words(&prose))
        .or_else(|| by_status(status_text))
        .or_else(|| by_reply(reply))
        .unwrap_or(BounceReason::Unstated);
    let text = if facts.words.trim().is_empty() {
        telling_line(facts.prose)
    } else {
        facts.words.trim().to_owned()
    };
    Judged {
        class: class(facts.action, status_text, reason, &prose),
        reason,
        code: status.unwrap_or_else(|| reply.map(|code| code.to_string()).unwrap_or_default()),
        text: limits::cut(&text, MAX_LINE_BYTES).to_owned(),
    }
}

fn class(action: &str, status: &str, reason: BounceReason, prose: &str) -> BounceClass {
    match action.trim().to_ascii_lowercase().as_str() {
        "delayed" => return BounceClass::Delayed,
        "delivered" | "relayed" | "expanded" => return BounceClass::Delivered,
        "failed" => {}
        _ if status.starts_with("2.") => return BounceClass::Delivered,
        "" if phrase_in(prose, &STILL_TRYING).is_some()
            && phrase_in(prose, &OVER).is_none()
            && !status.starts_with('5') =>
        {
            return BounceClass::Delayed;
        }
        _ => {}
    }
    match reason {
        BounceReason::UnknownUser | BounceReason::UnknownHost | BounceReason::Moved => {
            BounceClass::Hard
        }
        BounceReason::Policy | BounceReason::Authentication => BounceClass::Block,
        _ => BounceClass::Soft,
    }
}

/// By the words of a server's own answer.
fn by_answer(flat: &str) -> Option<BounceReason> {
    // A relay that refuses says nothing of the address, and "relay" stands beside words that do.
    let found = by_words(flat);
    if matches!(
        found,
        Some(BounceReason::Authentication | BounceReason::System)
    ) {
        return found;
    }
    let blame = phrase_in(flat, &BLAME).map(|_| BounceReason::Policy);
    blame.or(found)
}

/// `flat` without what names a server or an address: names are made of words too.
fn without_names(flat: &str) -> String {
    let said = match flat.split_once(" said: ") {
        Some((server, said)) if server.starts_with("host ") => said,
        _ => flat,
    };
    let name = |word: &&str| !word.contains("://") && !word.contains('@');
    said.split(' ').filter(name).collect::<Vec<_>>().join(" ")
}

fn by_words(flat: &str) -> Option<BounceReason> {
    if flat.is_empty() {
        return None;
    }
    let found = PHRASES
        .iter()
        .find(|(_, phrases)| phrase_in(flat, phrases).is_some());
    found.and_then(|(reason, _)| BounceReason::from_word(reason))
}

/// By the enhanced status (RFC 3463) where its words said nothing.
fn by_status(status: &str) -> Option<BounceReason> {
    let mut numbers = status
        .split('.')
        .map(|part| part.parse::<u16>().unwrap_or(999));
    let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let reason = match (class, subject, detail) {
        (_, 0, _) => return None,
        (_, 1, 2) | (5, 4, 4) => BounceReason::UnknownHost,
        (_, 1, 6) => BounceReason::Moved,
        (5, 1, detail) if !matches!(detail, 7 | 8) => BounceReason::UnknownUser,
        (4, 2, 1) | (4, 7, _) => BounceReason::Throttled,
        (_, 2, 1) | (_, 7, 17) => BounceReason::Inactive,
        (_, 2, 2) => BounceReason::MailboxFull,
        (_, 2 | 3, 3 | 4) | (_, 6, _) => BounceReason::Content,
        (_, 4, 7) => BounceReason::Expired,
        (_, 7, 5 | 9 | 23 | 25 | 26 | 515) => BounceReason::Authentication,
        (_, 1, 7 | 8) | (_, 7, _) => BounceReason::Policy,
        _ => BounceReason::System,
    };
    Some(reason)
}

/// By the reply code (RFC 5321, 4.2.3), the weakest of all.
fn by_reply(code: Option<u16>) -> Option<BounceReason> {
    Some(match code? {
        421 => BounceReason::Throttled,
        452 | 552 => BounceReason::MailboxFull,
        550 | 553 => BounceReason::UnknownUser,
        551 => BounceReason::Moved,
        _ => BounceReason::System,
    })
}

/// The first `2.x.x`, `4.x.x` or `5.x.x` in `text` that is no part of an IP address.
pub(super) fn enhanced(text: &str) -> Option<String> {
    let text = limits::cut(text, MAX_PROSE_BYTES);
    let apart = |c: char| !c.is_ascii_digit() && c != '.';
    text.split(apart).find_map(|word| {
        let parts: Vec<&str> = word.trim_end_matches('.').split('.').collect();
        let fits = matches!(parts.as_slice(), ["2" | "4" | "5", subject, detail]
            if (1..=3).contains(&subject.len()) && (1..=3).contains(&detail.len()));
        fits.then(|| parts.join("."))
    })
}

/// The first reply code that stands where a server would write one.
fn reply_code(text: &str) -> Option<u16> {
    let text = limits::cut(text, MAX_PROSE_BYTES);
    text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ':' | '-' | '"'))
        .find_map(|word| {
            let code = (word.len() == 3)
                .then(|| word.parse::<u16>().ok())
                .flatten()?;
            matches!(code, 420..=459 | 550..=556).then_some(code)
        })
}

/// The line of the prose that says why, for people.
fn telling_line(prose: &str) -> String {
    let tells = |line: &&str| {
        let flat = flat(line);
        by_words(&flat).is_some() || reply_code(line).is_some()
    };
    let mut lines = limits::cut(prose, MAX_PROSE_BYTES)
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let first = lines.clone().next().unwrap_or_default();
    lines.find(tells).unwrap_or(first).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: &str, words: &str, server: &str) -> (BounceClass, BounceReason) {
        let judged = judge(&Facts {
            action: "failed",
            status,
            words,
            prose: "",
            server,
        });
        (judged.class, judged.reason)
    }

    #[test]
    fn words_come_before_codes() {
        use BounceClass::{Block, Hard, Soft};
        for (status, words, server, expected) in [
            (
                "5.1.1",
                "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown",
                "",
                (Hard, BounceReason::UnknownUser),
            ),
            (
                "5.1.1",
                "550 5.1.1 blocked using zen.spamhaus.org",
                "",
                (Block, BounceReason::Policy),
            ),
            (
                "5.2.2",
                "552 5.2.2 mailbox full",
                "",
                (Soft, BounceReason::MailboxFull),
            ),
            (
                "5.7.1",
                "550 5.7.1 Message rejected",
                "",
                (Block, BounceReason::Policy),
            ),
            (
                "5.4.1",
                "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
                "x.prod.outlook.com",
                (Hard, BounceReason::UnknownUser),
            ),
            (
                "5.4.1",
                "550 5.4.1 no answer from host",
                "mx.b.example",
                (Soft, BounceReason::System),
            ),
            (
                "4.1.1",
                "450 4.1.1 <a@b.example>: User unknown in local recipient table",
                "",
                (Hard, BounceReason::UnknownUser),
            ),
            (
                "5.4.4",
                "Host or domain name not found",
                "",
                (Hard, BounceReason::UnknownHost),
            ),
            (
                "5.7.26",
                "550-5.7.26 This mail has been blocked because the sender is unauthenticated",
                "",
                (Block, BounceReason::Authentication),
            ),
            ("4.4.7", "", "", (Soft, BounceReason::Expired)),
            ("5.1.1", "", "", (Hard, BounceReason::UnknownUser)),
            ("5.0.0", "", "", (Soft, BounceReason::Unstated)),
        ] {
            assert_eq!(of(status, words, server), expected, "{status} {words}");
        }
    }
}
