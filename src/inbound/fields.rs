//! The fields of one head, and the media type they tell. Values are read by `mail_parser`, which
//! never sees more than one field here: a parse that runs cannot be stopped.

use super::limits;
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
        HeaderValue::Text(text) => without_nul(text.trim()),
        _ => String::new(),
    }
}

/// A raw value that ends as a field does, which the readers of `mail_parser` count on, and without
/// NUL.
pub(super) fn closed(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.ends_with(b"\n") && !raw.contains(&0) {
        return Cow::Borrowed(raw);
    }
    let mut line: Vec<u8> = raw.iter().copied().filter(|byte| *byte != 0).collect();
    if !line.ends_with(b"\n") {
        line.push(b'\n');
    }
    Cow::Owned(line)
}

/// `text` without NUL, which an encoded word may hold too and not every database takes.
pub(super) fn without_nul(text: &str) -> String {
    text.replace('\0', "")
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
    pub(super) fn read(fields: &Fields<'_>, otherwise: &str) -> Self {
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
        media.file_name = media.file_name.as_deref().map(without_nul);
        media
    }

    pub(super) fn is(&self, kind: &str) -> bool {
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

/// The start of the line after the one that holds `at`.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let found = crate::domain::bytes::position(&bytes[at..], |byte| byte == b'\n');
    found.map_or(bytes.len(), |found| at + found + 1)
}
