//! How one mailbox is reached: whose mail is read, the server, the connection by OAuth, a try, and
//! the end of it. Its owner's and administrators' alone.

mod page;

use super::desk::{Answer, Desk, Sent, go_to, id_of, shown, shown_again};
use super::layout::{self, Here, csrf};
use super::parts::Errors;
use super::words::Lang;
use crate::access::{self, ConsentError, Sealed, Tried};
use crate::domain::address::mail_domain;
use crate::domain::clock::Millis;
use crate::domain::id::MailboxId;
use crate::domain::mailbox::{Provider, SentPolicy};
use crate::net::imap::Server;
use crate::store::StoreError;
use crate::store::inbound::gate;
use crate::store::mailbox_access::copies::{self, Counts};
use crate::store::mailbox_access::tokens::{self, Tokens};
use crate::store::mailbox_access::{self, Access, AccessData, LargeMail};
use crate::store::mailboxes::{self, Mailbox};
use crate::web::auth::{Anyone, Fields, Refusal, Signed};
use crate::web::error::Problem;
use actix_web::HttpRequest;
use actix_web::web::Path;
use maud::{Markup, html};
use std::time::Duration;

/// How long a server has to answer somebody who waits for the page.
const PATIENCE: Duration = Duration::from_secs(10);
/// Large mails shown.
const LARGE_SHOWN: i64 = 20;
/// Folders and domains that may be excluded, and the longest name of a folder.
const MOST_EXCLUDED: usize = 100;
const LONGEST_NAME: usize = 200;

/// All that the page tells.
struct Found {
    mailbox: Mailbox,
    access: Option<Access>,
    tokens: Option<Tokens>,
    copies: Counts,
    large: Vec<LargeMail>,
    /// Domains whose mail is not kept, as stored or as typed.
    domains: Vec<String>,
}

/// `GET /settings/mailboxes/{id}/access`
pub async fn show(desk: Desk, path: Path<String>) -> Answer {
    let found = find(&desk, &path).await?;
    Ok(shown(page_of(&desk, &found, None, &Errors::default())))
}

/// `POST /settings/mailboxes/{id}/access`
pub async fn save(sent: Sent, path: Path<String>) -> Answer {
    let Sent { desk, fields } = sent;
    let mut found = find(&desk, &path).await?;
    let mut errors = Errors::default();
    let data = typed(&desk, &found, &fields, &mut errors);
    found.domains = domains(desk.lang(), &fields, &mut errors);
    if !errors.is_empty() {
        return Ok(shown_again(page_of(&desk, &found, None, &errors)));
    }
    let mut tx = desk.web.ctx.store.begin().await?;
    mailbox_access::save(&mut tx, found.mailbox.no, &data).await?;
    gate::exclude(&mut tx, found.mailbox.no, &found.domains).await?;
    tx.commit().await?;
    try_page(&desk, find(&desk, &path).await?).await
}

/// `POST /settings/mailboxes/{id}/access/try`
pub async fn try_out(sent: Sent, path: Path<String>) -> Answer {
    let desk = sent.desk;
    let found = find(&desk, &path).await?;
    try_page(&desk, found).await
}

/// Tries both sign-ins and shows how they came out.
async fn try_page(desk: &Desk, found: Found) -> Answer {
    let tried = tried(desk, &found).await?;
    let page = page_of(desk, &found, Some(&tried), &Errors::default());
    Ok(shown(page))
}

async fn tried(desk: &Desk, found: &Found) -> Result<Tried, StoreError> {
    let ctx = &desk.web.ctx;
    let access = found.access.as_ref().map(|access| &access.data);
    let tried = access::try_both(ctx, &found.mailbox, access, PATIENCE).await?;
    if tried.reading.is_ok() {
        let mut tx = ctx.store.begin().await?;
        mailbox_access::retry(&mut tx, found.mailbox.no).await?;
        tx.commit().await?;
    }
    Ok(tried)
}

