//! Messages as they are read: one with its deliveries, links and attempts, or a list. Accepting
//! is `enqueue`'s, sending is `queue`'s. Everything is within the viewer's reach.

pub mod counts;
mod list;
mod parts;

pub use list::{Filter, Listed, list};
pub use parts::{Attachment, Attempt, Delivery, Link, attachments, attempts, deliveries, links};

use super::scope::Reach;
use super::sql::{maybe, row, statements};
use super::{Result, Store, StoreError};
use crate::domain::clock::Millis;
use crate::domain::contact::TrackingChoice;
use crate::domain::id::{MailboxId, MessageId, TemplateId, UserId};
use crate::domain::message::{MailClass, MessagePurpose};
use crate::domain::viewer::Viewer;

statements! {
    LOOKUP = "SELECT m.id, u.id AS rep_id, u.name AS rep_name, b.id AS mailbox_id, b.address AS mailbox_address,
            b.paused_reason AS mailbox_paused,
            m.class, m.purpose, t.id AS template_id, m.template_version, m.subject, m.html, m.text,
            m.message_id, m.reply_to_message, m.opens, m.clicks, m.send_at, m.created_at
        FROM messages m
            JOIN users u ON u.no = m.rep_no
            JOIN mailboxes b ON b.no = m.mailbox_no
            LEFT JOIN templates t ON t.no = m.template_no
        WHERE m.id = $4
            AND (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2))";
}

row! {
    struct MessageRow {
        id: MessageId,
        rep_id: UserId,
        rep_name: String,
        mailbox_id: MailboxId,
        mailbox_address: String,
        mailbox_paused: Option<String>,
        class: i16,
        purpose: i16,
        template_id: Option<TemplateId>,
        template_version: Option<i64>,
        subject: String,
        html: Option<String>,
        text: Option<String>,
        message_id: String,
        reply_to_message: Option<MessageId>,
        opens: Option<bool>,
        clicks: Option<bool>,
        send_at: Option<Millis>,
        created_at: Millis,
    }
}

/// What a rep wrote.
#[derive(Debug, Clone)]
pub struct Message {
    /// At the edge.
    pub id: MessageId,
    /// Who wrote it.
    pub rep: UserId,
    /// Their name.
    pub rep_name: String,
    /// Where it goes from.
    pub mailbox: MailboxId,
    /// That mailbox's address.
    pub mailbox_address: String,
    /// Why nothing leaves that mailbox now.
    pub mailbox_paused: Option<String>,
    /// The rules it falls under.
    pub class: MailClass,
    /// Why it was written.
    pub purpose: MessagePurpose,
    /// The template and version it was written with.
    pub template: Option<(TemplateId, i64)>,
    /// Source of the subject: with a template, before merging.
    pub subject: String,
    /// Source of the HTML part.
    pub html: Option<String>,
    /// Source of the text part.
    pub text: Option<String>,
    /// The Message-ID header without its angle brackets.
    pub message_id: String,
    /// The message it goes on from.
    pub reply_to: Option<MessageId>,
    /// Its own tracking switches.
    pub tracking: TrackingChoice,
    /// Not before this time.
    pub send_at: Option<Millis>,
    /// When it was accepted.
    pub created_at: Millis,
}

/// The message with this id.
pub async fn lookup(store: &Store, viewer: &Viewer, id: MessageId) -> Result<Option<Message>> {
    let reach = Reach::of(viewer);
    maybe!(store, LOOKUP, MessageRow; reach.far, reach.team, reach.user, id)?
        .map(read)
        .transpose()
}

fn read(row: MessageRow) -> Result<Message> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("message {}: {what}", row.id));
    Ok(Message {
        class: MailClass::from_code(row.class).ok_or_else(|| corrupt("class"))?,
        purpose: MessagePurpose::from_code(row.purpose).ok_or_else(|| corrupt("purpose"))?,
        id: row.id,
        rep: row.rep_id,
        rep_name: row.rep_name,
        mailbox: row.mailbox_id,
        mailbox_address: row.mailbox_address,
        mailbox_paused: row.mailbox_paused,
        template: row.template_id.zip(row.template_version),
        subject: row.subject,
        html: row.html,
        text: row.text,
        message_id: row.message_id,
        reply_to: row.reply_to_message,
        tracking: TrackingChoice {
            opens: row.opens,
            clicks: row.clicks,
        },
        send_at: row.send_at,
        created_at: row.created_at,
    })
}

/// Every statement of this folder.
pub(super) const ALL: [&[&super::sql::Sql]; 3] = [STATEMENTS, list::STATEMENTS, parts::STATEMENTS];
