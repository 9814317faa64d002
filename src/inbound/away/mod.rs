//! When somebody who is away comes back, read from their notice. [`dates`] finds dates in many
//! spellings; here their neighbours say which one is meant.

mod dates;

use super::signs::flat;
use super::understood::Away;
use super::words::{Phrases, phrases};
use crate::domain::clock::{DAY_MS, Millis};
use dates::{Found, find};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

/// Longest absence that is believed, in days.
const MAX_DAYS: i64 = 100;

/// Words before a day on which they are back, in lower case, by how words begin.
static BACK: Phrases = phrases!("away_back");

/// Words before the last day of an absence, in lower case.
static UNTIL: Phrases = phrases!("away_until");

/// Words before the first day of an absence, in lower case.
static FROM: Phrases = phrases!("away_from");

/// What a date is to the absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Back,
    Until,
    From,
    Unsaid,
}

/// The return named in `text`, for a mail that came at `received`.
pub(super) fn read(text: &str, received: Millis) -> Option<Away> {
    let today = jiff::Timestamp::from_millisecond(received.0)
        .ok()?
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let flat = flat(text);
    let found = find(&flat, today);
    let roles: Vec<(Role, Found)> = found
        .iter()
        .map(|date| (role(&flat, &found, date), *date))
        .collect();
    let first = |wanted: Role| {
        roles
            .iter()
            .find(|(role, date)| *role == wanted && date.day >= today)
            .map(|(_, date)| *date)
    };
    let (day, mut ambiguous) = if let Some(back) = first(Role::Back) {
        (back.day, back.ambiguous)
    } else if let Some(last) = first(Role::Until) {
        (last.day.tomorrow().ok()?, last.ambiguous)
    } else if let Some(day) = weekday(&flat, today) {
        (day, false)
    } else {
        let last = first(Role::Unsaid)?;
        (last.day.tomorrow().ok()?, true)
    };
    let latest = today.saturating_add(MAX_DAYS.days());
    ambiguous |= day > latest;
    let until = midnight(day.min(latest))?;
    (until.0 > received.0 - DAY_MS).then_some(Away { until, ambiguous })
}

fn midnight(day: Date) -> Option<Millis> {
    let at = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Millis(at.timestamp().as_millisecond()))
}

/// What stands before `date`, and right behind it.
fn role(flat: &str, all: &[Found], date: &Found) -> Role {
    // A full stop inside a date or after a shortened weekday ends no sentence: a blank follows one
    // that does.
    let ends = [". ", "! ", "? ", "; ", "。", "！"];
    let start = ends
        .iter()
        .filter_map(|end| flat[..date.at].rfind(end).map(|at| at + end.len()))
        .max();
    let before = &flat[start.unwrap_or(0)..date.at];
    let before = super::limits::cut_front(before, 60);
    let after = super::limits::cut(&flat[date.end..], 40);
    let near = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '('));
    let near = without_weekday(near);
    let says = |words: &[&str]| {
        words.iter().any(|word| {
            near.strip_suffix(word).is_some_and(|rest| {
                let parted = word
                    .chars()
                    .next()
                    .is_some_and(|c| !c.is_alphanumeric() || c >= '\u{3040}');
                parted || !rest.ends_with(char::is_alphanumeric)
            })
        })
    };
    let back_near = BACK
        .iter()
        .any(|word| super::limits::cut_front(near, 45).contains(word));
    let back_behind = [
        "wieder",
        "zurück",
        "back",
        "に復帰",
        "より復帰",
        "から出社",
        "より出社",
        "복귀",
        "恢复",
        "回来",
        "返回",
        "igen",
        "terug",
        "weer",
    ]
    .iter()
    .any(|word| {
        after.trim_start().starts_with(word)
            || after.contains("復帰")
            || after.contains("出社")
            || after.contains("복귀")
    });
    let is_second = all
        .iter()
        .any(|other| other.end <= date.at && date.at - other.end <= 8);
    if after.trim_start().starts_with("まで") || after.trim_start().starts_with("까지") {
        return Role::Until;
    }
    if is_second && !back_behind {
        return Role::Until;
    }
    if says(&FROM) && !back_near && !back_behind {
        return Role::From;
    }
    let until = says(&UNTIL) && !says(&["back to", "return to"]);
    match (back_near || back_behind, until) {
        (true, false) => Role::Back,
        (true, true) if back_behind => Role::Back,
        (_, true) => Role::Until,
        (false, false) => Role::Unsaid,
    }
}

