//! The head of a mail, read leniently: what cannot be read is left out, never refused.

use super::fields::{Fields, closed, unstructured, without_nul};
use super::limits;
use super::words::{Phrases, phrases};
use crate::domain::clock::Millis;
use mail_parser::parsers::MessageStream;
use mail_parser::{DateTime, HeaderValue};

/// Somebody named in a head.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The display name, decoded.
    pub name: Option<String>,
    /// The address in lower case, as it stands; it need not be a valid one.
    pub address: String,
}

/// What the head says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers {
    /// The `Message-ID` without its brackets.
    pub message_id: Option<String>,
    /// The ids of `In-Reply-To`.
    pub in_reply_to: Vec<String>,
    /// The ids of `References`, oldest first.
    pub references: Vec<String>,
    /// The author.
    pub from: Option<Person>,
    /// Where answers should go, if elsewhere.
    pub reply_to: Vec<Person>,
    /// The open recipients.
    pub to: Vec<Person>,
    /// The copied ones.
    pub cc: Vec<Person>,
    /// The subject, decoded, on one line.
    pub subject: String,
    /// The subject as [`normalised_subject`] gives it.
    pub normalised_subject: String,
    /// When its author says it was sent; only for show, times count from the arrival.
    pub date: Option<Millis>,
    /// When our side received it by its topmost `Received`.
    pub received: Option<Millis>,
}

impl Headers {
    /// Reads them from the fields of one head.
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let subject = fields.text("Subject").unwrap_or_default();
        Self {
            message_id: ids(fields, "Message-ID").pop(),
            in_reply_to: ids(fields, "In-Reply-To"),
            references: ids(fields, "References"),
            from: people(fields, "From")
                .into_iter()
                .chain(people(fields, "Sender"))
                .find(|one| !one.address.is_empty()),
            reply_to: people(fields, "Reply-To"),
            to: people(fields, "To"),
            cc: people(fields, "Cc"),
            normalised_subject: normalised_subject(&subject),
            subject,
            date: fields.raw("Date").and_then(date),
            received: fields.raw("Received").and_then(|raw| {
                let at = raw.iter().rposition(|byte| *byte == b';')?;
                date(&raw[at + 1..])
            }),
        }
    }

    /// The author's address, empty when there is none.
    pub fn sender(&self) -> &str {
        self.from.as_ref().map_or("", |from| &from.address)
    }
}

/// Ids without brackets. Text between them, such as a date or a quoted name, is passed over.
pub(super) fn ids(fields: &Fields<'_>, name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for raw in fields.all(name) {
        // No id may stand in an encoded word; some programs put long ones there all the same.
        let text = if raw.windows(2).any(|two| two == b"=?") {
            unstructured(raw).into()
        } else {
            String::from_utf8_lossy(raw)
        };
        let bracketed = text
            .split('<')
            .skip(1)
            .filter_map(|rest| rest.split_once('>'));
        let before = found.len();
        found.extend(bracketed.map(|(id, _)| id.split_whitespace().collect::<String>()));
        if found.len() == before {
            let bare = text.split_whitespace().filter(|word| word.contains('@'));
            found.extend(bare.map(|word| word.trim_matches(['<', '>', ',', ';']).to_owned()));
        }
    }
    found.retain(|id| !id.is_empty() && id.len() <= 998 && !id.contains('\0'));
    found.drain(..found.len().saturating_sub(limits::MAX_IDS));
    found
}

/// The people of all fields called `name`.
pub(super) fn people(fields: &Fields<'_>, name: &str) -> Vec<Person> {
    let mut found = Vec::new();
    for raw in fields.all(name) {
        let line = closed(raw);
        if let HeaderValue::Address(list) = MessageStream::new(&line).parse_address() {
            for one in list.iter().take(limits::MAX_PEOPLE) {
                let person = Person {
                    name: one.name().map(without_nul).filter(|name| !name.is_empty()),
                    address: without_nul(one.address().unwrap_or_default().trim()).to_lowercase(),
                };
                if person.name.is_some() || !person.address.is_empty() {
                    found.push(person);
                }
            }
        }
        if found.is_empty() {
            let address = first_address(&unstructured(raw)).unwrap_or_default();
            if !address.is_empty() {
                found.push(Person {
                    name: None,
                    address,
                });
            }
        }
    }
    found.truncate(limits::MAX_PEOPLE);
    found
}

