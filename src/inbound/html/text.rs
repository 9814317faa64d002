//! HTML as text in lines, with the places marked that mail programs mark as quoted or as a
//! signature. Only structure is judged here; the words are judged like those of any text.

use super::super::words::{Phrases, phrases};
use super::tokens::{Tag, Token, Tokens};
use std::ops::Range;

/// Text made of HTML.
#[derive(Debug, Default)]
pub(in crate::inbound) struct Marked {
    pub(in crate::inbound) text: String,
    /// What stands in a quote by structure.
    pub(in crate::inbound) quoted: Vec<Range<usize>>,
    /// What stands in a signature by structure.
    pub(in crate::inbound) signed: Vec<Range<usize>>,
}

/// What a start tag means for what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Quote,
    /// A quote from here to the end, whatever holds it.
    RestIsQuote,
    Signature,
}

/// Ids and classes that mail programs give to the quoted mail, in lower case.
static QUOTE_MARKS: Phrases = phrases!("html_quote_marks");

/// Ids behind which all is the earlier mail, in lower case.
const REST_MARKS: &[&str] = &[
    "divrplyfwdmsg",
    "appendonsend",
    "stopspelling",
    "replysplit",
    "_mailoriginal",
    "lorequote",
];

/// Ids and classes of signatures, in lower case.
const SIGNATURE_MARKS: &[&str] = &[
    "gmail_signature",
    "moz-signature",
    "protonmail_signature_block",
    "ms-outlook-mobile-signature",
    "ymail_android_signature",
    "tutanota_signature",
    "mobile-signature",
    "front-signature",
];

/// Elements without content.
static VOID: Phrases = phrases!("html_void");

/// Elements that begin a line.
static BLOCKS: Phrases = phrases!("html_blocks");

fn meaning(tag: &Tag<'_>) -> Option<Meaning> {
    let mut marks = ["id", "class", "name", "data-marker", "data-smartmail"]
        .into_iter()
        .filter_map(|name| tag.attribute(name))
        .map(str::to_ascii_lowercase)
        .collect::<Vec<_>>()
        .join(" ");
    // Outlook on the web puts `x_` before the marks of mails it shows.
    marks = marks.replace("x_", "");
    let holds = |list: &[&str]| {
        marks
            .split_ascii_whitespace()
            .any(|mark| list.iter().any(|known| mark.starts_with(known)))
    };
    if holds(REST_MARKS) || is_outlook_line(tag) {
        return Some(Meaning::RestIsQuote);
    }
    let cited = tag.is("blockquote")
        && (tag
            .attribute("type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("cite"))
            || tag.attribute("cite").is_some()
            || style(tag).contains("border-left"));
    if cited || holds(&QUOTE_MARKS) {
        return Some(Meaning::Quote);
    }
    (holds(SIGNATURE_MARKS) || marks.split(' ').any(|mark| mark == "signature"))
        .then_some(Meaning::Signature)
}

fn style(tag: &Tag<'_>) -> String {
    tag.attribute("style")
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// The line that desktop Outlook draws above the head of the mail it answers: a block whose only
/// border is a solid one on top, with three points of padding.
fn is_outlook_line(tag: &Tag<'_>) -> bool {
    if !tag.is("div") {
        return false;
    }
    let style: String = style(tag).split_whitespace().collect();
    style.contains("border:none;border-top:solid") && style.contains("padding:3.0pt0")
}

/// Writes `html` as text.
pub(in crate::inbound) fn to_text(html: &str) -> Marked {
    let mut writer = Writer::default();
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Start(tag) => writer.start(&tag),
            Token::End(name) => writer.end(name),
        }
    }
    writer.finish()
}

/// An element whose meaning lasts until it is closed: its name in lower case, how many of that
/// name are open inside it, and where its text began.
struct Region {
    name: String,
    inside: usize,
    meaning: Meaning,
    from: usize,
}

/// Most regions open at once; deeper ones lie in a quote anyhow.
const MAX_REGIONS: usize = 30;

#[derive(Default)]
struct Writer {
    marked: Marked,
    regions: Vec<Region>,
    rest_from: Option<usize>,
    /// Line breaks owed before the next word.
    breaks: usize,
    /// A blank owed before the next word.
    blank: bool,
    preformatted: usize,
}

