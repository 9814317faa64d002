//! Reads HTML as tags and text in one pass. No tree: a tree of hostile HTML can be far larger than
//! its source.

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text between tags, entities not decoded.
    Text(&'a str),
    /// `<name …>`.
    Start(Tag<'a>),
    /// `</name>`, its name as written.
    End(&'a str),
}

/// A start tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Its name as written.
    pub(super) name: &'a str,
    /// What stands between the name and the `>`.
    attributes: &'a str,
}

/// Most attributes looked at in one tag.
const MAX_ATTRIBUTES: usize = 50;

impl<'a> Tag<'a> {
    /// Whether its name is `name`, given in lower case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The raw value of an attribute; empty when it has none.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        for _ in 0..MAX_ATTRIBUTES {
            let (key, value, behind) = next_attribute(rest)?;
            if key.eq_ignore_ascii_case(name) {
                return Some(value);
            }
            rest = behind;
        }
        None
    }
}

fn next_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
    if text.is_empty() {
        return None;
    }
    let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/');
    // An equals sign in front belongs to the name.
    let from = usize::from(text.starts_with('='));
    let end = text[from..].find(ends).map_or(text.len(), |at| from + at);
    let (name, rest) = text.split_at(end);
    let after = rest.trim_start();
    let Some(value) = after.strip_prefix('=') else {
        return Some((name, "", rest));
    };
    let value = value.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let inner = &value[1..];
        let end = inner.find(quote).unwrap_or(inner.len());
        let behind = inner.get(end + 1..).unwrap_or_default();
        return Some((name, &inner[..end], behind));
    }
    let end = value.find(|c: char| c.is_ascii_whitespace());
    let (value, rest) = value.split_at(end.unwrap_or(value.len()));
    Some((name, value, rest))
}

/// Elements whose content is raw text up to their end tag.
const RAW: &[&str] = &[
    "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes",
];

/// Reads pieces of HTML one after another.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// The element whose raw content comes next.
    raw: Option<&'a str>,
}

impl<'a> Tokens<'a> {
    pub(super) const fn new(html: &'a str) -> Self {
        Self {
            rest: html,
            raw: None,
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn tag(&mut self) -> Token<'a> {
        let text = self.rest;
        let closing = text.starts_with("</");
        let from = if closing { 2 } else { 1 };
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/');
        let name_end = text[from..].find(ends).map_or(text.len(), |at| from + at);
        let end = tag_end(text, name_end);
        let whole = self.take(end);
        let inner = whole.strip_suffix('>').unwrap_or(whole);
        let (name, attributes) = inner.split_at(name_end.min(inner.len()));
        let name = &name[from..];
        if closing {
            return Token::End(name);
        }
        if RAW.iter().any(|raw| name.eq_ignore_ascii_case(raw)) {
            self.raw = Some(name);
        }
        Token::Start(Tag { name, attributes })
    }

    /// Passes over a comment, a declaration or a processing instruction.
    fn skip_declaration(&mut self) {
        let end = if self.rest.starts_with("<!--") {
            self.rest.find("-->").map(|at| at + 3)
        } else {
            self.rest.find('>').map(|at| at + 1)
        };
        self.take(end.unwrap_or(self.rest.len()));
    }
}

/// Where a tag ends, its `>` included; quotes hide a `>`.
fn tag_end(text: &str, from: usize) -> usize {
    let mut quote = None;
    let mut after_equals = false;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match (byte, quote) {
            (_, Some(open)) => quote = Some(open).filter(|open| *open != byte),
            (b'>', None) => return at + 1,
            (b'"' | b'\'', None) if after_equals => quote = Some(byte),
            _ => {}
        }
        after_equals = byte == b'=' || after_equals && byte.is_ascii_whitespace();
    }
    text.len()
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            let end = raw_end(self.rest, name);
            self.take(end);
        }
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let after = self
                .rest
                .strip_prefix('<')
                .and_then(|rest| rest.chars().next());
            match after {
                Some('!' | '?') => self.skip_declaration(),
                Some('/') if !self.rest[2..].starts_with(|c: char| c.is_ascii_alphabetic()) => {
                    self.skip_declaration();
                }
                Some(c) if c == '/' || c.is_ascii_alphabetic() => return Some(self.tag()),
                _ => {
                    let from = usize::from(self.rest.starts_with('<'));
                    let end = self.rest[from..]
                        .find('<')
                        .map_or(self.rest.len(), |at| from + at);
                    return Some(Token::Text(self.take(end)));
                }
            }
        }
    }
}

/// Where the end tag of raw content begins; everything when there is none.
fn raw_end(text: &str, name: &str) -> usize {
    text.match_indices("</")
        .map(|(at, _)| at)
        .find(|at| {
            let tag = text.as_bytes().get(at + 2..at + 2 + name.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
        })
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hide_the_end_of_a_tag_and_raw_text_is_passed_over() {
        let html = "a<A HREF='x>y' b=c d>z</a><!-- <p> --><style>p > q</style>1 < 2";
        let tokens: Vec<Token<'_>> = Tokens::new(html).collect();
        let Token::Start(tag) = &tokens[1] else {
            panic!("{tokens:?}")
        };
        assert!(tag.is("a"));
        assert_eq!(tag.attribute("href"), Some("x>y"));
        assert_eq!(tag.attribute("b"), Some("c"));
        assert_eq!(tag.attribute("d"), Some(""));
        assert_eq!(tag.attribute("e"), None);
        assert_eq!(tokens[2..4], [Token::Text("z"), Token::End("a")]);
        assert_eq!(tokens[6..], [Token::Text("1 "), Token::Text("< 2")]);
    }
}
