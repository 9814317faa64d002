//! Everything about a message that can be found out before the transaction: whom and what it
//! names, its class and purpose, and what preflight says of the mail as it would leave.

use super::as_stored::{recipient_row, source};
use super::assemble::{self, Common};
use super::check::Errors;
use super::message::{AcceptError, Content, FieldCode, NewMessage, Preview};
use super::recipients::{self, Recipient};
use crate::compose::input::Rfc822Id;
use crate::ctx::Ctx;
use crate::domain::address::EmailAddress;
use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::finding::Finding;
use crate::domain::id::{ContentNo, DeliveryId, MessageId, TemplateNo, ThreadNo};
use crate::domain::message::{MailClass, MessagePurpose};
use crate::domain::viewer::Viewer;
use crate::render::{Preflight, preflight};
use crate::store::StoreError;
use crate::store::enqueue::read::{self, Earlier, FromMailbox, Rep};
use crate::store::rendered::{FileRow, RecipientRow};

/// How long a contact's own message makes an answer of what we write (decision 12).
const CORRESPONDENCE_MS: i64 = 60 * DAY_MS;
/// Message-IDs kept in References: enough for every client to thread by, and within a header's
/// length (RFC 5322, 3.6.4 asks for all of them).
const MAX_REFERENCES: usize = 20;

/// A message that was checked and may be written.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(super) new: NewMessage,
    pub(super) id: MessageId,
    pub(super) message_id: String,
    pub(super) now: Millis,
    pub(super) rep: Rep,
    /// `None`: the author's default mailbox, which has to be made.
    pub(super) mailbox: Option<FromMailbox>,
    pub(super) recipients: Vec<Recipient>,
    pub(super) texts: Texts,
    pub(super) assets: Vec<ContentNo>,
    pub(super) in_reply_to: Option<String>,
    pub(super) reference_ids: Option<String>,
    /// The message of ours that it goes on from, also by way of the mail it answers.
    pub(super) goes_on_from: Option<MessageId>,
    /// The thread of the mail it answers.
    pub(super) thread: Option<ThreadNo>,
    pub(super) class: MailClass,
    pub(super) purpose: MessagePurpose,
    pub(super) findings: Vec<Finding>,
    /// The subject as the first recipient reads it.
    pub(super) shown_subject: String,
}

/// Subject and bodies, frozen.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    pub(super) template: Option<(TemplateNo, i64)>,
    pub(super) subject: String,
    pub(super) html: Option<String>,
    pub(super) text: Option<String>,
    pub(super) vars: String,
}

/// Checks `new` for `viewer`, who becomes its author.
pub async fn prepare(ctx: &Ctx, viewer: &Viewer, new: NewMessage) -> Result<Prepared, AcceptError> {
    let (mut prepared, found) = check(ctx, viewer, new).await?;
    if found.blocks() {
        return Err(AcceptError::Blocked(found.findings));
    }
    prepared.findings = found.findings;
    let merged = found.rendered.map(|mail| mail.subject);
    prepared.shown_subject = merged.unwrap_or_else(|| prepared.texts.subject.clone());
    Ok(prepared)
}

/// As [`prepare`], for show.
pub(super) async fn preview(
    ctx: &Ctx,
    viewer: &Viewer,
    new: NewMessage,
) -> Result<Preview, AcceptError> {
    let (prepared, found) = check(ctx, viewer, new).await?;
    let findings = found.findings;
    Ok(match found.rendered {
        Some(mail) => Preview {
            findings,
            subject: mail.subject,
            html: mail.html,
            text: Some(mail.text),
            raw: mail.bytes,
        },
        None => Preview {
            findings,
            subject: prepared.texts.subject,
            html: None,
            text: None,
            raw: Vec::new(),
        },
    })
}

