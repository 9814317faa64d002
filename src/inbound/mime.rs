//! Cuts a mail into parts (RFC 2046) in one pass and in bounded memory, and decodes a part when it
//! is asked for. It knows structure alone; what a part means is told elsewhere.

use super::fields::{Fields, Media, line_end};
use super::limits;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use std::borrow::Cow;

/// One part: a leaf, a multipart, or a message in a message.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) media: Media,
    /// The raw content of a leaf; of a container, what stands before its first part.
    pub(super) body: &'a [u8],
    /// The part that holds it; `None` for the outermost.
    pub(super) parent: Option<usize>,
    /// Whether a part has parts of its own: a multipart or an enclosed message.
    pub(super) holds_parts: bool,
    depth: usize,
}

impl Part<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.media.name == name
    }

    /// The content without its transfer encoding; the raw one where that is broken.
    pub(super) fn decoded(&self) -> Cow<'_, [u8]> {
        let encoding = self.fields.text("Content-Transfer-Encoding");
        let encoding = encoding.unwrap_or_default().to_ascii_lowercase();
        let decoded = match encoding.as_str() {
            "base64" => base64_decode(self.body),
            "quoted-printable" => quoted_printable_decode(self.body),
            _ => None,
        };
        decoded.map_or(Cow::Borrowed(self.body), Cow::Owned)
    }

    /// The content as text in Unix lines, cut at the limit.
    pub(super) fn text(&self) -> String {
        let bytes = self.decoded();
        let bytes = &bytes[..bytes.len().min(limits::MAX_TEXT_BYTES)];
        let named = self.media.charset.as_deref();
        let decoder = named.and_then(|name| charset_decoder(name.as_bytes()));
        let text = match (std::str::from_utf8(bytes), decoder) {
            // What is UTF-8 beyond ASCII is hardly ever anything else, whatever it claims.
            (Ok(text), _) if !text.is_ascii() => text.to_owned(),
            (_, Some(decode)) => decode(bytes),
            (Ok(text), None) => text.to_owned(),
            (Err(error), None) if error.error_len().is_none() => {
                String::from_utf8_lossy(bytes).into_owned()
            }
            (Err(_), None) => charset_decoder(b"windows-1252").map_or_else(
                || String::from_utf8_lossy(bytes).into_owned(),
                |decode| decode(bytes),
            ),
        };
        let text = text
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .replace('\0', "");
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        limits::cut(text, limits::MAX_TEXT_BYTES).to_owned()
    }
}

/// A mail as its parts in the order they stand; the first is the mail itself.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// Whether limits left some of it uncut or unread.
    pub(super) cut: bool,
}

impl<'a> Tree<'a> {
    /// Cuts `raw` into parts.
    pub(super) fn read(raw: &'a [u8]) -> Self {
        let whole = &raw[..raw.len().min(limits::MAX_BYTES)];
        let mut tree = Self {
            parts: Vec::new(),
            cut: whole.len() < raw.len(),
        };
        Cutter {
            raw: whole,
            tree: &mut tree,
            open: Vec::new(),
        }
        .run();
        tree
    }

    /// The outermost part.
    pub(super) fn root(&self) -> &Part<'a> {
        &self.parts[0]
    }

    /// The message in a message that holds part `at`; `None` when the mail itself does.
    pub(super) fn enclosing_message(&self, at: usize) -> Option<usize> {
        let mut next = self.parts[at].parent;
        while let Some(parent) = next {
            if self.parts[parent].is("message/rfc822") || self.parts[parent].is("message/global") {
                return Some(parent);
            }
            next = self.parts[parent].parent;
        }
        None
    }

    /// The leaves of the mail itself, those of enclosed messages left out.
    pub(super) fn own_leaves(&self) -> impl Iterator<Item = (usize, &Part<'a>)> {
        let own = |(at, part): &(usize, &Part<'a>)| {
            !part.holds_parts && self.enclosing_message(*at).is_none()
        };
        self.parts.iter().enumerate().filter(own)
    }
}

/// An open multipart: its boundary and the part it is.
struct Open {
    boundary: Vec<u8>,
    part: usize,
}

struct Cutter<'a, 't> {
    raw: &'a [u8],
    tree: &'t mut Tree<'a>,
    open: Vec<Open>,
}

impl Cutter<'_, '_> {
    fn run(&mut self) {
        let mut next = Some((skip_mbox_line(self.raw), None));
        while let Some((at, parent)) = next {
            next = self.part(at, parent);
        }
    }

