//! Sending: once, whatever is pressed twice. The message and the note that the draft became it are
//! written in one transaction; a second try meets the note and is led to the message.

use super::draft::{Draft, form_name};
use super::{Sheet, rendered, sheet};
use crate::accept::{AcceptError, FieldCode, FieldError, prepare};
use crate::domain::id::MessageId;
use crate::store::StoreError;
use crate::store::pages::drafts;
use crate::web::auth::Refusal;
use crate::web::ui::desk::{Answer, Desk, go_to, shown_again};
use crate::web::ui::words::Lang;
use uuid::Uuid;

/// The name of the note that a draft was sent.
fn note(id: Uuid) -> String {
    format!("sent/{id}")
}

/// The message that a draft became, if it was sent.
pub async fn already(desk: &Desk, id: Uuid) -> Result<Option<MessageId>, Refusal> {
    let found = drafts::lookup(&desk.web.ctx.store, desk.user.id, &note(id)).await?;
    Ok(found.and_then(|note| note.data.parse().ok()))
}

/// Accepts the letter and leads to its page; what is wrong is shown over the form.
pub async fn send(desk: &Desk, id: Uuid, draft: Draft) -> Answer {
    let mut sheet = sheet(desk, id, draft).await?;
    let zone = &desk.frame.when.zone;
    let new = match sheet.draft.parse(desk.lang(), zone, &sheet.files) {
        Ok(new) => new,
        Err(errors) => {
            sheet.errors = errors;
            return Ok(shown_again(rendered(desk, &sheet)));
        }
    };
    let ctx = &desk.web.ctx;
    let is_later = new.send_at.is_some_and(|at| at > ctx.clock.now());
    let prepared = match prepare(ctx, &desk.viewer, new).await {
        Ok(prepared) => prepared,
        Err(error) => {
            refused(desk, &mut sheet, error)?;
            return Ok(shown_again(rendered(desk, &sheet)));
        }
    };
    let mut tx = ctx.store.begin().await?;
    let accepted = match prepared.commit_in(ctx, &mut tx).await {
        Ok(accepted) => accepted,
        Err(error) => {
            refused(desk, &mut sheet, error)?;
            return Ok(shown_again(rendered(desk, &sheet)));
        }
    };
    let message = accepted.id.to_string();
    let now = ctx.clock.now();
    match drafts::note_once(&mut tx, desk.user.id, &note(id), &message, now).await {
        Ok(()) => {}
        // The other press of the button was faster; this transaction leaves nothing behind.
        Err(StoreError::Conflict { .. }) => {
            drop(tx);
            let other = already(desk, id).await?;
            return Ok(go_to(&other.map_or_else(
                || "/messages".to_owned(),
                |message| format!("/messages/{message}"),
            )));
        }
        Err(error) => return Err(error.into()),
    }
    drafts::forget(&mut tx, desk.user.id, &form_name(id)).await?;
    tx.commit().await?;
    let done = if is_later { "scheduled" } else { "sent" };
    Ok(go_to(&format!("/messages/{message}?done={done}")))
}

/// Shows why a letter was not taken; a failing store is not the letter's fault.
pub fn refused(desk: &Desk, sheet: &mut Sheet, error: AcceptError) -> Result<(), Refusal> {
    match error {
        AcceptError::Invalid(fields) => {
            for field in fields {
                let (name, what) = told(desk.lang(), &field);
                sheet.errors.add(name, what);
            }
        }
        AcceptError::Blocked(findings) => {
            sheet.errors.add("", desk.lang().preflight_blocks());
            sheet.findings = Some(findings);
        }
        AcceptError::Store(error) => return Err(error.into()),
    }
    Ok(())
}

/// The field of the form and what is wrong with it, in the reader's language.
fn told(lang: Lang, error: &FieldError) -> (String, String) {
    let base = error.field.split(['[', '.']).next().unwrap_or("");
    let known = [
        "to", "cc", "bcc", "subject", "html", "text", "template", "vars", "mailbox", "send_at",
    ];
    let name = if known.contains(&base) { base } else { "" };
    let what = match (lang, error.code) {
        (Lang::En, _) => error.message.clone(),
        (Lang::Ru, FieldCode::Invalid) => lang.invalid().to_owned(),
        (Lang::Ru, FieldCode::NotFound) => lang.not_there().to_owned(),
        (Lang::Ru, FieldCode::Required) => lang.required().to_owned(),
        (Lang::Ru, FieldCode::TooLarge) => lang.too_long().to_owned(),
        (Lang::Ru, FieldCode::Duplicate) => lang.twice().to_owned(),
    };
    let what = if name.is_empty() {
        format!("{}: {what}", error.field)
    } else {
        what
    };
    (name.to_owned(), what)
}
