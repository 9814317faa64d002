//! Inbound mail as the API shows it.

use crate::domain::clock::Millis;
use crate::domain::inbound::{InboundKind, MatchedBy};
use crate::store::inbound::read::{Arrived, Shown};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A mail, shortly.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedOut {
    id: Uuid,
    /// `stored`, `understood`, or `parked` where it could not be understood.
    state: &'static str,
    /// `reply enquiry auto_reply out_of_office acknowledgement bounce complaint unsubscribe list
    /// read_receipt calendar other`; `null` until it is understood.
    kind: Option<&'static str>,
    received_at: String,
    /// The author's address.
    from: String,
    from_name: Option<String>,
    subject: String,
    message: Option<Uuid>,
    contact: Option<Uuid>,
    thread: Option<i64>,
    /// Whose mail it is; `null` waits in the team's queue.
    rep: Option<Uuid>,
    /// Whether one of us wrote it.
    outbound: bool,
    withdrawn_at: Option<String>,
}

impl From<Shown> for ListedOut {
    fn from(mail: Shown) -> Self {
        Self {
            id: mail.id.0,
            state: mail.state.as_str(),
            kind: mail.kind.map(InboundKind::as_str),
            received_at: mail.received_at.rfc3339(),
            from: mail.sender,
            from_name: mail.sender_name,
            subject: mail.subject,
            message: mail.message.map(|id| id.0),
            contact: mail.contact.map(|(id, _)| id.0),
            thread: mail.thread.map(|no| no.0),
            rep: mail.rep.map(|(id, _)| id.0),
            outbound: mail.found.outbound,
            withdrawn_at: mail.withdrawn_at.map(Millis::rfc3339),
        }
    }
}

/// One recipient that a report speaks of.
#[derive(Debug, Serialize, ToSchema)]
struct RecipientOut {
    address: Option<String>,
    class: String,
    reason: String,
    code: String,
    /// What the server said.
    text: String,
}

/// What a report says.
#[derive(Debug, Serialize, ToSchema)]
struct BounceOut {
    /// `hard soft block delayed delivered`.
    class: &'static str,
    /// Why, as a group.
    reason: &'static str,
    /// The enhanced status or reply code.
    code: String,
    recipients: Vec<RecipientOut>,
}

/// A sign of what the mail is.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceOut {
    rule: String,
    seen: String,
}

/// A file that came with it.
#[derive(Debug, Serialize, ToSchema)]
struct FileOut {
    name: Option<String>,
    media_type: String,
    bytes: u64,
}

/// A suggested outcome of the conversation.
#[derive(Debug, Serialize, ToSchema)]
struct OutcomeOut {
    outcome: &'static str,
    words: Option<String>,
}

/// One time it came.
#[derive(Debug, Serialize, ToSchema)]
struct ArrivalOut {
    /// `imap lmtp api file`.
    way: &'static str,
    mailbox: Option<String>,
    folder: Option<String>,
    at: String,
}

/// A mail that came in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InboundOut {
    #[serde(flatten)]
    mail: ListedOut,
    delivery: Option<Uuid>,
    /// How it was matched: `token in_reply_to references returned returned_token thread_index
    /// subject_and_sender`.
    matched_by: Option<&'static str>,
    /// The match is a likeness and no proof.
    probable: bool,
    /// Somebody other than the one written to answered.
    colleague: bool,
    /// It matches nothing, and this message was the last one written to somebody else at the same
    /// company.
    same_company: Option<Uuid>,
    bounce: Option<BounceOut>,
    /// The new text, without quotes.
    text: String,
    /// Nothing was left without the quotes, so that all of it stands in `text`.
    whole_text: bool,
    away_until: Option<String>,
    outcome: Option<OutcomeOut>,
    /// Where to write to instead, where the mail says that the contact has left.
    alternative: Option<String>,
    /// It may ask for no more mail: a person should look.
    may_unsubscribe: bool,
    /// What a person said to that; `null` until one does.
    no_more: Option<bool>,
    /// The day of return can be read in two ways: what was to go waits for a person.
    ambiguous_return: bool,
    /// It says that mail of ours fails SPF, DKIM or DMARC: for administrators.
    about_us: bool,
    /// It claims something that it does not prove, so that nothing follows from it.
    unproven: bool,
    /// Addresses that it put on the suppression list.
    suppressed: Vec<String>,
    evidence: Vec<EvidenceOut>,
    attachments: Vec<FileOut>,
    arrivals: Vec<ArrivalOut>,
    /// Why it could not be understood.
    fault: Option<String>,
}

impl InboundOut {
    pub(super) fn new(mail: Shown, arrivals: Vec<Arrived>) -> Self {
        let found = mail.found.clone();
        let recipients = found.recipients.into_iter().map(|one| RecipientOut {
            address: one.address,
            class: one.class,
            reason: one.reason,
            code: one.code,
            text: one.text,
        });
        let recipients = recipients.collect();
        Self {
            delivery: mail.delivery.map(|id| id.0),
            matched_by: mail.matched_by.map(MatchedBy::as_str),
            probable: found.probable,
            colleague: found.colleague,
            same_company: found.same_company.map(|id| id.0),
            bounce: mail.bounce.clone().map(|(class, reason, code)| BounceOut {
                class: class.as_str(),
                reason: reason.as_str(),
                code,
                recipients,
            }),
            text: mail.text.clone(),
            whole_text: found.whole,
            away_until: mail.away_until.map(Millis::rfc3339),
            outcome: mail.outcome.map(|outcome| OutcomeOut {
                outcome: outcome.as_str(),
                words: found.outcome_words.clone(),
            }),
            alternative: found.alternative,
            may_unsubscribe: found.may_unsubscribe,
            no_more: found.no_more,
            ambiguous_return: found.ambiguous_return,
            about_us: found.about_us,
            unproven: found.unproven,
            suppressed: found.suppressed,
            evidence: found
                .evidence
                .into_iter()
                .map(|(rule, seen)| EvidenceOut { rule, seen })
                .collect(),
            attachments: found
                .attachments
                .into_iter()
                .map(|(name, media_type, bytes)| FileOut {
                    name,
                    media_type,
                    bytes,
                })
                .collect(),
            arrivals: arrivals.into_iter().map(arrival).collect(),
            fault: mail.fault.clone(),
            mail: mail.into(),
        }
    }

    /// For somebody who handed it over and may not see what it belongs to.
    pub(super) fn without_ids(mut self) -> Self {
        self.mail.message = None;
        self.mail.contact = None;
        self.mail.thread = None;
        self.mail.rep = None;
        self.delivery = None;
        self.same_company = None;
        self.matched_by = None;
        self.suppressed = Vec::new();
        self
    }
}

fn arrival(one: Arrived) -> ArrivalOut {
    ArrivalOut {
        way: match one.way {
            0 => "imap",
            1 => "lmtp",
            2 => "api",
            _ => "file",
        },
        mailbox: one.mailbox,
        folder: one.folder,
        at: one.at.rfc3339(),
    }
}
