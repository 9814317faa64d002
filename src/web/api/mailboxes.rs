//! `/mailboxes`: where people write from. One's own and the organisation's; administrators see
//! and change all. A secret goes in and never comes out.

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::relay;
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::{List, Paging, page};
use super::wire::{Checks, PathId, Query, present};
use crate::domain::address::EmailAddress;
use crate::domain::clock::{Millis, random_bytes};
use crate::domain::id::{MailboxId, UserId};
use crate::domain::mailbox::{AuthMethod, EnvelopePolicy, Profile};
use crate::domain::sealed;
use crate::store::mailboxes::{self, Mailbox, MailboxData};
use crate::store::users;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A mailbox to be added: `address` is needed, all else has defaults.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MailboxIn {
    /// The From address, unique.
    address: Option<String>,
    /// Whose it is; `null` is everybody's. Another's than one's own is for administrators.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    user: Option<Option<Uuid>>,
    /// The name recipients read.
    name: Option<String>,
    #[schema(value_type = Option<String>, example = "generic")]
    profile: Option<Profile>,
    #[schema(value_type = Option<String>, example = "password")]
    auth: Option<AuthMethod>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, example = "own")]
    envelope: Option<Option<EnvelopePolicy>>,
    /// The relay, without its password. For administrators: it makes this server open connections.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    smtp_url: Option<Option<String>>,
    /// The password or access token. Kept sealed, shown as `***`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    secret: Option<Option<String>>,
    /// Recipients a day; `null` as the profile says.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    daily_cap: Option<Option<i64>>,
    /// The least pause between two mails, in milliseconds.
    gap_ms: Option<i64>,
    /// Nothing leaves while this is set; the reason people read.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    paused_reason: Option<Option<String>>,
}

/// A mailbox.
#[derive(Debug, Serialize, ToSchema)]
struct MailboxOut {
    id: Uuid,
    address: String,
    user: Option<Uuid>,
    name: String,
    #[schema(value_type = String)]
    profile: Profile,
    #[schema(value_type = String)]
    auth: AuthMethod,
    /// `null` as the profile says.
    #[schema(value_type = Option<String>)]
    envelope: Option<EnvelopePolicy>,
    smtp_url: Option<String>,
    /// `***` when there is one.
    secret: Option<&'static str>,
    daily_cap: Option<i64>,
    gap_ms: i64,
    paused_reason: Option<String>,
    /// Until when it sends at most one mail a minute, since a server said that it sends too fast.
    slowed_until: Option<String>,
    created_at: String,
}

impl From<Mailbox> for MailboxOut {
    fn from(mailbox: Mailbox) -> Self {
        let data = mailbox.data;
        Self {
            id: mailbox.id.0,
            address: data.address.into(),
            user: data.user.map(|id| id.0),
            name: data.name,
            profile: data.profile,
            auth: data.auth,
            envelope: data.envelope,
            smtp_url: data.smtp_url,
            secret: data.secret.map(|_| "***"),
            daily_cap: data.daily_cap,
            gap_ms: data.gap_ms,
            paused_reason: data.paused_reason,
            slowed_until: mailbox.slowed_until.map(Millis::rfc3339),
            created_at: mailbox.created_at.rfc3339(),
        }
    }
}

/// Add a mailbox
#[utoipa::path(tag = "mailboxes", request_body = MailboxIn,
    responses((status = 201, body = MailboxOut), (status = 409), (status = 422)))]
#[post("/mailboxes")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller,
    key: Key,
    body: Json<MailboxIn>,
) -> Outcome {
    let mut new = body.value;
    let Some(address) = new.address.take() else {
        return Err(Problem::field("address", "is missing"));
    };
    let address =
        EmailAddress::parse(&address).map_err(|error| Problem::field("address", error))?;
    let blank = MailboxData::new(Some(caller.user.id), address);
    let id = MailboxId(web.ctx.clock.fresh_id());
    let data = new.apply(&web, &caller, id, blank).await?;
    let once = Once {
        web: &web,
        key,
        route: "POST /mailboxes",
        body_hash: body.hash,
    };
    once.create(&caller, StatusCode::CREATED, async |tx| {
        let now = web.ctx.clock.now();
        let no = mailboxes::add(tx, id, &data, now).await?;
        Ok(MailboxOut::from(Mailbox {
            no,
            id,
            data,
            slowed_until: None,
            created_at: now,
        }))
    })
    .await
}

/// Mailboxes, newest first
#[utoipa::path(tag = "mailboxes", params(Paging), responses((status = 200, body = List<MailboxOut>)))]
#[get("/mailboxes")]
pub(super) async fn list(web: Data<Web>, caller: Caller, query: Query<Paging>) -> Outcome {
    let (limit, before) = (query.0.limit()?, query.0.after()?.map(MailboxId));
    let found = mailboxes::list(&web.ctx.store, &caller.viewer, before, limit + 1).await?;
    ok(page(found, limit, |mailbox| mailbox.id.0, MailboxOut::from))
}

