//! `/mailboxes/{id}/access`: how a mailbox is read, for its owner and administrators: set up, tried,
//! connected again, ended. A secret goes in and never comes out. Permission by OAuth is given in a
//! browser, on the mailbox's page.

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::mailboxes::own;
use super::outcome::{Outcome, done, ok};
use super::wire::{Checks, PathId, present};
use crate::access::{self, Checked, Failure, Next, Sealed, Sending};
use crate::domain::clock::Millis;
use crate::domain::mailbox::SentPolicy;
use crate::net::imap::Server;
use crate::store::mailbox_access::{self, AccessData, copies, tokens};
use crate::store::mailboxes::Mailbox;
use actix_web::web::Data;
use actix_web::{delete, get, post, put};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long a server has for each answer while a caller waits.
const PATIENCE: Duration = Duration::from_secs(10);
/// Folders that may be excluded, and the longest name of one.
const MOST_EXCLUDED: usize = 100;
const LONGEST_NAME: usize = 200;

/// How a mailbox is to be read. What is not named stays as it is, or as its profile says.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccessIn {
    /// The server, without its password; `null` is the provider's own. For administrators: it makes
    /// this server open connections.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, example = "imaps://mail.example.org")]
    imap_url: Option<Option<String>>,
    /// The password for reading; `null` where it is that for sending. Kept sealed, shown as `***`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    password: Option<Option<String>>,
    /// Who files Sent: `provider`, `append` or `none`; `null` as the profile says.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    sent: Option<Option<String>>,
    /// Folders that are never opened.
    excluded: Option<Vec<String>>,
    /// Mail that came before is never read. The present, when it is set up.
    read_from: Option<String>,
}

/// The connection by OAuth.
#[derive(Debug, Serialize, ToSchema)]
struct OAuthOut {
    provider: String,
    /// Why its owner must connect again.
    broken: Option<String>,
}

/// Copies that we file in Sent.
#[derive(Debug, Serialize, ToSchema)]
struct CopiesOut {
    filed: i64,
    due: i64,
    given_up: i64,
}

/// How a mailbox is read, and how that stands.
#[derive(Debug, Serialize, ToSchema)]
struct AccessOut {
    mailbox: Uuid,
    /// `none` while it is not read; `waiting`, `connected`, `trouble` or `re-connect`.
    state: &'static str,
    /// What is wrong, for its owner.
    trouble: Option<String>,
    seen_at: Option<String>,
    imap_url: Option<String>,
    /// `***` when there is one of its own.
    password: Option<&'static str>,
    sent: Option<&'static str>,
    excluded: Vec<String>,
    read_from: Option<String>,
    oauth: Option<OAuthOut>,
    copies: CopiesOut,
    /// Where its owner connects it by OAuth, in a browser.
    page: String,
}

async fn show(web: &Web, mailbox: &Mailbox) -> Result<AccessOut, Problem> {
    let store = &web.ctx.store;
    let access = mailbox_access::lookup(store, mailbox.no).await?;
    let tokens = tokens::lookup(store, mailbox.no).await?;
    let copies = copies::counts(store, mailbox.no).await?;
    let data = access.as_ref().map(|access| &access.data);
    Ok(AccessOut {
        mailbox: mailbox.id.0,
        state: access
            .as_ref()
            .map_or("none", |access| access.state.as_str()),
        trouble: access.as_ref().and_then(|access| access.trouble.clone()),
        seen_at: access
            .as_ref()
            .and_then(|access| access.seen_at)
            .map(Millis::rfc3339),
        imap_url: data.and_then(|data| data.imap_url.clone()),
        password: data
            .and_then(|data| data.imap_secret.as_ref())
            .map(|_| "***"),
        sent: data.and_then(|data| data.sent).map(SentPolicy::as_str),
        excluded: data.map(|data| data.excluded.clone()).unwrap_or_default(),
        read_from: data.map(|data| data.read_from.rfc3339()),
        oauth: tokens.map(|tokens| OAuthOut {
            provider: tokens.provider,
            broken: tokens.broken,
        }),
        copies: CopiesOut {
            filed: copies.filed,
            due: copies.due,
            given_up: copies.given_up,
        },
        page: format!(
            "{}settings/mailboxes/{}/access",
            web.ctx.settings.base_url, mailbox.id
        ),
    })
}

