//! One delivery from its frozen input to the bytes that leave: merge, footer, tracked links and
//! pixel, text part, MIME, DKIM, envelope. The one place where `compose` and `rewrite` meet.
//!
//! Pure: the same input and setup give the same bytes, but for the signature's own time. The lane
//! calls [`render`] at the first claim; a dry run and the check at enqueue call [`preflight()`].

use crate::compose::dkim::DkimKeys;
use crate::compose::input::RenderInput;
use crate::compose::merge::{Merged, TemplateError, merge};
use crate::compose::mime::{self, MimeError, Parts};
use crate::compose::preflight;
use crate::compose::text::{self, Footer};
use crate::domain::address::EmailAddress;
use crate::domain::contact::OpenTracking;
use crate::domain::finding::{Finding, FindingCode};
use crate::domain::keys::KeyRing;
use crate::domain::link::{TrackedLink, web_url};
use crate::domain::mailbox::EnvelopePolicy;
use crate::domain::message::MailClass;
use crate::domain::ticket::TicketKeys;
use crate::domain::verp::VerpKeys;
use crate::rewrite::{self, Links, Options};

/// What the installation brings to every mail. One per process.
#[derive(Debug)]
pub struct Setup {
    own: String,
    tickets: TicketKeys,
    verp: VerpKeys,
    /// The DKIM keys we hold.
    pub dkim: DkimKeys,
    /// Hosts never tracked, in lower case and A-labels, with their subdomains.
    pub excluded_hosts: Vec<String>,
    /// The organisation's postal address; outreach cannot leave without one.
    pub postal_address: String,
    /// The words of the unsubscribe link in the footer.
    pub unsubscribe_label: String,
    /// The base of return addresses where the profile says `verp`.
    pub return_address: Option<EmailAddress>,
}

impl Setup {
    /// For the tracking site `tracking_url`, which is configured and never read from a request;
    /// `None` when it is no `http` or `https` URL. The rest begins empty.
    pub fn new(tracking_url: &str, ring: &KeyRing) -> Option<Self> {
        let mut own = web_url(tracking_url)?;
        own.set_query(None);
        own.set_fragment(None);
        let mut own = String::from(own);
        if !own.ends_with('/') {
            own.push('/');
        }
        Some(Self {
            own,
            tickets: TicketKeys::new(ring),
            verp: VerpKeys::new(ring),
            dkim: DkimKeys::default(),
            excluded_hosts: Vec::new(),
            postal_address: String::new(),
            unsubscribe_label: "Unsubscribe".to_owned(),
            return_address: None,
        })
    }
}

/// A mail ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// `MAIL FROM`.
    pub envelope_from: EmailAddress,
    /// `RCPT TO`.
    pub recipient: EmailAddress,
    /// The message, signed where we hold a key, in strict CRLF and without dot-stuffing.
    pub bytes: Vec<u8>,
    /// The tracked links; empty when clicks may not be recorded.
    pub links: Vec<TrackedLink>,
    /// What rewriting found; [`preflight()`] adds the content's.
    pub findings: Vec<Finding>,
    /// The subject as the recipient sees it.
    pub subject: String,
    /// The HTML part as sent, for previews.
    pub html: Option<String>,
    /// The text part as sent, for previews.
    pub text: String,
}

