//! Sending. A [`Sender`] finds mailboxes with something to do, takes their lanes and works them
//! side by side; a server that hangs holds up its own lane and no other.
//!
//! [`Sender::step`] does one pass and returns, which is how tests drain the queue by hand;
//! [`Sender::run`] goes on until it is stopped.

mod batch;
mod lane;
mod one;
mod open;
mod outcome;
mod transport;

use super::Progress;
use super::group::Group;
use super::{heartbeat, ingest};
use crate::accept::assemble;
use crate::compose::dkim::DkimKeys;
use crate::config::UncertainPolicy;
use crate::ctx::Ctx;
use crate::domain::clock::{Millis, SECOND_MS};
use crate::domain::id::MailboxNo;
use crate::faults::{self, Mutant};
use crate::intake::Intake;
use crate::net::smtp::{Connector, HelloName, PhaseTimeouts, Relay};
use crate::queue::backoff::RelayBackoff;
use crate::render::Setup;
use crate::signing;
use crate::store::Result;
use crate::store::mailboxes::Mailbox;
use crate::store::queue::{self, Lane};
use lane::{Ended, Until, Work};
use secrecy::ExposeSecret;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use transport::Transport;

/// How long a lane is held without a sign of life. Another node takes it over after this.
const LEASE: Duration = Duration::from_secs(30);
/// How often mailboxes with something to do are looked for.
const LOOK: Duration = Duration::from_millis(200);
/// Keys and the postal address are read again after this.
const SETUP_AGE: Duration = Duration::from_secs(30);
/// Most lanes at once on one node; each has its connections.
const LANES: usize = 200;

/// What all lanes of a process share.
struct Shared {
    ctx: Ctx,
    group: Group,
    connector: Connector,
    relays: Mutex<HashMap<String, RelayBackoff>>,
    setup: Mutex<Option<(Instant, Arc<Setup>)>>,
    held: AtomicBool,
    /// Drained before each claim, where this process has one.
    intake: Option<Intake>,
}

/// Sends what is due.
pub struct Sender {
    shared: Arc<Shared>,
}

/// Does one pass over everything that is due, with the usual timeouts.
pub async fn step(ctx: &Ctx) -> Result<Progress> {
    Sender::new(ctx.clone(), PhaseTimeouts::default())
        .step()
        .await
}

/// The relay that `mailbox` sends through; `None` when its mail is caught. One that is connected
/// by OAuth is without its sign-in, which `access::login` adds. The error says in one clause why
/// the mailbox cannot send as it is set up.
pub async fn relay_of(
    ctx: &Ctx,
    mailbox: &Mailbox,
) -> Result<std::result::Result<Option<Relay>, String>> {
    Ok(match transport::transport(ctx, mailbox).await? {
        Ok(Transport::Relay(relay) | Transport::OAuth(relay, _)) => Ok(Some(*relay)),
        Ok(Transport::Catcher) => Ok(None),
        Err(error) => Err(error.to_string()),
    })
}

impl Sender {
    /// A sender for this process; at most one on a SQLite store. `timeouts` bound each phase of a
    /// conversation. Must be made inside a runtime.
    pub fn new(ctx: Ctx, timeouts: PhaseTimeouts) -> Self {
        Self::made(ctx, timeouts, None)
    }

    /// A sender that applies what `intake` holds before each claim.
    pub fn after_intake(ctx: Ctx, timeouts: PhaseTimeouts, intake: Intake) -> Self {
        Self::made(ctx, timeouts, Some(intake))
    }

