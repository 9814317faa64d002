//! `/contacts`: the people outside.

mod body;
mod shown;

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::events::EventOut;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::{List, Paging, Search, page, parse_seq_cursor, seq_cursor, wrong_cursor};
use super::wire::{PathId, Query};
use crate::domain::id::{ContactId, Seq};
use crate::store::{contacts, erase, events};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use body::{ContactChange, NewContact};
use shown::{ContactExport, ContactOut};

/// Add a contact
#[utoipa::path(tag = "contacts", request_body = NewContact,
    responses((status = 201, body = ContactOut), (status = 409), (status = 422)))]
#[post("/contacts")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller,
    key: Key,
    body: Json<NewContact>,
) -> Outcome {
    let data = body.value.check(&web, &caller).await?;
    let once = Once {
        web: &web,
        key,
        route: "POST /contacts",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        let id = ContactId(web.ctx.clock.fresh_id());
        contacts::add(tx, id, &data, web.ctx.clock.now()).await?;
        let made = contacts::lookup_for_update(tx, &caller.viewer, id).await?;
        made.map(ContactOut::from).ok_or_else(Problem::not_found)
    })
    .await
}

/// Contacts, newest first
#[utoipa::path(tag = "contacts", params(Search), responses((status = 200, body = List<ContactOut>)))]
#[get("/contacts")]
pub(super) async fn list(web: Data<Web>, caller: Caller, query: Query<Search>) -> Outcome {
    let paging = query.0.paging();
    let (limit, before) = (paging.limit()?, paging.after()?.map(ContactId));
    let found = contacts::list(
        &web.ctx.store,
        &caller.viewer,
        query.0.text(),
        before,
        limit + 1,
    )
    .await?;
    ok(page(found, limit, |contact| contact.id.0, ContactOut::from))
}

/// One contact
#[utoipa::path(tag = "contacts", params(("id" = Uuid, Path)),
    responses((status = 200, body = ContactOut), (status = 404)))]
#[get("/contacts/{id}")]
pub(super) async fn lookup(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    ok(ContactOut::from(find(&web, &caller, id).await?))
}

/// Change a contact: fields that are absent stay, `null` clears
#[utoipa::path(tag = "contacts", params(("id" = Uuid, Path)), request_body = ContactChange,
    responses((status = 200, body = ContactOut), (status = 404), (status = 422)))]
#[patch("/contacts/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    body: Json<ContactChange>,
) -> Outcome {
    let contact = find(&web, &caller, id).await?;
    let patched = body.value.apply(&web, &caller, &contact.data).await?;
    let mut tx = web.ctx.store.begin().await?;
    let found = contacts::update(&mut tx, contact.no, &patched, web.ctx.clock.now()).await?;
    if !found {
        return Err(Problem::not_found());
    }
    tx.commit().await?;
    // Whoever gives a contact away may no longer see it.
    match contacts::lookup(&web.ctx.store, &caller.viewer, contact.id).await? {
        Some(contact) => ok(ContactOut::from(contact)),
        None => done(true),
    }
}

/// Erase a contact for good: what remains names nobody, and figures do not move
#[utoipa::path(tag = "contacts", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404)))]
#[delete("/contacts/{id}")]
pub(super) async fn forget(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let contact = find(&web, &caller, id).await?;
    erase::contact(
        &web.ctx.store,
        &web.ctx.keys,
        &web.ctx.clock,
        &contact,
        caller.user.id,
    )
    .await?;
    done(true)
}

/// What happened with a contact, newest first
#[utoipa::path(tag = "contacts", params(("id" = Uuid, Path), Paging),
    responses((status = 200, body = List<EventOut>), (status = 404)))]
#[get("/contacts/{id}/timeline")]
pub(super) async fn timeline(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    query: Query<Paging>,
) -> Outcome {
    let limit = query.0.limit()?;
    let before = match query.0.cursor.as_deref() {
        None => None,
        Some(text) => Some(Seq(parse_seq_cursor(text).ok_or_else(wrong_cursor)?)),
    };
    let contact = find(&web, &caller, id).await?;
    let found =
        events::of_contact(&web.ctx.store, &caller.viewer, contact.no, before, limit).await?;
    let full = found.len() as i64 == limit;
    let next = found.last().filter(|_| full).map(|told| told.event.seq.0);
    ok(List {
        items: found.iter().map(EventOut::from).collect(),
        next: next.map(seq_cursor),
    })
}

/// Everything that is kept about a contact, as one document
#[utoipa::path(tag = "contacts", params(("id" = Uuid, Path)),
    responses((status = 200, body = ContactExport), (status = 404)))]
#[get("/contacts/{id}/export")]
pub(super) async fn export(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let contact = find(&web, &caller, id).await?;
    ok(shown::export(&web, &caller, contact).await?)
}

async fn find(web: &Web, caller: &Caller, id: PathId) -> Result<contacts::Contact, Problem> {
    let found = contacts::lookup(&web.ctx.store, &caller.viewer, ContactId(id.0)).await?;
    found.ok_or_else(Problem::not_found)
}