/// `text` without the weekday and the article that stand between a word and its date.
fn without_weekday(text: &str) -> &str {
    let mut text = text;
    for _ in 0..3 {
        let word_at = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let word = text[word_at..].trim_matches(['.', ',', '(']);
        let skip = dates::weekday(word).is_some()
            || matches!(
                word,
                "the"
                    | "zum"
                    | "dem"
                    | "den"
                    | "le"
                    | "el"
                    | "il"
                    | "lo"
                    | "the:"
                    | "on"
                    | "am"
                    | "incl"
                    | "including"
                    | "inklusive"
                    | "dia"
                    | "día"
                    | "and"
            );
        if !skip || word_at == 0 {
            break;
        }
        text = text[..word_at].trim_end_matches(|c: char| c.is_whitespace() || c == ',');
    }
    text
}

/// "back on Monday", "back tomorrow": the next such day.
fn weekday(flat: &str, today: Date) -> Option<Date> {
    let at = BACK
        .iter()
        .filter_map(|word| flat.find(word).map(|at| at + word.len()))
        .min()?;
    let behind = super::limits::cut(&flat[at..], 40);
    let mut words = behind
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| !word.is_empty())
        .take(5);
    words.find_map(|word| {
        if matches!(
            word,
            "tomorrow"
                | "morgen"
                | "demain"
                | "mañana"
                | "amanhã"
                | "domani"
                | "завтра"
                | "明日"
                | "明天"
        ) {
            return today.tomorrow().ok();
        }
        let day: Weekday = dates::weekday(word)?;
        today.nth_weekday(1, day).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wednesday, 16 December 2026, noon.
    const RECEIVED: Millis = Millis(1_797_422_400_000);

    fn back(text: &str) -> Option<(String, bool)> {
        read(text, RECEIVED).map(|away| (away.until.rfc3339()[..10].to_owned(), away.ambiguous))
    }

    #[test]
    fn return_dates_are_read_in_many_languages() {
        assert_eq!(RECEIVED.rfc3339(), "2026-12-16T12:00:00.000Z");
        for (text, day) in [
            ("I am out of the office until 4 January 2027.", "2027-01-05"),
            ("I am away and will be back on January 4th.", "2027-01-04"),
            ("I will return on Monday, 21 December.", "2026-12-21"),
            (
                "On vacation from 17 December to 3 January. Please write to Ben.",
                "2027-01-04",
            ),
            ("I am out of office. Back on Monday.", "2026-12-21"),
            ("Ich bin bis zum 04.01.2027 nicht im Büro.", "2027-01-05"),
            (
                "Ich bin vom 18.12. bis 3.1. im Urlaub und ab dem 4.1. wieder erreichbar.",
                "2027-01-04",
            ),
            ("Ich bin ab dem 4. Januar wieder erreichbar.", "2027-01-04"),
            (
                "Je suis absent jusqu'au 3 janvier 2027 inclus.",
                "2027-01-04",
            ),
            (
                "Je suis en congés du 18 décembre au 3 janvier, de retour le 4 janvier.",
                "2027-01-04",
            ),
            (
                "Estaré fuera de la oficina hasta el 3 de enero.",
                "2027-01-04",
            ),
            ("Estou de férias e volto no dia 4 de janeiro.", "2027-01-04"),
            ("Sarò assente fino al 3 gennaio.", "2027-01-04"),
            ("Ik ben afwezig tot en met 3 januari 2027.", "2027-01-04"),
            ("Я в отпуске до 3 января.", "2027-01-04"),
            ("Вернусь 4 января 2027 года.", "2027-01-04"),
            ("12月28日まで不在です。", "2026-12-29"),
            ("我将于2027年1月4日返回办公室。", "2027-01-04"),
            ("Jestem na urlopie do 3 stycznia.", "2027-01-04"),
            ("Out of office, back 2027-01-04.", "2027-01-04"),
        ] {
            assert_eq!(back(text), Some((day.to_owned(), false)), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_or_is_too_long_is_flagged() {
        assert_eq!(
            back("I am out of the office until 01/02/2027."),
            Some(("2027-01-03".to_owned(), true))
        );
        assert_eq!(
            back("I am on leave until 1 December 2027."),
            Some(("2027-03-26".to_owned(), true))
        );
        assert_eq!(back("I am out of the office."), None);
        assert_eq!(back("I was away until 3 March 2020."), None);
    }
}