    fn made(ctx: Ctx, timeouts: PhaseTimeouts, intake: Option<Intake>) -> Self {
        let hello = ctx.settings.base_url.host_str().unwrap_or_default();
        let hello = HelloName::parse(hello).unwrap_or_default();
        let shared = Shared {
            group: Group::start(ctx.store.clone(), ctx.clock.clone(), ctx.settings.privacy),
            connector: Connector::new(hello, timeouts),
            relays: Mutex::default(),
            setup: Mutex::default(),
            held: AtomicBool::new(false),
            intake,
            ctx,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Takes every lane that has something due, works it until nothing is, and lets go.
    pub async fn step(&self) -> Result<Progress> {
        self.shared.look_for_hold().await?;
        if self.shared.is_held() {
            return Ok(Progress::Idle);
        }
        let stop = CancellationToken::new();
        let now = self.shared.ctx.clock.now();
        let mut progress = Progress::Idle;
        for mailbox in queue::lane::waiting(&self.shared.ctx.store, now).await? {
            let ended = work(
                Arc::clone(&self.shared),
                mailbox,
                Until::Drained,
                stop.clone(),
            )
            .await?;
            if ended.worked {
                progress = Progress::More;
            }
        }
        Ok(progress)
    }

    /// Sends until `stop`. Then nothing more is claimed, and what is under way may end until `cut`;
    /// what was handed over and has no answer by then is `uncertain`.
    pub async fn run(self, stop: CancellationToken, cut: CancellationToken) {
        // The silence before this start decides whether the queue may go, so it is looked at first.
        while let Err(error) = heartbeat::step(&self.shared.ctx).await {
            tracing::warn!(error = %error, "sending waits for the store");
            let pause = tokio::time::sleep(Duration::from_secs(1));
            if stop.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
        let mut lanes: JoinSet<(MailboxNo, Result<Ended>)> = JoinSet::new();
        let mut busy: HashSet<MailboxNo> = HashSet::new();
        let mut not_before: HashMap<MailboxNo, Millis> = HashMap::new();
        while !stop.is_cancelled() {
            if let Err(error) = self
                .start_lanes(&mut lanes, &mut busy, &mut not_before, &stop)
                .await
            {
                tracing::warn!(error = %error, "the queue could not be looked at");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
                Some(ended) = lanes.join_next() => self.ended(ended, &mut busy, &mut not_before),
            }
        }
        let finished = cut.run_until_cancelled(async {
            while let Some(ended) = lanes.join_next().await {
                self.ended(ended, &mut busy, &mut not_before);
            }
        });
        if finished.await.is_some() {
            return;
        }
        lanes.shutdown().await;
        for mailbox in busy {
            if let Err(error) = self.shared.clear(mailbox).await {
                tracing::warn!(error = %error, "a lane was left as it is; the next start clears it");
            }
        }
    }

    async fn start_lanes(
        &self,
        lanes: &mut JoinSet<(MailboxNo, Result<Ended>)>,
        busy: &mut HashSet<MailboxNo>,
        not_before: &mut HashMap<MailboxNo, Millis>,
        stop: &CancellationToken,
    ) -> Result<()> {
        self.shared.look_for_hold().await?;
        if self.shared.is_held() {
            return Ok(());
        }
        let now = self.shared.ctx.clock.now();
        not_before.retain(|_, at| *at > now);
        for mailbox in queue::lane::waiting(&self.shared.ctx.store, now).await? {
            if lanes.len() >= LANES {
                break;
            }
            if not_before.contains_key(&mailbox) || !busy.insert(mailbox) {
                continue;
            }
            let (shared, stop) = (Arc::clone(&self.shared), stop.clone());
            lanes.spawn(async move { (mailbox, work(shared, mailbox, Until::Idle, stop).await) });
        }
        Ok(())
    }

    fn ended(
        &self,
        ended: std::result::Result<(MailboxNo, Result<Ended>), tokio::task::JoinError>,
        busy: &mut HashSet<MailboxNo>,
        not_before: &mut HashMap<MailboxNo, Millis>,
    ) {
        let now = self.shared.ctx.clock.now();
        match ended {
            Ok((mailbox, Ok(ended))) => {
                busy.remove(&mailbox);
                if let Some(at) = ended.not_before {
                    not_before.insert(mailbox, at);
                } else if !ended.worked {
                    // Another node holds it.
                    not_before.insert(mailbox, now.plus(SECOND_MS));
                }
            }
            Ok((mailbox, Err(error))) => {
                busy.remove(&mailbox);
                not_before.insert(mailbox, now.plus(SECOND_MS));
                tracing::warn!(mailbox.no = mailbox.0, error = %error, "a lane ended early and will be taken up again");
            }
            Err(error) => tracing::error!(error = %error, "a lane's task was lost"),
        }
    }
}

/// Takes one lane, clears what others left in it, works it, lets go.
async fn work(
    shared: Arc<Shared>,
    mailbox: MailboxNo,
    until: Until,
    stop: CancellationToken,
) -> Result<Ended> {
    let Some(lane) = shared.take(mailbox).await? else {
        return Ok(Ended::default());
    };
    let worked = match Work::begin(Arc::clone(&shared), lane).await {
        Ok(Some(work)) => work.run(until, &stop).await,
        Ok(None) => Ok(Ended::default()),
        Err(error) => Err(error),
    };
    shared.let_go(lane).await?;
    worked
}

impl Shared {
    async fn take(&self, mailbox: MailboxNo) -> Result<Option<Lane>> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.begin().await?;
        let lane = queue::lane::take(&mut tx, mailbox, &ctx.node, LEASE).await?;
        if let Some(lane) = lane {
            let now = ctx.clock.now();
            queue::lane::release_stale(&mut tx, mailbox, lane.fence, self.policy(), now).await?;
        }
        tx.commit().await?;
        Ok(lane)
    }

    async fn let_go(&self, lane: Lane) -> Result<()> {
        let mut tx = self.ctx.store.begin().await?;
        queue::lane::give_up(&mut tx, lane, &self.ctx.node).await?;
        tx.commit().await
    }

    /// Settles what a lane of ours that was cut off left open.
    async fn clear(&self, mailbox: MailboxNo) -> Result<()> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.begin().await?;
        let now = ctx.clock.now();
        queue::lane::clear(&mut tx, mailbox, &ctx.node, self.policy(), now).await?;
        tx.commit().await
    }

    fn policy(&self) -> UncertainPolicy {
        if faults::is(Mutant::RetryHandedOver) {
            return UncertainPolicy::Retry;
        }
        self.ctx.settings.uncertain
    }

    async fn look_for_hold(&self) -> Result<()> {
        let ctx = &self.ctx;
        let held = heartbeat::is_held(&ctx.store, ctx.clock.now()).await?;
        self.held.store(held, Ordering::Relaxed);
        Ok(())
    }

    /// What must be known before a claim: whether the queue is on hold, and who has unsubscribed.
    async fn before_claim(&self) -> Result<()> {
        self.look_for_hold().await?;
        let Some(intake) = &self.intake else {
            return Ok(());
        };
        match ingest::through(&self.ctx, intake).await {
            Ok(()) => Ok(()),
            Err(ingest::IngestError::Store(error)) => Err(error),
            Err(error) => {
                // An unreadable file may hide an unsubscribe; ingest reports it, mail goes on.
                tracing::warn!(error = %error, "the intake could not be read before a claim");
                Ok(())
            }
        }
    }

    fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }

