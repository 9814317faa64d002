//! What concerns one's own mailbox alone: mails that may be enquiries, domains that stay out, and
//! the address to which one copies what is to be logged.

use super::super::super::auth::Caller;
use super::super::super::body::Json;
use super::super::super::error::Problem;
use super::super::super::state::Web;
use super::super::outcome::{Outcome, done, ok};
use super::super::page::{List, Paging, page};
use super::super::wire::{PathId, Query};
use crate::domain::address::mail_domain;
use crate::domain::id::MailboxId;
use crate::receive;
use crate::store::inbound::gate::{self, Asking, Decision};
use crate::store::mailboxes;
use actix_web::web::Data;
use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most domains one mailbox keeps out.
const MOST_DOMAINS: usize = 500;

/// A mail that may be an enquiry; nothing more of it is kept.
#[derive(Debug, Serialize, ToSchema)]
struct PossibleOut {
    id: Uuid,
    from: String,
    subject: String,
    received_at: String,
}

impl From<Asking> for PossibleOut {
    fn from(asking: Asking) -> Self {
        Self {
            id: asking.id,
            from: asking.sender,
            subject: asking.subject,
            received_at: asking.received_at.rfc3339(),
        }
    }
}

/// Mails in your own mailboxes that may be enquiries, shown to you alone
#[utoipa::path(tag = "inbound", params(Paging), responses((status = 200, body = List<PossibleOut>)))]
#[get("/possible-enquiries")]
pub(in super::super) async fn list(
    web: Data<Web>,
    caller: Caller,
    paging: Query<Paging>,
) -> Outcome {
    let (limit, before) = (paging.0.limit()?, paging.0.after()?);
    let found = gate::asked(&web.ctx.store, caller.user.id, before, limit + 1).await?;
    ok(page(found, limit, |asking| asking.id, PossibleOut::from))
}

/// It is an enquiry: fetch the mail and keep it
#[utoipa::path(tag = "inbound", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404)))]
#[post("/possible-enquiries/{id}/accept")]
pub(in super::super) async fn accept(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    decide(&web, &caller, id, Decision::Accept).await
}

/// It is none: forget it
#[utoipa::path(tag = "inbound", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404)))]
#[post("/possible-enquiries/{id}/dismiss")]
pub(in super::super) async fn dismiss(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    decide(&web, &caller, id, Decision::Dismiss).await
}

async fn decide(web: &Web, caller: &Caller, id: PathId, decision: Decision) -> Outcome {
    let mut tx = web.ctx.store.begin().await?;
    let now = web.ctx.clock.now();
    let found = gate::decide(&mut tx, caller.user.id, id.0, decision, now).await?;
    tx.commit().await?;
    done(found)
}

/// The log addresses of a user.
#[derive(Debug, Serialize, ToSchema)]
struct LogAddressOut {
    /// Copy a mail here and it is logged as yours; `null` without a mailbox whose name leaves room.
    address: Option<String>,
}

/// The address to copy a mail to, so that it is logged as yours
#[utoipa::path(tag = "inbound", responses((status = 200, body = LogAddressOut)))]
#[get("/me/log-address")]
pub(in super::super) async fn log_address(web: Data<Web>, caller: Caller) -> Outcome {
    let address = receive::log_address_of(&web.ctx, &caller.viewer).await?;
    ok(LogAddressOut { address })
}

/// Domains whose mail a mailbox keeps to itself.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExcludedDomains {
    domains: Vec<String>,
}

/// The domains whose mail is never stored from this mailbox
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)),
    responses((status = 200, body = ExcludedDomains), (status = 404)))]
#[get("/mailboxes/{id}/excluded-domains")]
pub(in super::super) async fn excluded(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let no = own(&web, &caller, id).await?;
    let domains = gate::excluded(&web.ctx.store, no).await?;
    ok(ExcludedDomains { domains })
}

/// Write that list anew
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)), request_body = ExcludedDomains,
    responses((status = 200, body = ExcludedDomains), (status = 404), (status = 422)))]
#[patch("/mailboxes/{id}/excluded-domains")]
pub(in super::super) async fn exclude(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    body: Json<ExcludedDomains>,
) -> Outcome {
    let no = own(&web, &caller, id).await?;
    let mut domains = Vec::new();
    for (place, text) in body.value.domains.iter().enumerate() {
        match mail_domain(text) {
            Some(domain) if place < MOST_DOMAINS => domains.push(domain),
            _ => {
                return Err(Problem::field(
                    format!("domains[{place}]"),
                    "is not a domain",
                ));
            }
        }
    }
    let mut tx = web.ctx.store.begin().await?;
    gate::exclude(&mut tx, no, &domains).await?;
    tx.commit().await?;
    ok(ExcludedDomains { domains })
}

/// A mailbox of the caller's own, or any for an administrator.
async fn own(
    web: &Web,
    caller: &Caller,
    id: PathId,
) -> Result<crate::domain::id::MailboxNo, Problem> {
    let found = mailboxes::lookup(&web.ctx.store, &caller.viewer, MailboxId(id.0)).await?;
    let mailbox = found.ok_or_else(Problem::not_found)?;
    let is_own = mailbox.data.user == Some(caller.user.id);
    if is_own || caller.viewer.may_administer() {
        Ok(mailbox.no)
    } else {
        Err(Problem::not_found())
    }
}
