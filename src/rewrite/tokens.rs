//! The tags and comments of a page, as an HTML tokenizer finds them (HTML, 13.2.5), with as much of
//! the tree builder as decides what is text and what is markup: elements whose content is text, and
//! foreign content, where none is and CDATA exists. Nothing is built and nothing is copied.
//!
//! Our own, since every byte of every mail passes through here and a rewriter that can also change
//! a page looks at each of them several times. The tests hold it against `lol_html`.

use super::foreign::Foreign;
use super::script;
use std::ops::Range;

/// One attribute of the tag found last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    /// Its name as written.
    pub(super) name: Range<usize>,
    /// Its value without quotes; `None` when it has none.
    pub(super) value: Option<Range<usize>>,
}

/// What stands on a page beside text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A start tag; its attributes are in [`Tokens::attributes`].
    Start(Tag),
    /// An end tag. One that the page ends in is given too.
    End(Tag),
    /// A comment, or what is read as one.
    Comment(Range<usize>),
}

/// The bytes of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// From `<` to behind `>`.
    pub(super) all: Range<usize>,
    /// Its name.
    pub(super) name: Range<usize>,
}

/// How the bytes at hand are read.
enum Reading {
    /// Markup and text.
    Markup,
    /// Text up to the end tag of the name that stands there.
    TextOf(Range<usize>),
    /// A script, up to its end tag.
    Script,
    /// Text to the end of the page.
    Plain,
}

/// Walks along a page.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
    reading: Reading,
    foreign: Foreign,
    attributes: Vec<Attribute>,
}

impl<'a> Tokens<'a> {
    /// At the beginning of `html`.
    pub(super) fn new(html: &'a str) -> Self {
        Self {
            bytes: html.as_bytes(),
            at: 0,
            reading: Reading::Markup,
            foreign: Foreign::default(),
            attributes: Vec::new(),
        }
    }

    /// The attributes of the start tag found last, in the order of the source; a name may come
    /// twice.
    pub(super) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The next tag or comment.
    pub(super) fn next(&mut self) -> Option<Token> {
        match std::mem::replace(&mut self.reading, Reading::Markup) {
            Reading::Markup => self.markup(),
            Reading::TextOf(name) => {
                let open = self.end_of_text(name)?;
                self.tag(open, open + 2)
            }
            Reading::Script => {
                let open = self.at + script::end(&self.bytes[self.at..])?;
                self.tag(open, open + 2)
            }
            Reading::Plain => None,
        }
    }

    fn markup(&mut self) -> Option<Token> {
        loop {
            let open = self.find(self.at, b'<')?;
            let name = open + 1;
            match (self.bytes.get(name), self.bytes.get(name + 1)) {
                (Some(byte), _) if byte.is_ascii_alphabetic() => return self.tag(open, name),
                (Some(b'/'), Some(byte)) if byte.is_ascii_alphabetic() => {
                    return self.tag(open, name + 1);
                }
                (Some(b'/'), Some(b'>')) => self.at = name + 2,
                (Some(b'/'), Some(_)) => return Some(self.bogus_comment(open, name + 1)),
                (Some(b'?'), _) => return Some(self.bogus_comment(open, name)),
                (Some(b'!'), _) => {
                    if let Some(comment) = self.declaration(open) {
                        return Some(comment);
                    }
                }
                _ => self.at = name,
            }
        }
    }

    /// What begins with `<!`; `None` when it is not a comment.
    fn declaration(&mut self, open: usize) -> Option<Token> {
        let inner = open + 2;
        let rest = &self.bytes[inner..];
        if rest.starts_with(b"--") {
            self.at = self.end_of_comment(inner + 2);
            return Some(Token::Comment(open..self.at));
        }
        if starts_with(rest, b"doctype") {
            self.at = self.behind(inner, b'>');
            return None;
        }
        if rest.starts_with(b"[CDATA[") && self.foreign.is_current() {
            let text = inner + b"[CDATA[".len();
            self.at = self.bytes[text..]
                .windows(3)
                .position(|end| end == b"]]>")
                .map_or(self.bytes.len(), |end| text + end + 3);
            return None;
        }
        Some(self.bogus_comment(open, inner))
    }

    fn bogus_comment(&mut self, open: usize, inner: usize) -> Token {
        self.at = self.behind(inner, b'>');
        Token::Comment(open..self.at)
    }

    /// Behind the end of the comment whose text begins at `text`: `-->` or `--!>`, or `>` or `->` at
    /// once.
    fn end_of_comment(&self, text: usize) -> usize {
        let mut at = text;
        while let Some(end) = self.find(at, b'>') {
            let before = &self.bytes[text..end];
            if matches!(before, b"" | b"-") || before.ends_with(b"--") || before.ends_with(b"--!") {
                return end + 1;
            }
            at = end + 1;
        }
        self.bytes.len()
    }

    /// Where the end tag begins that the text of `name` ends with.
    fn end_of_text(&self, name: Range<usize>) -> Option<usize> {
        let name = &self.bytes[name];
        let mut at = self.at;
        loop {
            let open = self.find(at, b'<')?;
            if ends_text(&self.bytes[open..], name) {
                return Some(open);
            }
            at = open + 1;
        }
    }