/// The first word in `text` that looks like an address, in lower case.
pub(super) fn first_address(text: &str) -> Option<String> {
    addresses(text).next()
}

/// The words in `text` that look like addresses, in lower case.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = String> {
    let apart = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                c,
                '<' | '>'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '"'
                    | ','
                    | ';'
                    | ':'
                    | '|'
                    | '“'
                    | '”'
                    | '«'
                    | '»'
                    | '、'
                    | '。'
                    | '（'
                    | '）'
                    | '：'
            )
    };
    text.split(apart).filter_map(|word| {
        let word = word
            .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '+' | '/' | '='));
        let (local, domain) = word.rsplit_once('@')?;
        let fits = !local.is_empty()
            && local.len() <= 200
            && !local.contains('@')
            && domain.contains('.')
            && domain.len() <= 253
            && domain
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        fits.then(|| word.to_lowercase())
    })
}

/// A date as RFC 5322 writes it, in any of its broken forms.
pub(super) fn date(raw: &[u8]) -> Option<Millis> {
    let line = closed(raw);
    let HeaderValue::DateTime(at) = MessageStream::new(&line).parse_date() else {
        return None;
    };
    read_date(&at)
}

fn read_date(at: &DateTime) -> Option<Millis> {
    let sane = at.is_valid() && (1970..=9999).contains(&at.year);
    sane.then(|| Millis(at.to_timestamp().saturating_mul(1_000)))
}

/// Marks before a subject that mean "answer" or "passed on", in lower case.
static MARKS: Phrases = phrases!("subject_marks");

/// `subject` without marks of answers and forwards, in lower case and single blanks.
pub fn normalised_subject(subject: &str) -> String {
    let lower = subject.to_lowercase();
    let mut rest = lower.trim();
    while let Some(next) = without_mark(rest) {
        rest = next;
    }
    let rest = rest.trim_end_matches("(fwd)");
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `subject` begins with the mark of an answer or of a mail passed on.
pub(super) fn is_answer(subject: &str) -> bool {
    without_mark(subject.to_lowercase().trim()).is_some()
}

/// `subject` without the mark it begins with: `re:`, `re[2]:`, `aw (3)：`, `[fwd: …`.
fn without_mark(subject: &str) -> Option<&str> {
    let subject = subject.trim_start_matches(['[', '【', ' ']);
    let (mark, rest) = subject.split_once([':', '：'])?;
    let word = mark.split(['[', '(', '^', '*']).next()?.trim();
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    MARKS.contains(&word).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_lose_the_marks_of_answers_in_many_languages() {
        for text in [
            "Offer  for you",
            "Re: Offer for you",
            "RE[2]: AW: offer for you",
            "Antw: Fwd: Offer for you",
            "回复：Offer for you",
            "SV: VS: Re: Offer for you",
            "WG: Offer for you",
            "Ответ: Offer for you",
            "Re^3: Offer for you",
            "TR : Offer for you",
            "Odp: Offer for you",
        ] {
            assert_eq!(normalised_subject(text), "offer for you", "{text}");
        }
        assert_eq!(normalised_subject("Review: the plan"), "review: the plan");
    }

    #[test]
    fn ids_are_read_without_brackets_and_between_noise() {
        let head = b"References: <a@x.example>\r\n <b@x.example>\r\n =?utf-8?q?=3Ce=40x=2Eexample=3E?=\r\nIn-Reply-To: Your mail of Monday <c@x.example>\r\nMessage-ID: d@x.example\r\n";
        let headers = Headers::read(&Fields::read(head));
        let three = ["a@x.example", "b@x.example", "e@x.example"];
        assert_eq!(headers.references, three);
        assert_eq!(headers.in_reply_to, ["c@x.example"]);
        assert_eq!(headers.message_id.as_deref(), Some("d@x.example"));
    }
}
