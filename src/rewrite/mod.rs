//! Tracked links and the pixel: the author's finished HTML in, the HTML of one delivery out.
//!
//! It runs after merging, so it sees what the recipient would. A tokenizer finds the start tags and
//! where each `href` value stands; only those bytes are replaced, so everything else, within a
//! rewritten tag too, stays as the author wrote it. Left alone: what is no `http` or `https` URL
//! (`mailto:`, `tel:`, `#part`, relative ones), our own tickets, `data-otklik="off"`, excluded
//! hosts, links with an unfilled merge field, links longer than a ticket holds. Links inside
//! Outlook's conditional comments are rewritten too, on any element there (VML buttons). The text
//! part of a mail is not rewritten at all: what a person reads as text stays what it is.
//!
//! Pure. It signs nothing: the caller turns a link into its ticket URL.

mod foreign;
mod label;
#[cfg(test)]
mod oracle;
mod scan;
mod script;
mod target;
mod tokens;

use crate::domain::finding::{Finding, FindingCode};
use crate::domain::link::{DestinationId, LinkRole, TrackedLink};
use crate::domain::markup::{escaped, write_escaped};
use crate::domain::message::UrlTextPolicy;
use scan::{Anchor, Quotes};
use std::collections::HashSet;
use target::{Left, Target};

/// Longest label that is kept, in characters.
const MAX_LABEL: usize = 120;

/// What to do with the links of one mail.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The tracking site as a browser writes it, with a trailing slash: `https://t.example.org/`.
    /// Links into it are our own and stay.
    pub own: &'a str,
    /// Hosts that are never tracked, in lower case and A-labels, with their subdomains.
    pub excluded_hosts: &'a [String],
    /// What becomes of a link whose visible text is itself a URL.
    pub url_text: UrlTextPolicy,
    /// The destinations that are content assets of the library.
    pub contents: &'a HashSet<DestinationId>,
    /// Whether links are rewritten; without, they are only looked at.
    pub links: Links,
    /// HTML put at the end of the body, before the pixel; not rewritten.
    pub footer: Option<&'a str>,
    /// The URL of the pixel.
    pub pixel: Option<&'a str>,
}

/// Whether clicks may be recorded for this delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Each link gets a ticket.
    Track,
    /// Every link stays the author's.
    Leave,
}

/// The HTML of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The bytes to send.
    pub html: String,
    /// The tracked links in the order of the document.
    pub links: Vec<TrackedLink>,
    /// What the author should know.
    pub findings: Vec<Finding>,
}

/// Rewrites `html`. `ticket` gets each link, numbered from 1, and gives the URL that stands in its
/// place; `None` leaves the link as it is.
pub fn rewrite(
    html: &str,
    options: &Options<'_>,
    ticket: &mut dyn FnMut(&TrackedLink) -> Option<String>,
) -> Rewritten {
    let page = scan::scan(html);
    let mut out = Output {
        source: html,
        html: String::with_capacity(html.len() + page.anchors.len() * 300 + 1_024),
        copied: 0,
    };
    let mut links = Vec::new();
    let mut findings = Vec::new();
    let body_end = page.body_end.unwrap_or(html.len());
    let mut tail = Some(tail(options));
    for anchor in &page.anchors {
        if anchor.value.start >= body_end {
            out.put_tail(body_end, &mut tail);
        }
        let Some(link) = judge(html, anchor, options, links.len(), &mut findings) else {
            continue;
        };
        let Some(url) = ticket(&link) else {
            continue;
        };
        out.replace(anchor, &url);
        links.push(link);
    }
    out.put_tail(body_end, &mut tail);
    Rewritten {
        html: out.finish(),
        links,
        findings,
    }
}

/// Decides on one link, with its findings; `None` leaves it alone.
fn judge(
    html: &str,
    anchor: &Anchor,
    options: &Options<'_>,
    tracked: usize,
    findings: &mut Vec<Finding>,
) -> Option<TrackedLink> {
    if anchor.off {
        return None;
    }
    let target = match target::read(&html[anchor.value.clone()], options) {
        Ok(target) => target,
        Err(Left::Silently) => return None,
        Err(Left::Because(finding)) => {
            findings.push(finding);
            return None;
        }
    };
    if target.mixed_script {
        let host = target.location.host_str().unwrap_or_default();
        findings.push(Finding::about(FindingCode::LinkMixedScript, host));
    }
    let label = label::visible_text(&html[anchor.tag_end..], &html[anchor.name.clone()]);
    let shows_url = label::is_url(&label, target.location.host_str().unwrap_or_default());
    if shows_url {
        findings.push(Finding::about(FindingCode::LinkUrlText, &label));
    }
    if options.links == Links::Leave || shows_url && options.url_text == UrlTextPolicy::Keep {
        return None;
    }
    let Ok(no) = u16::try_from(tracked + 1) else {
        findings.push(Finding::new(FindingCode::LinksTooMany));
        return None;
    };
    let destination = DestinationId::of_location(target.location.as_str());
    let role = role_of(anchor, destination, options.contents, findings);
    let Target { url, .. } = target;
    Some(TrackedLink {
        no,
        url,
        destination,
        role,
        label: shortened(label),
    })
}

/// The first [`MAX_LABEL`] characters of `label`.
fn shortened(mut label: String) -> String {
    if let Some((end, _)) = label.char_indices().nth(MAX_LABEL) {
        label.truncate(end);
    }
    label
}

/// The author's own word, else what the library says.
fn role_of(
    anchor: &Anchor,
    destination: DestinationId,
    contents: &HashSet<DestinationId>,
    findings: &mut Vec<Finding>,
) -> LinkRole {
    if let Some(word) = &anchor.role {
        let known = LinkRole::ALL
            .into_iter()
            .find(|role| role.as_str().eq_ignore_ascii_case(word.trim()));
        if let Some(role) = known {
            return role;
        }
        findings.push(Finding::about(FindingCode::RoleUnknown, word));
    }
    if contents.contains(&destination) {
        LinkRole::Content
    } else {
        LinkRole::Other
    }
}

/// What goes to the end of the body.
fn tail(options: &Options<'_>) -> String {
    let mut tail = options.footer.unwrap_or_default().to_owned();
    if let Some(url) = options.pixel {
        tail.push_str("<img src=\"");
        tail.push_str(&escaped(url));
        tail.push_str(
            "\" alt=\"\" width=\"1\" height=\"1\" style=\"border:0;width:1px;height:1px\">",
        );
    }
    tail
}

/// The author's bytes, copied through but for the replacements.
struct Output<'a> {
    source: &'a str,
    html: String,
    copied: usize,
}

impl Output<'_> {
    fn copy_to(&mut self, end: usize) {
        self.html.push_str(&self.source[self.copied..end]);
        self.copied = end;
    }

    fn put_tail(&mut self, at: usize, tail: &mut Option<String>) {
        if let Some(tail) = tail.take() {
            self.copy_to(at);
            self.html.push_str(&tail);
        }
    }

    fn replace(&mut self, anchor: &Anchor, url: &str) {
        self.copy_to(anchor.value.start);
        if anchor.quotes == Quotes::None {
            self.html.push('"');
        }
        // Writing to a `String` cannot fail.
        let _ = write_escaped(&mut self.html, url);
        if anchor.quotes == Quotes::None {
            self.html.push('"');
        }
        self.copied = anchor.value.end;
    }

    fn finish(mut self) -> String {
        self.copy_to(self.source.len());
        self.html
    }
}

#[cfg(test)]
mod tests;
