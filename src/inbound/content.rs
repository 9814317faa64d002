//! What a mail shows and carries: its text, its HTML, its files. Copies of other mails inside it
//! are files here.

use super::html::{Marked, to_text};
use super::limits;
use super::mime::{Part, Tree};
use super::ours::Ours;
use super::understood::Attachment;
use crate::domain::id::DeliveryId;

/// The content of one mail, links and pixels of ours taken out.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Its text; quotes and signatures that its HTML marks are known.
    pub(super) full: Marked,
    pub(super) html: Option<String>,
    pub(super) attachments: Vec<Attachment>,
    /// The method of its calendar part, in upper case.
    pub(super) calendar: Option<String>,
    /// The delivery that a link of ours in it names: the mail that it quotes.
    pub(super) quoted: Option<DeliveryId>,
}

impl Content {
    pub(super) fn read(tree: &Tree<'_>, ours: &Ours) -> Self {
        let mut content = Self::default();
        let (mut plain, mut html) = (String::new(), String::new());
        for (at, part) in tree.own_leaves() {
            let shown = !part.media.attached && (part.media.file_name.is_none() || at == 0);
            if part.is("text/calendar") {
                content.calendar = calendar_method(part).or(content.calendar.take());
            }
            if shown && part.is("text/plain") {
                append(&mut plain, &part.text());
            } else if shown && part.is("text/html") {
                append(&mut html, &part.text());
            } else if part.media.name.starts_with("text/") && at == 0 {
                append(&mut plain, &part.text());
            } else {
                content.attach(part, part.decoded().len());
            }
        }
        let enclosed = |(at, part): &(usize, &Part<'_>)| {
            part.holds_parts && part.is("message/rfc822") && tree.enclosing_message(*at).is_none()
        };
        for (_, part) in tree.parts.iter().enumerate().filter(enclosed) {
            content.attach(part, part.body.len());
        }
        content.quoted = ours
            .delivery_in_text(&plain)
            .or_else(|| ours.delivery_in_text(&html));
        let (plain, html) = (ours.cleaned(&plain), ours.cleaned(&html));
        content.full = if plain.trim().is_empty() {
            to_text(&html)
        } else {
            Marked {
                text: plain,
                ..Marked::default()
            }
        };
        content.html = Some(html).filter(|html| !html.trim().is_empty());
        content
    }

    fn attach(&mut self, part: &Part<'_>, size: usize) {
        if self.attachments.len() < limits::MAX_ATTACHMENTS {
            self.attachments.push(Attachment {
                name: part.media.file_name.clone(),
                media_type: part.media.name.clone(),
                size,
            });
        }
    }
}

fn append(all: &mut String, text: &str) {
    if all.len() + text.len() <= limits::MAX_TEXT_BYTES {
        if !all.is_empty() && !all.ends_with('\n') {
            all.push('\n');
        }
        all.push_str(text);
    }
}

/// `METHOD` of the part's header or of its own first lines (RFC 5546).
fn calendar_method(part: &Part<'_>) -> Option<String> {
    part.media.method.clone().or_else(|| {
        let text = part.text();
        let mut lines = text.lines().take(50);
        let line = lines.find_map(|line| line.strip_prefix("METHOD:"))?;
        Some(line.trim().to_ascii_uppercase())
    })
}
