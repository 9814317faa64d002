//! HTML from outside, made fit to show in a sandboxed frame under `default-src 'none'`: no script,
//! no style sheet, nothing that loads from anywhere.
//!
//! First a linear pass keeps listed tags alone, closes what is left open and bounds the nesting;
//! then ammonia, whose parser is a browser's, has the last word. The first pass is for ammonia's
//! sake: a browser's parser can be made to build a tree far larger than its source.

use super::super::limits;
use super::super::links::Link;
use super::super::ours::Ours;
use super::tokens::{Tag, Token, Tokens};
use crate::domain::markup::write_escaped;
use ammonia::Builder;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// Elements that show text and its order. `svg` and `math` are where sanitisers were taken in;
/// images and style sheets load; forms send.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Elements whose content is nothing to read.
const HIDDEN: &[&str] = &[
    "applet", "audio", "canvas", "head", "math", "noscript", "object", "select", "svg", "template",
    "video",
];

/// Attributes that stay, of any element.
const ATTRIBUTES: &[&str] = &[
    "align", "color", "colspan", "dir", "href", "lang", "rowspan", "start", "title", "valign",
];

/// Elements that a paragraph cannot hold: a browser closes it before them.
const NOT_IN_PARAGRAPH: &[&str] = &[
    "address",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
];

/// Deepest nesting that is kept; deeper tags are dropped and their text stays.
const MAX_OPEN: usize = 60;

/// `html` without anything that runs, loads or sends. Images become their alternative text in
/// brackets; links stay, open elsewhere and tell nobody where they were. Those that lead through us
/// lead to their target instead, or nowhere: whoever reads an answer is not the reader of the mail
/// that it quotes.
pub fn safe_html(html: &str, ours: &Ours) -> String {
    let tidy = Tidy::default().run(limits::cut(html, limits::MAX_SHOWN_BYTES));
    let attributes: HashMap<&str, HashSet<&str>> = HashMap::from([
        ("a", HashSet::from(["href", "title"])),
        (
            "td",
            HashSet::from(["colspan", "rowspan", "align", "valign"]),
        ),
        (
            "th",
            HashSet::from(["colspan", "rowspan", "align", "valign"]),
        ),
        ("ol", HashSet::from(["start"])),
        ("font", HashSet::from(["color"])),
    ]);
    let ours = ours.clone();
    let safe = Builder::new()
        .tags(ELEMENTS.iter().copied().collect())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["dir", "lang"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(move |_, name, value| match name {
            "href" => led(ours.link(value), value),
            _ => Some(Cow::Borrowed(value)),
        })
        .clean(&tidy);
    safe.to_string()
}

/// Where a link that leads to `href` shall lead.
fn led(link: Link, href: &str) -> Option<Cow<'_, str>> {
    match link {
        Link::Foreign => Some(Cow::Borrowed(href)),
        Link::To(target) => Some(Cow::Owned(target)),
        Link::Ours => None,
    }
}

#[derive(Default)]
struct Tidy<'a> {
    out: String,
    /// Open elements by their names in lower case.
    open: Vec<&'static str>,
    /// The hidden element that is being passed over, and how many of its name are open.
    hidden: Option<(&'a str, usize)>,
}

impl<'a> Tidy<'a> {
    fn run(mut self, html: &'a str) -> String {
        for token in Tokens::new(html) {
            match (token, self.hidden) {
                (Token::Start(tag), Some((name, depth))) if tag.name.eq_ignore_ascii_case(name) => {
                    self.hidden = Some((name, depth + 1));
                }
                (Token::End(end), Some((name, depth))) if end.eq_ignore_ascii_case(name) => {
                    self.hidden = (depth > 1).then_some((name, depth - 1));
                }
                (_, Some(_)) => {}
                (Token::Text(text), None) => self.text(&htmlize::unescape(text)),
                (Token::Start(tag), None) => self.start(&tag),
                (Token::End(name), None) => self.end(name),
            }
        }
        self.close_to(0);
        self.out
    }

    fn text(&mut self, text: &str) {
        // A table holds cells alone: text in between would be moved before it.
        if !self.inside_table_only() || text.trim().is_empty() {
            // Writing to a `String` cannot fail.
            let _ = write_escaped(&mut self.out, text);
        }
    }

    fn inside_table_only(&self) -> bool {
        matches!(
            self.open.last(),
            Some(&("table" | "tbody" | "thead" | "tfoot" | "tr"))
        )
    }

    fn start(&mut self, tag: &Tag<'a>) {
        if tag.is("img") {
            let alt = htmlize::unescape_attribute(tag.attribute("alt").unwrap_or_default());
            if !alt.trim().is_empty() {
                self.text(&format!("[{}]", alt.trim()));
            }
            return;
        }
        if HIDDEN.iter().any(|name| tag.is(name)) {
            self.hidden = Some((tag.name, 1));
            return;
        }
        let Some(name) = ELEMENTS.iter().find(|name| tag.is(name)) else {
            return;
        };
        self.make_room(name);
        let of_table = matches!(
            *name,
            "table" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th" | "caption"
        );
        if self.inside_table_only() && !of_table || self.open.len() >= MAX_OPEN {
            return;
        }
        self.write(name, tag);
        if !matches!(*name, "br" | "hr" | "wbr") {
            self.open.push(name);
        }
    }

    /// Closes what a browser would close before `name`, so that both see the same tree.
    fn make_room(&mut self, name: &str) {
        let closes: &[&str] = match name {
            "li" => &["li"],
            "td" | "th" => &["td", "th"],
            "tr" => &["tr"],
            "dd" | "dt" => &["dd", "dt"],
            "a" => &["a"],
            _ => &[],
        };
        let walls: &[&str] = match name {
            "li" => &["ul", "ol"],
            "dd" | "dt" => &["dl"],
            "a" => &[],
            _ => &["table"],
        };
        if NOT_IN_PARAGRAPH.contains(&name) {
            self.close_nearest(&["p"], &["table", "td", "th"]);
        }
        self.close_nearest(closes, walls);
    }

    fn close_nearest(&mut self, names: &[&str], walls: &[&str]) {
        let wall = self.open.iter().rposition(|open| walls.contains(open));
        let from = wall.map_or(0, |wall| wall + 1);
        let found = self.open[from..]
            .iter()
            .position(|open| names.contains(open));
        if let Some(found) = found {
            self.close_to(from + found);
        }
    }

    fn write(&mut self, name: &str, tag: &Tag<'_>) {
        self.out.push('<');
        self.out.push_str(name);
        for attribute in ATTRIBUTES {
            if let Some(value) = tag.attribute(attribute) {
                let _ = write!(self.out, " {attribute}=\"");
                let _ = write_escaped(&mut self.out, &htmlize::unescape_attribute(value));
                self.out.push('"');
            }
        }
        self.out.push('>');
    }

    fn end(&mut self, name: &str) {
        let open = self
            .open
            .iter()
            .rposition(|open| open.eq_ignore_ascii_case(name));
        if let Some(at) = open {
            self.close_to(at);
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some(name) = self.open.pop() {
                let _ = write!(self.out, "</{name}>");
            }
        }
    }
}

#[cfg(test)]
mod tests;
