//! Whether a person asks for no more mail. Only what they wrote themselves is read: the quoted
//! footer of our own mail holds the same words.

use super::clues::Clue;
use super::headers::{Headers, is_answer};
use super::ours::Ours;
use super::signs::{Signs, flat, phrase_in, place_of};
use super::understood::{Arrival, Unsubscribe};
use super::words::{Phrases, phrases};

/// Phrases that can mean little else, in lower case.
static CLEAR: Phrases = phrases!("unsubscribe_clear");

/// Single words that mean it only when hardly anything else is said, in lower case.
static SHORT: Phrases = phrases!("unsubscribe_short");

/// Most other words beside a clear phrase, and beside a short one.
const MAX_OTHER_WORDS: usize = 6;
const MAX_OTHER_BESIDE_SHORT: usize = 2;
/// Longer texts are a letter, and the phrase in them is about something else.
const MAX_WORDS: usize = 120;

/// Words of politeness that are not counted, in lower case.
static POLITE: Phrases = phrases!("unsubscribe_polite");

/// Words that turn the request round, in lower case.
static NEGATIONS: Phrases = phrases!("unsubscribe_negations");

/// Whether it does; what it rests on goes into `signs`.
pub(super) fn unsubscribe(
    headers: &Headers,
    arrival: &Arrival,
    own: &str,
    ours: &Ours,
    signs: &mut Signs,
) -> Unsubscribe {
    let to_token = arrival
        .envelope_to
        .iter()
        .map(String::as_str)
        .chain(headers.to.iter().map(|to| to.address.as_str()))
        .find(|to| {
            let is_named = to.starts_with("unsubscribe+") && ours.delivery_in_address(to).is_some();
            is_named || ours.is_to_unsubscribe(to)
        });
    if let Some(to) = to_token {
        signs.add(Clue::UnsubscribeAddress, to);
        return Unsubscribe::Sure;
    }
    let text = flat(own);
    let said = judge(&text);
    let subject = flat(&headers.subject);
    let said = match said {
        // A bare subject, with nothing or a name beneath.
        Unsubscribe::No
            if !is_answer(&headers.subject)
                && words(&text) <= 3
                && judge(&subject) == Unsubscribe::Sure
                && words(&subject) <= 3 =>
        {
            Unsubscribe::Sure
        }
        said => said,
    };
    // A newsletter that says little else tells how to leave it; it asks for nothing.
    let answers = !headers.in_reply_to.is_empty() || is_answer(&headers.subject);
    let said = match said {
        Unsubscribe::Sure if signs.has(Clue::ListHeader) && !answers => Unsubscribe::Possible,
        said => said,
    };
    if said != Unsubscribe::No {
        let phrase = phrase_in(&text, &CLEAR).or_else(|| phrase_in(&text, &SHORT));
        signs.add(Clue::UnsubscribeText, phrase.unwrap_or(&subject));
    }
    said
}

fn judge(text: &str) -> Unsubscribe {
    if words(text) > MAX_WORDS {
        return Unsubscribe::No;
    }
    let turned = phrase_in(text, &NEGATIONS).is_some() || text.ends_with('?');
    if let Some(phrase) = phrase_in(text, &CLEAR) {
        let sure = !turned && others(text, phrase) <= MAX_OTHER_WORDS;
        return if sure {
            Unsubscribe::Sure
        } else {
            Unsubscribe::Possible
        };
    }
    match phrase_in(text, &SHORT) {
        Some(phrase) if !turned && others(text, phrase) <= MAX_OTHER_BESIDE_SHORT => {
            Unsubscribe::Sure
        }
        _ => Unsubscribe::No,
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count()
}

/// Words beside `phrase`, politeness aside. In scripts that do not part words, three letters count
/// as one.
fn others(text: &str, phrase: &str) -> usize {
    let at = place_of(text, phrase).unwrap_or(0);
    let (before, after) = (&text[..at], &text[at + phrase.len()..]);
    before
        .split_whitespace()
        .chain(after.split_whitespace())
        .map(|word| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'');
            let wide = word.chars().filter(|c| *c >= '\u{3040}').count();
            if word.is_empty() || POLITE.contains(&word) {
                0
            } else {
                1.max(wide / 3)
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_requests_are_sure_and_letters_that_mention_it_are_not() {
        for text in [
            "unsubscribe",
            "Please remove me from your list. Thanks",
            "STOP",
            "Bitte abmelden!",
            "Merci de me désabonner de votre liste",
            "Отписаться, пожалуйста",
            "Por favor, darme de baja",
            "Quero me descadastrar",
            "配信停止をお願いします",
            "请退订",
            "Take me off this list",
            "Cancellatemi, grazie",
        ] {
            assert_eq!(judge(&flat(text)), Unsubscribe::Sure, "{text}");
        }
        for text in [
            "Stop by our booth on Monday",
            "We should talk about the stop loss",
            "Sounds good, see you at nine",
            "Kannst du die alten Daten löschen und neu senden?",
        ] {
            assert_eq!(judge(&flat(text)), Unsubscribe::No, "{text}");
        }
        let long = "We would like to go on, but please remove me from the monthly list that your colleague keeps";
        assert_eq!(judge(&flat(long)), Unsubscribe::Possible);
        assert_eq!(
            judge(&flat("How can I unsubscribe my boss?")),
            Unsubscribe::Possible
        );
    }
}