    /// What mails are rendered with, not older than half a minute.
    async fn setup(&self) -> Result<Arc<Setup>> {
        let known = self
            .setup
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((at, setup)) = known
            && at.elapsed() < SETUP_AGE
        {
            return Ok(setup);
        }
        let mut setup = assemble::setup(&self.ctx).await?;
        setup.dkim = self.dkim().await?;
        let setup = Arc::new(setup);
        *self.setup.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), Arc::clone(&setup)));
        Ok(setup)
    }

    async fn dkim(&self) -> Result<DkimKeys> {
        let mut keys = DkimKeys::default();
        for key in signing::keys(&self.ctx).await? {
            let added = keys.add(&key.domain, &key.selector, key.pem.expose_secret());
            added.map_err(|error| signing::unusable(&key, &error))?;
        }
        Ok(keys)
    }

    fn relay_failed(&self, relay: &Relay, now: Millis, wait_ms: Option<i64>, draw: f64) -> Millis {
        let mut relays = self.relays.lock().unwrap_or_else(PoisonError::into_inner);
        relays
            .entry(relay.key())
            .or_default()
            .failed(now, wait_ms, draw)
    }

    fn relay_answered(&self, relay: &Relay) {
        let mut relays = self.relays.lock().unwrap_or_else(PoisonError::into_inner);
        relays.remove(&relay.key());
    }
}