impl Writer {
    fn text(&mut self, raw: &str) {
        let text = htmlize::unescape(raw);
        if self.preformatted > 0 {
            for (no, line) in text.split('\n').enumerate() {
                if no > 0 {
                    self.breaks += 1;
                }
                if !line.is_empty() {
                    self.word(line);
                }
            }
            return;
        }
        let apart = |c: char| c.is_ascii_whitespace();
        if text.starts_with(apart) {
            self.blank = true;
        }
        for word in text.split(apart).filter(|word| !word.is_empty()) {
            self.word(word);
            self.blank = true;
        }
        self.blank = text.ends_with(apart) || text.is_empty() && self.blank;
    }

    fn word(&mut self, word: &str) {
        let out = &mut self.marked.text;
        if out.is_empty() {
            self.breaks = 0;
        }
        if self.breaks > 0 {
            out.extend(std::iter::repeat_n('\n', self.breaks.min(2)));
        } else if self.blank && !out.is_empty() {
            out.push(' ');
        }
        (self.breaks, self.blank) = (0, false);
        out.extend(word.chars().map(|c| if c == '\u{a0}' { ' ' } else { c }));
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let name = tag.name.to_ascii_lowercase();
        let name = name.as_str();
        match name {
            "br" => self.breaks += 1,
            "td" | "th" => self.blank = true,
            "pre" => self.preformatted += 1,
            "img" => {
                let alt = tag.attribute("alt").unwrap_or_default().trim();
                if !alt.is_empty() {
                    self.text(alt);
                }
            }
            _ => {}
        }
        self.block(name);
        if let Some(inner) = self.regions.last_mut()
            && inner.name == name
            && !VOID.contains(&name)
        {
            inner.inside += 1;
        }
        match meaning(tag) {
            Some(Meaning::RestIsQuote) => {
                self.breaks = self.breaks.max(1);
                self.rest_from.get_or_insert(self.marked.text.len());
            }
            Some(meaning) if !VOID.contains(&name) && self.regions.len() < MAX_REGIONS => {
                self.breaks = self.breaks.max(1);
                self.regions.push(Region {
                    name: name.to_owned(),
                    inside: 0,
                    meaning,
                    from: self.marked.text.len(),
                });
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        if name == "pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        self.block(&name);
        let Some(inner) = self.regions.last_mut() else {
            return;
        };
        if inner.name != name {
            return;
        }
        if inner.inside > 0 {
            inner.inside -= 1;
            return;
        }
        self.breaks = self.breaks.max(1);
        self.close_region();
    }

    fn close_region(&mut self) {
        let Some(region) = self.regions.pop() else {
            return;
        };
        let range = region.from..self.marked.text.len();
        if range.is_empty() {
            return;
        }
        match region.meaning {
            Meaning::Signature => self.marked.signed.push(range),
            _ => self.marked.quoted.push(range),
        }
    }

    /// A block begins or ends: a new line, and a blank one around a paragraph.
    fn block(&mut self, name: &str) {
        if BLOCKS.contains(&name) {
            let owed = if name == "p" { 2 } else { 1 };
            self.breaks = self.breaks.max(owed);
        }
    }

    fn finish(mut self) -> Marked {
        while !self.regions.is_empty() {
            self.close_region();
        }
        let end = self.marked.text.len();
        if let Some(from) = self.rest_from.filter(|from| *from < end) {
            self.marked.quoted.push(from..end);
        }
        self.marked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_signatures_are_marked_by_structure() {
        let html = "<div>Yes,&nbsp;please.<br>Ann</div><div class=\"gmail_signature\">ACME</div>\
            <div class='gmail_quote x'><div>On Monday:</div><blockquote type=cite>Old</blockquote></div><p>After</p>";
        let marked = to_text(html);
        assert_eq!(
            marked.text,
            "Yes, please.\nAnn\nACME\nOn Monday:\nOld\n\nAfter"
        );
        let quoted = marked
            .quoted
            .iter()
            .map(|range| marked.text[range.clone()].trim());
        assert_eq!(quoted.collect::<Vec<_>>(), ["Old", "On Monday:\nOld"]);
        assert_eq!(marked.text[marked.signed[0].clone()].trim(), "ACME");
    }
}
