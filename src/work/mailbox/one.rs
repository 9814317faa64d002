//! One mailbox: lease, connection, folders, copies, and the wait for news; and how it stands
//! afterwards, in words for its owner.

use super::{Shared, copy, folder, wanted};
use crate::access::{self, AccessError};
use crate::domain::clock::{Millis, SECOND_MS, random_bytes};
use crate::domain::id::MailboxNo;
use crate::net::imap::{self, FolderRole, FoundFolder, Login, Mail, News};
use crate::store::mailbox_access::reader::{self, Reader};
use crate::store::mailbox_access::{self, Access, AccessState, Standing};
use crate::store::mailboxes::{self, Mailbox};
use crate::store::{Result, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// How long the right to read is held without a sign of life.
const LEASE: Duration = Duration::from_mins(1);
/// The wait after the first failure; it doubles with each.
const FIRST_WAIT_MS: i64 = 5 * SECOND_MS;
/// The longest wait between two tries.
const LONGEST_WAIT_MS: i64 = 30 * 60 * SECOND_MS;
/// Refused sign-ins in a row until a person must look: a wrong password that is tried for ever
/// locks accounts.
const REFUSALS: i64 = 3;
/// Sent is looked at this often, since news come of INBOX alone.
const SENT_EVERY: Duration = Duration::from_mins(2);

/// How long a mailbox is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// Until nothing is new.
    Drained,
    /// Until it is called to end.
    Stopped,
}

/// How reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Another process reads it.
    Elsewhere,
    /// It was read, or could not be; how it stands is in the store.
    Read {
        /// Mails stored.
        stored: usize,
    },
}

/// How the runner speaks to a task.
#[derive(Debug, Default)]
pub(super) struct Call {
    notify: Notify,
    is_over: AtomicBool,
}

impl Call {
    /// There is something to file.
    pub(super) fn call(&self) {
        self.notify.notify_one();
    }

    /// Come to an end.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.notify.notify_one();
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

/// Why work with a mailbox stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    /// The mailbox or its server.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Another process reads by now: nothing of ours counts.
    #[error("another process reads this mailbox")]
    Elsewhere,
}

impl From<crate::net::imap::ImapError> for Halt {
    fn from(error: crate::net::imap::ImapError) -> Self {
        Self::Access(error.into())
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Access(error.into())
    }
}

/// A mailbox being read.
pub(super) struct Work {
    pub(super) shared: Arc<Shared>,
    pub(super) reader: Reader,
    pub(super) mailbox: Mailbox,
    pub(super) access: Access,
    pub(super) stored: usize,
    until: Until,
    call: Arc<Call>,
    failures: i64,
}

/// Reads `mailbox` under its lease.
pub(super) async fn read(
    shared: Arc<Shared>,
    mailbox: MailboxNo,
    until: Until,
    call: Arc<Call>,
) -> Result<Ended> {
    let ctx = shared.ctx.clone();
    let mut tx = ctx.store.begin().await?;
    let reader = reader::take(&mut tx, mailbox, &ctx.node, LEASE).await?;
    tx.commit().await?;
    let Some(reader) = reader else {
        return Ok(Ended::Elsewhere);
    };
    let found = mailboxes::by_no(&ctx.store, mailbox).await?;
    let access = mailbox_access::lookup(&ctx.store, mailbox).await?;
    let (Some(mailbox), Some(access)) = (found, access) else {
        return Ok(Ended::Read { stored: 0 });
    };
    let mut work = Work {
        failures: access.failures,
        shared,
        reader,
        mailbox,
        access,
        stored: 0,
        until,
        call,
    };
    let halt = {
        let ctx = ctx.clone();
        tokio::select! {
            done = work.run() => done.err(),
            () = keep_lease(&ctx, reader) => Some(Halt::Elsewhere),
        }
    };
    let ended = match halt {
        Some(Halt::Elsewhere) => Ok(Ended::Elsewhere),
        Some(Halt::Access(error)) => work.failed(error).await,
        None => Ok(Ended::Read {
            stored: work.stored,
        }),
    };
    let mut tx = ctx.store.begin().await?;
    reader::give_up(&mut tx, reader).await?;
    tx.commit().await?;
    ended
}

/// Comes back when the lease is another's.
async fn keep_lease(ctx: &crate::ctx::Ctx, reader: Reader) {
    loop {
        tokio::time::sleep(LEASE / 3).await;
        let renewed = async {
            let mut tx = ctx.store.begin().await?;
            let held = reader::renew(&mut tx, reader, LEASE).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(held)
        };
        // A store that does not answer is no loss of the lease: the fence decides at each write.
        if matches!(renewed.await, Ok(false)) {
            return;
        }
    }
}

