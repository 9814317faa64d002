//! `/messages`: written once, read as what became of them.

mod accepted;
mod body;
mod shown;

pub(super) use shown::ListedOut;

use super::super::auth::Caller;
use super::super::body::{Json, MESSAGE_LIMIT};
use super::super::error::Problem;
use super::super::state::Web;
use super::events::EventOut;
use super::once::{Key, Once};
use super::outcome::{Outcome, ok};
use super::page::{List, Paging, page};
use super::wire::{PathId, Query};
use crate::accept;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{ContactId, MessageId, UserId};
use crate::store::messages::{self, Filter};
use crate::store::{events as log, queue};
use accepted::{AcceptedOut, PreviewOut};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{get, post};
use body::NewMessage;
use serde::Deserialize;
use shown::MessageOut;
use utoipa::IntoParams;
use uuid::Uuid;

/// Which messages.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Rows, 1 to 200; 50 when not given.
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// To this contact.
    contact: Option<Uuid>,
    /// In this state.
    state: Option<String>,
    /// By this rep.
    rep: Option<Uuid>,
}

/// Send a message, now or later; with `dry_run` show what it would be (200)
#[utoipa::path(tag = "messages", request_body = NewMessage,
    responses((status = 202, body = AcceptedOut), (status = 200, body = PreviewOut), (status = 422)))]
#[post("/messages")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller,
    key: Key,
    body: Json<NewMessage, MESSAGE_LIMIT>,
) -> Outcome {
    let once = Once {
        web: &web,
        key,
        route: "POST /messages",
        body_hash: body.hash,
    };
    if let Some(answer) = once.answered(&caller).await? {
        return Ok(answer);
    }
    let dry_run = body.value.is_dry_run();
    let new = body.value.check()?;
    if dry_run {
        return ok(PreviewOut::from(
            accept::dry_run(&web.ctx, &caller.viewer, new).await?,
        ));
    }
    let prepared = accept::prepare(&web.ctx, &caller.viewer, new).await?;
    once.create(&caller, StatusCode::ACCEPTED, async |tx| {
        let accepted = prepared.commit_in(&web.ctx, tx).await?;
        Ok(AcceptedOut::from(accepted))
    })
    .await
}

/// Messages, newest first
#[utoipa::path(tag = "messages", params(Which), responses((status = 200, body = List<ListedOut>)))]
#[get("/messages")]
pub(super) async fn list(web: Data<Web>, caller: Caller, query: Query<Which>) -> Outcome {
    let which = query.0;
    let paging = Paging {
        limit: which.limit,
        cursor: which.cursor,
    };
    let (limit, before) = (paging.limit()?, paging.after()?.map(MessageId));
    let state = match which.state.as_deref() {
        None => None,
        Some(word) => Some(
            DeliveryState::ALL
                .into_iter()
                .find(|state| state.as_str() == word)
                .ok_or_else(|| Problem::field("state", "is not a state of a message"))?,
        ),
    };
    let filter = Filter {
        contact: which.contact.map(ContactId),
        state,
        rep: which.rep.map(UserId),
    };
    let found = messages::list(&web.ctx.store, &caller.viewer, &filter, before, limit + 1).await?;
    ok(page(found, limit, |listed| listed.id.0, ListedOut::from))
}

/// One message with its deliveries, tries and links
#[utoipa::path(tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = MessageOut), (status = 404)))]
#[get("/messages/{id}")]
pub(super) async fn lookup(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    ok(show(&web, &caller, MessageId(id.0)).await?)
}

/// What happened to a message, in commit order
#[utoipa::path(tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = List<EventOut>), (status = 404)))]
#[get("/messages/{id}/events")]
pub(super) async fn events(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let id = MessageId(id.0);
    let found = messages::lookup(&web.ctx.store, &caller.viewer, id).await?;
    if found.is_none() {
        return Err(Problem::not_found());
    }
    let told = log::of_message(&web.ctx.store, &caller.viewer, id).await?;
    ok(List {
        items: told.iter().map(EventOut::from).collect(),
        next: None,
    })
}

/// Stop what has not been handed over; 409 when all of it has
#[utoipa::path(tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = MessageOut), (status = 404), (status = 409)))]
#[post("/messages/{id}/cancel")]
pub(super) async fn cancel(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let id = MessageId(id.0);
    let found = messages::lookup(&web.ctx.store, &caller.viewer, id).await?;
    if found.is_none() {
        return Err(Problem::not_found());
    }
    let stop = queue::Stop {
        code: "cancelled",
        text: "stopped by a user",
        at: web.ctx.clock.now(),
    };
    let mut tx = web.ctx.store.begin().await?;
    let stopped = queue::cancel_message(&mut tx, id, stop).await?;
    tx.commit().await?;
    let shown = show(&web, &caller, id).await?;
    if stopped.is_empty() && !shown.is_cancelled() {
        return Err(Problem::conflict(
            "All of it has been handed over or has ended.",
        ));
    }
    ok(shown)
}

async fn show(web: &Web, caller: &Caller, id: MessageId) -> Result<MessageOut, Problem> {
    let store = &web.ctx.store;
    let message = messages::lookup(store, &caller.viewer, id).await?;
    let message = message.ok_or_else(Problem::not_found)?;
    let parts = shown::Parts {
        deliveries: messages::deliveries(store, id).await?,
        attempts: messages::attempts(store, id).await?,
        links: messages::links(store, id).await?,
        attachments: messages::attachments(store, id).await?,
        events: log::of_message(store, &caller.viewer, id).await?,
        message,
    };
    Ok(parts.show())
}
