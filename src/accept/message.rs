//! What is asked for and what is answered when a message is accepted.

use crate::domain::clock::Millis;
use crate::domain::contact::TrackingChoice;
use crate::domain::delivery::{DeliveryState, RecipientRole};
use crate::domain::finding::Finding;
use crate::domain::id::{
    ContactId, ContentId, DeliveryId, InboundId, MailboxId, MessageId, TemplateId,
};
use crate::domain::message::UrlTextPolicy;
use crate::store::StoreError;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A message as its author asks for it, unparsed: every check is made in one place, here.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMessage {
    /// An address, `Name <address>`, or the id of a contact.
    pub to: String,
    /// Further recipients everybody sees, each as `to`.
    pub cc: Vec<String>,
    /// Further recipients nobody sees, each as `to`.
    pub bcc: Vec<String>,
    /// Where it goes from; without one, the author's own mailbox.
    pub mailbox: Option<MailboxId>,
    /// What it says.
    pub content: Content,
    /// The content assets it presents.
    pub assets: Vec<ContentId>,
    /// Files, in order.
    pub attachments: Vec<NewAttachment>,
    /// Not before this time; `None` and the past mean at once.
    pub send_at: Option<Millis>,
    /// The message of ours that this one goes on from, for threading.
    pub reply_to_message: Option<MessageId>,
    /// The mail of theirs that this one answers; it stands in that mail's thread.
    pub reply_to_inbound: Option<InboundId>,
    /// The message's own switches; `None` leaves it to contact and organisation.
    pub tracking: TrackingChoice,
    /// What becomes of a link whose text is a URL.
    pub url_text: UrlTextPolicy,
}

/// Subject and bodies.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Written for this message; every character stands for itself.
    Own {
        /// One line.
        subject: String,
        /// The HTML part.
        html: Option<String>,
        /// The text part; made from the HTML when there is none.
        text: Option<String>,
    },
    /// The newest version of a template, frozen when the message is accepted.
    Template {
        /// Which one.
        template: TemplateId,
        /// `vars.…` of the template.
        vars: BTreeMap<String, serde_json::Value>,
    },
}

/// A file to attach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// Its name, without a path.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

/// An accepted message. It survives whatever happens from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The message.
    pub id: MessageId,
    /// The `Message-ID` header without its angle brackets.
    pub message_id: String,
    /// The state of the `to` delivery.
    pub state: DeliveryState,
    /// One for each recipient: `to`, then `cc`, then `bcc`.
    pub deliveries: Vec<AcceptedDelivery>,
    /// What its author may want to know.
    pub findings: Vec<Finding>,
}

/// One recipient of an accepted message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// How the recipient is addressed.
    pub role: RecipientRole,
    /// The recipient.
    pub address: String,
    /// The contact with that address.
    pub contact: ContactId,
    /// `scheduled` or `queued`. Whether the address is suppressed is looked at when its turn comes.
    pub state: DeliveryState,
}

/// What a message would be, had it been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What preflight says; with a blocker the message would be refused.
    pub findings: Vec<Finding>,
    /// The subject, merged.
    pub subject: String,
    /// The HTML part as the `to` recipient would get it.
    pub html: Option<String>,
    /// The text part as the `to` recipient would get it.
    pub text: Option<String>,
    /// The whole mail, unsigned; empty when a blocker kept it from being made.
    pub raw: Vec<u8>,
}

/// Why a message was not accepted. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// Fields that cannot be taken as they are: 422.
    #[error("{} of the message's fields cannot be taken", .0.len())]
    Invalid(Vec<FieldError>),
    /// Preflight found a blocker: 422. All findings, blockers among them.
    #[error("preflight refuses the message")]
    Blocked(Vec<Finding>),
    /// The store could not answer: 503 when unavailable, else 500.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One field that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Its path in the request, such as `to` or `cc[2]`.
    pub field: String,
    /// The stable word.
    pub code: FieldCode,
    /// One sentence part in English that follows the field's name: "is not an e-mail address".
    pub message: String,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldCode {
    /// Cannot be read as what it should be.
    Invalid,
    /// Names nothing, or nothing this author may use.
    NotFound,
    /// Needed and not there.
    Required,
    /// More or longer than is taken.
    TooLarge,
    /// Stands there twice.
    Duplicate,
}

impl FieldCode {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::NotFound => "not_found",
            Self::Required => "required",
            Self::TooLarge => "too_large",
            Self::Duplicate => "duplicate",
        }
    }
}
