//! One mailbox: where it sends through, how fast, and whether it is paused. One's own; an
//! administrator changes all. A secret goes in and never comes out.

use super::super::desk::{Answer, Desk, Sent, go_to, id_of, shown, shown_again};
use super::super::layout::{Here, csrf, page};
use super::super::parts::Errors;
use super::mailbox_form::{Typed, form};
use crate::domain::address::EmailAddress;
use crate::domain::clock::random_bytes;
use crate::domain::id::MailboxId;
use crate::domain::mailbox::Block;
use crate::domain::sealed;
use crate::domain::viewer::Viewer;
use crate::store::StoreError;
use crate::store::mailboxes::{self, Mailbox, MailboxData};
use crate::store::users::{self, User};
use crate::web::auth::Refusal;
use crate::web::error::Problem;
use actix_web::HttpResponse;
use actix_web::web::Path;
use maud::html;

/// Users to choose an owner from.
const OWNERS: i64 = 500;

/// Whether `viewer` may change a mailbox: everybody writes from the organisation's, few change it.
pub fn may_change(viewer: &Viewer, mailbox: &Mailbox) -> bool {
    viewer.may_administer() || mailbox.data.user == Some(viewer.user)
}

/// `GET /settings/mailboxes/new`
pub async fn new(desk: Desk) -> Answer {
    let typed = Typed::of_nobody(&desk);
    let page = show(&desk, None, &typed, &Errors::default()).await?;
    Ok(shown(page))
}

/// `GET /settings/mailboxes/{id}`
pub async fn edit(desk: Desk, path: Path<String>) -> Answer {
    let mailbox = found(&desk, &path).await?;
    let typed = Typed::of_data(&mailbox.data);
    let page = show(&desk, Some(&mailbox), &typed, &Errors::default()).await?;
    Ok(shown(page))
}

async fn found(desk: &Desk, path: &str) -> Result<Mailbox, Refusal> {
    let id: MailboxId = id_of(path)?;
    let found = mailboxes::lookup(&desk.web.ctx.store, &desk.viewer, id).await?;
    found
        .filter(|mailbox| may_change(&desk.viewer, mailbox))
        .ok_or_else(|| Problem::not_found().into())
}

/// Those who may own a mailbox, for an administrator to choose from.
async fn owners(desk: &Desk) -> Result<Vec<User>, StoreError> {
    if desk.viewer.may_administer() {
        users::list(&desk.web.ctx.store, None, OWNERS).await
    } else {
        Ok(Vec::new())
    }
}

