//! What the tests share: a mailbox of the store that is read, and figures of what came in.

use otklik::access::{self, Sealed};
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::id::{MailboxId, UserId};
use otklik::domain::mailbox::{AuthMethod, Profile, SentPolicy};
use otklik::net::imap::Timeouts;
use otklik::store::Store;
use otklik::store::mailbox_access::{self, Access, AccessData};
use otklik::store::mailboxes::{self, Mailbox, MailboxData};
use otklik::work::mailbox::Readers;
use std::time::Duration;

/// What a mailbox is set up with.
pub struct New<'a> {
    pub address: &'a str,
    pub owner: Option<UserId>,
    pub profile: Profile,
    pub smtp_url: Option<String>,
    pub imap_url: Option<String>,
    pub password: Option<&'a str>,
    pub sent: Option<SentPolicy>,
    pub excluded: &'a [&'a str],
}

impl<'a> New<'a> {
    /// The organisation's mailbox `address`, read at `imap_url`: it is read whole.
    pub fn shared(address: &'a str, imap_url: &str) -> Self {
        Self {
            address,
            owner: None,
            profile: Profile::Generic,
            smtp_url: None,
            imap_url: Some(imap_url.to_owned()),
            password: Some(crate::dovecot::PASSWORD),
            sent: None,
            excluded: &[],
        }
    }
}

/// Adds a mailbox that is read from the clock's present on.
pub async fn add(ctx: &Ctx, new: New<'_>) -> Mailbox {
    let id = MailboxId(ctx.clock.fresh_id());
    let data = MailboxData {
        user: new.owner,
        name: String::new(),
        address: EmailAddress::parse(new.address).unwrap(),
        profile: new.profile,
        auth: AuthMethod::Password,
        envelope: None,
        smtp_url: new.smtp_url,
        secret: None,
        daily_cap: None,
        gap_ms: 0,
        paused_reason: None,
    };
    let access = AccessData {
        imap_url: new.imap_url,
        imap_secret: new
            .password
            .map(|password| access::seal(ctx, id, Sealed::ImapPassword, password)),
        sent: new.sent,
        excluded: new.excluded.iter().map(|name| (*name).to_owned()).collect(),
        read_from: ctx.clock.now(),
    };
    let mut tx = ctx.store.begin().await.unwrap();
    let no = mailboxes::add(&mut tx, id, &data, ctx.clock.now())
        .await
        .unwrap();
    mailbox_access::save(&mut tx, no, &access).await.unwrap();
    tx.commit().await.unwrap();
    mailboxes::by_no(&ctx.store, no).await.unwrap().unwrap()
}

pub fn readers(ctx: &Ctx) -> Readers {
    Readers::new(ctx.clone(), Timeouts::all(Duration::from_secs(20)))
}

/// How the connection to `mailbox` stands.
pub async fn access(ctx: &Ctx, mailbox: &Mailbox) -> Access {
    let found = mailbox_access::lookup(&ctx.store, mailbox.no).await;
    found.unwrap().expect("the mailbox is read")
}

/// One number from the store.
pub async fn number(store: &Store, sql: &'static str) -> i64 {
    match store {
        Store::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_one(read).await,
        Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
    }
    .unwrap()
}

/// Mails stored, and times that one came.
pub async fn counts(ctx: &Ctx) -> (i64, i64) {
    (
        number(&ctx.store, "SELECT COUNT(*) FROM inbound").await,
        number(&ctx.store, "SELECT COUNT(*) FROM arrivals").await,
    )
}

/// Looks until `done`, for as long as nothing here takes.
pub async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never happens: {what}");
}

/// A mail of a contact's.
pub fn mail(number: usize, text: &str) -> String {
    format!(
        "From: Anna <anna@buyer.example>\r\nTo: sales@seller.example\r\n\
         Date: Mon, 4 May 2026 09:00:00 +0000\r\nMessage-ID: <mail-{number}@buyer.example>\r\n\
         Subject: Question {number}\r\n\r\n{text}\r\n"
    )
}