impl Work {
    async fn run(&mut self) -> std::result::Result<(), Halt> {
        let mut mail = self.connect().await?;
        let folders = self.folders(&mut mail).await?;
        loop {
            for folder in &folders {
                folder::read(self, &mut mail, folder).await?;
            }
            wanted::collect(self, &mut mail, &folders).await?;
            copy::file(self, &mut mail, &folders).await?;
            self.went_well().await?;
            if self.until == Until::Drained || self.call.is_over() {
                mail.close().await;
                return Ok(());
            }
            if let Some(inbox) = folders.first() {
                // What came between the look and now would be no news any more.
                folder::read(self, &mut mail, inbox).await?;
            }
            let call = Arc::clone(&self.call);
            let called = async move {
                tokio::select! {
                    () = call.notify.notified() => {}
                    () = tokio::time::sleep(SENT_EVERY) => {}
                }
            };
            let (same, News::Look | News::Called) = mail.wait(called).await?;
            mail = same;
        }
    }

    /// A session; a refused token may have been taken back early, so one more is fetched.
    async fn connect(&self) -> std::result::Result<Mail, Halt> {
        let ctx = &self.shared.ctx;
        let connector = &self.shared.connector;
        let data = &self.access.data;
        let (server, login) = access::imap(ctx, &self.mailbox, data, None).await?;
        let first = connector.connect(&server, &login).await;
        let (Err(error), Login::Xoauth2 { token, .. }) = (&first, &login) else {
            return Ok(first?);
        };
        if error.trouble != crate::net::imap::Trouble::SignIn {
            return Ok(first?);
        }
        let (server, login) = access::imap(ctx, &self.mailbox, data, Some(token)).await?;
        Ok(connector.connect(&server, &login).await?)
    }

    /// INBOX and Sent, unless their owner excluded them, by the name that people write.
    async fn folders(&self, mail: &mut Mail) -> std::result::Result<Vec<FoundFolder>, Halt> {
        let mut folders = mail.folders().await?;
        let excluded = &self.access.data.excluded;
        folders.retain(|folder| {
            folder.role != FolderRole::Other
                && !excluded
                    .iter()
                    .any(|name| name.to_lowercase() == imap::name(&folder.name).to_lowercase())
        });
        if folders.is_empty() {
            let text = "no folder is left to be read".to_owned();
            return Err(AccessError::Setup(text).into());
        }
        Ok(folders)
    }

    async fn went_well(&mut self) -> Result<()> {
        self.failures = 0;
        let now = self.shared.ctx.clock.now();
        self.stand(Standing {
            state: AccessState::Connected,
            trouble: None,
            seen_at: Some(now),
            failures: 0,
            due_at: now,
        })
        .await
    }

    /// Notes what is wrong and when it is tried again.
    async fn failed(&mut self, error: AccessError) -> Result<Ended> {
        if let AccessError::Store(error) = error {
            return Err(error);
        }
        self.failures += 1;
        let text = error.to_string();
        let is_refused = matches!(error, AccessError::SignIn(_)) && self.failures >= REFUSALS;
        if is_refused {
            access::give_up(&self.shared.ctx, &self.mailbox, &text)
                .await
                .map_err(|error| match error {
                    AccessError::Store(error) => error,
                    other => StoreError::Corrupt(other.to_string()),
                })?;
        }
        let state = match error {
            AccessError::Reconnect(_) | AccessError::Setup(_) => AccessState::Reconnect,
            _ if is_refused => AccessState::Reconnect,
            _ => AccessState::Trouble,
        };
        tracing::info!(mailbox.id = %self.mailbox.id, access.state = state.as_str(), access.failures = self.failures, "a mailbox could not be read");
        self.stand(Standing {
            state,
            trouble: Some(&text),
            seen_at: None,
            failures: self.failures,
            due_at: self.next_try(),
        })
        .await?;
        Ok(Ended::Read {
            stored: self.stored,
        })
    }

    fn next_try(&self) -> Millis {
        let doubled = FIRST_WAIT_MS << self.failures.clamp(1, 20).saturating_sub(1);
        let wait = doubled.min(LONGEST_WAIT_MS);
        let mut rng = fastrand::Rng::with_seed(u64::from_le_bytes(random_bytes()));
        // Mailboxes of one server must not come back all at once.
        let jittered = wait / 2 + rng.i64(0..=wait);
        self.shared.ctx.clock.now().plus(jittered)
    }

    async fn stand(&self, standing: Standing<'_>) -> Result<()> {
        let mut tx = self.shared.ctx.store.begin().await?;
        let version = self.access.version;
        mailbox_access::stand(&mut tx, self.mailbox.no, version, standing).await?;
        tx.commit().await
    }
}
