//! Reading mailboxes. A [`Readers`] holds a connection to each mailbox that its owner let be read,
//! one process at a time by a lease, and works it: new mail of INBOX and Sent is stored, copies
//! are filed where that is ours to do, and then it waits for news. A server that hangs or talks
//! nonsense holds up its own mailbox and no other.
//!
//! [`Readers::step`] does one pass and returns, which is how tests read by hand; [`Readers::run`]
//! goes on until it is stopped.

mod copy;
mod folder;
mod one;
mod wanted;

use super::Progress;
use crate::ctx::Ctx;
use crate::domain::clock::{Millis, SECOND_MS};
use crate::domain::id::MailboxNo;
use crate::net::imap::{Connector, Timeouts};
use crate::store::Result;
use crate::store::inbound::gate;
use crate::store::mailbox_access::{self, copies};
use one::{Call, Ended, Until};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// How often it is looked which mailboxes are to be read.
const LOOK: Duration = Duration::from_secs(1);
/// Most mailboxes that one process reads at once; each has a connection.
const MOST: usize = 500;
/// A mailbox that another process reads is looked at again after this.
const ELSEWHERE_MS: i64 = 20 * SECOND_MS;
/// Bytes of large mails that are in memory at once, for all mailboxes together, in units of
/// [`folder::UNIT_BYTES`].
const UNITS: usize = 256;

/// What all mailboxes of a process share.
struct Shared {
    ctx: Ctx,
    connector: Connector,
    large: Semaphore,
}

/// Reads mailboxes.
pub struct Readers {
    shared: Arc<Shared>,
}

/// One that is being read.
struct Busy {
    version: i64,
    call: Arc<Call>,
}

impl Readers {
    /// Readers of this process, whose servers have `timeouts` to answer.
    pub fn new(ctx: Ctx, timeouts: Timeouts) -> Self {
        Self {
            shared: Arc::new(Shared {
                ctx,
                connector: Connector::new(timeouts),
                large: Semaphore::new(UNITS),
            }),
        }
    }

    /// Reads every mailbox that is due to its end, and files what is to be filed.
    pub async fn step(&self) -> Result<Progress> {
        let ctx = &self.shared.ctx;
        while self.collect().await? {}
        let now = ctx.clock.now();
        let mut reading = JoinSet::new();
        for each in mailbox_access::readable(&ctx.store).await? {
            if each.due_at <= now {
                let call = Arc::new(Call::default());
                let shared = Arc::clone(&self.shared);
                reading.spawn(one::read(shared, each.mailbox_no, Until::Drained, call));
            }
        }
        let mut progress = Progress::Idle;
        while let Some(ended) = reading.join_next().await {
            if matches!(ended, Ok(Ok(Ended::Read { stored })) if stored > 0) {
                progress = Progress::More;
            }
        }
        Ok(progress)
    }

    /// Reads until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut tasks: JoinSet<(MailboxNo, Result<Ended>)> = JoinSet::new();
        let mut busy: HashMap<MailboxNo, Busy> = HashMap::new();
        let mut not_before: HashMap<MailboxNo, Millis> = HashMap::new();
        while !stop.is_cancelled() {
            if let Err(error) = self.look(&mut tasks, &mut busy, &mut not_before).await {
                tracing::warn!(error = %error, "mailboxes to be read could not be looked at");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
                Some(ended) = tasks.join_next() => self.ended(ended, &mut busy, &mut not_before),
            }
        }
        for each in busy.values() {
            each.call.end();
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Starts what is due and not being read, calls those that have something to file or to fetch, and ends
    /// those whose settings changed or that are no longer to be read.
    async fn look(
        &self,
        tasks: &mut JoinSet<(MailboxNo, Result<Ended>)>,
        busy: &mut HashMap<MailboxNo, Busy>,
        not_before: &mut HashMap<MailboxNo, Millis>,
    ) -> Result<()> {
        let ctx = &self.shared.ctx;
        while self.collect().await? {}
        let now = ctx.clock.now();
        not_before.retain(|_, at| *at > now);
        let readable = mailbox_access::readable(&ctx.store).await?;
        for (mailbox, each) in busy.iter() {
            let is_same = |other: &&mailbox_access::Readable| {
                other.mailbox_no == *mailbox && other.version == each.version
            };
            if !readable.iter().any(|other| is_same(&other)) {
                each.call.end();
            }
        }
        let to_file = copies::waiting(&ctx.store, now).await?;
        let to_fetch = gate::calling(&ctx.store).await?;
        for mailbox in to_file.into_iter().chain(to_fetch) {
            if let Some(each) = busy.get(&mailbox) {
                each.call.call();
            }
        }
        for each in readable {
            let mailbox = each.mailbox_no;
            let is_for_later = each.due_at > now || not_before.contains_key(&mailbox);
            if is_for_later || busy.contains_key(&mailbox) || busy.len() >= MOST {
                continue;
            }
            let call = Arc::new(Call::default());
            let (shared, theirs) = (Arc::clone(&self.shared), Arc::clone(&call));
            tasks.spawn(async move {
                (
                    mailbox,
                    one::read(shared, mailbox, Until::Stopped, theirs).await,
                )
            });
            let version = each.version;
            busy.insert(mailbox, Busy { version, call });
        }
        Ok(())
    }

    /// Takes up copies for Sent of what has gone; `true` when there may be more.
    async fn collect(&self) -> Result<bool> {
        let ctx = &self.shared.ctx;
        if !copies::has_news(&ctx.store).await? {
            return Ok(false);
        }
        let mut tx = ctx.store.begin().await?;
        let more = copies::collect(&mut tx, ctx.clock.now()).await?;
        tx.commit().await?;
        Ok(more)
    }

    fn ended(
        &self,
        ended: std::result::Result<(MailboxNo, Result<Ended>), JoinError>,
        busy: &mut HashMap<MailboxNo, Busy>,
        not_before: &mut HashMap<MailboxNo, Millis>,
    ) {
        let now = self.shared.ctx.clock.now();
        match ended {
            Ok((mailbox, Ok(ended))) => {
                busy.remove(&mailbox);
                if ended == Ended::Elsewhere {
                    not_before.insert(mailbox, now.plus(ELSEWHERE_MS));
                }
            }
            Ok((mailbox, Err(error))) => {
                busy.remove(&mailbox);
                not_before.insert(mailbox, now.plus(5 * SECOND_MS));
                tracing::warn!(mailbox.no = mailbox.0, error = %error, "reading a mailbox ended early and begins again");
            }
            Err(error) => {
                // Which one it was is not known; every end leaves its lease, so all may go on.
                tracing::error!(error = %error, "a mailbox's task was lost");
                busy.retain(|_, each| !each.call.is_over());
            }
        }
    }
}
