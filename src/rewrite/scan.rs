//! Where the links of a page stand, byte by byte, and where its body ends.

use super::tokens::{Attribute, Tag, Token, Tokens};
use std::ops::Range;

/// A start tag that leads somewhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    /// The bytes of the tag's name.
    pub(super) name: Range<usize>,
    /// The bytes of the `href` value, without its quotes.
    pub(super) value: Range<usize>,
    /// What stands around the value.
    pub(super) quotes: Quotes,
    /// The first byte behind the tag.
    pub(super) tag_end: usize,
    /// `data-otklik="off"`.
    pub(super) off: bool,
    /// `data-otklik-role`.
    pub(super) role: Option<String>,
}

/// What stands around an attribute's value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Nothing: `href=x`.
    None,
    /// A pair of either kind.
    Some,
}

/// What a page holds for us.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// In the order of the source.
    pub(super) anchors: Vec<Anchor>,
    /// Where the last `</body>` begins, unless there is none.
    pub(super) body_end: Option<usize>,
}

/// Walks through `html` once, and through each conditional comment that holds a link where it
/// stands.
pub(super) fn scan(html: &str) -> Page {
    let mut page = Page::default();
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Start(tag) => {
                let name = &html[tag.name.clone()];
                if name.eq_ignore_ascii_case("a") || name.eq_ignore_ascii_case("area") {
                    page.anchors
                        .extend(anchor(html, &tag, tokens.attributes(), 0));
                }
            }
            Token::End(tag) => {
                if html[tag.name].eq_ignore_ascii_case("body") {
                    page.body_end = Some(tag.all.start);
                }
            }
            Token::Comment(comment) => {
                if let Some(inner) = conditional(html, &comment) {
                    scan_conditional(html, inner, &mut page.anchors);
                }
            }
        }
    }
    page
}

/// Outlook follows an `href` on any element, such as a VML button; `link` and `base` lead nowhere a
/// person goes.
fn scan_conditional(html: &str, inner: Range<usize>, anchors: &mut Vec<Anchor>) {
    let text = &html[inner.clone()];
    let mut tokens = Tokens::new(text);
    while let Some(token) = tokens.next() {
        let Token::Start(tag) = token else { continue };
        let name = &text[tag.name.clone()];
        if !name.eq_ignore_ascii_case("link") && !name.eq_ignore_ascii_case("base") {
            anchors.extend(anchor(text, &tag, tokens.attributes(), inner.start));
        }
    }
}

/// The link of a start tag of `html`, which begins at `offset` of the whole, if its `href` has a
/// value.
fn anchor(html: &str, tag: &Tag, attributes: &[Attribute], offset: usize) -> Option<Anchor> {
    // The first of a name counts (HTML, 13.2.5.33).
    let named = |wanted: &str| {
        attributes
            .iter()
            .find(|attribute| html[attribute.name.clone()].eq_ignore_ascii_case(wanted))
    };
    let text_of = |wanted: &str| {
        named(wanted).map(|attribute| {
            let value = attribute.value.clone();
            value.map_or("", |value| &html[value])
        })
    };
    let value = named("href")?.value.clone()?;
    let quotes = match html.as_bytes()[value.start - 1] {
        b'"' | b'\'' => Quotes::Some,
        _ => Quotes::None,
    };
    Some(Anchor {
        name: tag.name.start + offset..tag.name.end + offset,
        value: value.start + offset..value.end + offset,
        quotes,
        tag_end: tag.all.end + offset,
        off: text_of("data-otklik").is_some_and(|word| word.trim().eq_ignore_ascii_case("off")),
        role: text_of("data-otklik-role").map(str::to_owned),
    })
}

/// The inside of `<!--[if …]> … <![endif]-->` when it may hold a link.
fn conditional(html: &str, comment: &Range<usize>) -> Option<Range<usize>> {
    let text = &html[comment.clone()];
    let condition = text.strip_prefix("<!--")?.trim_start();
    if !condition.starts_with("[if") {
        return None;
    }
    let start = text.find("]>")? + 2;
    let end = start + text[start..].rfind("<![endif]")?;
    let holds_link = text.as_bytes()[start..end]
        .windows(4)
        .any(|word| word.eq_ignore_ascii_case(b"href"));
    holds_link.then(|| comment.start + start..comment.start + end)
}