/// `POST /settings/mailboxes/new`
pub async fn add(sent: Sent) -> Answer {
    let Sent { desk, fields } = sent;
    let typed = Typed::of(&fields);
    let lang = desk.lang();
    let ctx = &desk.web.ctx;
    let id = MailboxId(ctx.clock.fresh_id());
    let mut errors = Errors::default();
    let Ok(address) = EmailAddress::parse(&typed.address) else {
        errors.add("address", lang.not_an_email());
        return again(&desk, None, &typed, &errors).await;
    };
    let blank = MailboxData::new(Some(desk.user.id), address);
    let owners = owners(&desk).await?;
    let mut data = match typed.parse(&desk, &owners, blank) {
        Ok(data) => data,
        Err(errors) => return again(&desk, None, &typed, &errors).await,
    };
    take_secret(&desk, id, fields.get("secret"), &mut data);
    let mut tx = ctx.store.begin().await?;
    match mailboxes::add(&mut tx, id, &data, ctx.clock.now()).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(go_to("/settings?done=mailbox"))
        }
        Err(StoreError::Conflict { .. }) => {
            errors.add("address", lang.taken());
            again(&desk, None, &typed, &errors).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /settings/mailboxes/{id}` with `do` = save, pause, resume or delete.
pub async fn change(sent: Sent, path: Path<String>) -> Answer {
    let Sent { desk, fields } = sent;
    let mailbox = found(&desk, &path).await?;
    let lang = desk.lang();
    let typed = Typed::of(&fields);
    let mut data = mailbox.data.clone();
    let mut errors = Errors::default();
    let ctx = &desk.web.ctx;
    let mut tx = ctx.store.begin().await?;
    match fields.text("do") {
        "pause" => data.paused_reason = Some(lang.paused_by(&desk.user.name)),
        "resume" => data.paused_reason = None,
        "delete" => {
            if mailboxes::delete(&mut tx, mailbox.id).await? {
                tx.commit().await?;
                return Ok(go_to("/settings?done=mailbox"));
            }
            drop(tx);
            errors.add("", lang.mailbox_in_use());
            let typed = Typed::of_data(&mailbox.data);
            return again(&desk, Some(&mailbox), &typed, &errors).await;
        }
        _ => {
            let owners = owners(&desk).await?;
            data = match typed.parse(&desk, &owners, data) {
                Ok(data) => data,
                Err(errors) => return again(&desk, Some(&mailbox), &typed, &errors).await,
            };
            take_secret(&desk, mailbox.id, fields.get("secret"), &mut data);
            if fields.text("forget") == "yes" {
                data.secret = None;
            }
        }
    }
    match mailboxes::update(&mut tx, mailbox.id, &data).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(go_to(&format!(
                "/settings/mailboxes/{}?done=mailbox",
                mailbox.id
            )))
        }
        Err(StoreError::Conflict { .. }) => {
            errors.add("address", lang.taken());
            again(&desk, Some(&mailbox), &typed, &errors).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Seals a secret that was typed; an empty field leaves the one there is.
fn take_secret(desk: &Desk, id: MailboxId, typed: Option<&str>, data: &mut MailboxData) {
    let Some(secret) = typed.filter(|secret| !secret.is_empty()) else {
        return;
    };
    let keys = &desk.web.ctx.keys;
    let owner = id.0.as_bytes();
    data.secret = Some(sealed::seal(keys, owner, random_bytes(), secret.as_bytes()));
}

async fn again(
    desk: &Desk,
    mailbox: Option<&Mailbox>,
    typed: &Typed,
    errors: &Errors,
) -> Result<HttpResponse, Refusal> {
    Ok(shown_again(show(desk, mailbox, typed, errors).await?))
}

async fn show(
    desk: &Desk,
    mailbox: Option<&Mailbox>,
    typed: &Typed,
    errors: &Errors,
) -> Result<maud::Markup, StoreError> {
    let lang = desk.lang();
    let owners = owners(desk).await?;
    let action = mailbox.map_or_else(
        || "/settings/mailboxes/new".to_owned(),
        |mailbox| format!("/settings/mailboxes/{}", mailbox.id),
    );
    let paused = mailbox.and_then(|mailbox| mailbox.data.paused_reason.as_deref());
    let now = desk.frame.when.now;
    let slowed = mailbox.and_then(|mailbox| mailbox.slowed_until);
    let slowed = slowed.filter(|until| *until > now);
    let title = mailbox.map_or(lang.new_mailbox(), |mailbox| mailbox.data.address.as_str());
    let has_secret = mailbox.is_some_and(|mailbox| mailbox.data.secret.is_some());
    let body = html! {
        h1 { (title) }
        (errors.summary(lang))
        @if let Some(reason) = paused {
            p.banner {
                strong { (lang.paused()) } " " (reason)
                @if let Some(block) = Block::of_reason(reason) { ". " (lang.unblock(block)) }
            }
        }
        @if let Some(until) = slowed { p.banner { (lang.mailbox_slowed(&lang.near_time(until, now, &desk.frame.when.zone))) } }
        form.panel method="post" action=(action) {
            (csrf(&desk.frame))
            (form(desk, typed, &owners, has_secret, errors))
            div.acts {
                button.go-on name="do" value="save" { (lang.save()) }
                a.button href="/settings" { (lang.cancel()) }
                @if let Some(mailbox) = mailbox {
                    a.button href=(format!("/settings/mailboxes/{}/access", mailbox.id)) { (lang.access_open()) }
                }
                @if mailbox.is_some() {
                    @if paused.is_some() {
                        button name="do" value="resume" formnovalidate { (lang.resume()) }
                    } @else {
                        button name="do" value="pause" formnovalidate { (lang.pause()) }
                    }
                    button.danger name="do" value="delete" formnovalidate { (lang.delete_mailbox()) }
                }
            }
        }
    };
    Ok(page(&desk.frame, Here::Settings, title, &body))
}
