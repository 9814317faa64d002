//! A message as a client writes it. What can be said of it without the store is said here; the
//! rest is `accept`'s.

use super::super::super::error::{FieldError, Problem};
use super::super::wire::Checks;
use crate::accept::{self, AcceptError, Content, NewAttachment};
use crate::domain::contact::TrackingChoice;
use crate::domain::finding::Finding;
use crate::domain::id::{ContentId, InboundId, MailboxId, MessageId, TemplateId};
use crate::domain::message::UrlTextPolicy;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A message to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NewMessage {
    /// An address, `Name <address>`, or the id of a contact.
    to: String,
    /// Further recipients everybody sees.
    #[serde(default)]
    cc: Vec<String>,
    /// Further recipients nobody sees.
    #[serde(default)]
    bcc: Vec<String>,
    /// One line; not with a template.
    subject: Option<String>,
    /// The HTML part; not with a template.
    html: Option<String>,
    /// The text part; made from the HTML when absent.
    text: Option<String>,
    /// A template instead of subject and bodies.
    template: Option<Uuid>,
    /// What `vars.…` of the template stand for.
    #[serde(default)]
    #[schema(value_type = Object)]
    vars: BTreeMap<String, serde_json::Value>,
    /// The content assets it presents.
    #[serde(default)]
    content: Vec<Uuid>,
    #[serde(default)]
    attachments: Vec<AttachmentIn>,
    /// Where it goes from; the caller's own mailbox when absent.
    mailbox: Option<Uuid>,
    /// Not before this time; RFC 3339.
    send_at: Option<String>,
    /// The message this one goes on from.
    reply_to_message: Option<Uuid>,
    /// The mail of theirs that this one answers, in its thread; not beside `reply_to_message`.
    reply_to_inbound: Option<Uuid>,
    #[serde(default)]
    tracking: Switches,
    /// Whether links whose text is a URL are tracked (`track`) or left alone (`keep`).
    #[serde(default)]
    url_text: UrlText,
    /// Show what it would be, and send nothing.
    #[serde(default)]
    dry_run: bool,
}

/// A file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttachmentIn {
    name: String,
    media_type: String,
    /// Its content in base64.
    data: String,
}

/// A message's own tracking switches; absent leaves it to contact and organisation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Switches {
    opens: Option<bool>,
    clicks: Option<bool>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum UrlText {
    #[default]
    Track,
    Keep,
}

impl NewMessage {
    pub(super) const fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// The message as `accept` takes it.
    pub(super) fn check(self) -> Result<accept::NewMessage, Problem> {
        let mut checks = Checks::default();
        let attachments = self
            .attachments
            .into_iter()
            .enumerate()
            .filter_map(|(index, file)| file.check(&mut checks, index))
            .collect();
        let send_at = self.send_at.and_then(|text| checks.time("send_at", &text));
        let content = if let Some(template) = self.template {
            for (field, given) in [
                ("subject", self.subject.is_some()),
                ("html", self.html.is_some()),
                ("text", self.text.is_some()),
            ] {
                if given {
                    checks.wrong(field, "comes from the template");
                }
            }
            Content::Template {
                template: TemplateId(template),
                vars: self.vars,
            }
        } else {
            if !self.vars.is_empty() {
                checks.wrong("vars", "are for templates");
            }
            Content::Own {
                subject: self.subject.unwrap_or_default(),
                html: self.html,
                text: self.text,
            }
        };
        checks.end()?;
        Ok(accept::NewMessage {
            to: self.to,
            cc: self.cc,
            bcc: self.bcc,
            mailbox: self.mailbox.map(MailboxId),
            content,
            assets: self.content.into_iter().map(ContentId).collect(),
            attachments,
            send_at,
            reply_to_message: self.reply_to_message.map(MessageId),
            reply_to_inbound: self.reply_to_inbound.map(InboundId),
            tracking: TrackingChoice {
                opens: self.tracking.opens,
                clicks: self.tracking.clicks,
            },
            url_text: match self.url_text {
                UrlText::Track => UrlTextPolicy::Track,
                UrlText::Keep => UrlTextPolicy::Keep,
            },
        })
    }
}

impl AttachmentIn {
    fn check(self, checks: &mut Checks, index: usize) -> Option<NewAttachment> {
        let Ok(bytes) = STANDARD.decode(self.data.as_bytes()) else {
            checks.wrong(format!("attachments[{index}].data"), "is not base64");
            return None;
        };
        Some(NewAttachment {
            name: self.name,
            media_type: self.media_type,
            bytes: bytes.into(),
        })
    }
}

impl From<AcceptError> for Problem {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::Invalid(errors) => Self::fields(
                errors
                    .into_iter()
                    .map(|error| FieldError {
                        code: Some(error.code.as_str()),
                        field: error.field,
                        detail: error.message,
                    })
                    .collect(),
            ),
            AcceptError::Blocked(findings) => {
                let blockers = findings.iter().filter(|finding| finding.blocks());
                Self::fields(blockers.map(blocker).collect())
                    .because("Preflight refuses the message.")
            }
            AcceptError::Store(error) => error.into(),
        }
    }
}

fn blocker(finding: &Finding) -> FieldError {
    FieldError {
        field: "message".to_owned(),
        detail: finding.to_string(),
        code: Some(finding.code.as_str()),
    }
}
