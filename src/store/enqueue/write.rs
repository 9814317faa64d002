//! Putting an accepted message into a transaction.

use super::super::inbound::pauses::{PAUSED_CODE, PAUSED_TEXT};
use super::super::sql::{execute, maybe, one, statements};
use super::super::{Result, StoreError, Tx};
use super::super::{log, threads};
use super::read::{FromMailbox, Rep};
use crate::domain::address::{EmailAddress, is_freemail};
use crate::domain::clock::Millis;
use crate::domain::contact::TrackingChoice;
use crate::domain::delivery::{DeliveryState, RecipientRole};
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{
    AccountId, AttachmentId, ContactId, ContactNo, ContentNo, DeliveryId, DeliveryNo, MailboxId,
    MailboxNo, MessageId, TemplateNo, ThreadNo, UserId, UserNo,
};
use crate::domain::mailbox::Profile;
use crate::domain::message::{MailClass, MessagePurpose, UrlTextPolicy};
use crate::domain::suppression::AddressHash;
use std::sync::Arc;

statements! {
    ADD_MAILBOX = "INSERT INTO mailboxes (id, user_id, name, address, profile, auth, created_at)
        VALUES ($1, $2, $3, $4, $5, 'password', $6)
        ON CONFLICT (address) DO NOTHING";
    MAILBOX_AT = "SELECT no, address, profile, envelope FROM mailboxes WHERE address = $1";
    CONTACT_AT = "SELECT c.no, c.id FROM contact_emails e JOIN contacts c ON c.no = e.contact_no
        WHERE e.address = $1";
    ADD_ACCOUNT = "INSERT INTO accounts (id, name, domain, owner_id, created_at)
        VALUES ($1, $2, $2, $3, $4)
        ON CONFLICT (domain) DO NOTHING";
    ACCOUNT_AT = "SELECT id FROM accounts WHERE domain = $1";
    ADD_CONTACT = "INSERT INTO contacts (id, name, account_id, owner_id, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $5)
        RETURNING no";
    ADD_EMAIL = "INSERT INTO contact_emails (address, contact_no, position) VALUES ($1, $2, 0)
        ON CONFLICT (address) DO NOTHING";
    DROP_CONTACT = "DELETE FROM contacts WHERE no = $1";
    ADD_MESSAGE = "INSERT INTO messages (id, rep_no, mailbox_no, class, purpose, template_no,
            template_version, subject, subject_source, html, text, vars, message_id, in_reply_to,
            reference_ids, reply_to_message, opens, clicks, keep_url_text, send_at, created_at, thread_no, words, attached, unedited)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
            $22, $23, $24, $25)";
    ADD_ATTACHMENT = "INSERT INTO attachments (id, message_id, position, name, media_type, bytes)
        VALUES ($1, $2, $3, $4, $5, $6)";
    ADD_ASSET = "INSERT INTO message_content (message_id, content_no) VALUES ($1, $2)
        ON CONFLICT (message_id, content_no) DO NOTHING";
    ADD_DELIVERY = "INSERT INTO deliveries (id, message_id, mailbox_no, rep_no, contact_no, role,
            address, domain, address_hash, state, due_at, created_at, zone, reason_code, reason_text)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, (SELECT zone FROM contacts WHERE no = $5), $13, $14)
        RETURNING no";
}

/// A message with everything resolved but what the transaction itself must find.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Its id.
    pub id: MessageId,
    /// The author.
    pub rep_no: UserNo,
    /// Where it goes from.
    pub mailbox_no: MailboxNo,
    /// Its class.
    pub class: MailClass,
    /// Why it was written.
    pub purpose: MessagePurpose,
    /// The template and its frozen version.
    pub template: Option<(TemplateNo, i64)>,
    /// The subject as the first recipient reads it.
    pub subject: String,
    /// What each delivery's subject is made from.
    pub subject_source: String,
    /// The HTML part, or its source.
    pub html: Option<String>,
    /// The text part, or its source.
    pub text: Option<String>,
    /// A JSON object.
    pub vars: String,
    /// Without brackets.
    pub message_id: String,
    /// Without brackets.
    pub in_reply_to: Option<String>,
    /// Separated by blanks, without brackets.
    pub reference_ids: Option<String>,
    /// The message it goes on from.
    pub reply_to_message: Option<MessageId>,
    /// The thread it joins, where the mail it answers says so.
    pub thread: Option<ThreadNo>,
    /// Its own switches.
    pub tracking: TrackingChoice,
    /// What becomes of links that show a URL.
    pub url_text: UrlTextPolicy,
    /// Not before.
    pub send_at: Option<Millis>,
    /// Words of its author's own, 0 with a template.
    pub words: u32,
    /// When it was accepted.
    pub at: Millis,
}

