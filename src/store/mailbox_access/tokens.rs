//! OAuth 2 tokens, sealed, and who is on the way to get one. Opened and refreshed in `access`.

use super::super::sql::{execute, maybe, row, statements};
use super::super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{MailboxId, MailboxNo, SessionId};
use std::time::Duration;

statements! {
    LOOKUP = "SELECT provider, access, refresh, expires_at, broken, version FROM mailbox_tokens
        WHERE mailbox_no = $1";
    SAVE = "INSERT INTO mailbox_tokens (mailbox_no, provider, access, refresh, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (mailbox_no) DO UPDATE SET provider = excluded.provider,
            access = excluded.access, refresh = excluded.refresh, expires_at = excluded.expires_at,
            broken = NULL, version = mailbox_tokens.version + 1, refreshing_until = 0";
    /// One refresher at a time: providers that give a new refresh token with each use take a
    /// second use of the old one for theft.
    CLAIM = sqlite "UPDATE mailbox_tokens
        SET refreshing_until = CAST(unixepoch('subsec') * 1000 AS INTEGER) + $3
        WHERE mailbox_no = $1 AND version = $2 AND broken IS NULL
            AND refreshing_until < CAST(unixepoch('subsec') * 1000 AS INTEGER)"
        postgres "UPDATE mailbox_tokens
        SET refreshing_until = CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + $3
        WHERE mailbox_no = $1 AND version = $2 AND broken IS NULL
            AND refreshing_until < CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
    REFRESHED = "UPDATE mailbox_tokens SET access = $3, refresh = COALESCE($4, refresh),
            expires_at = $5, version = version + 1, refreshing_until = 0
        WHERE mailbox_no = $1 AND version = $2";
    RELEASE = "UPDATE mailbox_tokens SET refreshing_until = 0 WHERE mailbox_no = $1 AND version = $2";
    BREAK = "UPDATE mailbox_tokens SET broken = $3, version = version + 1, refreshing_until = 0
        WHERE mailbox_no = $1 AND version = $2";
    REMOVE = "DELETE FROM mailbox_tokens WHERE mailbox_no = $1";
    RECONNECT = "UPDATE mailbox_access SET state = 3, trouble = $2 WHERE mailbox_no = $1";
    UNPAUSE = "UPDATE mailboxes SET paused_reason = NULL WHERE no = $1 AND paused_reason = $2";
    BEGIN = "INSERT INTO oauth_states (hash, session_id, mailbox_id, provider, verifier, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    FORGET_OLD = "DELETE FROM oauth_states WHERE expires_at < $1";
    /// Deleted as it is read: a state is good once.
    TAKE = "DELETE FROM oauth_states WHERE hash = $1
        RETURNING session_id, mailbox_id, provider, verifier, expires_at";
}

row! {
    /// A mailbox's tokens, sealed.
    pub struct Tokens {
        /// The word of the provider.
        pub provider: String,
        /// What is signed in with.
        pub access: Vec<u8>,
        /// What brings the next one; some providers give none.
        pub refresh: Option<Vec<u8>>,
        /// Until when `access` is good.
        pub expires_at: Millis,
        /// Why its owner must connect again.
        pub broken: Option<String>,
        /// Which ones these are.
        pub version: i64,
    }
}

/// Fresh tokens, sealed.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// What is signed in with.
    pub access: Vec<u8>,
    /// What brings the next one; `None` keeps the present one.
    pub refresh: Option<Vec<u8>>,
    /// Until when `access` is good.
    pub expires_at: Millis,
}

row! {
    /// Somebody came back from their provider.
    pub struct Pending {
        /// The session they left with.
        pub session_id: SessionId,
        /// What they are connecting.
        pub mailbox_id: MailboxId,
        /// The word of the provider.
        pub provider: String,
        /// The PKCE verifier, sealed.
        pub verifier: Vec<u8>,
        /// Until when they may come back.
        pub expires_at: Millis,
    }
}

/// The tokens of a mailbox, if it is connected by OAuth.
pub async fn lookup(store: &Store, mailbox: MailboxNo) -> Result<Option<Tokens>> {
    maybe!(store, LOOKUP, Tokens; mailbox)
}

/// Keeps the tokens of a fresh connection.
pub async fn save(tx: &mut Tx, mailbox: MailboxNo, provider: &str, new: &Sealed) -> Result<()> {
    execute!(tx, SAVE; mailbox, provider, new.access.as_slice(), new.refresh.as_deref(),
        new.expires_at)?;
    Ok(())
}

/// Takes on the refresh of the tokens of this version, for at most `limit`; `false` when somebody
/// else is at it, or has done it.
pub async fn claim(tx: &mut Tx, mailbox: MailboxNo, version: i64, limit: Duration) -> Result<bool> {
    let limit = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
    Ok(execute!(tx, CLAIM; mailbox, version, limit)? == 1)
}

/// Keeps what a refresh brought; nothing when the tokens were replaced meanwhile.
pub async fn refreshed(tx: &mut Tx, mailbox: MailboxNo, version: i64, new: &Sealed) -> Result<()> {
    execute!(tx, REFRESHED; mailbox, version, new.access.as_slice(), new.refresh.as_deref(),
        new.expires_at)?;
    Ok(())
}

/// Ends a refresh that brought nothing and may be tried again.
pub async fn release(tx: &mut Tx, mailbox: MailboxNo, version: i64) -> Result<()> {
    execute!(tx, RELEASE; mailbox, version)?;
    Ok(())
}

/// The provider takes the tokens of this version no more: its owner must connect again, and
/// nothing is sent or read until then. `false` when they were replaced meanwhile.
pub async fn give_up(tx: &mut Tx, mailbox: MailboxNo, version: i64, reason: &str) -> Result<bool> {
    if execute!(&mut *tx, BREAK; mailbox, version, reason)? == 0 {
        return Ok(false);
    }
    execute!(&mut *tx, RECONNECT; mailbox, reason)?;
    super::super::mailboxes::pause(tx, mailbox, reason).await?;
    Ok(true)
}

/// Lets mail leave again that waited for `reason` alone.
pub async fn resume(tx: &mut Tx, mailbox: MailboxNo, reason: &str) -> Result<()> {
    execute!(tx, UNPAUSE; mailbox, reason)?;
    Ok(())
}

/// Forgets the tokens of a mailbox.
pub async fn remove(tx: &mut Tx, mailbox: MailboxNo) -> Result<()> {
    execute!(tx, REMOVE; mailbox)?;
    Ok(())
}

/// Keeps who left for their provider under the hash of the state they carry.
pub async fn begin(tx: &mut Tx, hash: &[u8], pending: &Pending, now: Millis) -> Result<()> {
    execute!(&mut *tx, FORGET_OLD; now)?;
    execute!(tx, BEGIN; hash, pending.session_id, pending.mailbox_id, pending.provider.as_str(),
        pending.verifier.as_slice(), pending.expires_at)?;
    Ok(())
}

/// Who came back with the state of this hash. Once; whether in time is for the caller to see.
pub async fn finish(tx: &mut Tx, hash: &[u8]) -> Result<Option<Pending>> {
    maybe!(tx, TAKE, Pending; hash)
}