    /// Reads the part that begins at `at`; gives where the next one begins and what holds it.
    fn part(&mut self, at: usize, parent: Option<usize>) -> Option<(usize, Option<usize>)> {
        let (head_end, body_at) = self.head(at);
        let fields = Fields::read(&self.raw[at..head_end]);
        let holder = parent.map(|parent| &self.tree.parts[parent]);
        let otherwise = match holder {
            Some(holder) if holder.is("multipart/digest") => "message/rfc822",
            _ => "text/plain",
        };
        let depth = holder.map_or(0, |holder| holder.depth + 1);
        let media = Media::read(&fields, otherwise);
        let no = self.tree.parts.len();
        let full = no + 1 >= limits::MAX_PARTS || depth >= limits::MAX_DEPTH;
        self.tree.cut |= full;
        let boundary = media.boundary.clone().filter(|_| media.is("multipart"));
        let encloses = matches!(media.name.as_str(), "message/rfc822" | "message/global")
            && !is_encoded(&fields)
            && (parent.is_some() || no == 0);
        self.tree.parts.push(Part {
            fields,
            media,
            body: &[],
            parent,
            holds_parts: !full && (boundary.is_some() || encloses),
            depth,
        });
        if !full && encloses {
            return Some((skip_blank_lines(self.raw, body_at), Some(no)));
        }
        if let Some(boundary) = boundary.filter(|_| !full) {
            let boundary = boundary.into_bytes();
            self.open.push(Open { boundary, part: no });
        }
        if self.tree.parts.len() >= limits::MAX_PARTS {
            self.tree.parts[no].body = &self.raw[body_at..];
            return None;
        }
        let (end, next) = self.find_next_part(body_at);
        let part = &mut self.tree.parts[no];
        part.body = &self.raw[body_at..end];
        next
    }

    /// Where a head that begins at `at` ends, and where the body behind it begins. A boundary ends
    /// a head too, and so does a line that is no field where there is no head at all.
    fn head(&self, at: usize) -> (usize, usize) {
        let mut line_at = at;
        while line_at < self.raw.len() {
            let end = line_end(self.raw, line_at);
            let line = trim_line(&self.raw[line_at..end]);
            if line.is_empty() {
                return (line_at, end);
            }
            let folded = matches!(line[0], b' ' | b'\t') && line_at > at;
            let no_field = !folded && !line.contains(&b':');
            if line.starts_with(b"--") && self.closes(line).is_some() || no_field && line_at == at {
                return (line_at, line_at);
            }
            line_at = end;
        }
        (self.raw.len(), self.raw.len())
    }

    /// From `at` to the next boundary: where the content ends, and the next part if there is one.
    fn find_next_part(&mut self, at: usize) -> (usize, Option<(usize, Option<usize>)>) {
        let mut content_end = None;
        let mut line_at = at;
        while line_at < self.raw.len() {
            let end = line_end(self.raw, line_at);
            if self.raw[line_at..].starts_with(b"--") {
                let line = trim_line(&self.raw[line_at..end]);
                if let Some((open, last)) = self.closes(line) {
                    content_end.get_or_insert(before_line_break(self.raw, at, line_at));
                    let part = self.open[open].part;
                    self.open.truncate(if last { open } else { open + 1 });
                    if !last {
                        let content_end = content_end.unwrap_or(line_at);
                        return (content_end, Some((end, Some(part))));
                    }
                }
            }
            line_at = end;
        }
        (content_end.unwrap_or(self.raw.len()), None)
    }

    /// Which open multipart `line` belongs to, the innermost first, and whether it is its end.
    fn closes(&self, line: &[u8]) -> Option<(usize, bool)> {
        let rest = line.strip_prefix(b"--")?;
        self.open.iter().enumerate().rev().find_map(|(at, open)| {
            match rest.strip_prefix(open.boundary.as_slice())? {
                b"" => Some((at, false)),
                b"--" => Some((at, true)),
                _ => None,
            }
        })
    }
}

fn is_encoded(fields: &Fields<'_>) -> bool {
    let encoding = fields.text("Content-Transfer-Encoding").unwrap_or_default();
    encoding.eq_ignore_ascii_case("base64") || encoding.eq_ignore_ascii_case("quoted-printable")
}

fn trim_line(line: &[u8]) -> &[u8] {
    line.trim_ascii_end()
}

/// The line break before a boundary belongs to the boundary.
fn before_line_break(bytes: &[u8], from: usize, at: usize) -> usize {
    let slice = &bytes[from..at];
    let slice = slice.strip_suffix(b"\n").unwrap_or(slice);
    from + slice.strip_suffix(b"\r").unwrap_or(slice).len()
}

fn skip_blank_lines(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        let end = line_end(bytes, at);
        if !trim_line(&bytes[at..end]).is_empty() {
            break;
        }
        at = end;
    }
    at
}

/// `From ` and `>From ` lines that mbox files and some agents put before a mail.
fn skip_mbox_line(bytes: &[u8]) -> usize {
    let mut at = skip_blank_lines(bytes, 0);
    while bytes[at..].starts_with(b"From ") || bytes[at..].starts_with(b">From ") {
        at = line_end(bytes, at);
    }
    at
}