async fn check(
    ctx: &Ctx,
    viewer: &Viewer,
    new: NewMessage,
) -> Result<(Prepared, Preflight), AcceptError> {
    let mut errors = Errors::default();
    let rep = read::rep(&ctx.store, viewer.user)
        .await?
        .ok_or(StoreError::Dangling)?;
    let mailbox = mailbox(ctx, viewer, &rep, &new, &mut errors).await?;
    let mut recipients = recipients::resolve(ctx, viewer, &new, &mut errors).await?;
    let texts = texts(ctx, &new, &mut errors).await?;
    let assets = assets(ctx, &new, &mut errors).await?;
    let earlier = earlier(ctx, viewer, &new, &mut errors).await?;
    errors.attachments(&new.attachments);
    let from = mailbox.as_ref().map_or(&rep.email, |found| &found.address);
    let from = EmailAddress::parse(from).map_err(|error| unusable(&error.to_string()));
    errors.finish()?;
    let id = MessageId(ctx.clock.fresh_id());
    let now = ctx.clock.now();
    let (class, purpose) = kind(ctx, recipients.first(), now).await?;
    if class == MailClass::Outreach {
        recipients::look_for_pauses(ctx, &mut recipients, now).await?;
    }
    let references = earlier.as_ref().map(references);
    let goes_on_from = earlier.as_ref().and_then(|earlier| earlier.of);
    let thread = earlier.as_ref().and_then(|earlier| earlier.thread);
    let prepared = Prepared {
        message_id: bare(Rfc822Id::new(id.0, &from?).as_str()),
        id,
        now,
        rep,
        mailbox,
        recipients,
        texts,
        assets,
        in_reply_to: earlier
            .map(|earlier| earlier.message_id)
            .filter(|id| !id.is_empty()),
        reference_ids: references.filter(|ids| !ids.is_empty()),
        goes_on_from,
        thread,
        class,
        purpose,
        findings: Vec::new(),
        shown_subject: String::new(),
        new,
    };
    let mut found = look(ctx, &prepared).await?;
    found
        .findings
        .extend(prepared.recipients.iter().flat_map(Recipient::findings));
    found.findings.sort();
    Ok((prepared, found))
}

fn unusable(reason: &str) -> AcceptError {
    let mut errors = Errors::default();
    errors.add(
        "mailbox",
        FieldCode::Invalid,
        &format!("has an address that {reason}"),
    );
    match errors.finish() {
        Err(error) => error,
        Ok(()) => AcceptError::Invalid(Vec::new()),
    }
}

async fn mailbox(
    ctx: &Ctx,
    viewer: &Viewer,
    rep: &Rep,
    new: &NewMessage,
    errors: &mut Errors,
) -> Result<Option<FromMailbox>, AcceptError> {
    let Some(id) = new.mailbox else {
        return Ok(read::own_mailbox(&ctx.store, rep).await?);
    };
    let found = read::mailbox(&ctx.store, viewer, id).await?;
    if found.is_none() {
        errors.add("mailbox", FieldCode::NotFound, "names no mailbox of yours");
    }
    Ok(found)
}

async fn texts(ctx: &Ctx, new: &NewMessage, errors: &mut Errors) -> Result<Texts, AcceptError> {
    match &new.content {
        Content::Own {
            subject,
            html,
            text,
        } => {
            errors.subject(subject);
            errors.body(html.as_deref(), text.as_deref());
            Ok(Texts {
                template: None,
                subject: subject.clone(),
                html: html.clone(),
                text: text.clone(),
                vars: "{}".to_owned(),
            })
        }
        Content::Template { template, vars } => {
            let vars = serde_json::to_string(vars).expect("a map of JSON values is JSON");
            // PostgreSQL keeps no NUL in a text; JSON spells one as an escape, which it keeps.
            let found = read::template(&ctx.store, *template).await?;
            if found.is_none() {
                errors.add("template", FieldCode::NotFound, "names no template in use");
            }
            Ok(match found {
                None => Texts {
                    template: None,
                    subject: String::new(),
                    html: None,
                    text: None,
                    vars,
                },
                Some(found) => Texts {
                    template: Some((found.no, found.version)),
                    subject: found.subject,
                    html: found.html,
                    text: found.text,
                    vars,
                },
            })
        }
    }
}

async fn assets(
    ctx: &Ctx,
    new: &NewMessage,
    errors: &mut Errors,
) -> Result<Vec<ContentNo>, AcceptError> {
    let found = read::assets(&ctx.store, &new.assets).await?;
    for (at, id) in new.assets.iter().enumerate() {
        if !found.iter().any(|(_, known)| known == id) {
            let field = format!("content[{at}]");
            errors.add(field, FieldCode::NotFound, "names no content asset in use");
        }
    }
    Ok(found.into_iter().map(|(no, _)| no).collect())
}