    /// The tag at `open` with its name at `start`; `None` when the page ends in it.
    fn tag(&mut self, open: usize, start: usize) -> Option<Token> {
        let bytes = self.bytes;
        let length = bytes[start..].iter().position(|byte| ends_name(*byte));
        let name = start..length.map_or(bytes.len(), |length| start + length);
        let closed = self.read_attributes(name.end);
        self.at = closed.as_ref().map_or(bytes.len(), |closed| closed.end);
        let tag = Tag {
            all: open..self.at,
            name: name.clone(),
        };
        let mut buffer = [0; NAME_ROOM];
        let lower = lowered(&bytes[name.clone()], &mut buffer);
        if start > open + 1 {
            // In an end tag that is cut off nothing can follow any more.
            self.foreign.leave(lower);
            return (length.is_some()).then_some(Token::End(tag));
        }
        let closed = closed?;
        if self.foreign.enter(lower, &closed, bytes, &self.attributes) {
            self.reading = reading_of(lower, name);
        }
        Some(Token::Start(tag))
    }

    /// Reads attributes from `at` on to the end of the tag; `None` when the page ends before.
    fn read_attributes(&mut self, mut at: usize) -> Option<Closed> {
        self.attributes.clear();
        loop {
            at += self.bytes[at..].iter().position(|byte| !is_space(*byte))?;
            match self.bytes[at] {
                b'>' => {
                    return Some(Closed {
                        end: at + 1,
                        by_itself: ByItself::No,
                    });
                }
                b'/' => {
                    at += 1;
                    if *self.bytes.get(at)? == b'>' {
                        return Some(Closed {
                            end: at + 1,
                            by_itself: ByItself::Yes,
                        });
                    }
                }
                _ => at = self.read_attribute(at)?,
            }
        }
    }

    /// Reads the attribute at `start`; gives the byte behind it.
    fn read_attribute(&mut self, start: usize) -> Option<usize> {
        let bytes = self.bytes;
        // An equals sign that a name begins with is part of it.
        let ends = |byte: &u8| ends_name(*byte) || *byte == b'=';
        let end = start + 1 + bytes[start + 1..].iter().position(ends)?;
        let name = start..end;
        let next = end + bytes[end..].iter().position(|byte| !is_space(*byte))?;
        if bytes[next] != b'=' {
            self.attributes.push(Attribute { name, value: None });
            return Some(next);
        }
        let from = next + 1;
        let from = from + bytes[from..].iter().position(|byte| !is_space(*byte))?;
        let (value, behind) = match bytes[from] {
            b'>' => (None, from),
            quote @ (b'"' | b'\'') => {
                let end = self.find(from + 1, quote)?;
                (Some(from + 1..end), end + 1)
            }
            _ => {
                let ends = |byte: &u8| is_space(*byte) || *byte == b'>';
                let end = from + bytes[from..].iter().position(ends)?;
                (Some(from..end), end)
            }
        };
        self.attributes.push(Attribute { name, value });
        Some(behind)
    }

    fn find(&self, from: usize, wanted: u8) -> Option<usize> {
        Some(from + memchr::memchr(wanted, &self.bytes[from..])?)
    }

    /// Behind the next `wanted`, or the end of the page.
    fn behind(&self, from: usize, wanted: u8) -> usize {
        self.find(from, wanted)
            .map_or(self.bytes.len(), |at| at + 1)
    }
}

/// How a tag ended.
pub(super) struct Closed {
    /// Behind its `>`.
    end: usize,
    /// Whether it is its own end tag.
    pub(super) by_itself: ByItself,
}

/// Whether a tag ends in `/>`.
#[derive(PartialEq, Eq)]
pub(super) enum ByItself {
    /// It does.
    Yes,
    /// It does not.
    No,
}

/// How the content of an HTML element is read. `noscript` as where scripts run: what reads mail
/// mostly does not run them, but its content is text for those that do.
fn reading_of(lower: &[u8], name: Range<usize>) -> Reading {
    match lower {
        b"script" => Reading::Script,
        b"plaintext" => Reading::Plain,
        b"style" | b"title" | b"textarea" | b"xmp" | b"iframe" | b"noembed" | b"noframes"
        | b"noscript" => Reading::TextOf(name),
        _ => Reading::Markup,
    }
}

/// Whether `rest` begins with the end tag of `name`.
pub(super) fn ends_text(rest: &[u8], name: &[u8]) -> bool {
    rest.get(1) == Some(&b'/') && names(&rest[2..], name)
}

/// Whether `rest` begins with `name`, and the name ends there.
pub(super) fn names(rest: &[u8], name: &[u8]) -> bool {
    starts_with(rest, name) && rest.get(name.len()).is_some_and(|byte| ends_name(*byte))
}

fn starts_with(rest: &[u8], prefix: &[u8]) -> bool {
    rest.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c' | b'\r')
}

const fn ends_name(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'/' | b'>')
}

/// The longest name that means something here is `annotation-xml`.
const NAME_ROOM: usize = 14;

/// `name` in lower case; empty when it is too long to mean something.
fn lowered<'a>(name: &[u8], buffer: &'a mut [u8; NAME_ROOM]) -> &'a [u8] {
    let Some(room) = buffer.get_mut(..name.len()) else {
        return &[];
    };
    room.copy_from_slice(name);
    room.make_ascii_lowercase();
    room
}
