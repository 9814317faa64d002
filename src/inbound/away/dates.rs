//! Dates as people write them, in the main languages.

use super::super::words::{Groups, groups};
use jiff::civil::{Date, Weekday};

/// A date in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) day: Date,
    /// Where it stands, in bytes.
    pub(super) at: usize,
    pub(super) end: usize,
    /// It can be another day just as well.
    pub(super) ambiguous: bool,
}

/// How the names of the months begin, January first, in lower case: longer forms are matched by
/// their beginnings.
static MONTHS: Groups = groups!("away_months");

/// How the names of weekdays begin, Monday first, in lower case. `mar` is a month too and is left
/// to it.
static WEEKDAYS: Groups = groups!("away_weekdays");

/// The weekday that `word` names.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    let names = |names: &[&str]| {
        names.iter().any(|name| {
            if name.len() <= 5 && name.is_ascii() {
                word == *name
            } else {
                word.starts_with(name)
            }
        })
    };
    let at = WEEKDAYS.iter().position(|(_, list)| names(list))?;
    Weekday::from_monday_zero_offset(i8::try_from(at).ok()?).ok()
}

/// A number or a run of letters, and what stands between it and the next.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    at: usize,
    number: Option<i32>,
}

impl Word<'_> {
    const fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// Whether `c` marks the number before it as a year, a month or a day.
const fn is_mark(c: char) -> bool {
    matches!(c, '年' | '月' | '日' | '년' | '월' | '일')
}

/// Most words looked at.
const MAX_WORDS: usize = 4_000;

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let class = |c: char| {
        if c.is_ascii_digit() {
            1
        } else if c.is_alphabetic() {
            2
        } else {
            0
        }
    };
    let mut start = 0;
    let mut last = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let now = class(c);
        if now != last || is_mark(c) || text[..at].chars().next_back().is_some_and(is_mark) {
            if last != 0 && start < at {
                let piece = &text[start..at];
                let number = (last == 1 && piece.len() <= 4)
                    .then(|| piece.parse().ok())
                    .flatten();
                words.push(Word {
                    text: piece,
                    at: start,
                    number,
                });
            }
            start = at;
            last = now;
        }
        if words.len() >= MAX_WORDS {
            break;
        }
    }
    words
}

/// All dates in `flat`, a text in lower case; a date without a year is the next one from `today`.
pub(super) fn find(flat: &str, today: Date) -> Vec<Found> {
    let words = words(flat);
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let tail = &words[at..];
        let read = by_marks(tail, today)
            .or_else(|| iso(flat, tail))
            .or_else(|| numeric(flat, tail, today))
            .or_else(|| named(flat, tail, today));
        let Some((day, used, ambiguous)) = read else {
            at += 1;
            continue;
        };
        found.push(Found {
            day,
            at: tail[0].at,
            end: tail[used - 1].end(),
            ambiguous,
        });
        at += used;
    }
    found
}

/// A day, how many words it took, whether it is ambiguous.
type Read = (Date, usize, bool);

