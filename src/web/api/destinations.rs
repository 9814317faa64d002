//! `/destinations`: the kill switch for sent links, and where moved ones lead now. Live on every
//! node within five seconds.

use super::super::auth::{Caller, Librarian};
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::List;
use super::wire::Checks;
use crate::domain::id::DeliveryId;
use crate::domain::link::DestinationId;
use crate::store::destinations::{self, Block, BlockKind, Move};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What to do with links that were sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum NewDirective {
    /// Answer them with a neutral 404. Deliveries and keys are for administrators.
    Block {
        kind: Kind,
        /// A destination's URL or id, a delivery's id, a key's id.
        r#ref: String,
        reason: String,
    },
    /// Lead them elsewhere.
    Move {
        /// The destination's URL or id.
        destination: String,
        /// Where it leads from now on.
        url: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Destination,
    Delivery,
    Key,
}

impl From<Kind> for BlockKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Destination => Self::Destination,
            Kind::Delivery => Self::Delivery,
            Kind::Key => Self::Key,
        }
    }
}

/// What is done with links that were sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
enum Directive {
    /// They are answered with a neutral 404.
    Block {
        kind: String,
        r#ref: String,
        reason: String,
        created_by: Option<Uuid>,
        created_at: String,
    },
    /// They lead elsewhere.
    Move {
        /// The destination's id, as text, since it has 64 bits.
        destination: String,
        /// Where it led before, if a message was rendered with it.
        was: Option<String>,
        url: String,
        created_by: Option<Uuid>,
        created_at: String,
    },
}

impl From<Block> for Directive {
    fn from(block: Block) -> Self {
        Self::Block {
            kind: block.kind,
            r#ref: block.r#ref,
            reason: block.reason,
            created_by: block.created_by.map(|id| id.0),
            created_at: block.created_at.rfc3339(),
        }
    }
}

impl From<Move> for Directive {
    fn from(moved: Move) -> Self {
        Self::Move {
            destination: moved.destination.0.to_string(),
            was: moved.was,
            url: moved.url,
            created_by: moved.created_by.map(|id| id.0),
            created_at: moved.created_at.rfc3339(),
        }
    }
}

/// Block or move links that were sent
#[utoipa::path(tag = "destinations", request_body = NewDirective,
    responses((status = 201, body = Directive), (status = 422)))]
#[post("/destinations")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller<Librarian>,
    key: Key,
    body: Json<NewDirective>,
) -> Outcome {
    let new = body.value.check(&web, &caller)?;
    let once = Once {
        web: &web,
        key,
        route: "POST /destinations",
        body_hash: body.hash,
    };
    let (by, now) = (caller.user.id, web.ctx.clock.now());
    once.create(&caller, StatusCode::CREATED, async |tx| {
        Ok(match new {
            Checked::Block(kind, reference, reason) => {
                destinations::block(tx, kind, &reference, &reason, by, now).await?;
                Directive::from(Block {
                    kind: kind.as_str().to_owned(),
                    r#ref: reference,
                    reason,
                    created_by: Some(by),
                    created_at: now,
                })
            }
            Checked::Move(destination, url) => {
                destinations::relocate(tx, destination, &url, by, now).await?;
                Directive::from(Move {
                    destination,
                    was: None,
                    url,
                    created_by: Some(by),
                    created_at: now,
                })
            }
        })
    })
    .await
}

/// All blocks and moves
#[utoipa::path(tag = "destinations", responses((status = 200, body = List<Directive>)))]
#[get("/destinations")]
pub(super) async fn list(web: Data<Web>, _: Caller<Librarian>) -> Outcome {
    let blocked = destinations::blocked(&web.ctx.store).await?;
    let moved = destinations::moved(&web.ctx.store).await?;
    let blocked = blocked.into_iter().map(Directive::from);
    ok(List {
        items: blocked
            .chain(moved.into_iter().map(Directive::from))
            .collect(),
        next: None,
    })
}

/// Take a block away
#[utoipa::path(tag = "destinations", params(("kind" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 404)))]
#[delete("/destinations/blocked/{kind}/{id}")]
pub(super) async fn unblock(
    web: Data<Web>,
    caller: Caller<Librarian>,
    path: Path<(String, String)>,
) -> Outcome {
    let (kind, reference) = path.into_inner();
    let kind = match kind.as_str() {
        "destination" => BlockKind::Destination,
        "delivery" => BlockKind::Delivery,
        "key" => BlockKind::Key,
        _ => return Err(Problem::not_found()),
    };
    if kind != BlockKind::Destination && !caller.viewer.may_administer() {
        return Err(Problem::not_found());
    }
    let mut tx = web.ctx.store.begin().await?;
    let found = destinations::unblock(&mut tx, kind, &reference).await?;
    tx.commit().await?;
    done(found)
}

/// Lead links back to where they led
#[utoipa::path(tag = "destinations", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
#[delete("/destinations/moved/{id}")]
pub(super) async fn restore(web: Data<Web>, _: Caller<Librarian>, id: Path<String>) -> Outcome {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let mut tx = web.ctx.store.begin().await?;
    let found = destinations::restore(&mut tx, DestinationId(id)).await?;
    tx.commit().await?;
    done(found)
}

enum Checked {
    Block(BlockKind, String, String),
    Move(DestinationId, String),
}

impl NewDirective {
    fn check(self, web: &Web, caller: &Caller<Librarian>) -> Result<Checked, Problem> {
        let mut checks = Checks::default();
        let checked = match self {
            Self::Block {
                kind,
                r#ref,
                reason,
            } => {
                if kind != Kind::Destination && !caller.viewer.may_administer() {
                    return Err(Problem::not_found());
                }
                let reason = checks.line("reason", &reason);
                let reference = check_reference(&mut checks, kind, &r#ref);
                Checked::Block(kind.into(), reference, reason)
            }
            Self::Move { destination, url } => {
                let id = check_destination(&mut checks, "destination", &destination);
                let url = checks.url("url", &url);
                let host = url::Url::parse(&url).ok();
                let ours = &web.ctx.settings.tracking_url;
                if host.is_some_and(|url| url.host_str() == ours.host_str()) {
                    checks.wrong("url", "leads back to tracked links");
                }
                Checked::Move(id, url)
            }
        };
        checks.end()?;
        Ok(checked)
    }
}

fn check_reference(checks: &mut Checks, kind: Kind, text: &str) -> String {
    match kind {
        Kind::Destination => check_destination(checks, "ref", text).0.to_string(),
        Kind::Delivery => {
            let id = text.parse::<DeliveryId>();
            if id.is_err() {
                checks.wrong("ref", "is not the id of a delivery");
            }
            id.map_or_else(|_| String::new(), |id| id.to_string())
        }
        Kind::Key => {
            let id = text.parse::<u8>().ok().filter(|id| *id > 0);
            if id.is_none() {
                checks.wrong("ref", "is not the id of a key, 1 to 255");
            }
            id.unwrap_or(0).to_string()
        }
    }
}

/// A destination by its URL or by its id as links show it.
fn check_destination(checks: &mut Checks, field: &str, text: &str) -> DestinationId {
    if let Ok(id) = text.trim().parse::<i64>() {
        return DestinationId(id);
    }
    DestinationId::of(&checks.url(field, text))
}