/// A file of the message.
#[derive(Debug, Clone)]
pub struct AttachmentRow {
    /// Its id.
    pub id: AttachmentId,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

/// One recipient of the message.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// Its id.
    pub id: DeliveryId,
    /// How it is addressed.
    pub role: RecipientRole,
    /// The address.
    pub address: EmailAddress,
    /// Its keyed hash.
    pub hash: AddressHash,
    /// The contact with that address.
    pub contact: ContactNo,
    /// `queued` or `scheduled`.
    pub state: DeliveryState,
    /// When it may go.
    pub due_at: Millis,
    /// That time is the end of a pause of the address.
    pub waits_for_pause: bool,
}

/// The author's default mailbox under their own address, made if it is not there.
pub async fn default_mailbox(
    tx: &mut Tx,
    id: MailboxId,
    rep: &Rep,
    now: Millis,
) -> Result<FromMailbox> {
    execute!(&mut *tx, ADD_MAILBOX; id, rep.id, rep.name.as_str(), rep.email.as_str(),
        Profile::default().as_str(), now)?;
    one!(tx, MAILBOX_AT, FromMailbox; rep.email.as_str())
}

/// A contact that may have to be made.
#[derive(Debug, Clone)]
pub struct ContactRow<'a> {
    /// Its id, should it be new.
    pub id: ContactId,
    /// The id of its account, should that be new too.
    pub account: AccountId,
    /// May be empty.
    pub name: &'a str,
    /// Whose contact it becomes.
    pub owner: UserId,
    /// The address.
    pub address: &'a EmailAddress,
}

/// The contact with an address, made if it is not there, under the account of its domain unless
/// anybody may have an address there.
pub async fn contact_for(
    tx: &mut Tx,
    new: &ContactRow<'_>,
    now: Millis,
) -> Result<(ContactNo, ContactId)> {
    let address = new.address.as_str();
    if let Some(found) = maybe!(&mut *tx, CONTACT_AT, (ContactNo, ContactId); address)? {
        return Ok(found);
    }
    let domain = new.address.domain();
    let account = if is_freemail(domain) {
        None
    } else {
        execute!(&mut *tx, ADD_ACCOUNT; new.account, domain, new.owner, now)?;
        Some(one!(&mut *tx, ACCOUNT_AT, (AccountId,); domain)?.0)
    };
    let (no,) =
        one!(&mut *tx, ADD_CONTACT, (ContactNo,); new.id, new.name, account, new.owner, now)?;
    if execute!(&mut *tx, ADD_EMAIL; address, no)? == 1 {
        return Ok((no, new.id));
    }
    // Another transaction was faster with the same address.
    execute!(&mut *tx, DROP_CONTACT; no)?;
    maybe!(&mut *tx, CONTACT_AT, (ContactNo, ContactId); address)?.ok_or(StoreError::Dangling)
}

/// Writes the message, its files, assets and deliveries, and says `queued` in the log.
pub async fn message(
    tx: &mut Tx,
    message: &MessageRow,
    attachments: &[AttachmentRow],
    assets: &[ContentNo],
    deliveries: &[DeliveryRow],
) -> Result<Vec<DeliveryNo>> {
    let m = message;
    let to = deliveries.iter().find(|d| d.role == RecipientRole::To);
    let contact = to.map(|to| to.contact);
    let thread = match m.thread {
        Some(known) => known,
        None => threads::for_message(tx, m.reply_to_message, contact, m.at).await?,
    };
    execute!(&mut *tx, ADD_MESSAGE; m.id, m.rep_no, m.mailbox_no, m.class.code(), m.purpose.code(),
        m.template.map(|(no, _)| no), m.template.map(|(_, version)| version), m.subject.as_str(),
        m.subject_source.as_str(), m.html.as_deref(), m.text.as_deref(), m.vars.as_str(), m.message_id.as_str(),
        m.in_reply_to.as_deref(), m.reference_ids.as_deref(), m.reply_to_message, m.tracking.opens,
        m.tracking.clicks, m.url_text == UrlTextPolicy::Keep, m.send_at, m.at, thread,
        i64::from(m.words), !attachments.is_empty(), m.template.is_some())?;
    for (position, file) in (0_i64..).zip(attachments) {
        execute!(&mut *tx, ADD_ATTACHMENT; file.id, m.id, position, file.name.as_str(),
            file.media_type.as_str(), &*file.bytes)?;
    }
    for asset in assets {
        execute!(&mut *tx, ADD_ASSET; m.id, *asset)?;
    }
    let mut numbers = Vec::with_capacity(deliveries.len());
    for d in deliveries {
        let (no,) = one!(&mut *tx, ADD_DELIVERY, (DeliveryNo,); d.id, m.id, m.mailbox_no, m.rep_no,
            d.contact, d.role.code(), d.address.as_str(), d.address.domain(), d.hash.0.as_slice(),
            d.state.code(), d.due_at, m.at, d.waits_for_pause.then_some(PAUSED_CODE),
            d.waits_for_pause.then_some(PAUSED_TEXT))?;
        numbers.push(no);
    }
    let events: Vec<NewEvent> = numbers
        .iter()
        .map(|no| NewEvent {
            at: m.at,
            kind: EventKind::Queued,
            delivery: Some(*no),
            contact: None,
            detail: Detail::None,
        })
        .collect();
    log::append(tx, &events).await?;
    Ok(numbers)
}