/// 2026年12月24日, 12月24日, and the same in Korean.
fn by_marks(words: &[Word<'_>], today: Date) -> Option<Read> {
    let mark = |at: usize, marks: &[&str]| {
        words
            .get(at)
            .is_some_and(|word| marks.iter().any(|mark| word.text.starts_with(mark)))
    };
    let number = |at: usize| words.get(at).and_then(|word| word.number);
    let (year, from) = if mark(1, &["年", "년"]) {
        (number(0), 2)
    } else {
        (None, 0)
    };
    if !mark(from + 1, &["月", "월"]) || !mark(from + 3, &["日", "일"]) {
        return None;
    }
    let day = whole(year, number(from)?, number(from + 2)?, today)?;
    Some((day, from + 4, false))
}

/// 2026-12-24, also with points or strokes.
fn iso(flat: &str, words: &[Word<'_>]) -> Option<Read> {
    let [year, month, day, ..] = words else {
        return None;
    };
    let joined = |a: &Word<'_>, b: &Word<'_>| matches!(&flat[a.end()..b.at], "-" | "/" | ".");
    let fits = year.text.len() == 4 && joined(year, month) && joined(month, day);
    let date = whole(Some(year.number?), month.number?, day.number?, Date::MIN)?;
    fits.then_some((date, 3, false))
}

/// 24.12.2026, 24.12., 24/12/2026, 12/24.
fn numeric(flat: &str, words: &[Word<'_>], today: Date) -> Option<Read> {
    let [first, second, ..] = words else {
        return None;
    };
    let gap = &flat[first.end()..second.at];
    let (a, b) = (first.number?, second.number?);
    if !matches!(gap, "." | ". " | "/" | "-") || first.text.len() > 2 || second.text.len() > 2 {
        return None;
    }
    let third = words.get(2).filter(|third| {
        let between = &flat[second.end()..third.at];
        between == gap && third.number.is_some() && matches!(third.text.len(), 2 | 4)
    });
    let year = third
        .and_then(|third| third.number)
        .map(|year| if year < 100 { 2_000 + year } else { year });
    let used = if third.is_some() { 3 } else { 2 };
    let dotted = gap.starts_with('.');
    // "24.12" without a point behind is as likely a price or a time.
    if dotted && third.is_none() && !flat[second.end()..].starts_with('.')
        || gap == "-" && third.is_none()
    {
        return None;
    }
    let european = whole(year, b, a, today);
    if dotted {
        return european.map(|day| (day, used, false));
    }
    let american = whole(year, a, b, today).filter(|day| Some(*day) != european);
    match (european, american) {
        (Some(one), Some(other)) => {
            let coming = [one, other].into_iter().filter(|day| *day >= today).min();
            let sure = (one >= today) != (other >= today);
            Some((coming.unwrap_or(one), used, !sure))
        }
        (one, other) => one.or(other).map(|day| (day, used, false)),
    }
}

/// 24 December 2026, December 24th, 24. Dezember, 24 de diciembre de 2026.
fn named(flat: &str, words: &[Word<'_>], today: Date) -> Option<Read> {
    let small = |word: &Word<'_>| {
        matches!(
            word.text,
            "de" | "del"
                | "of"
                | "st"
                | "nd"
                | "rd"
                | "th"
                | "er"
                | "º"
                | "the"
                | "г"
                | "года"
                | "do"
                | "den"
                | "e"
        )
    };
    let near = |from: usize, to: usize| {
        flat[words[from].end()..words[to].at]
            .chars()
            .all(|c| matches!(c, ' ' | '.' | ',' | 'º' | '°' | '-'))
    };
    let next = |mut at: usize| {
        at += 1;
        while words.get(at).is_some_and(small) && near(at - 1, at) {
            at += 1;
        }
        (at < words.len() && near(at - 1, at)).then_some(at)
    };
    let second = next(0)?;
    let (month, day) = match (month(words[0].text), words[0].number) {
        (Some(month), _) => (
            month,
            words[second]
                .number
                .filter(|_| words[second].text.len() <= 2)?,
        ),
        (None, Some(day)) if words[0].text.len() <= 2 => (self::month(words[second].text)?, day),
        _ => return None,
    };
    let third = next(second).filter(|at| {
        words[*at].text.len() == 4
            && words[*at]
                .number
                .is_some_and(|year| (2_000..2_100).contains(&year))
    });
    let year = third.and_then(|at| words[at].number);
    let mut used = third.map_or(second + 1, |at| at + 1);
    while used < words.len()
        && matches!(words[used].text, "st" | "nd" | "rd" | "th")
        && words[used].at == words[used - 1].end()
    {
        used += 1;
    }
    Some((whole(year, month, day, today)?, used, false))
}

fn month(word: &str) -> Option<i32> {
    let long = |at: usize| {
        MONTHS[at]
            .1
            .iter()
            .filter(|name| word.starts_with(*name))
            .map(|name| name.len())
            .max()
    };
    let best = (0..12)
        .filter_map(|at| long(at).map(|length| (length, at)))
        .max()?;
    // A month's name is hardly longer than its beginning and seven letters more.
    (word.chars().count() <= 12 && weekday(word).is_none())
        .then(|| i32::try_from(best.1).ok().map(|at| at + 1))
        .flatten()
}

/// The date; without a year the one that is nearest ahead, or was at most a week ago.
fn whole(year: Option<i32>, month: i32, day: i32, today: Date) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let on = |year: i32| Date::new(i16::try_from(year).ok()?, month, day).ok();
    if let Some(year) = year {
        return on(year).filter(|_| (2_000..2_100).contains(&year));
    }
    let this = i32::from(today.year());
    let ahead = |date: &Date| today.duration_until(*date).as_hours() >= -7 * 24;
    on(this).filter(ahead).or_else(|| on(this + 1))
}
