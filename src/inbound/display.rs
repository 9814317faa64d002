//! A whole mail as a person is shown it, quotes and all, whatever it is.

use super::content::Content;
use super::html::safe_html;
use super::mime::Tree;
use super::ours::Ours;

/// What is shown of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Display {
    /// HTML that runs, loads and sends nothing, for a frame that would not let it either.
    Html(String),
    /// Text; empty when the mail has none.
    Text(String),
}

/// The mail in `raw` as it is shown: without links and pixels of ours.
pub fn display(raw: &[u8], ours: &Ours) -> Display {
    let content = Content::read(&Tree::read(raw), ours);
    match content.html {
        Some(html) => Display::Html(safe_html(&html, ours)),
        None => Display::Text(content.full.text),
    }
}