async fn earlier(
    ctx: &Ctx,
    viewer: &Viewer,
    new: &NewMessage,
    errors: &mut Errors,
) -> Result<Option<Earlier>, AcceptError> {
    if let Some(id) = new.reply_to_inbound {
        let found = read::answered(&ctx.store, viewer, id).await?;
        if found.is_none() {
            let what = "names no mail that you may answer";
            errors.add("reply_to_inbound", FieldCode::NotFound, what);
        }
        if new.reply_to_message.is_some() {
            let what = "cannot stand beside reply_to_inbound";
            errors.add("reply_to_message", FieldCode::Invalid, what);
        }
        return Ok(found);
    }
    let Some(id) = new.reply_to_message else {
        return Ok(None);
    };
    let found = read::earlier(&ctx.store, viewer, id).await?;
    if found.is_none() {
        errors.add(
            "reply_to_message",
            FieldCode::NotFound,
            "names no message of yours",
        );
    }
    Ok(found)
}

/// The thread a follow-up stands in: what its predecessor referred to, and the predecessor.
fn references(earlier: &Earlier) -> String {
    let before = earlier.reference_ids.as_deref().unwrap_or("");
    let mut ids: Vec<&str> = before.split_whitespace().collect();
    ids.extend(Some(earlier.message_id.as_str()).filter(|id| !id.is_empty()));
    let skipped = ids.len().saturating_sub(MAX_REFERENCES);
    if skipped > 0 {
        // The first one says which thread it is; those after it can be spared.
        ids.drain(1..=skipped);
    }
    ids.join(" ")
}

/// Class and purpose by what went to and fro with whom the message is for.
async fn kind(
    ctx: &Ctx,
    to: Option<&Recipient>,
    now: Millis,
) -> Result<(MailClass, MessagePurpose), AcceptError> {
    let Some(contact) = to.and_then(|to| to.contact.as_ref()) else {
        return Ok((MailClass::Outreach, MessagePurpose::FirstTouch));
    };
    let history = read::history(&ctx.store, contact.no).await?;
    let never = Millis(0);
    let wrote_lately =
        history.replied_at > never && now.since(history.replied_at) <= CORRESPONDENCE_MS;
    let class = if wrote_lately {
        MailClass::Correspondence
    } else {
        MailClass::Outreach
    };
    let purpose = if history.replied_at > history.written_at {
        MessagePurpose::Answer
    } else if history.written_at > never {
        MessagePurpose::FollowUp
    } else {
        MessagePurpose::FirstTouch
    };
    Ok((class, purpose))
}

fn bare(id: &str) -> String {
    id.trim_matches(['<', '>']).to_owned()
}

/// Renders the mail for whom it is for, as the lane will.
async fn look(ctx: &Ctx, prepared: &Prepared) -> Result<Preflight, AcceptError> {
    let setup = assemble::setup(ctx).await?;
    let contents = read::destinations(&ctx.store).await?;
    let contents = contents.into_iter().map(|(_, id)| id).collect();
    let common = Common::new(&ctx.settings, contents, prepared.now);
    let source = source(prepared, DeliveryId(ctx.clock.fresh_id()));
    let recipients: Vec<RecipientRow> = prepared
        .recipients
        .iter()
        .map(|each| recipient_row(prepared.id, each))
        .collect();
    let files: Vec<FileRow> = prepared
        .new
        .attachments
        .iter()
        .map(|file| FileRow {
            message: prepared.id,
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            bytes: file.bytes.to_vec(),
        })
        .collect();
    let recipients: Vec<&RecipientRow> = recipients.iter().collect();
    let files: Vec<&FileRow> = files.iter().collect();
    match assemble::input(&source, &recipients, &files, &common) {
        Ok(input) => Ok(preflight(&input, &setup)),
        Err(unfit) => {
            let mut errors = Errors::default();
            errors.add(unfit.field, FieldCode::Invalid, &unfit.reason);
            errors.finish()?;
            Err(AcceptError::Invalid(Vec::new()))
        }
    }
}
