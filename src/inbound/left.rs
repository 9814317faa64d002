//! A contact who has left, or writes from another address now.

use super::headers::{Headers, addresses};
use super::ours::Ours;
use super::signs::{flat, place_of};
use super::understood::Moved;
use super::words::{Phrases, phrases};

/// Phrases in lower case.
static PHRASES: Phrases = phrases!("left_phrases");

/// What `own`, the new text, says of it.
pub(super) fn moved(own: &str, headers: &Headers, ours: &Ours) -> Option<Moved> {
    let text = flat(own);
    let (phrase, at) = PHRASES
        .iter()
        .find_map(|phrase| Some((*phrase, place_of(&text, phrase)?)))?;
    let named = |text: &str| addresses(text).find(|one| one != headers.sender() && !ours.owns(one));
    Some(Moved {
        alternative: named(&text[at..]).or_else(|| named(&text[..at])),
        words: phrase.to_owned(),
    })
}
