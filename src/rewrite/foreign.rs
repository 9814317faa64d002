//! Whether a tag stands in SVG or MathML, as far as tags alone can tell (HTML, 13.2.6.5). There no
//! element's content is text, and CDATA sections exist.

use super::tokens::{Attribute, ByItself, Closed};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    /// HTML again, inside an integration point.
    Html,
    Svg,
    MathMl,
}

/// The changes of name space that are open. Empty is HTML.
#[derive(Debug, Default)]
pub(super) struct Foreign(Vec<Space>);

impl Foreign {
    /// Whether the content at hand is foreign.
    pub(super) fn is_current(&self) -> bool {
        self.current() != Space::Html
    }

    fn current(&self) -> Space {
        self.0.last().copied().unwrap_or(Space::Html)
    }

    /// Takes note of a start tag; whether it is that of an HTML element in HTML. `name` is in lower
    /// case.
    pub(super) fn enter(
        &mut self,
        name: &[u8],
        closed: &Closed,
        bytes: &[u8],
        attributes: &[Attribute],
    ) -> bool {
        let has_content = closed.by_itself == ByItself::No;
        let opened = match (self.current(), name) {
            (_, b"svg") => Some(Space::Svg),
            (_, b"math") => Some(Space::MathMl),
            (Space::Html, _) => return true,
            (Space::Svg, b"desc" | b"title" | b"foreignobject")
            | (Space::MathMl, b"mi" | b"mo" | b"mn" | b"ms" | b"mtext") => Some(Space::Html),
            (Space::MathMl, b"annotation-xml") if is_html(bytes, attributes) => Some(Space::Html),
            _ => None,
        };
        match opened {
            Some(space) if has_content => self.0.push(space),
            None if breaks_out(name) || name == b"font" && is_html_font(bytes, attributes) => {
                while self.is_current() {
                    self.0.pop();
                }
            }
            _ => {}
        }
        false
    }

    /// Takes note of an end tag.
    pub(super) fn leave(&mut self, name: &[u8]) {
        let around = self.0.len().checked_sub(2).map(|place| self.0[place]);
        match (self.current(), name) {
            (Space::Svg, b"svg") | (Space::MathMl, b"math") => {
                self.0.pop();
            }
            (Space::Svg | Space::MathMl, b"p" | b"br") => {
                while self.is_current() {
                    self.0.pop();
                }
            }
            (Space::Html, b"desc" | b"title" | b"foreignobject") if around == Some(Space::Svg) => {
                self.0.pop();
            }
            (Space::Html, b"mi" | b"mo" | b"mn" | b"ms" | b"mtext" | b"annotation-xml")
                if around == Some(Space::MathMl) =>
            {
                self.0.pop();
            }
            _ => {}
        }
    }
}

/// Start tags of HTML that end foreign content.
fn breaks_out(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 44] = [
        b"b",
        b"big",
        b"blockquote",
        b"body",
        b"br",
        b"center",
        b"code",
        b"dd",
        b"div",
        b"dl",
        b"dt",
        b"em",
        b"embed",
        b"h1",
        b"h2",
        b"h3",
        b"h4",
        b"h5",
        b"h6",
        b"head",
        b"hr",
        b"i",
        b"img",
        b"li",
        b"listing",
        b"menu",
        b"meta",
        b"nobr",
        b"ol",
        b"p",
        b"pre",
        b"ruby",
        b"s",
        b"small",
        b"span",
        b"strong",
        b"strike",
        b"sub",
        b"sup",
        b"table",
        b"tt",
        b"u",
        b"ul",
        b"var",
    ];
    NAMES.contains(&name)
}

/// A `font` with one of the attributes of HTML's.
fn is_html_font(bytes: &[u8], attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let name = &bytes[attribute.name.clone()];
        let known: [&[u8]; 3] = [b"color", b"face", b"size"];
        known.iter().any(|known| name.eq_ignore_ascii_case(known))
    })
}

/// An `annotation-xml` whose content is HTML.
fn is_html(bytes: &[u8], attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let value = attribute
            .value
            .clone()
            .map_or(&[][..], |value| &bytes[value]);
        bytes[attribute.name.clone()].eq_ignore_ascii_case(b"encoding")
            && (value.eq_ignore_ascii_case(b"text/html")
                || value.eq_ignore_ascii_case(b"application/xhtml+xml"))
    })
}
