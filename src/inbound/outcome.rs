//! A suggestion of how a conversation goes, with the words it rests on. A person confirms it; when
//! in doubt nothing is said.

use super::signs::phrase_in;
use super::understood::{Suggestion, Unsubscribe};
use super::words::{Groups, groups};
use crate::domain::touch::Outcome;

/// Phrases in lower case, in the order they are asked: a "no" beats a "later", since people are
/// polite.
static TABLE: Groups = groups!("outcomes");

/// What the new text of a person's mail, flat, suggests.
pub(super) fn suggest(own: &str, unsubscribe: Unsubscribe) -> Option<Suggestion> {
    let by_table = TABLE.iter().find_map(|(outcome, phrases)| {
        let words = phrase_in(own, phrases)?.to_owned();
        Some(Suggestion {
            outcome: Outcome::from_word(outcome)?,
            words,
        })
    });
    let objected = by_table
        .as_ref()
        .is_some_and(|one| one.outcome == Outcome::Objected);
    if unsubscribe == Unsubscribe::Sure && !objected {
        return Some(Suggestion {
            outcome: Outcome::Objected,
            words: own.chars().take(80).collect(),
        });
    }
    by_table
}

#[cfg(test)]
mod tests {
    use super::super::signs::flat;
    use super::*;

    #[test]
    fn words_of_eight_languages_suggest_an_outcome() {
        for (text, outcome) in [
            ("Thanks, but we are not interested.", Outcome::Refused),
            ("Kein Interesse, danke.", Outcome::Refused),
            ("Sounds good. Let’s talk on Monday.", Outcome::Interested),
            ("Ça m'intéresse, appelez-moi.", Outcome::Interested),
            ("No soy la persona adecuada.", Outcome::WrongPerson),
            ("Fale com meu colega Rui.", Outcome::Referred),
            ("Non al momento, grazie.", Outcome::Later),
            ("Сколько стоит?", Outcome::Interested),
            ("興味はありません。", Outcome::Refused),
            ("我们暂时不考虑。", Outcome::Later),
        ] {
            let found = suggest(&flat(text), Unsubscribe::No).map(|one| one.outcome);
            assert_eq!(found, Some(outcome), "{text}");
        }
        assert_eq!(suggest("see the file", Unsubscribe::No), None);
    }
}
