//! The second of two commits, as far as the mail's own row goes: that it is taken up now, and what
//! was found.

use super::super::sql::{execute, maybe, row, statements};
use super::super::{Result, StoreError, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{ContactNo, DeliveryNo, InboundNo, MessageId, ThreadNo, UserNo};
use crate::domain::inbound::{BounceClass, BounceReason, InboundKind, MatchedBy};
use crate::domain::touch::Outcome;
use serde::{Deserialize, Serialize};

statements! {
    /// Whoever comes second finds no row and does nothing.
    TAKE_UP = "UPDATE inbound SET state = 1, fault = NULL WHERE no = $1 AND state = 0";
    WRITE = "UPDATE inbound SET kind = $2, message_id = $3, sender = $4, sender_name = $5, subject = $6, text = $7,
            matched_by = $8, matched_message = $9, delivery_no = $10, contact_no = $11, thread_no = $12, rep_no = $13,
            bounce_class = $14, bounce_reason = $15, bounce_code = $16, away_until = $17, outcome = $18, found = $19
        WHERE no = $1";
    AMEND = "UPDATE inbound SET found = $2 WHERE no = $1 AND withdrawn_at IS NULL";
    ASKED = "SELECT sender, matched_message, delivery_no, found FROM inbound
        WHERE no = $1 AND withdrawn_at IS NULL";
}

row! {
    struct AskedRow {
        sender: Option<String>,
        matched_message: Option<MessageId>,
        delivery_no: Option<DeliveryNo>,
        found: Option<String>,
    }
}

/// What must be known of a mail when a person says what it asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its author's address.
    pub sender: String,
    /// The message of ours it belongs to.
    pub message: Option<MessageId>,
    /// The delivery it is about.
    pub delivery: Option<DeliveryNo>,
    /// What was found, with what people have said since.
    pub found: Found,
}

/// What was found beside what has a column of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// Every sign: the rule's word and what it saw.
    pub evidence: Vec<(String, String)>,
    /// The recipients that a report speaks of.
    pub recipients: Vec<ReportedRecipient>,
    /// Attached files: name, media type, bytes.
    pub attachments: Vec<(Option<String>, String, u64)>,
    /// Where the new text stands in the whole text, in bytes.
    pub offsets: Vec<(u64, u64)>,
    /// Nothing was left without the quotes, so that the whole text stands as new.
    pub whole: bool,
    /// Limits left some of the mail unread.
    pub cut: bool,
    /// The words the suggested outcome rests on.
    pub outcome_words: Option<String>,
    /// Where to write to instead.
    pub alternative: Option<String>,
    /// It may ask for no more mail: a person should look.
    pub may_unsubscribe: bool,
    /// The return date can be read in two ways.
    pub ambiguous_return: bool,
    /// The match is probable, not certain.
    pub probable: bool,
    /// Somebody other than the one written to answered.
    pub colleague: bool,
    /// It matches nothing, and this is what was last written to somebody else at the same company.
    pub same_company: Option<MessageId>,
    /// It would have had consequences, had it named a recipient of a message of ours.
    pub unproven: bool,
    /// Addresses that were put on the suppression list.
    pub suppressed: Vec<String>,
    /// The mail went out and did not come in.
    pub outbound: bool,
    /// It says that mail of ours fails SPF, DKIM or DMARC: for administrators.
    pub about_us: bool,
    /// What a person answered when asked whether it wants no more mail.
    pub no_more: Option<bool>,
}

/// One recipient in a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedRecipient {
    /// The address, as the report has it.
    pub address: Option<String>,
    /// The word of its class.
    pub class: String,
    /// The word of its reason.
    pub reason: String,
    /// The status or reply code.
    pub code: String,
    /// What the server said.
    pub text: String,
}

/// What a mail was found to be.
#[derive(Debug, Clone, Default)]
pub struct Finding {
    /// Its kind.
    pub kind: Option<InboundKind>,
    /// Its `Message-ID` without brackets.
    pub message_id: Option<String>,
    /// Its author's address.
    pub sender: String,
    /// Their name.
    pub sender_name: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its new text.
    pub text: String,
    /// How it was matched.
    pub matched_by: Option<MatchedBy>,
    /// The message of ours it belongs to.
    pub message: Option<MessageId>,
    /// The delivery of it.
    pub delivery: Option<DeliveryNo>,
    /// Whom it is from, or with.
    pub contact: Option<ContactNo>,
    /// Its thread.
    pub thread: Option<ThreadNo>,
    /// Whose mail it is.
    pub rep: Option<UserNo>,
    /// The first or gravest report.
    pub bounce: Option<(BounceClass, BounceReason, String)>,
    /// Until when its author is away.
    pub away_until: Option<Millis>,
    /// How the conversation seems to go.
    pub outcome: Option<Outcome>,
    /// The rest.
    pub found: Found,
}

/// Takes a mail up; `false` when somebody has, and then nothing may follow from it. The caller has
/// taken the log's lock.
pub async fn take_up(tx: &mut Tx, no: InboundNo) -> Result<bool> {
    Ok(execute!(tx, TAKE_UP; no)? == 1)
}

/// Writes down what was found.
///
/// # Panics
/// Never: plain data has an encoding.
pub async fn write(tx: &mut Tx, no: InboundNo, finding: &Finding) -> Result<()> {
    let f = finding;
    let (class, reason, code) = match &f.bounce {
        Some((class, reason, code)) => {
            (Some(class.code()), Some(reason.code()), Some(code.as_str()))
        }
        None => (None, None, None),
    };
    let found = serde_json::to_string(&f.found).expect("plain data has an encoding");
    execute!(tx, WRITE; no, f.kind.map(InboundKind::code), f.message_id.as_deref(), without_nul(&f.sender),
        f.sender_name.as_deref().map(without_nul), without_nul(&f.subject), without_nul(&f.text),
        f.matched_by.map(MatchedBy::code), f.message, f.delivery, f.contact, f.thread, f.rep, class, reason,
        code, f.away_until, f.outcome.map(Outcome::code), found)?;
    Ok(())
}

/// Writes down what a person added to what was found.
///
/// # Panics
/// Never: plain data has an encoding.
pub async fn amend(tx: &mut Tx, no: InboundNo, found: &Found) -> Result<()> {
    let found = serde_json::to_string(found).expect("plain data has an encoding");
    execute!(tx, AMEND; no, found)?;
    Ok(())
}

/// What a mail asks for, as the transaction sees it; `None` once withdrawn.
pub async fn asked(tx: &mut Tx, no: InboundNo) -> Result<Option<Asked>> {
    let Some(row) = maybe!(tx, ASKED, AskedRow; no)? else {
        return Ok(None);
    };
    let found = row.found.as_deref().map(serde_json::from_str).transpose();
    Ok(Some(Asked {
        sender: row.sender.unwrap_or_default(),
        message: row.matched_message,
        delivery: row.delivery_no,
        found: found
            .map_err(|_| StoreError::Corrupt(format!("inbound {no}: found")))?
            .unwrap_or_default(),
    }))
}

/// PostgreSQL takes no NUL in a text, and a foreign mail may hold one.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}