/// `POST /settings/mailboxes/{id}/access/connect`: a page with the way to the provider. A link and
/// not a redirect: forms lead nowhere else by our own policy.
pub async fn connect(signed: Signed<Anyone>, sent: Sent, path: Path<String>) -> Answer {
    let desk = sent.desk;
    let lang = desk.lang();
    let found = find(&desk, &path).await?;
    let Some(provider) = found.mailbox.data.profile.provider() else {
        return Err(Problem::not_found().into());
    };
    let ctx = &desk.web.ctx;
    let body = match access::begin(ctx, signed.session, &found.mailbox, provider).await {
        Ok(url) => page::leaving(lang, provider, &url, &at(found.mailbox.id)),
        Err(ConsentError::Store(error)) => return Err(error.into()),
        Err(error) => page::not_connected(lang, &error.to_string(), &at(found.mailbox.id)),
    };
    Ok(shown(layout::page(
        &desk.frame,
        Here::Settings,
        lang.access_title(),
        &body,
    )))
}

/// `GET /oauth/callback`: back from the provider. The one GET that changes something; it needs the
/// state that left with this session, which is good once.
pub async fn callback(signed: Signed<Anyone>, desk: Desk, request: HttpRequest) -> Answer {
    let query = super::desk::query(&request);
    let ctx = &desk.web.ctx;
    let (state, code) = (query.text("state"), query.text("code"));
    let done = if code.is_empty() {
        Err(desk.lang().access_refused(query.text("error")))
    } else {
        let may_change = async |id| own(&desk, id).await;
        match access::finish(ctx, signed.session, state, code, may_change).await {
            Ok(id) => Ok(id),
            Err(ConsentError::Store(error)) => return Err(error.into()),
            Err(error) => Err(error.to_string()),
        }
    };
    match done {
        Ok(id) => connected(&desk, id).await,
        Err(text) => {
            let lang = desk.lang();
            let body = page::not_connected(lang, &text, "/settings");
            let title = lang.access_title();
            Ok(shown_again(layout::page(
                &desk.frame,
                Here::Settings,
                title,
                &body,
            )))
        }
    }
}

/// The provider gave its permission: what it is good for is tried at once.
async fn connected(desk: &Desk, id: MailboxId) -> Answer {
    let found = find(desk, &id.to_string()).await?;
    let tried = tried(desk, &found).await?;
    if tried.reading.is_ok() && tried.sending.is_ok() {
        return Ok(go_to(&format!("{}?done=connected", at(id))));
    }
    let page = page_of(desk, &found, Some(&tried), &Errors::default());
    Ok(shown_again(page))
}

/// `POST /settings/mailboxes/{id}/access/disconnect`
pub async fn disconnect(sent: Sent, path: Path<String>) -> Answer {
    let desk = sent.desk;
    let found = find(&desk, &path).await?;
    let mut tx = desk.web.ctx.store.begin().await?;
    mailbox_access::disconnect(&mut tx, found.mailbox.no).await?;
    tx.commit().await?;
    Ok(go_to(&format!(
        "{}?done=disconnected",
        at(found.mailbox.id)
    )))
}

fn at(id: MailboxId) -> String {
    format!("/settings/mailboxes/{id}/access")
}

/// The mailbox, if the reader may change it.
async fn own(desk: &Desk, id: MailboxId) -> Result<Option<Mailbox>, StoreError> {
    let found = mailboxes::lookup(&desk.web.ctx.store, &desk.viewer, id).await?;
    Ok(found.filter(|mailbox| {
        desk.viewer.may_administer() || mailbox.data.user == Some(desk.viewer.user)
    }))
}

async fn find(desk: &Desk, path: &str) -> Result<Found, Refusal> {
    let store = &desk.web.ctx.store;
    let mailbox = own(desk, id_of(path)?).await?;
    let mailbox = mailbox.ok_or_else(Problem::not_found)?;
    let no = mailbox.no;
    Ok(Found {
        mailbox,
        access: mailbox_access::lookup(store, no).await?,
        tokens: tokens::lookup(store, no).await?,
        copies: copies::counts(store, no).await?,
        large: mailbox_access::large_mails(store, no, LARGE_SHOWN).await?,
        domains: gate::excluded(store, no).await?,
    })
}

