//! Mailboxes as their owners see them. Lanes, leases and fences belong to `queue::lane`. A mailbox
//! without a user is the organisation's: everybody may write from it, administrators change it.

use super::sql::{execute, maybe, one, row, rows, statements};
use super::{Result, Store, StoreError, Tx};
use crate::domain::address::EmailAddress;
use crate::domain::clock::Millis;
use crate::domain::id::{MailboxId, MailboxNo, UserId};
use crate::domain::mailbox::{AuthMethod, EnvelopePolicy, Profile};
use crate::domain::viewer::Viewer;

statements! {
    ADD = "INSERT INTO mailboxes (id, user_id, name, address, profile, auth, envelope, smtp_url, secret,
            daily_cap, gap_ms, paused_reason, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING no";
    UPDATE = "UPDATE mailboxes SET user_id = $2, name = $3, address = $4, profile = $5, auth = $6,
            envelope = $7, smtp_url = $8, secret = $9, daily_cap = $10, gap_ms = $11, paused_reason = $12
        WHERE id = $1";
    LOOKUP = "SELECT no, id, user_id, name, address, profile, auth, envelope, smtp_url, secret, daily_cap,
            gap_ms, paused_reason, slowed_until, created_at
        FROM mailboxes WHERE id = $1 AND ($2 OR user_id = $3 OR user_id IS NULL)";
    LIST = "SELECT no, id, user_id, name, address, profile, auth, envelope, smtp_url, secret, daily_cap,
            gap_ms, paused_reason, slowed_until, created_at
        FROM mailboxes WHERE ($1 OR user_id = $2 OR user_id IS NULL) AND (id < $3 OR $3 IS NULL)
        ORDER BY id DESC LIMIT $4";
    PAUSED = "SELECT no, id, user_id, name, address, profile, auth, envelope, smtp_url, secret, daily_cap,
            gap_ms, paused_reason, slowed_until, created_at
        FROM mailboxes WHERE ($1 OR user_id = $2) AND paused_reason IS NOT NULL ORDER BY address LIMIT 50";
    BY_NO = "SELECT no, id, user_id, name, address, profile, auth, envelope, smtp_url, secret, daily_cap,
            gap_ms, paused_reason, slowed_until, created_at
        FROM mailboxes WHERE no = $1";
    PAUSE = "UPDATE mailboxes SET paused_reason = $2 WHERE no = $1 AND paused_reason IS NULL";
    DELETE = "DELETE FROM mailboxes WHERE id = $1
        AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.mailbox_no = mailboxes.no)";
}

row! {
    struct MailboxRow {
        no: MailboxNo,
        id: MailboxId,
        user_id: Option<UserId>,
        name: String,
        address: String,
        profile: String,
        auth: String,
        envelope: Option<String>,
        smtp_url: Option<String>,
        secret: Option<Vec<u8>>,
        daily_cap: Option<i64>,
        gap_ms: i64,
        paused_reason: Option<String>,
        slowed_until: Option<Millis>,
        created_at: Millis,
    }
}

/// A mailbox.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// In the queue.
    pub no: MailboxNo,
    /// At the edge.
    pub id: MailboxId,
    /// What its owner writes.
    pub data: MailboxData,
    /// Until when it sends more slowly, since a server said that it sends too fast; may be past.
    pub slowed_until: Option<Millis>,
    /// When it was added.
    pub created_at: Millis,
}

/// What of a mailbox its owner writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxData {
    /// Whose it is; `None` is everybody's.
    pub user: Option<UserId>,
    /// The name recipients read; empty for the user's own.
    pub name: String,
    /// The From address, unique.
    pub address: EmailAddress,
    /// Its kind of provider.
    pub profile: Profile,
    /// How we sign in.
    pub auth: AuthMethod,
    /// What stands in MAIL FROM; `None` as the profile says.
    pub envelope: Option<EnvelopePolicy>,
    /// The relay without its password; `None` for the installation's.
    pub smtp_url: Option<String>,
    /// The password or token, sealed for this mailbox (`domain::sealed`, owner = the id's bytes).
    pub secret: Option<Vec<u8>>,
    /// Recipients a day; `None` as the profile says.
    pub daily_cap: Option<i64>,
    /// The least pause between two mails, in milliseconds.
    pub gap_ms: i64,
    /// Why nothing leaves from it now.
    pub paused_reason: Option<String>,
}

impl MailboxData {
    /// A mailbox of `user` with everything else as its profile and the installation say.
    pub const fn new(user: Option<UserId>, address: EmailAddress) -> Self {
        Self {
            user,
            name: String::new(),
            address,
            profile: Profile::Generic,
            auth: AuthMethod::Password,
            envelope: None,
            smtp_url: None,
            secret: None,
            daily_cap: None,
            gap_ms: 0,
            paused_reason: None,
        }
    }
}