/// How a mailbox is read
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)),
    responses((status = 200, body = AccessOut), (status = 404)))]
#[get("/mailboxes/{id}/access")]
pub(super) async fn lookup(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let mailbox = own(&web, &caller, id).await?;
    ok(show(&web, &mailbox).await?)
}

/// Connect a mailbox for reading, or change how it is read
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)), request_body = AccessIn,
    responses((status = 200, body = AccessOut), (status = 404), (status = 422)))]
#[put("/mailboxes/{id}/access")]
pub(super) async fn connect(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    body: Json<AccessIn>,
) -> Outcome {
    let mailbox = own(&web, &caller, id).await?;
    let present = mailbox_access::lookup(&web.ctx.store, mailbox.no).await?;
    let blank = AccessData {
        imap_url: None,
        imap_secret: None,
        sent: None,
        excluded: Vec::new(),
        read_from: web.ctx.clock.now(),
    };
    let data = present.map_or(blank, |access| access.data);
    let data = body.value.apply(&web, &caller, &mailbox, data)?;
    let mut tx = web.ctx.store.begin().await?;
    mailbox_access::save(&mut tx, mailbox.no, &data).await?;
    tx.commit().await?;
    ok(show(&web, &mailbox).await?)
}

/// One sign-in that was tried.
#[derive(Debug, Serialize, ToSchema)]
struct SideOut {
    works: bool,
    server: Option<String>,
    /// Whether the server took a token.
    oauth: Option<bool>,
    /// Reading: how many folders can be opened, which is Sent, and whether the server says by
    /// itself when mail comes.
    folders: Option<usize>,
    sent_folder: Option<String>,
    idle: Option<bool>,
    /// Sending through nothing of its own: `installation`, or `caught` where nothing is sent.
    way: Option<&'static str>,
    /// Why it fails.
    error: Option<String>,
    /// What to do: `set_up`, `password`, `connect_again` or `later`, and the same in words.
    next: Option<&'static str>,
    advice: Option<&'static str>,
}

impl SideOut {
    const BLANK: Self = Self {
        works: true,
        server: None,
        oauth: None,
        folders: None,
        sent_folder: None,
        idle: None,
        way: None,
        error: None,
        next: None,
        advice: None,
    };

    fn failed(failure: Failure) -> Self {
        Self {
            works: false,
            error: Some(failure.text),
            next: Some(failure.next.as_str()),
            advice: Some(match failure.next {
                Next::SetUp => "Set the server and a password, or connect it by its provider.",
                Next::Password => "Correct the password; many providers want one for programs.",
                Next::ConnectAgain => "Connect it by its provider again, on its page.",
                Next::Later => "Check the server's name and port; if they are right, try later.",
            }),
            ..Self::BLANK
        }
    }

    fn signed_in(found: Checked) -> Self {
        Self {
            server: Some(found.server),
            oauth: Some(found.is_oauth),
            ..Self::BLANK
        }
    }

    fn reading(found: Checked) -> Self {
        Self {
            folders: Some(found.folders),
            sent_folder: found.sent.clone(),
            idle: Some(found.has_idle),
            ..Self::signed_in(found)
        }
    }

    fn sending(way: Sending) -> Self {
        let named = |way| Self {
            way: Some(way),
            ..Self::BLANK
        };
        match way {
            Sending::Own(found) => Self::signed_in(found),
            Sending::Installation => named("installation"),
            Sending::Caught => named("caught"),
        }
    }
}

/// Both sign-ins, tried.
#[derive(Debug, Serialize, ToSchema)]
struct TriedOut {
    reading: SideOut,
    sending: SideOut,
}

/// Try both sign-ins of a mailbox: nothing is sent and nothing is marked
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)),
    responses((status = 200, body = TriedOut), (status = 404)))]
