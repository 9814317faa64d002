//! Cuts a mail into parts (RFC 2046) in one pass and in bounded memory, and decodes a part when it
//! is asked for. It knows structure alone; what a part means is told elsewhere. Values of header
//! fields are read by `mail_parser`, which never sees more than one field here.

use super::limits;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderValue};
use std::borrow::Cow;

/// The fields of one head, in order, as they stand in the mail.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> Fields<'a> {
    /// Reads a head: lines of `Name: value`, folded ones belong to the line before.
    pub(super) fn read(head: &'a [u8]) -> Self {
        let head = &head[..head.len().min(limits::MAX_HEAD_BYTES)];
        let mut fields: Vec<(&[u8], &[u8])> = Vec::new();
        let mut at = 0;
        while at < head.len() && fields.len() < limits::MAX_FIELDS {
            let mut end = line_end(head, at);
            while matches!(head.get(end), Some(b' ' | b'\t')) {
                end = line_end(head, end);
            }
            let line = &head[at..end];
            if let Some(colon) = line.iter().position(|byte| *byte == b':') {
                let (name, value) = (line[..colon].trim_ascii(), &line[colon + 1..]);
                if !name.is_empty() && !name.contains(&b' ') {
                    fields.push((name, &value[..value.len().min(limits::MAX_FIELD_BYTES)]));
                }
            }
            at = end;
        }
        Self(fields)
    }

    /// The raw values of all fields called `name`, in order.
    pub(super) fn all<'s>(
        &'s self,
        name: &'s str,
    ) -> impl DoubleEndedIterator<Item = &'a [u8]> + 's {
        self.0
            .iter()
            .filter(move |(each, _)| each.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| *value)
    }

    /// The raw value of the first field called `name`.
    pub(super) fn raw(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// The first field called `name`, unfolded and its encoded words decoded.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(unstructured)
    }
}

/// A raw value, unfolded, encoded words decoded, blanks collapsed.
pub(super) fn unstructured(raw: &[u8]) -> String {
    let line = closed(raw);
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => text.trim().to_owned(),
        _ => String::new(),
    }
}

/// A raw value that ends as a field does, which the readers of `mail_parser` count on.
pub(super) fn closed(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.ends_with(b"\n") {
        return Cow::Borrowed(raw);
    }
    let mut line = raw.to_vec();
    line.push(b'\n');
    Cow::Owned(line)
}

/// The media type and parameters that matter, from `Content-Type` and `Content-Disposition`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Media {
    /// `type/subtype` in lower case.
    pub(super) name: String,
    pub(super) charset: Option<String>,
    pub(super) boundary: Option<String>,
    pub(super) report_type: Option<String>,
    pub(super) method: Option<String>,
    pub(super) file_name: Option<String>,
    pub(super) attached: bool,
}

impl Media {
    fn read(fields: &Fields<'_>, otherwise: &str) -> Self {
        let mut media = Self {
            name: otherwise.to_owned(),
            ..Self::default()
        };
        with_parameters(fields.raw("Content-Type"), |kind| {
            if let Some(subtype) = kind.subtype() {
                media.name = format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase();
            } else if kind.ctype().eq_ignore_ascii_case("text") {
                "text/plain".clone_into(&mut media.name);
            }
            let of = |name: &str| kind.attribute(name).map(str::to_owned);
            media.charset = of("charset");
            media.boundary = of("boundary").filter(|boundary| !boundary.is_empty());
            media.report_type = of("report-type").map(|kind| kind.to_ascii_lowercase());
            media.method = of("method").map(|method| method.to_ascii_uppercase());
            media.file_name = of("name");
        });
        with_parameters(fields.raw("Content-Disposition"), |kind| {
            media.attached = kind.ctype().eq_ignore_ascii_case("attachment");
            if let Some(name) = kind.attribute("filename") {
                media.file_name = Some(name.to_owned());
            }
        });
        media
    }

    fn is(&self, kind: &str) -> bool {
        self.name.split('/').next() == Some(kind)
    }
}

fn with_parameters(raw: Option<&[u8]>, read: impl FnOnce(&ContentType<'_>)) {
    let Some(raw) = raw else { return };
    let line = closed(raw);
    if let HeaderValue::ContentType(kind) = MessageStream::new(&line).parse_content_type() {
        read(&kind);
    }
}

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

/// The start of the line after the one that holds `at`.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let found = crate::domain::bytes::position(&bytes[at..], |byte| byte == b'\n');
    found.map_or(bytes.len(), |found| at + found + 1)
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