/// Adds a mailbox.
pub async fn add(tx: &mut Tx, id: MailboxId, data: &MailboxData, now: Millis) -> Result<MailboxNo> {
    let (no,) = one!(tx, ADD, (MailboxNo,); id, data.user, data.name.as_str(),
        data.address.as_str(), data.profile.as_str(), auth_word(data.auth),
        data.envelope.map(envelope_word), data.smtp_url.as_deref(), data.secret.as_deref(),
        data.daily_cap, data.gap_ms, data.paused_reason.as_deref(), now)?;
    Ok(no)
}

/// Writes all of it; `false` when there is none.
pub async fn update(tx: &mut Tx, id: MailboxId, data: &MailboxData) -> Result<bool> {
    let n = execute!(tx, UPDATE; id, data.user, data.name.as_str(), data.address.as_str(),
        data.profile.as_str(), auth_word(data.auth), data.envelope.map(envelope_word),
        data.smtp_url.as_deref(), data.secret.as_deref(), data.daily_cap, data.gap_ms,
        data.paused_reason.as_deref())?;
    Ok(n == 1)
}

/// The mailbox with this id, if it is the viewer's, everybody's, or the viewer administers.
pub async fn lookup(store: &Store, viewer: &Viewer, id: MailboxId) -> Result<Option<Mailbox>> {
    maybe!(store, LOOKUP, MailboxRow; id, viewer.may_administer(), viewer.user)?
        .map(read)
        .transpose()
}

/// The mailbox of a lane.
pub async fn by_no(store: &Store, no: MailboxNo) -> Result<Option<Mailbox>> {
    maybe!(store, BY_NO, MailboxRow; no)?.map(read).transpose()
}

/// Lets nothing leave until its owner writes the mailbox again; a reason that stands there stays.
pub async fn pause(tx: &mut Tx, no: MailboxNo, reason: &str) -> Result<()> {
    execute!(tx, PAUSE; no, reason)?;
    Ok(())
}

/// Mailboxes within the same reach, newest first.
pub async fn list(
    store: &Store,
    viewer: &Viewer,
    before: Option<MailboxId>,
    limit: i64,
) -> Result<Vec<Mailbox>> {
    rows!(store, LIST, MailboxRow; viewer.may_administer(), viewer.user, before, limit)?
        .into_iter()
        .map(read)
        .collect()
}

/// Paused mailboxes that the viewer may let send again.
pub async fn paused(store: &Store, viewer: &Viewer) -> Result<Vec<Mailbox>> {
    rows!(store, PAUSED, MailboxRow; viewer.may_administer(), viewer.user)?
        .into_iter()
        .map(read)
        .collect()
}

/// Deletes a mailbox that nothing was written from; `false` when something was, or there is none.
pub async fn delete(tx: &mut Tx, id: MailboxId) -> Result<bool> {
    Ok(execute!(tx, DELETE; id)? == 1)
}

const fn auth_word(auth: AuthMethod) -> &'static str {
    match auth {
        AuthMethod::Password => "password",
        AuthMethod::Xoauth2 => "xoauth2",
    }
}

const fn envelope_word(envelope: EnvelopePolicy) -> &'static str {
    match envelope {
        EnvelopePolicy::Own => "own",
        EnvelopePolicy::Plus => "plus",
        EnvelopePolicy::Verp => "verp",
    }
}

fn read(row: MailboxRow) -> Result<Mailbox> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("mailbox {}: {what}", row.id));
    let envelope = match row.envelope.as_deref() {
        None => None,
        Some("own") => Some(EnvelopePolicy::Own),
        Some("plus") => Some(EnvelopePolicy::Plus),
        Some("verp") => Some(EnvelopePolicy::Verp),
        Some(_) => return Err(corrupt("envelope")),
    };
    let auth = match row.auth.as_str() {
        "password" => AuthMethod::Password,
        "xoauth2" => AuthMethod::Xoauth2,
        _ => return Err(corrupt("auth")),
    };
    Ok(Mailbox {
        data: MailboxData {
            address: EmailAddress::parse(&row.address).map_err(|_| corrupt("address"))?,
            profile: Profile::from_word(&row.profile).ok_or_else(|| corrupt("profile"))?,
            user: row.user_id,
            name: row.name,
            auth,
            envelope,
            smtp_url: row.smtp_url,
            secret: row.secret,
            daily_cap: row.daily_cap,
            gap_ms: row.gap_ms,
            paused_reason: row.paused_reason,
        },
        no: row.no,
        id: row.id,
        slowed_until: row.slowed_until,
        created_at: row.created_at,
    })
}
