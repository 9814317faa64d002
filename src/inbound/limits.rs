//! How much of a mail is looked at. A parse that runs cannot be stopped, so the input is bounded
//! before and while it is cut, and every search over it is linear.

/// Longest mail that is understood, in bytes; what lies behind is not looked at.
pub const MAX_BYTES: usize = 25 * 1024 * 1024;
/// Most parts of one mail; the rest stays inside the last one.
pub(super) const MAX_PARTS: usize = 1_000;
/// Deepest nesting of parts; what lies deeper stays a leaf.
pub(super) const MAX_DEPTH: usize = 50;
/// Most bytes of one part's head that are read.
pub(super) const MAX_HEAD_BYTES: usize = 256 * 1024;
/// Most fields of one part's head.
pub(super) const MAX_FIELDS: usize = 2_000;
/// Most bytes of one field that are decoded.
pub(super) const MAX_FIELD_BYTES: usize = 32 * 1024;
/// Most people in one field.
pub(super) const MAX_PEOPLE: usize = 200;
/// Most ids kept of one field, the newest ones.
pub(super) const MAX_IDS: usize = 100;
/// Most bytes of decoded text that are read for words, and most of HTML.
pub(super) const MAX_TEXT_BYTES: usize = 512 * 1024;

/// Most bytes of new text that are searched for phrases: a letter is shorter.
pub(super) const MAX_SEARCHED_BYTES: usize = 20_000;
/// Most bytes of HTML that are shown.
pub(super) const MAX_SHOWN_BYTES: usize = 512 * 1024;
/// Most attachments listed.
pub(super) const MAX_ATTACHMENTS: usize = 200;

/// `text` cut to `most` bytes, at a character.
pub(super) fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// `text` without its beginning, so that at most `most` bytes are left, at a character.
pub(super) fn cut_front(text: &str, most: usize) -> &str {
    let from = text.len().saturating_sub(most);
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[from.unwrap_or(text.len())..]
}
