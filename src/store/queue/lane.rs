//! Mailbox lanes: the unit of claim. Whoever holds a mailbox's lease does its SMTP and its pacing;
//! the fence, raised with every change of hands, is named by every start.
//!
//! On PostgreSQL a lease runs by the database's clock; a holder `<folder>:<start>` takes over from
//! an earlier start on its own data folder at once, since the folder's lock says that one is dead. On SQLite there is one `serve` per data
//! folder, so whatever another holder left is dead, and a holder's name stands for the lease.

use super::super::log;
use super::super::sql::{execute, maybe, one, row, rows, statements};
use super::super::{Result, Store, Tx};
use crate::config::UncertainPolicy;
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{DeliveryNo, MailboxNo};
use std::time::Duration;

/// Renders that took the process down before a delivery is parked.
pub const CRASHES_BEFORE_HELD: i64 = 3;

statements! {
    /// Mailboxes with something due, or with something a dead lane left open.
    WAITING = "SELECT m.no FROM mailboxes m
        WHERE (m.paused_reason IS NULL AND EXISTS (SELECT 1 FROM deliveries d
                WHERE d.mailbox_no = m.no AND d.state IN (1, 3, 6) AND d.due_at <= $1))
            OR EXISTS (SELECT 1 FROM deliveries d WHERE d.mailbox_no = m.no AND d.state IN (4, 5))
        ORDER BY m.no";
    DUE = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM deliveries d
        WHERE d.mailbox_no = $1 AND d.state IN (1, 3, 6) AND d.due_at <= $2
            AND EXISTS (SELECT 1 FROM mailboxes m WHERE m.no = d.mailbox_no AND m.paused_reason IS NULL)
        LIMIT 1) AS due";
    TAKE = sqlite "UPDATE mailboxes SET lease_holder = $2, lease_until = $3, fence = fence + 1
        WHERE no = $1 AND (lease_holder IS NULL OR lease_holder <> $2)
        RETURNING fence"
        postgres "UPDATE mailboxes SET lease_holder = $2, fence = fence + 1,
            lease_until = CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + $3
        WHERE no = $1 AND (lease_holder IS NULL
            OR (lease_holder <> $2 AND split_part(lease_holder, ':', 1) = split_part($2, ':', 1))
            OR lease_until < CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT))
        RETURNING fence";
    RENEW = sqlite "UPDATE mailboxes SET lease_until = $4 WHERE no = $1 AND lease_holder = $2 AND fence = $3"
        postgres "UPDATE mailboxes
        SET lease_until = CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + $4
        WHERE no = $1 AND lease_holder = $2 AND fence = $3";
    /// The fence of a lane of ours, raised so that nothing more starts under the old one.
    RAISE = "UPDATE mailboxes SET fence = fence + 1, lease_holder = NULL
        WHERE no = $1 AND lease_holder = $2 RETURNING fence";
    GIVE_UP = "UPDATE mailboxes SET lease_holder = NULL WHERE no = $1 AND lease_holder = $2 AND fence = $3";
    END_ATTEMPTS = "UPDATE attempts SET ended_at = $3, outcome = 'interrupted'
        WHERE ended_at IS NULL AND delivery_no IN (SELECT no FROM deliveries
            WHERE mailbox_no = $1 AND state IN (4, 5) AND fence < $2)";
    /// No bytes yet: the process may have died of making them.
    RELEASE = "UPDATE deliveries SET state = 3,
            crashes = crashes + CASE WHEN EXISTS (SELECT 1 FROM rendered r
                WHERE r.delivery_no = deliveries.no) THEN 0 ELSE 1 END
        WHERE mailbox_no = $1 AND state = 4 AND fence < $2
        RETURNING no";
    PARK = "UPDATE deliveries SET state = 2, reason_code = 'crashed',
            reason_text = 'making this mail took the process down three times'
        WHERE mailbox_no = $1 AND state = 3 AND crashes >= $2";
    LOSE = "UPDATE deliveries SET state = 8, reason_code = 'interrupted',
            reason_text = 'the process ended before the server''s answer was recorded',
            settled_at = $3, tries = tries + 1
        WHERE mailbox_no = $1 AND state = 5 AND fence < $2
        RETURNING no";
    RETRY = "UPDATE deliveries SET state = 6, due_at = $3, tries = tries + 1
        WHERE mailbox_no = $1 AND state = 5 AND fence < $2
        RETURNING no";
    /// Newest first, so that a limit keeps what matters.
    SENT_SINCE = "SELECT d.domain, a.handed_over_at AS at
        FROM deliveries d JOIN attempts a ON a.delivery_no = d.no
        WHERE d.mailbox_no = $1 AND a.handed_over_at > $2
        ORDER BY a.handed_over_at DESC LIMIT 20000";
}

