//! The one way through: raw bytes in, [`Understood`] out.

use super::clues::Clue;
use super::headers::Headers;
use super::identity::identity;
use super::kind;
use super::mime::Tree;
use super::ours::Ours;
use super::understood::{Arrival, Evidence, MatchKey, NewText, Understood, Unsubscribe};
use crate::domain::inbound::MatchedBy;
use crate::domain::touch::Agency;

/// Understands one raw mail that came as `arrival` tells. It never fails and never panics.
pub fn understand(raw: &[u8], arrival: &Arrival, ours: &Ours) -> Understood {
    let tree = Tree::read(raw);
    let root = tree.root();
    let headers = Headers::read(&root.fields);
    let mut evidence = Vec::new();
    let mut keys: Vec<MatchKey> = Vec::new();
    let tagged = arrival
        .envelope_to
        .iter()
        .filter_map(|to| ours.delivery_in_address(to));
    keys.extend(tagged.map(|delivery| MatchKey::Token(MatchedBy::Token, delivery)));
    keys.extend(
        headers
            .in_reply_to
            .iter()
            .map(|id| MatchKey::Id(MatchedBy::InReplyTo, id.clone())),
    );
    keys.extend(
        headers
            .references
            .iter()
            .rev()
            .map(|id| MatchKey::Id(MatchedBy::References, id.clone())),
    );
    let full_text = tree
        .own_leaves()
        .find(|(_, part)| part.is("text/plain"))
        .map(|(_, part)| part.text())
        .unwrap_or_default();
    if !full_text.is_empty() {
        evidence.push(Evidence {
            code: Clue::HasText,
            text: String::new(),
        });
    }
    let verdict = kind::decide(&evidence);
    Understood {
        identity: identity(&tree),
        kind: verdict.now,
        kind_if_ours: verdict.if_ours,
        kind_if_not: verdict.if_not,
        evidence,
        keys,
        report: None,
        new_text: NewText {
            text: full_text.clone(),
            parts: std::iter::once(0..full_text.len()).collect(),
            whole: true,
        },
        full_text,
        html: None,
        attachments: Vec::new(),
        away: None,
        left: None,
        unsubscribe: Unsubscribe::No,
        outcome: None,
        automation: Agency::Unknown,
        cut: tree.cut,
        headers,
    }
}
