//! Lines that introduce an earlier mail: "On … Anna wrote:", a block of From, Sent, To and Subject,
//! "-----Original Message-----", in the languages that mail programs speak.

use super::super::words::{Phrases, phrases};
use super::lines::{Line, Mark};

/// A place where an earlier mail begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Intro {
    /// How many lines introduce it.
    pub(super) lines: usize,
    /// Where the introduction begins in its first line; before it the author may have written.
    pub(super) from: usize,
    /// Whether all behind it is the earlier mail, whatever it looks like.
    pub(super) ends_all: bool,
}

/// Verbs of "… wrote:", in lower case. Each stands alone between blanks or marks.
static WROTE: Phrases = phrases!("intro_wrote");

/// Japanese and others end without a verb that stands alone.
static WROTE_AT_END: Phrases = phrases!("intro_wrote_at_end");

/// Words before an earlier mail, between rows of dashes or lines, in lower case.
static ORIGINAL: Phrases = phrases!("intro_original");

/// Words before a mail that is passed on.
static FORWARDED: Phrases = phrases!("intro_forwarded");

/// Names of the first field in a block that heads an earlier mail.
static FROM: Phrases = phrases!("intro_from");

/// Names of the others.
static OTHER_FIELDS: Phrases = phrases!("intro_other_fields");