fn page_of(desk: &Desk, found: &Found, tried: Option<&Tried>, errors: &Errors) -> Markup {
    let lang = desk.lang();
    let provider = found.mailbox.data.profile.provider();
    let is_registered =
        provider.is_some_and(|provider| desk.web.ctx.settings.oauth.of(provider).is_some());
    let here = page::At {
        when: &desk.frame.when,
        path: at(found.mailbox.id),
        csrf: csrf(&desk.frame),
        may_set_server: desk.viewer.may_administer(),
        provider: provider.filter(|_| is_registered),
    };
    let body = html! {
        (page::head(&here, found))
        (errors.summary(lang))
        @if let Some(tried) = tried { (page::tried(lang, tried)) }
        (page::standing(&here, found))
        (page::form(&here, found, errors))
    };
    layout::page(&desk.frame, Here::Settings, lang.access_title(), &body)
}

/// What was typed, over what was there.
fn typed(desk: &Desk, found: &Found, fields: &Fields, errors: &mut Errors) -> AccessData {
    let lang = desk.lang();
    let ctx = &desk.web.ctx;
    let present = found.access.as_ref().map(|access| &access.data);
    let mut imap_url = present.and_then(|data| data.imap_url.clone());
    // It makes this server open connections, as a relay does.
    if desk.viewer.may_administer() {
        let url = fields.text("imap_url");
        imap_url = (!url.is_empty()).then(|| url.to_owned());
        if !url.is_empty() && Server::parse(url).is_err() {
            errors.add("imap_url", lang.access_url_wrong());
        }
    }
    if imap_url.is_none() && found.mailbox.data.profile.imap_url().is_none() {
        errors.add("imap_url", lang.access_url_missing());
    }
    let password = fields.get("password").unwrap_or("");
    let imap_secret = if password.is_empty() {
        present.and_then(|data| data.imap_secret.clone())
    } else {
        let id = found.mailbox.id;
        Some(access::seal(ctx, id, Sealed::ImapPassword, password))
    };
    let excluded = fields
        .text("excluded")
        .lines()
        .map(str::trim)
        .filter(|name| !name.is_empty() && name.len() <= LONGEST_NAME)
        .take(MOST_EXCLUDED);
    let read_from = match fields.text("read_from") {
        "" => Some(ctx.clock.now()),
        text => day(text),
    };
    if read_from.is_none() {
        errors.add("read_from", lang.access_date_wrong());
    }
    AccessData {
        imap_url,
        imap_secret,
        sent: SentPolicy::from_word(fields.text("sent")),
        excluded: excluded.map(str::to_owned).collect(),
        read_from: match (present, read_from) {
            // The day alone is shown; unless it was changed, the moment stays.
            (Some(data), Some(at)) if page::day(data.read_from) == page::day(at) => data.read_from,
            (_, at) => at.unwrap_or_else(|| ctx.clock.now()),
        },
    }
}

/// The domains that were typed, as addresses hold them; those that are none stay as they are and
/// are told.
fn domains(lang: Lang, fields: &Fields, errors: &mut Errors) -> Vec<String> {
    let lines = fields.text("domains").lines().map(str::trim);
    let mut found = Vec::new();
    for line in lines.filter(|line| !line.is_empty()).take(MOST_EXCLUDED) {
        let domain = mail_domain(line);
        if domain.is_none() {
            errors.add("domains", lang.access_domain_wrong(line));
        }
        found.push(domain.unwrap_or_else(|| line.to_owned()));
    }
    found
}

fn day(text: &str) -> Option<Millis> {
    let day: jiff::civil::Date = text.parse().ok()?;
    let at = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Millis(at.timestamp().as_millisecond()))
}

/// The name people know a provider by.
const fn name(provider: Provider) -> &'static str {
    match provider {
        Provider::Google => "Google",
        Provider::Microsoft => "Microsoft",
    }
}
