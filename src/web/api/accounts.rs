//! `/accounts`: companies outside. Everybody reads them; who owns one or looks after more than
//! themselves changes it.

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::{List, Search, page};
use super::wire::{Checks, PathId, Query, present};
use crate::domain::address::{EmailAddress, is_freemail};
use crate::domain::id::{AccountId, UserId};
use crate::domain::viewer::Scope;
use crate::store::accounts::{self, Account};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A company to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    name: String,
    /// Its mail domain; never one where anybody gets an address.
    domain: Option<String>,
    source: Option<String>,
    external_id: Option<String>,
}

/// What of a company changes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountChange {
    name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    domain: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    source: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
}

/// A company.
#[derive(Debug, Serialize, ToSchema)]
struct AccountOut {
    id: Uuid,
    name: String,
    domain: Option<String>,
    owner: Option<Uuid>,
    source: Option<String>,
    external_id: Option<String>,
    created_at: String,
}

impl From<Account> for AccountOut {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.0,
            name: account.name,
            domain: account.domain,
            owner: account.owner_id.map(|id| id.0),
            source: account.source,
            external_id: account.external_id,
            created_at: account.created_at.rfc3339(),
        }
    }
}

/// Add a company
#[utoipa::path(tag = "accounts", request_body = NewAccount,
    responses((status = 201, body = AccountOut), (status = 409), (status = 422)))]
#[post("/accounts")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller,
    key: Key,
    body: Json<NewAccount>,
) -> Outcome {
    let new = body.value;
    let change = AccountChange {
        name: Some(new.name),
        domain: Some(new.domain),
        source: Some(new.source),
        external_id: Some(new.external_id),
    };
    let blank = Account {
        id: AccountId(web.ctx.clock.fresh_id()),
        name: String::new(),
        domain: None,
        owner_id: Some(caller.user.id),
        source: None,
        external_id: None,
        created_at: web.ctx.clock.now(),
    };
    let account = change.apply(blank)?;
    let once = Once {
        web: &web,
        key,
        route: "POST /accounts",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        accounts::add(tx, &account).await?;
        Ok(AccountOut::from(account))
    })
    .await
}

/// Companies, newest first
#[utoipa::path(tag = "accounts", params(Search), responses((status = 200, body = List<AccountOut>)))]
#[get("/accounts")]
pub(super) async fn list(web: Data<Web>, _: Caller, query: Query<Search>) -> Outcome {
    let paging = query.0.paging();
    let (limit, before) = (paging.limit()?, paging.after()?.map(AccountId));
    let found = accounts::list(&web.ctx.store, query.0.text(), before, limit + 1).await?;
    ok(page(found, limit, |account| account.id.0, AccountOut::from))
}

/// One company
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path)),
    responses((status = 200, body = AccountOut), (status = 404)))]
#[get("/accounts/{id}")]
pub(super) async fn lookup(web: Data<Web>, _: Caller, id: PathId) -> Outcome {
    let found = accounts::lookup(&web.ctx.store, AccountId(id.0)).await?;
    ok(AccountOut::from(found.ok_or_else(Problem::not_found)?))
}

/// Change a company
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path)), request_body = AccountChange,
    responses((status = 200, body = AccountOut), (status = 404), (status = 422)))]
#[patch("/accounts/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    body: Json<AccountChange>,
) -> Outcome {
    let account = own(&web, &caller, id).await?;
    let account = body.value.apply(account)?;
    let mut tx = web.ctx.store.begin().await?;
    accounts::update(&mut tx, &account).await?;
    tx.commit().await?;
    ok(AccountOut::from(account))
}

/// Delete a company without contacts
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404), (status = 409)))]
#[delete("/accounts/{id}")]
pub(super) async fn delete(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let account = own(&web, &caller, id).await?;
    let mut tx = web.ctx.store.begin().await?;
    let gone = accounts::delete(&mut tx, account.id).await?;
    tx.commit().await?;
    if gone {
        done(true)
    } else {
        Err(Problem::conflict(
            "It has contacts; move or erase them first.",
        ))
    }
}

/// The company, if the caller may change it.
async fn own(web: &Web, caller: &Caller, id: PathId) -> Result<Account, Problem> {
    let found = accounts::lookup(&web.ctx.store, AccountId(id.0)).await?;
    found
        .filter(|account| match caller.viewer.scope() {
            Scope::Own(own) => account.owner_id.is_none_or(|owner: UserId| owner == own),
            Scope::All | Scope::Team(..) => true,
        })
        .ok_or_else(Problem::not_found)
}

impl AccountChange {
    fn apply(self, mut account: Account) -> Result<Account, Problem> {
        let mut checks = Checks::default();
        if let Some(name) = self.name {
            account.name = checks.line("name", &name);
        }
        if let Some(domain) = self.domain {
            account.domain = check_domain(&mut checks, domain);
        }
        if let Some(source) = self.source {
            account.source = checks.optional("source", source);
        }
        if let Some(external_id) = self.external_id {
            account.external_id = checks.optional("external_id", external_id);
        }
        checks.end()?;
        Ok(account)
    }
}

fn check_domain(checks: &mut Checks, domain: Option<String>) -> Option<String> {
    let domain = checks.optional("domain", domain)?;
    // An address at it must be one that could exist.
    let Ok(address) = EmailAddress::parse(&format!("x@{domain}")) else {
        checks.wrong("domain", "is not a mail domain such as example.org");
        return None;
    };
    if is_freemail(address.domain()) {
        checks.wrong(
            "domain",
            "gives addresses to anybody, so it names no company",
        );
    }
    Some(address.domain().to_owned())
}
