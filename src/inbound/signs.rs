//! The evidence while it is gathered, and the search for phrases that all files of words share.

use super::clues::Clue;
use super::limits;
use super::understood::Evidence;

/// Longest text kept beside a clue, in bytes.
const MAX_CLUE_BYTES: usize = 120;

/// Evidence in the order it was found.
#[derive(Debug, Default)]
pub(super) struct Signs(Vec<Evidence>);

impl Signs {
    /// Adds `clue`, seen in `text`.
    pub(super) fn add(&mut self, clue: Clue, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = limits::cut(&text, MAX_CLUE_BYTES).to_owned();
        self.0.push(Evidence { code: clue, text });
    }

    /// Adds `clue` when there is something to show for it.
    pub(super) fn add_some(&mut self, clue: Clue, text: Option<impl AsRef<str>>) {
        if let Some(text) = text {
            self.add(clue, text.as_ref());
        }
    }

    /// Whether `clue` was found.
    pub(super) fn has(&self, clue: Clue) -> bool {
        self.0.iter().any(|one| one.code == clue)
    }

    pub(super) fn into_evidence(mut self) -> Vec<Evidence> {
        self.0.sort_by_key(|one| one.code.code());
        self.0
    }
}

/// The first of `phrases` that stands in `lower`, which is in lower case and whose words are
/// parted by single blanks, as [`flat`] makes it.
pub(super) fn phrase_in<'p>(lower: &str, phrases: &[&'p str]) -> Option<&'p str> {
    phrases
        .iter()
        .copied()
        .find(|phrase| place_of(lower, phrase).is_some())
}

/// Where `phrase` stands in `lower`, as whole words where its script parts words.
pub(super) fn place_of(lower: &str, phrase: &str) -> Option<usize> {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unparted(c));
    lower.match_indices(phrase).map(|(at, _)| at).find(|at| {
        let first = phrase.chars().next();
        let last = phrase.chars().next_back();
        let before = lower[..*at].chars().next_back();
        let after = lower[at + phrase.len()..].chars().next();
        let glued = is_letter(first) && is_letter(before) || is_letter(last) && is_letter(after);
        !glued
    })
}

/// Scripts that do not part words by blanks.
fn is_unparted(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// `text` in lower case, its words parted by single blanks and its apostrophes straight.
pub(super) fn flat(text: &str) -> String {
    let lower = text.to_lowercase().replace(['’', '‘', '´'], "'");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