/// The introduction that begins at line `at`, if one does.
pub(super) fn find(lines: &[Line<'_>], at: usize) -> Option<Intro> {
    original(lines, at)
        .or_else(|| head_block(lines, at))
        .or_else(|| wrote(lines, at))
}

/// `-----Original Message-----` and its kin, also between lines or with a colon.
fn original(lines: &[Line<'_>], at: usize) -> Option<Intro> {
    let text = lines[at].text;
    if text.len() > 120 {
        return None;
    }
    let framed = text.starts_with(['-', '_', '=', '*', '#']);
    let bare = text.trim_matches(|c: char| {
        matches!(
            c,
            '-' | '_' | '=' | '*' | '#' | ':' | '：' | '>' | '—' | '–'
        ) || c.is_whitespace()
    });
    let lower = bare.to_lowercase();
    let is_known = |list: &[&str]| {
        list.iter()
            .any(|known| lower == *known || framed && lower.starts_with(known))
    };
    let ends = text.ends_with([':', '：', '-', '_', '=', '*']) || framed;
    (ends && (is_known(&ORIGINAL) || is_known(&FORWARDED))).then_some(Intro {
        lines: 1,
        from: 0,
        ends_all: true,
    })
}

/// A block of From, Sent, To and Subject in any order that begins with From or Date and names at
/// least two of them in its first lines; or a single `From:` with an address and a row of dashes
/// above it.
fn head_block(lines: &[Line<'_>], at: usize) -> Option<Intro> {
    let first = field(lines[at].text)?;
    if !is_from(&first) && !is_other(&first) {
        return None;
    }
    let (mut froms, mut others, mut gaps) = (
        usize::from(is_from(&first)),
        usize::from(!is_from(&first)),
        0,
    );
    for line in lines.iter().skip(at + 1).take(9) {
        if line.mark == Mark::Blank {
            gaps += 1;
            if gaps > 3 {
                break;
            }
            continue;
        }
        let Some(name) = field(line.text) else {
            continue;
        };
        if is_from(&name) {
            froms += 1;
        } else if is_other(&name) {
            others += 1;
        }
    }
    let begins = is_from(&first) && others >= 2
        || is_from(&first) && others >= 1 && lines[at].text.contains('@')
        || !is_from(&first) && froms >= 1 && others >= 2;
    begins.then_some(Intro {
        lines: 1,
        from: 0,
        ends_all: true,
    })
}

fn is_from(name: &str) -> bool {
    FROM.contains(&name)
}

fn is_other(name: &str) -> bool {
    OTHER_FIELDS.contains(&name)
}

/// The name of a `Name: value` line in lower case, stars and bars of emphasis aside.
fn field(line: &str) -> Option<String> {
    let line = line.trim_start_matches(['*', '>', '|', ' ', '_', '-']);
    let (name, _) = line.split_once([':', '：'])?;
    let name = name.trim_end_matches(['*', ' ', '\u{a0}']);
    (!name.is_empty() && name.len() <= 40).then(|| name.to_lowercase())
}

/// Most lines that one "On … wrote:" is wrapped over, and most bytes of it.
const MAX_WRAPPED: usize = 4;
const MAX_WROTE_BYTES: usize = 400;

/// "On Monday Anna <a@b.example> wrote:", in one to four lines.
fn wrote(lines: &[Line<'_>], at: usize) -> Option<Intro> {
    let mut joined = String::new();
    for count in 1..=MAX_WRAPPED {
        let line = lines.get(at + count - 1)?;
        let begins_anew = count > 1 && begins_dated(line.text);
        if line.mark == Mark::Blank || begins_anew || count == 2 && !may_begin(lines[at].text) {
            return None;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line.text.trim_start_matches(['>', ' ']));
        if joined.len() > MAX_WROTE_BYTES {
            return None;
        }
        let next = lines[at + count..]
            .iter()
            .find(|line| line.mark != Mark::Blank);
        let quote_follows = next.is_some_and(|line| line.mark == Mark::Quoted);
        if let Some(from) = shared(&joined, quote_follows).filter(|_| count == 1) {
            return Some(Intro {
                lines: count,
                from,
                ends_all: !quote_follows,
            });
        }
        if introduces(&joined, quote_follows) {
            return Some(Intro {
                lines: count,
                from: 0,
                ends_all: !quote_follows,
            });
        }
    }
    None
}

/// How introductions with a date begin.
const STARTS: &[&str] = &[
    "On ",
    "Am ",
    "Le ",
    "El ",
    "Em ",
    "Il giorno ",
    "Op ",
    "Den ",
    "W dniu ",
    "Dne ",
];

/// Whether `text` begins like an introduction with a date.
fn begins_dated(text: &str) -> bool {
    STARTS.iter().any(|start| {
        let rest = text.strip_prefix(start);
        rest.is_some_and(|rest| rest.chars().take(14).any(|c| c.is_ascii_digit()))
    })
}

/// Whether `text` may be the first line of an introduction that was wrapped.
fn may_begin(text: &str) -> bool {
    text.contains(['@', '<'])
        || text.bytes().any(|byte| byte.is_ascii_digit())
        || STARTS.iter().any(|start| text.starts_with(start))
}

/// Whether `text` is a whole introduction.
fn introduces(text: &str, quote_follows: bool) -> bool {
    let bare = text.trim_matches(|c: char| matches!(c, '-' | '_' | '*' | '>' | ' ' | '\u{a0}'));
    let framed = bare.len() + 4 <= text.len() && text.starts_with("--");
    let body = match bare.strip_suffix([':', '：']) {
        Some(body) => body.trim_end(),
        None if framed => bare,
        None => return dated_sender(bare) && quote_follows,
    };
    let lower = body.to_lowercase();
    let verb = has_verb(&lower) || WROTE_AT_END.iter().any(|end| lower.ends_with(end));
    let digits = lower.bytes().filter(u8::is_ascii_digit).count();
    let address = lower.contains('@');
    if verb {
        return quote_follows || digits >= 4 || address && digits >= 2 || framed;
    }
    // "2026-03-02 9:29 GMT+02:00 Anna <anna@a.example>:"
    address && digits >= 6 && body.ends_with(['>', ')']) || address && quote_follows && digits >= 4
}

fn has_verb(lower: &str) -> bool {
    WROTE.iter().any(|verb| {
        lower.match_indices(verb).any(|(at, _)| {
            let before = lower[..at].chars().next_back();
            let after = lower[at + verb.len()..].chars().next();
            let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            !verb.is_ascii() && verb.chars().all(|c| !c.is_lowercase())
                || apart(before) && apart(after)
        })
    })
}

/// "02.03.2026 14:05, Anna пишет" without its colon, or only "Anna <anna@a.example>" with a date.
fn dated_sender(text: &str) -> bool {
    let lower = text.to_lowercase();
    let digits = lower.bytes().filter(u8::is_ascii_digit).count();
    digits >= 6 && (has_verb(&lower) || lower.contains('@') && lower.ends_with('>'))
}

/// Where an introduction begins that shares its line with the author's words: "Yes. On 2 Mar …
/// wrote:".
fn shared(text: &str, quote_follows: bool) -> Option<usize> {
    STARTS.iter().find_map(|start| {
        let at = text.rfind(start).filter(|at| *at > 0)?;
        let before = &text[..at];
        let words =
            !before.contains(['@', '<']) && !before.bytes().any(|byte| byte.is_ascii_digit());
        let dated = text[at + start.len()..]
            .chars()
            .take(14)
            .any(|c| c.is_ascii_digit());
        (words
            && before.ends_with(' ')
            && dated
            && introduces(&text[at..], quote_follows)
            && text[at..].contains('@'))
        .then_some(before.trim_end().len())
    })
}

#[cfg(test)]
mod tests {
    use super::super::lines::split;
    use super::*;

    fn is_intro(text: &str) -> bool {
        find(&split(text, &[], &[]), 0).is_some()
    }

    #[test]
    fn introductions_are_known_in_many_languages() {
        for text in [
            "On Mon, 2 Mar 2026 at 14:05, Anna Smith <anna@a.example> wrote:",
            "Am 02.03.2026 um 14:05 schrieb Anna Smith:",
            "Le lun. 2 mars 2026 à 14:05, Anna Smith <anna@a.example> a écrit :",
            "El lun, 2 mar 2026 a las 14:05, Anna (<anna@a.example>) escribió:",
            "Em seg., 2 de mar. de 2026 às 14:05, Anna <anna@a.example> escreveu:",
            "Il giorno lun 2 mar 2026 alle ore 14:05 Anna <anna@a.example> ha scritto:",
            "Op ma 2 mrt 2026 om 14:05 schreef Anna <anna@a.example>:",
            "Den mån 2 mars 2026 kl 14:05 skrev Anna <anna@a.example>:",
            "ma 2. maalisk. 2026 klo 14.05 Anna (anna@a.example) kirjoitti:",
            "pon., 2 mar 2026 o 14:05 Anna <anna@a.example> napisał(a):",
            "po 2. 3. 2026 v 14:05 odesílatel Anna <anna@a.example> napsal:",
            "Anna <anna@a.example>, 2 Mar 2026 Pzt, 14:05 tarihinde şunu yazdı:",
            "пн, 2 мар. 2026 г. в 14:05, Анна <anna@a.example>:",
            "02.03.2026 14:05, Анна пишет:",
            "在 2026年3月2日，下午2:05，Anna <anna@a.example> 写道：",
            "2026年3月2日(月) 14:05 Anna <anna@a.example>:",
            "2026년 3월 2일 (월) 오후 2:05, Anna <anna@a.example>님이 작성:",
            "-----Original Message-----",
            "-----Ursprüngliche Nachricht-----",
            "________ Исходное сообщение ________",
            "---- On Mon, 02 Mar 2026 14:05:00 +0100 Anna <anna@a.example> wrote ----",
            "Von: Anna\nGesendet: Montag, 2. März 2026\nAn: Ben\nBetreff: Angebot",
            "*From:* Anna <anna@a.example>\n*Sent:* Monday\n*To:* Ben",
            "On Monday, 2 March 2026, Anna Smith of the sales team\n<anna@a.example> wrote:",
        ] {
            assert!(is_intro(text), "{text}");
        }
    }

    #[test]
    fn ordinary_sentences_introduce_nothing() {
        for text in [
            "Here is what I wrote:",
            "On Monday we meet.",
            "From: what I see it is fine",
            "To: everybody",
            "He sent two documents:",
            "Original message",
            "Our questions on 2026:",
        ] {
            assert!(!is_intro(text), "{text}");
        }
    }
}
