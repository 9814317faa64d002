//! What understanding gives: every type the store, the API and the pages read.

use super::headers::Headers;
use crate::domain::clock::Millis;
use crate::domain::id::DeliveryId;
use crate::domain::inbound::{BounceClass, BounceReason, InboundKind, MatchedBy};
use crate::domain::touch::{Agency, Outcome};
use std::ops::Range;

/// How a mail came in: what its bytes do not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// When it was received by us.
    pub received_at: Millis,
    /// The envelope sender; `Some("")` is the null sender, `None` means nobody told.
    pub envelope_from: Option<String>,
    /// The envelope recipients; empty when nobody told.
    pub envelope_to: Vec<String>,
}

impl Arrival {
    /// Mail read from a mailbox, whose envelope is not known.
    pub const fn at(received_at: Millis) -> Self {
        Self {
            received_at,
            envelope_from: None,
            envelope_to: Vec::new(),
        }
    }
}

/// A mail, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// SHA-256 over Message-ID, Date, From, Subject and the decoded content, trace headers left
    /// out: the same mail by any way has the same.
    pub identity: [u8; 32],
    /// What it is, so far as its own bytes say; ask [`Understood::kind_when`] once matched.
    pub kind: InboundKind,
    /// What it is once one of our messages was found by an id or a token.
    pub(super) kind_if_ours: InboundKind,
    /// What it is once no message was found.
    pub(super) kind_if_not: InboundKind,
    /// Every sign that was found, also those that lost, in the order of the decisions.
    pub evidence: Vec<Evidence>,
    /// Its head.
    pub headers: Headers,
    /// Ways to find what it belongs to, surest first. The first that leads somewhere counts.
    pub keys: Vec<MatchKey>,
    /// What it reports, for a bounce or a complaint.
    pub report: Option<Told>,
    /// What its author wrote now: without quotes and signature.
    pub new_text: NewText,
    /// All of its text, as it came or made from its HTML.
    pub full_text: String,
    /// Its HTML as it came; show only what [`safe_html`](super::safe_html) makes of it.
    pub html: Option<String>,
    /// Its attached files, and parts shown inline that have a name.
    pub attachments: Vec<Attachment>,
    /// Until when the contact is away.
    pub away: Option<Away>,
    /// The contact has left or has another address.
    pub left: Option<Moved>,
    /// Whether it asks for no more mail.
    pub unsubscribe: Unsubscribe,
    /// How the conversation seems to go, for a person to confirm.
    pub outcome: Option<Suggestion>,
    /// Who wrote it, for an item of a Sent folder.
    pub automation: Agency,
    /// Whether limits left some of it unread.
    pub cut: bool,
}

impl Understood {
    /// What it is, now that the store has looked: `by` is how one of our messages was found, or
    /// `None`. A mail that came through a list is a reply if it names our message; an answer to
    /// nothing of ours is an enquiry.
    pub const fn kind_when(&self, by: Option<MatchedBy>) -> InboundKind {
        match by {
            Some(_) => self.kind_if_ours,
            None => self.kind_if_not,
        }
    }
}

/// A sign of what the mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Which rule spoke.
    pub code: Clue,
    /// What it saw, short: a header's value, a phrase. Foreign text; never into a log.
    pub text: String,
}

pub use super::clues::Clue;

/// One way to find the message that a mail belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchKey {
    /// A verified token: it needs no look-up but that of the delivery. `By` is
    /// [`MatchedBy::Token`] or [`MatchedBy::ReturnedToken`].
    Token(MatchedBy, DeliveryId),
    /// An id for the id table, without brackets; `By` is [`MatchedBy::InReplyTo`],
    /// [`MatchedBy::References`] or [`MatchedBy::Returned`].
    Id(MatchedBy, String),
    /// The first 22 bytes of Outlook's `Thread-Index`.
    ThreadIndex([u8; 22]),
    /// A person of an open thread under the same subject, probable at best.
    SubjectAndSender {
        /// The subject of the thread, normalised by [`normalised_subject`](super::normalised_subject).
        subject: String,
        /// Who wrote, or for a report whom it speaks of.
        address: String,
    },
}

impl MatchKey {
    /// How a mail was matched if this key led somewhere.
    pub const fn by(&self) -> MatchedBy {
        match self {
            Self::Token(by, _) | Self::Id(by, _) => *by,
            Self::ThreadIndex(_) => MatchedBy::ThreadIndex,
            Self::SubjectAndSender { .. } => MatchedBy::SubjectAndSender,
        }
    }
}

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Of a delivery.
    Delivery(DeliveryReport),
    /// That somebody complained, or the like (RFC 5965).
    Complaint(Complaint),
}

/// A report about a delivery: one entry for each recipient it names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeliveryReport {
    /// The recipients, in the order of the report; one without an address when it names none.
    pub recipients: Vec<Bounced>,
    /// The subject of the returned message.
    pub subject: Option<String>,
}

/// What became of the delivery to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounced {
    /// The address it was for: as we wrote it where the report keeps that.
    pub address: Option<String>,
    /// The address it came to in the end, if that is another.
    pub final_address: Option<String>,
    /// What became of it.
    pub class: BounceClass,
    /// Why.
    pub reason: BounceReason,
    /// The enhanced status, else the reply code; empty when neither was given.
    pub code: String,
    /// A line for people, as the reporting server wrote it.
    pub text: String,
}

/// A feedback report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What it says.
    pub feedback: Feedback,
    /// Who complained, where that was not blotted out.
    pub recipient: Option<String>,
    /// The subject of the returned message.
    pub subject: Option<String>,
}

/// The type of a feedback report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feedback {
    /// Unwanted.
    Abuse,
    /// Deceiving.
    Fraud,
    /// Harmful.
    Virus,
    /// Asked for no more.
    OptOut,
    /// It was taken for spam and is none: nothing must be suppressed.
    NotSpam,
    /// Our signature or policy failed: about us, not about the reader.
    AuthFailure,
    /// Anything else.
    Other,
}

impl Feedback {
    /// Whether the reader wants no more.
    pub const fn suppresses(self) -> bool {
        !matches!(self, Self::NotSpam | Self::AuthFailure)
    }
}

/// What the author wrote now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewText {
    /// The parts put together; never empty when the mail has text.
    pub text: String,
    /// Where they stand in the full text, in bytes, in order.
    pub parts: Vec<Range<usize>>,
    /// Nothing was left without the quotes, so the whole text stands here.
    pub whole: bool,
}

/// An attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name as the sender gave it; a foreign text, no path.
    pub name: Option<String>,
    /// Its media type in lower case.
    pub media_type: String,
    /// Its size in bytes, decoded.
    pub size: usize,
}

/// When a contact comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away {
    /// The first day they are back, or the day after the last away: midnight in UTC. Never more
    /// than 100 days after the mail came in.
    pub until: Millis,
    /// It can be read in two ways, or was capped: a person should look.
    pub ambiguous: bool,
}

/// A contact who is not there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Where to write instead: their new address or a colleague's; `None` when none is named.
    pub alternative: Option<String>,
    /// The words it rests on.
    pub words: String,
}

/// Whether a mail asks for no more mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unsubscribe {
    /// It says nothing of the kind.
    #[default]
    No,
    /// It may; a person should look.
    Possible,
    /// It does.
    Sure,
}

/// How a conversation seems to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The outcome.
    pub outcome: Outcome,
    /// The words it rests on.
    pub words: String,
}
