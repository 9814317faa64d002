//! `/content`: the library's assets. Everybody reads and inserts them; those who look after the
//! library change them.

use super::super::auth::{Caller, Librarian};
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::{List, Search, page};
use super::wire::{Checks, PathId, Query};
use crate::domain::id::ContentId;
use crate::store::content::{self, Content, ContentData};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An asset to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewContent {
    name: String,
    /// An `http` or `https` URL.
    url: String,
}

/// What of an asset changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContentChange {
    name: Option<String>,
    /// Links sent before keep their destination; `POST /destinations` moves those.
    url: Option<String>,
}

/// An asset.
#[derive(Debug, Serialize, ToSchema)]
struct ContentOut {
    id: Uuid,
    name: String,
    url: String,
    /// The id of that URL in links, as text, since it has 64 bits.
    destination: String,
    owner: Option<Uuid>,
    created_at: String,
}

impl From<Content> for ContentOut {
    fn from(content: Content) -> Self {
        Self {
            id: content.id.0,
            name: content.name,
            url: content.url,
            destination: content.destination.0.to_string(),
            owner: content.owner_id.map(|id| id.0),
            created_at: content.created_at.rfc3339(),
        }
    }
}

/// Add an asset
#[utoipa::path(tag = "content", request_body = NewContent,
    responses((status = 201, body = ContentOut), (status = 422)))]
#[post("/content")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller<Librarian>,
    key: Key,
    body: Json<NewContent>,
) -> Outcome {
    let mut checks = Checks::default();
    let data = ContentData {
        name: checks.line("name", &body.value.name),
        url: checks.url("url", &body.value.url),
        owner: Some(caller.user.id),
    };
    checks.end()?;
    let once = Once {
        web: &web,
        key,
        route: "POST /content",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        let (id, now) = (ContentId(web.ctx.clock.fresh_id()), web.ctx.clock.now());
        let no = content::add(tx, id, &data, now).await?;
        Ok(ContentOut::from(Content {
            no,
            id,
            destination: crate::domain::link::DestinationId::of(&data.url),
            name: data.name,
            url: data.url,
            owner_id: data.owner,
            created_at: now,
        }))
    })
    .await
}

/// Assets, newest first
#[utoipa::path(tag = "content", params(Search), responses((status = 200, body = List<ContentOut>)))]
#[get("/content")]
pub(super) async fn list(web: Data<Web>, _: Caller, query: Query<Search>) -> Outcome {
    let paging = query.0.paging();
    let (limit, before) = (paging.limit()?, paging.after()?.map(ContentId));
    let found = content::list(&web.ctx.store, query.0.text(), before, limit + 1).await?;
    ok(page(found, limit, |content| content.id.0, ContentOut::from))
}

/// One asset
#[utoipa::path(tag = "content", params(("id" = Uuid, Path)),
    responses((status = 200, body = ContentOut), (status = 404)))]
#[get("/content/{id}")]
pub(super) async fn lookup(web: Data<Web>, _: Caller, id: PathId) -> Outcome {
    ok(ContentOut::from(find(&web, id).await?))
}

/// Change an asset
#[utoipa::path(tag = "content", params(("id" = Uuid, Path)), request_body = ContentChange,
    responses((status = 200, body = ContentOut), (status = 404), (status = 422)))]
#[patch("/content/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    _: Caller<Librarian>,
    id: PathId,
    body: Json<ContentChange>,
) -> Outcome {
    let present = find(&web, id).await?;
    let mut checks = Checks::default();
    let name = body.value.name.map(|name| checks.line("name", &name));
    let url = body.value.url.map(|url| checks.url("url", &url));
    checks.end()?;
    let data = ContentData {
        name: name.unwrap_or(present.name),
        url: url.unwrap_or(present.url),
        owner: present.owner_id,
    };
    let mut tx = web.ctx.store.begin().await?;
    content::update(&mut tx, present.id, &data).await?;
    tx.commit().await?;
    ok(ContentOut::from(find(&web, id).await?))
}

/// Take an asset out of the library; its figures stay
#[utoipa::path(tag = "content", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404)))]
#[delete("/content/{id}")]
pub(super) async fn delete(web: Data<Web>, _: Caller<Librarian>, id: PathId) -> Outcome {
    let mut tx = web.ctx.store.begin().await?;
    let found = content::archive(&mut tx, ContentId(id.0), web.ctx.clock.now()).await?;
    tx.commit().await?;
    done(found)
}

async fn find(web: &Web, id: PathId) -> Result<Content, Problem> {
    let found = content::lookup(&web.ctx.store, ContentId(id.0)).await?;
    found.ok_or_else(Problem::not_found)
}