/// One mailbox
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)),
    responses((status = 200, body = MailboxOut), (status = 404)))]
#[get("/mailboxes/{id}")]
pub(super) async fn lookup(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    ok(MailboxOut::from(find(&web, &caller, id).await?))
}

/// Change a mailbox
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)), request_body = MailboxIn,
    responses((status = 200, body = MailboxOut), (status = 404), (status = 409), (status = 422)))]
#[patch("/mailboxes/{id}")]
pub(super) async fn edit(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    body: Json<MailboxIn>,
) -> Outcome {
    let mailbox = own(&web, &caller, id).await?;
    let data = body
        .value
        .apply(&web, &caller, mailbox.id, mailbox.data)
        .await?;
    let mut tx = web.ctx.store.begin().await?;
    mailboxes::update(&mut tx, mailbox.id, &data).await?;
    tx.commit().await?;
    ok(MailboxOut::from(Mailbox { data, ..mailbox }))
}

/// Delete a mailbox that nothing was written from
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404), (status = 409)))]
#[delete("/mailboxes/{id}")]
pub(super) async fn delete(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let mailbox = own(&web, &caller, id).await?;
    let mut tx = web.ctx.store.begin().await?;
    let gone = mailboxes::delete(&mut tx, mailbox.id).await?;
    tx.commit().await?;
    if gone {
        done(true)
    } else {
        Err(Problem::conflict(
            "Messages were written from it; pause it instead.",
        ))
    }
}

async fn find(web: &Web, caller: &Caller, id: PathId) -> Result<Mailbox, Problem> {
    let found = mailboxes::lookup(&web.ctx.store, &caller.viewer, MailboxId(id.0)).await?;
    found.ok_or_else(Problem::not_found)
}

/// The mailbox, if the caller may change it: everybody writes from the organisation's, few change it.
pub(super) async fn own(web: &Web, caller: &Caller, id: PathId) -> Result<Mailbox, Problem> {
    let mailbox = find(web, caller, id).await?;
    let own = mailbox.data.user == Some(caller.user.id);
    if own || caller.viewer.may_administer() {
        Ok(mailbox)
    } else {
        Err(Problem::not_found())
    }
}

impl MailboxIn {
    async fn apply(
        self,
        web: &Web,
        caller: &Caller,
        id: MailboxId,
        mut data: MailboxData,
    ) -> Result<MailboxData, Problem> {
        let mut checks = Checks::default();
        let administers = caller.viewer.may_administer();
        if let Some(address) = self.address
            && let Some(address) = checks.email("address", &address)
        {
            data.address = address;
        }
        if let Some(user) = self.user {
            data.user = check_user(&mut checks, web, caller, user).await?;
        }
        if let Some(name) = self.name {
            data.name = checks.line_or_empty("name", &name);
        }
        data.profile = self.profile.unwrap_or(data.profile);
        data.auth = self.auth.unwrap_or(data.auth);
        data.envelope = self.envelope.unwrap_or(data.envelope);
        if let Some(url) = self.smtp_url {
            if !administers {
                checks.wrong("smtp_url", "is set by administrators");
            }
            data.smtp_url = url.map(|url| check_relay(&mut checks, &url));
        }
        if let Some(secret) = self.secret {
            let seal = |secret: String| {
                sealed::seal(
                    &web.ctx.keys,
                    id.0.as_bytes(),
                    random_bytes(),
                    secret.as_bytes(),
                )
            };
            data.secret = secret.filter(|secret| !secret.is_empty()).map(seal);
        }
        if let Some(cap) = self.daily_cap {
            if cap.is_some_and(|cap| !(1..=1_000_000).contains(&cap)) {
                checks.wrong("daily_cap", "must be from 1 to 1000000");
            }
            data.daily_cap = cap;
        }
        if let Some(gap_ms) = self.gap_ms {
            if !(0..=3_600_000).contains(&gap_ms) {
                checks.wrong("gap_ms", "must be from 0 to 3600000");
            }
            data.gap_ms = gap_ms;
        }
        if let Some(reason) = self.paused_reason {
            data.paused_reason = checks.optional("paused_reason", reason);
        }
        checks.end()?;
        Ok(data)
    }
}

async fn check_user(
    checks: &mut Checks,
    web: &Web,
    caller: &Caller,
    user: Option<Uuid>,
) -> Result<Option<UserId>, Problem> {
    let user = user.map(UserId);
    if user != Some(caller.user.id) && !caller.viewer.may_administer() {
        checks.wrong("user", "must be you");
    } else if let Some(id) = user
        && users::lookup(&web.ctx.store, id).await?.is_none()
    {
        checks.wrong("user", "names no user");
    }
    Ok(user)
}

/// A relay's URL without its password, which belongs into `secret`.
fn check_relay(checks: &mut Checks, text: &str) -> String {
    let text = checks.line("smtp_url", text);
    if let Err(fault) = relay::check(&text) {
        checks.wrong("smtp_url", fault);
    }
    text
}
