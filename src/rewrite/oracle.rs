//! The same as `scan`, found with `lol_html`: what the tokenizer is held against.

use super::scan::{Anchor, Page, Quotes};
use lol_html::errors::RewritingError;
use lol_html::html_content::{Comment, Element};
use lol_html::{DocumentContentHandlers, ElementContentHandlers, HtmlRewriter, Selector, Settings};
use std::borrow::Cow;
use std::ops::Range;

/// Each try may walk through the page again; a page with more false ends than this gets none.
const MAX_TRIES: usize = 64;

struct Selectors {
    links: Selector,
    any_href: Selector,
    probe: Selector,
}

thread_local! {
    /// Parsed once a thread: a `Selector` is not `Sync`.
    static SELECTORS: Selectors = {
        let parse = |text: &str| text.parse().expect("a selector written here is well formed");
        Selectors {
            links: parse("a[href], area[href]"),
            any_href: parse("[href]"),
            probe: parse("otklik-probe"),
        }
    };
}

/// Walks through `html` once, and through each conditional comment that holds a link.
pub(super) fn scan(html: &str) -> Result<Page, RewritingError> {
    SELECTORS.with(|selectors| {
        let mut anchors = Vec::new();
        // Asking for comments makes the parser look at every token: only where it may matter.
        let comments = if html.contains("[if") {
            Comments::Collect
        } else {
            Comments::Skip
        };
        let comments = walk(html, 0, &selectors.links, comments, &mut anchors)?;
        for comment in &comments {
            if let Some(inner) = conditional(html, comment) {
                walk(
                    &html[inner.clone()],
                    inner.start,
                    &selectors.any_href,
                    Comments::Skip,
                    &mut anchors,
                )?;
            }
        }
        anchors.sort_by_key(|anchor| anchor.value.start);
        Ok(Page {
            body_end: body_end(html, &comments, &selectors.probe)?,
            anchors,
        })
    })
}

/// Whether a walk notes where comments stand.
#[derive(PartialEq, Eq)]
enum Comments {
    Collect,
    Skip,
}

/// Collects the links of `html`, which begins at `offset` of the whole; gives its comments.
fn walk(
    html: &str,
    offset: usize,
    links: &Selector,
    collect: Comments,
    anchors: &mut Vec<Anchor>,
) -> Result<Vec<Range<usize>>, RewritingError> {
    let mut comments = Vec::new();
    let on_link = |element: &mut Element<'_, '_>| {
        anchors.extend(anchor(html, element, offset));
        Ok(())
    };
    let on_comment = |comment: &mut Comment<'_>| {
        comments.push(comment.source_location().bytes());
        Ok(())
    };
    // Not strict: a page whose nesting is ambiguous is still worth sending.
    let mut settings = Settings::new()
        .with_strict(false)
        .append_element_content_handler((
            Cow::Borrowed(links),
            ElementContentHandlers::default().element(on_link),
        ));
    if collect == Comments::Collect {
        settings = settings.append_document_content_handler(
            DocumentContentHandlers::default().comments(on_comment),
        );
    }
    feed(html, settings)?;
    Ok(comments)
}

/// The link of `element`, if its `href` has a value. `link` and `base` lead nowhere a person goes.
fn anchor(html: &str, element: &Element<'_, '_>, offset: usize) -> Option<Anchor> {
    let tag = element.source_location().bytes();
    // Read from the source for the same reason as the attributes' names below.
    let name = html[tag.start + 1..tag.end]
        .split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
        .next()?;
    if name.eq_ignore_ascii_case("link") || name.eq_ignore_ascii_case("base") {
        return None;
    }
    let name = tag.start + 1..tag.start + 1 + name.len();
    let mut href = None;
    let (mut off, mut role) = (None, None);
    for attribute in element.attributes() {
        // The first of a name counts (HTML, 13.2.5.33). Its name is read from the source: asking
        // the attribute for it makes a new text each time.
        let Some(name) = attribute.name_source_location() else {
            continue;
        };
        let name = &html[name.bytes()];
        if name.eq_ignore_ascii_case("href") && href.is_none() {
            href = Some(attribute.value_source_location());
        } else if name.eq_ignore_ascii_case("data-otklik") {
            off.get_or_insert_with(|| attribute.value().trim().eq_ignore_ascii_case("off"));
        } else if name.eq_ignore_ascii_case("data-otklik-role") {
            role.get_or_insert_with(|| attribute.value());
        }
    }
    let value = href??.bytes();
    let before = value.start.checked_sub(1).map(|at| html.as_bytes()[at]);
    Some(Anchor {
        name: name.start + offset..name.end + offset,
        quotes: match before {
            Some(b'"' | b'\'') => Quotes::Some,
            _ => Quotes::None,
        },
        value: value.start + offset..value.end + offset,
        tag_end: tag.end + offset,
        off: off.unwrap_or_default(),
        role,
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
    let inner = &text[start..end];
    let holds_link = inner
        .as_bytes()
        .windows(4)
        .any(|word| word.eq_ignore_ascii_case(b"href"));
    holds_link.then(|| comment.start + start..comment.start + end)
}

/// Where the last `</body>` begins that is a tag, not a part of a comment, a script or an
/// attribute.
fn body_end(
    html: &str,
    comments: &[Range<usize>],
    probe: &Selector,
) -> Result<Option<usize>, RewritingError> {
    let bytes = html.as_bytes();
    let mut end = html.len();
    let mut tries = 0;
    while let Some(at) = html[..end].rfind("</") {
        end = at;
        let name = &bytes[at + 2..];
        let is_body = name.len() > 4
            && name[..4].eq_ignore_ascii_case(b"body")
            && (name[4].is_ascii_whitespace() || matches!(name[4], b'>' | b'/'));
        if !is_body {
            continue;
        }
        if is_markup(html, comments, at, probe)? {
            return Ok(Some(at));
        }
        tries += 1;
        if tries == MAX_TRIES {
            break;
        }
    }
    Ok(None)
}

/// Whether a tag at `at` would be one: walks again to a tag of our own put there.
fn is_markup(
    html: &str,
    comments: &[Range<usize>],
    at: usize,
    probe: &Selector,
) -> Result<bool, RewritingError> {
    if comments.iter().any(|comment| comment.contains(&at)) {
        return Ok(false);
    }
    let text = format!("{}<otklik-probe>", &html[..at]);
    let mut seen = false;
    let on_probe = |element: &mut Element<'_, '_>| {
        seen |= element.source_location().bytes().start == at;
        Ok(())
    };
    let handler = ElementContentHandlers::default().element(on_probe);
    feed(
        &text,
        Settings::new()
            .with_strict(false)
            .append_element_content_handler((Cow::Borrowed(probe), handler)),
    )?;
    Ok(seen)
}

fn feed(html: &str, settings: Settings<'_, '_>) -> Result<(), RewritingError> {
    let mut walker = HtmlRewriter::new(settings, |_: &[u8]| {});
    walker.write(html.as_bytes()).and_then(|()| walker.end())
}