/// Why a delivery cannot be rendered. Each is also a blocker of preflight.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The merge failed.
    #[error(transparent)]
    Merge(#[from] TemplateError),
    /// Neither HTML nor text.
    #[error("the mail has no content")]
    Empty,
    /// Outreach without a postal address.
    #[error("outreach needs a postal address and none is configured")]
    PostalAddress,
    /// The text part cannot be made.
    #[error("no text part can be made from the HTML")]
    Text,
    /// The message cannot be built.
    #[error(transparent)]
    Mime(#[from] MimeError),
    /// The signature cannot be made.
    #[error("the message cannot be signed: {0}")]
    Dkim(mail_auth::Error),
}

impl RenderError {
    /// The same as a finding.
    pub fn finding(&self) -> Finding {
        let code = match self {
            Self::Merge(_) => FindingCode::MergeFailed,
            Self::Empty => FindingCode::BodyEmpty,
            Self::PostalAddress => FindingCode::PostalAddressMissing,
            Self::Mime(MimeError::Subject(_)) => FindingCode::SubjectInvalid,
            Self::Text | Self::Mime(_) | Self::Dkim(_) => FindingCode::BuildFailed,
        };
        match self {
            Self::Empty | Self::PostalAddress => Finding::new(code),
            error => Finding::about(code, &error.to_string()),
        }
    }
}

/// Renders one delivery.
pub fn render(input: &RenderInput, setup: &Setup) -> Result<Rendered, RenderError> {
    let merged = merge(&input.content, &input.fields)?;
    assemble(input, setup, merged)
}

/// What a person sees before sending: the findings, and the mail if there can be one.
#[derive(Debug)]
pub struct Preflight {
    /// Heaviest first.
    pub findings: Vec<Finding>,
    /// The mail as it would leave.
    pub rendered: Option<Rendered>,
}

impl Preflight {
    /// Whether a blocker was found.
    pub fn blocks(&self) -> bool {
        self.findings.iter().any(Finding::blocks)
    }
}

/// Renders one delivery and looks at it as its recipient's side will. Never fails: what stops a
/// mail is a blocker.
pub fn preflight(input: &RenderInput, setup: &Setup) -> Preflight {
    let mut findings = Vec::new();
    let done = merge(&input.content, &input.fields)
        .map_err(RenderError::from)
        .and_then(|merged| {
            findings = preflight::look(input, &merged);
            assemble(input, setup, merged)
        });
    let rendered = match done {
        Ok(mut rendered) => {
            findings.append(&mut rendered.findings);
            Some(rendered)
        }
        Err(error) => {
            findings.push(error.finding());
            None
        }
    };
    // The codes stand in the order of their weight.
    findings.sort();
    findings.dedup();
    Preflight { findings, rendered }
}

fn assemble(input: &RenderInput, setup: &Setup, merged: Merged) -> Result<Rendered, RenderError> {
    let Merged {
        subject,
        html,
        text,
    } = merged;
    if html.as_ref().or(text.as_ref()).is_none() {
        return Err(RenderError::Empty);
    }
    let unsubscribe = match input.class {
        MailClass::Correspondence => None,
        MailClass::Outreach if setup.postal_address.trim().is_empty() => {
            return Err(RenderError::PostalAddress);
        }
        MailClass::Outreach => {
            let ticket = setup.tickets.sign_unsubscribe(input.delivery);
            Some(format!("{}u/{ticket}", setup.own))
        }
    };
    let footer = unsubscribe.as_deref().map(|url| Footer {
        postal_address: &setup.postal_address,
        label: &setup.unsubscribe_label,
        url,
    });
    let mut text = match (text, &html) {
        (Some(text), _) => text,
        (None, Some(html)) => text::derive(html).map_err(|_| RenderError::Text)?,
        (None, None) => return Err(RenderError::Empty),
    };
    if let Some(footer) = &footer {
        text.push_str(&footer.text());
    }
    let (html, links, mut findings) = match html {
        Some(html) => {
            let footer = footer.map(|footer| footer.html());
            let done = track(input, setup, &html, footer.as_deref());
            (Some(done.html), done.links, done.findings)
        }
        None => (None, Vec::new(), Vec::new()),
    };
    let unsubscribe_at = unsubscribe_at(input, setup);
    let parts = Parts {
        subject: &subject,
        html: html.as_deref(),
        text: &text,
        unsubscribe: unsubscribe.as_deref(),
        unsubscribe_at: unsubscribe_at.as_ref(),
    };
    let bytes = mime::build(input, &parts)?;
    let bytes = setup
        .dkim
        .sign(input.from.address.domain(), bytes)
        .map_err(RenderError::Dkim)?;
    Ok(Rendered {
        envelope_from: envelope_from(input, setup, &mut findings),
        recipient: input.recipient.clone(),
        bytes,
        links,
        findings,
        subject,
        html,
        text,
    })
}

/// Tickets for the links and the pixel, as far as they may be recorded.
fn track(
    input: &RenderInput,
    setup: &Setup,
    html: &str,
    footer: Option<&str>,
) -> rewrite::Rewritten {
    let pixel = match input.tracking.opens {
        OpenTracking::Off => None,
        OpenTracking::Events | OpenTracking::LastDay => {
            let ticket = setup.tickets.sign_open(input.delivery);
            Some(format!("{}o/{ticket}.gif", setup.own))
        }
    };
    let options = Options {
        own: &setup.own,
        excluded_hosts: &setup.excluded_hosts,
        url_text: input.url_text,
        contents: &input.contents,
        links: if input.tracking.clicks {
            Links::Track
        } else {
            Links::Leave
        },
        footer,
        pixel: pixel.as_deref(),
    };
    rewrite::rewrite(html, &options, &mut |link| {
        let TrackedLink {
            no,
            url,
            destination,
            ..
        } = link;
        let ticket = setup
            .tickets
            .sign_click(input.delivery, *no, *destination, url);
        Some([&setup.own, "c/", &ticket.ok()?].concat())
    })
}

/// The address for unsubscribing by mail, where mail to a tagged address is known to reach us.
fn unsubscribe_at(input: &RenderInput, setup: &Setup) -> Option<EmailAddress> {
    let base = match input.envelope {
        EnvelopePolicy::Own => None,
        EnvelopePolicy::Plus => Some(&input.from.address),
        EnvelopePolicy::Verp => setup.return_address.as_ref(),
    };
    setup.verp.sign_unsubscribe(base?, input.delivery)
}

/// `MAIL FROM` as the mailbox's profile allows (decision 11); the mailbox's own address, with a
/// note, where a tag does not fit.
fn envelope_from(input: &RenderInput, setup: &Setup, findings: &mut Vec<Finding>) -> EmailAddress {
    let own = &input.from.address;
    let base = match input.envelope {
        EnvelopePolicy::Own => return own.clone(),
        EnvelopePolicy::Plus => Some(own),
        EnvelopePolicy::Verp => setup.return_address.as_ref(),
    };
    let tagged = base.and_then(|base| setup.verp.sign(base, input.delivery));
    tagged.unwrap_or_else(|| {
        findings.push(Finding::new(FindingCode::ReturnAddressPlain));
        own.clone()
    })
}

#[cfg(test)]
mod tests;
