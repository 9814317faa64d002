//! `/templates`: reusable mails. A change of what one says makes a version; it must compile and
//! name known fields only, so that no mail fails for it later.

use super::super::auth::{Caller, Librarian};
use super::super::body::{Json, MESSAGE_LIMIT};
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::{List, Paging, page};
use super::wire::{Checks, PathId, Query, present};
use crate::compose::merge::{Part, check_template};
use crate::domain::id::TemplateId;
use crate::store::templates::{self, Body, Template};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A template to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTemplate {
    name: String,
    /// One line, may hold merge fields.
    subject: String,
    html: Option<String>,
    text: Option<String>,
}

/// What of a template changes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemplateChange {
    name: Option<String>,
    subject: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    html: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    text: Option<Option<String>>,
}

/// A template as its newest version.
#[derive(Debug, Serialize, ToSchema)]
struct TemplateOut {
    id: Uuid,
    name: String,
    owner: Option<Uuid>,
    version: i64,
    subject: String,
    html: Option<String>,
    text: Option<String>,
    created_at: String,
    changed_at: String,
}

impl From<Template> for TemplateOut {
    fn from(template: Template) -> Self {
        Self {
            id: template.id.0,
            name: template.name,
            owner: template.owner_id.map(|id| id.0),
            version: template.version,
            subject: template.subject,
            html: template.html,
            text: template.text,
            created_at: template.created_at.rfc3339(),
            changed_at: template.changed_at.rfc3339(),
        }
    }
}

/// Add a template
#[utoipa::path(tag = "templates", request_body = NewTemplate,
    responses((status = 201, body = TemplateOut), (status = 422)))]
#[post("/templates")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller<Librarian>,
    key: Key,
    body: Json<NewTemplate, MESSAGE_LIMIT>,
) -> Outcome {
    let new = body.value;
    let mut checks = Checks::default();
    let name = checks.line("name", &new.name);
    let said = Body {
        subject: new.subject,
        html: new.html,
        text: new.text,
    };
    check_body(&mut checks, &said);
    checks.end()?;
    let once = Once {
        web: &web,
        key,
        route: "POST /templates",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        let (id, now) = (TemplateId(web.ctx.clock.fresh_id()), web.ctx.clock.now());
        let no = templates::add(tx, id, &name, Some(caller.user.id), &said, now).await?;
        Ok(TemplateOut::from(Template {
            no,
            id,
            name,
            owner_id: Some(caller.user.id),
            created_at: now,
            version: 1,
            subject: said.subject,
            html: said.html,
            text: said.text,
            changed_at: now,
        }))
    })
    .await
}

/// Templates, newest first
#[utoipa::path(tag = "templates", params(Paging), responses((status = 200, body = List<TemplateOut>)))]
#[get("/templates")]
pub(super) async fn list(web: Data<Web>, _: Caller, query: Query<Paging>) -> Outcome {
    let (limit, before) = (query.0.limit()?, query.0.after()?.map(TemplateId));
    let found = templates::list(&web.ctx.store, before, limit + 1).await?;
    ok(page(
        found,
        limit,
        |template| template.id.0,
        TemplateOut::from,
    ))
}

/// One template
#[utoipa::path(tag = "templates", params(("id" = Uuid, Path)),
    responses((status = 200, body = TemplateOut), (status = 404)))]
#[get("/templates/{id}")]
pub(super) async fn lookup(web: Data<Web>, _: Caller, id: PathId) -> Outcome {
    ok(TemplateOut::from(find(&web, id).await?))
}

/// Change a template: another text makes a new version
#[utoipa::path(tag = "templates", params(("id" = Uuid, Path)), request_body = TemplateChange,
    responses((status = 200, body = TemplateOut), (status = 404), (status = 422)))]
#[patch("/templates/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    caller: Caller<Librarian>,
    id: PathId,
    body: Json<TemplateChange, MESSAGE_LIMIT>,
) -> Outcome {
    let template = find(&web, id).await?;
    let change = body.value;
    let mut checks = Checks::default();
    let name = change.name.map(|name| checks.line("name", &name));
    let before = Body {
        subject: template.subject,
        html: template.html,
        text: template.text,
    };
    let said = Body {
        subject: change.subject.unwrap_or_else(|| before.subject.clone()),
        html: change.html.unwrap_or_else(|| before.html.clone()),
        text: change.text.unwrap_or_else(|| before.text.clone()),
    };
    check_body(&mut checks, &said);
    checks.end()?;
    let mut tx = web.ctx.store.begin().await?;
    if let Some(name) = name {
        templates::rename(&mut tx, template.id, &name).await?;
    }
    if said != before {
        let now = web.ctx.clock.now();
        templates::add_version(&mut tx, template.no, &said, Some(caller.user.id), now).await?;
    }
    tx.commit().await?;
    ok(TemplateOut::from(find(&web, id).await?))
}

/// Take a template out of use; what was written with it stays
#[utoipa::path(tag = "templates", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404)))]
#[delete("/templates/{id}")]
pub(super) async fn delete(web: Data<Web>, _: Caller<Librarian>, id: PathId) -> Outcome {
    let mut tx = web.ctx.store.begin().await?;
    let found = templates::archive(&mut tx, TemplateId(id.0), web.ctx.clock.now()).await?;
    tx.commit().await?;
    done(found)
}

async fn find(web: &Web, id: PathId) -> Result<Template, Problem> {
    let found = templates::lookup(&web.ctx.store, TemplateId(id.0)).await?;
    found.ok_or_else(Problem::not_found)
}

fn check_body(checks: &mut Checks, body: &Body) {
    checks.line("subject", &body.subject);
    if body.html.is_none() && body.text.is_none() {
        checks.wrong("html", "or text must be there");
    }
    let parts = [
        ("subject", Part::Subject, Some(&body.subject)),
        ("html", Part::Html, body.html.as_ref()),
        ("text", Part::Text, body.text.as_ref()),
    ];
    for (field, part, source) in parts {
        if let Some(source) = source
            && let Err(error) = check_template(part, source)
        {
            checks.wrong(
                field,
                format!(
                    "is no template we can fill in, line {}: {}",
                    error.line, error.reason
                ),
            );
        }
    }
}