#[post("/mailboxes/{id}/access/test")]
pub(super) async fn test(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let mailbox = own(&web, &caller, id).await?;
    let ctx = &web.ctx;
    let present = mailbox_access::lookup(&ctx.store, mailbox.no).await?;
    let data = present.as_ref().map(|access| &access.data);
    let tried = access::try_both(ctx, &mailbox, data, PATIENCE).await?;
    ok(TriedOut {
        reading: tried.reading.map_or_else(SideOut::failed, SideOut::reading),
        sending: tried.sending.map_or_else(SideOut::failed, SideOut::sending),
    })
}

/// Let a mailbox be tried at once, after what was wrong has been mended
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)),
    responses((status = 200, body = AccessOut), (status = 404), (status = 409)))]
#[post("/mailboxes/{id}/access/reconnect")]
pub(super) async fn reconnect(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let mailbox = own(&web, &caller, id).await?;
    let store = &web.ctx.store;
    if mailbox_access::lookup(store, mailbox.no).await?.is_none() {
        return Err(Problem::conflict("It is not connected: connect it first."));
    }
    let tokens = tokens::lookup(store, mailbox.no).await?;
    if tokens.is_some_and(|tokens| tokens.broken.is_some()) {
        return Err(Problem::conflict(
            "Its permission is gone: connect it by its provider again, on its page.",
        ));
    }
    let mut tx = store.begin().await?;
    mailbox_access::retry(&mut tx, mailbox.no).await?;
    tx.commit().await?;
    ok(show(&web, &mailbox).await?)
}

/// Read a mailbox no more: passwords and tokens for it are gone, mail that was kept stays
#[utoipa::path(tag = "mailboxes", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404)))]
#[delete("/mailboxes/{id}/access")]
pub(super) async fn disconnect(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let mailbox = own(&web, &caller, id).await?;
    let present = mailbox_access::lookup(&web.ctx.store, mailbox.no).await?;
    let mut tx = web.ctx.store.begin().await?;
    mailbox_access::disconnect(&mut tx, mailbox.no).await?;
    tx.commit().await?;
    done(present.is_some())
}

impl AccessIn {
    fn apply(
        self,
        web: &Web,
        caller: &Caller,
        mailbox: &Mailbox,
        mut data: AccessData,
    ) -> Result<AccessData, Problem> {
        let mut checks = Checks::default();
        if let Some(url) = self.imap_url {
            if !caller.viewer.may_administer() {
                checks.wrong("imap_url", "is set by administrators");
            }
            data.imap_url = checks.optional("imap_url", url);
        }
        let own_server = mailbox.data.profile.imap_url();
        match data.imap_url.as_deref().map(Server::parse) {
            Some(Err(error)) => checks.wrong("imap_url", error),
            None if own_server.is_none() => checks.wrong("imap_url", "is missing"),
            Some(Ok(_)) | None => {}
        }
        if let Some(password) = self.password {
            let id = mailbox.id;
            let seal = |text: String| access::seal(&web.ctx, id, Sealed::ImapPassword, &text);
            data.imap_secret = password.filter(|text| !text.is_empty()).map(seal);
        }
        if let Some(word) = self.sent {
            let policy = word.as_deref().map(SentPolicy::from_word);
            if policy == Some(None) {
                checks.wrong("sent", "must be provider, append or none");
            }
            data.sent = policy.flatten();
        }
        if let Some(excluded) = self.excluded {
            if excluded.len() > MOST_EXCLUDED {
                checks.wrong("excluded", "must be at most 100 folders");
            }
            for (at, name) in excluded.iter().enumerate() {
                let field = format!("excluded[{at}]");
                if checks.line(&field, name).len() > LONGEST_NAME {
                    checks.wrong(field, "must be at most 200 bytes");
                }
            }
            data.excluded = excluded;
        }
        if let Some(text) = self.read_from {
            data.read_from = checks.time("read_from", &text).unwrap_or(data.read_from);
        }
        checks.end()?;
        Ok(data)
    }
}
