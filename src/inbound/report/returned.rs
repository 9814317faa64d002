//! The copy of our mail that a report brings back: as a part, as its head alone, or pasted into
//! the prose.

use super::super::fields::Fields;
use super::super::headers::{Headers, ids};
use super::super::mime::Tree;
use super::super::ours::Ours;
use crate::domain::id::DeliveryId;

/// What is known of the returned mail.
#[derive(Debug, Default)]
pub(in crate::inbound) struct Returned {
    /// Ids that may be ours, its own first.
    pub(in crate::inbound) ids: Vec<String>,
    /// The delivery that a ticket in it names.
    pub(in crate::inbound) delivery: Option<DeliveryId>,
    pub(in crate::inbound) subject: Option<String>,
    pub(in crate::inbound) to: Vec<String>,
    pub(in crate::inbound) thread_index: Option<Vec<u8>>,
}

impl Returned {
    /// Looks for it in the parts of `tree`, then in its `prose`.
    pub(in crate::inbound) fn find(tree: &Tree<'_>, prose: &str, ours: &Ours) -> Self {
        let mut found = Self::default();
        for (at, part) in tree.parts.iter().enumerate() {
            if part.is("text/rfc822-headers") || part.is("message/rfc822-headers") {
                let text = part.decoded();
                found.take_head(&Fields::read(&text), ours);
            } else if !part.holds_parts && part.is("message/rfc822") {
                let text = part.decoded();
                found.take_head(&Fields::read(text.trim_ascii_start()), ours);
            } else if let Some(holder) = part.parent
                && tree.parts[holder].is("message/rfc822")
            {
                found.take_head(&part.fields, ours);
            }
            if tree.enclosing_message(at).is_some()
                && part.media.name.starts_with("text/")
                && found.delivery.is_none()
            {
                found.delivery = ours.delivery_in_text(&part.text());
            }
        }
        if found.ids.is_empty()
            && found.subject.is_none()
            && let Some(at) = begins(prose)
        {
            let head = &prose[at..];
            let end = head.find("\n\n").unwrap_or(head.len());
            found.take_head(&Fields::read(&head.as_bytes()[..end]), ours);
        }
        found
    }

    fn take_head(&mut self, fields: &Fields<'_>, ours: &Ours) {
        let headers = Headers::read(fields);
        self.ids.extend(headers.message_id);
        // Where providers keep the id that they replaced.
        for name in [
            "X-Microsoft-Original-Message-ID",
            "X-Google-Original-Message-ID",
        ] {
            self.ids.extend(ids(fields, name));
        }
        self.ids.extend(headers.references.into_iter().rev());
        self.delivery = self.delivery.or_else(|| {
            let links = fields.text("List-Unsubscribe")?;
            ours.delivery_in_text(&links)
        });
        self.delivery = self.delivery.or_else(|| {
            fields.all("Return-Path").find_map(|raw| {
                let text = String::from_utf8_lossy(raw);
                super::super::headers::addresses(&text)
                    .find_map(|one| ours.delivery_in_address(&one))
            })
        });
        if self.subject.is_none() && !headers.subject.is_empty() {
            self.subject = Some(headers.subject);
        }
        self.to.extend(
            headers
                .to
                .into_iter()
                .map(|to| to.address)
                .filter(|to| to.contains('@')),
        );
        self.thread_index = self
            .thread_index
            .take()
            .or_else(|| super::super::keys::thread_index(fields));
    }
}

/// Names of fields that a pasted mail begins with.
const FIRST_FIELDS: &[&str] = &[
    "received:",
    "return-path:",
    "message-id:",
    "x-envelope-from:",
    "delivered-to:",
    "dkim-signature:",
    "mime-version:",
    "date:",
    "from:",
    "to:",
    "subject:",
    "reply-to:",
    "x-mailer:",
];

/// Where a mail pasted into `prose` begins: a line with a field, and two more right behind it.
pub(in crate::inbound) fn begins(prose: &str) -> Option<usize> {
    let is_field = |line: &str| {
        let lower = super::super::limits::cut(line.trim_start_matches(['>', ' ', '|']), 40)
            .to_ascii_lowercase();
        FIRST_FIELDS.iter().any(|field| lower.starts_with(field))
    };
    let mut at = 0;
    let mut run: Option<(usize, usize)> = None;
    for line in prose.split_inclusive('\n').take(5_000) {
        let folded = line.starts_with([' ', '\t']) && run.is_some();
        if is_field(line) {
            let (start, count) = run.unwrap_or((at, 0));
            run = Some((start, count + 1));
            if count + 1 == 3 {
                return Some(start);
            }
        } else if !folded && !line.contains(':') {
            run = None;
        }
        at += line.len();
    }
    None
}