/// A held lane: every start names its fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// Whose mail.
    pub mailbox: MailboxNo,
    /// Which turn at it.
    pub fence: i64,
}

row! {
    /// One hand-over of the past.
    pub struct PastHandOver {
        /// The recipient's domain.
        pub domain: String,
        /// When.
        pub at: Millis,
    }
}

/// Mailboxes for which there is something to do at `now`.
pub async fn waiting(store: &Store, now: Millis) -> Result<Vec<MailboxNo>> {
    let found = rows!(store, WAITING, (MailboxNo,); now)?;
    Ok(found.into_iter().map(|(no,)| no).collect())
}

/// Whether a mailbox that is not paused has something due at `now`: a read, so that an idle lane writes nothing.
pub async fn is_due(store: &Store, mailbox: MailboxNo, now: Millis) -> Result<bool> {
    Ok(one!(store, DUE, (i64,); mailbox, now)?.0 > 0)
}

/// Takes the lane of `mailbox` for `holder`; `None` when another holds it.
pub async fn take(
    tx: &mut Tx,
    mailbox: MailboxNo,
    holder: &str,
    lease: Duration,
) -> Result<Option<Lane>> {
    let found = maybe!(tx, TAKE, (i64,); mailbox, holder, millis(lease))?;
    Ok(found.map(|(fence,)| Lane { mailbox, fence }))
}

/// Prolongs a lease; `false` when the lane is another's by now.
pub async fn renew(tx: &mut Tx, lane: Lane, holder: &str, lease: Duration) -> Result<bool> {
    Ok(execute!(tx, RENEW; lane.mailbox, holder, lane.fence, millis(lease))? == 1)
}

/// Lets go of a lane.
pub async fn give_up(tx: &mut Tx, lane: Lane, holder: &str) -> Result<()> {
    execute!(tx, GIVE_UP; lane.mailbox, holder, lane.fence)?;
    Ok(())
}

/// Deals with what turns before `fence` left behind: nothing had left of an `attempting`, so it is
/// queued again; a `handed_over` may have arrived and becomes `uncertain`, or is tried again where
/// the operator prefers a double to a loss. Returns how many deliveries changed.
pub async fn release_stale(
    tx: &mut Tx,
    mailbox: MailboxNo,
    fence: i64,
    policy: UncertainPolicy,
    now: Millis,
) -> Result<usize> {
    log::append(tx, &[]).await?;
    execute!(&mut *tx, END_ATTEMPTS; mailbox, fence, now)?;
    // First what was not handed over: a hand-over that commits in between is then seen below.
    let released = rows!(&mut *tx, RELEASE, (DeliveryNo,); mailbox, fence)?;
    execute!(&mut *tx, PARK; mailbox, CRASHES_BEFORE_HELD)?;
    let lost = match policy {
        UncertainPolicy::Keep => rows!(&mut *tx, LOSE, (DeliveryNo,); mailbox, fence, now)?,
        UncertainPolicy::Retry => rows!(&mut *tx, RETRY, (DeliveryNo,); mailbox, fence, now)?,
    };
    let kind = match policy {
        UncertainPolicy::Keep => EventKind::Uncertain,
        UncertainPolicy::Retry => EventKind::Deferred,
    };
    let events: Vec<NewEvent> = lost
        .iter()
        .map(|(no,)| NewEvent {
            at: now,
            kind,
            delivery: Some(*no),
            contact: None,
            detail: Detail::Reason {
                code: "interrupted".to_owned(),
                text: String::new(),
            },
        })
        .collect();
    if !events.is_empty() {
        log::append(tx, &events).await?;
    }
    Ok(released.len() + lost.len())
}

/// Ends a lane of `holder` that was cut off in the middle of its work: as [`release_stale`], for
/// its own turn too. Nothing happens when the lane is another's by now.
pub async fn clear(
    tx: &mut Tx,
    mailbox: MailboxNo,
    holder: &str,
    policy: UncertainPolicy,
    now: Millis,
) -> Result<()> {
    if let Some((fence,)) = maybe!(&mut *tx, RAISE, (i64,); mailbox, holder)? {
        release_stale(tx, mailbox, fence, policy, now).await?;
    }
    Ok(())
}

/// Hand-overs of a mailbox after `since`, oldest first, for the pace of a lane that begins.
pub async fn handed_over_since(
    store: &Store,
    mailbox: MailboxNo,
    since: Millis,
) -> Result<Vec<PastHandOver>> {
    let mut past = rows!(store, SENT_SINCE, PastHandOver; mailbox, since)?;
    past.reverse();
    Ok(past)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
