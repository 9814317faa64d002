//! One mailbox lane at work: it claims what is due, gives mails to idle connections as the pace
//! allows, settles what they learnt, and lets go when there is nothing more to do.

use super::batch::{self, Batch, Mail};
use super::one::{self, Done, End};
use super::outcome::{own_record, record, step};
use super::transport::{self, Transport};
use super::{LEASE, Shared};
use crate::deliver::Outcome;
use crate::domain::clock::{Millis, SECOND_MS, random_bytes};
use crate::net::smtp::Session;
use crate::queue::pace::{Pace, PaceLimits};
use crate::store::mailboxes::{self, Mailbox};
use crate::store::queue::{self, AttemptRecord, Lane, Settlement, Step};
use crate::store::{Result, StoreError};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// Deliveries taken up at once by a lane that nothing holds back.
const CLAIM: i64 = 64;
/// How often an idle lane looks whether something has come due.
const LOOK: Duration = Duration::from_millis(100);
/// How long an idle lane keeps its connections. Postfix closes after 300 s, many sooner.
const LINGER: Duration = Duration::from_secs(10);
/// A mail that must wait longer than this for its pace goes back into the queue.
const PATIENCE_MS: i64 = 2 * SECOND_MS;
/// The wait after the store refused a hand-over.
const STORE_WAIT_MS: i64 = 5 * SECOND_MS;

/// How long a lane works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// Until nothing is due.
    Drained,
    /// Until nothing has been due for a while.
    Idle,
}

/// How a lane ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// Whether it did anything.
    pub(super) worked: bool,
    /// The relay is left alone until then.
    pub(super) not_before: Option<Millis>,
}

/// A lane at work.
pub(super) struct Work {
    shared: Arc<Shared>,
    lane: Lane,
    mailbox: Mailbox,
    transport: Arc<Transport>,
    limits: PaceLimits,
    pace: Pace,
    rng: fastrand::Rng,
    ready: VecDeque<Mail>,
    idle: Vec<Session>,
    sending: JoinSet<Done>,
    settling: JoinSet<()>,
    taking: JoinSet<Result<Batch>>,
    /// Nothing was due when last looked.
    drained: bool,
    /// No more starts: the lane is another's, the mailbox was paused, or the store fails.
    closed: bool,
    ended: Ended,
    failure: Option<StoreError>,
}

impl Work {
    /// Takes up `mailbox` under `lane`, which is held.
    pub(super) async fn begin(shared: Arc<Shared>, lane: Lane) -> Result<Option<Self>> {
        let ctx = &shared.ctx;
        let Some(mailbox) = mailboxes::by_no(&ctx.store, lane.mailbox).await? else {
            return Ok(None);
        };
        if mailbox.data.paused_reason.is_some() {
            return Ok(None);
        }
        let transport = match transport::transport(ctx, &mailbox).await? {
            Ok(transport) => transport,
            Err(unusable) => {
                pause(&shared, &mailbox, &unusable.to_string()).await?;
                return Ok(None);
            }
        };
        let limits = transport::limits(ctx, &mailbox).await?;
        let pace = transport::pace(ctx, &mailbox, limits).await?;
        Ok(Some(Self {
            lane,
            mailbox,
            transport: Arc::new(transport),
            limits,
            pace,
            rng: fastrand::Rng::with_seed(u64::from_le_bytes(random_bytes())),
            ready: VecDeque::new(),
            idle: Vec::new(),
            sending: JoinSet::new(),
            settling: JoinSet::new(),
            taking: JoinSet::new(),
            drained: false,
            closed: false,
            ended: Ended::default(),
            failure: None,
            shared,
        }))
    }

    /// Works until there is nothing to do or `stop`; what is under way then is finished.
    pub(super) async fn run(mut self, until: Until, stop: &CancellationToken) -> Result<Ended> {
        let mut renew = tokio::time::interval(LEASE / 3);
        renew.set_missed_tick_behavior(MissedTickBehavior::Delay);
        renew.tick().await;
        let mut busy_at = Instant::now();
        loop {
            let is_closing = self.is_closing(stop);
            if is_closing {
                self.put_back().await;
            } else {
                self.dispatch().await;
                self.claim();
            }
            if self.is_quiet() {
                let is_over = match until {
                    Until::Drained => self.drained,
                    Until::Idle => busy_at.elapsed() > LINGER,
                };
                if is_closing || is_over {
                    break;
                }
            } else {
                busy_at = Instant::now();
            }
            tokio::select! {
                Some(done) = self.sending.join_next() => match done {
                    Ok(done) => self.finish(done).await,
                    Err(_) => self.fail(StoreError::Corrupt("a connection's task was lost".to_owned())),
                },
                Some(batch) = self.taking.join_next() => match batch {
                    Ok(Ok(batch)) => self.took(batch).await,
                    Ok(Err(error)) => self.fail(error),
                    Err(_) => self.fail(StoreError::Corrupt("a claim's task was lost".to_owned())),
                },
                Some(_) = self.settling.join_next() => {}
                _ = renew.tick() => self.renew().await,
                () = stop.cancelled(), if !is_closing => {}
                () = tokio::time::sleep(LOOK), if !is_closing => self.look(until).await,
            }
        }
        for session in self.idle.drain(..) {
            session.quit().await;
        }
        match self.failure {
            Some(error) => Err(error),
            None => Ok(self.ended),
        }
    }

    fn is_closing(&self, stop: &CancellationToken) -> bool {
        self.closed
            || self.ended.not_before.is_some()
            || stop.is_cancelled()
            || self.shared.is_held()
    }

    fn is_quiet(&self) -> bool {
        self.sending.is_empty()
            && self.taking.is_empty()
            && self.settling.is_empty()
            && self.ready.is_empty()
    }

    fn fail(&mut self, error: StoreError) {
        self.closed = true;
        self.failure = Some(error);
    }

    /// Gives ready mails to connections as far as pace and their number allow.
    async fn dispatch(&mut self) {
        let connections = usize::from(self.shared.ctx.settings.connections_per_mailbox.max(1));
        while self.sending.len() < connections {
            let Some(mail) = self.ready.pop_front() else {
                return;
            };
            let now = self.shared.ctx.clock.now();
            let at = self.pace.next_at(&mail.domain, now);
            if at.since(now) > PATIENCE_MS {
                let (code, text) = if self.pace.waits_for_domain(&mail.domain, now) {
                    (
                        "domain_paced",
                        "the limits for one recipient domain ask for a pause",
                    )
                } else {
                    ("paced", "the mailbox's limits ask for a pause")
                };
                let paced = own_record(code, text.to_owned());
                self.settle(&mail, Step::Postponed(at), paced).await;
                continue;
            }
            if at > now {
                self.ready.push_front(mail);
                return;
            }
            self.pace.record(&mail.domain, now);
            self.ended.worked = true;
            let session = self.idle.pop();
            let (shared, transport) = (Arc::clone(&self.shared), Arc::clone(&self.transport));
            self.sending
                .spawn(one::send(shared, self.lane, transport, session, mail));
        }
    }

    /// Takes up more before the connections run dry.
    fn claim(&mut self) {
        let connections = usize::from(self.shared.ctx.settings.connections_per_mailbox);
        if self.drained || !self.taking.is_empty() || self.ready.len() > connections {
            return;
        }
        let is_free = self.limits == PaceLimits::default();
        if !is_free && !self.ready.is_empty() {
            return;
        }
        let limit = if is_free { CLAIM } else { 1 };
        let (shared, lane) = (Arc::clone(&self.shared), self.lane);
        self.taking.spawn(async move {
            shared.before_claim().await?;
            if shared.is_held() {
                return Ok(Batch::default());
            }
            let setup = shared.setup().await?;
            batch::take(&shared.ctx, &setup, lane, limit).await
        });
    }

    async fn took(&mut self, batch: Batch) {
        self.drained = batch.claimed == 0;
        self.ended.worked |= batch.claimed > 0;
        for settlement in batch.failed {
            self.put_in_line(settlement).await;
        }
        self.ready.extend(batch.mails);
    }

    /// Looks whether something has come due, while there is nothing else to do.
    async fn look(&mut self, until: Until) {
        if !self.drained || until == Until::Drained {
            return;
        }
        let now = self.shared.ctx.clock.now();
        match queue::lane::is_due(&self.shared.ctx.store, self.lane.mailbox, now).await {
            Ok(is_due) => self.drained = !is_due,
            Err(error) => self.fail(error),
        }
    }

    async fn renew(&mut self) {
        let ctx = &self.shared.ctx;
        let renewed = async {
            let mut tx = ctx.store.begin().await?;
            let held = queue::lane::renew(&mut tx, self.lane, &ctx.node, LEASE).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(held)
        };
        // A store that does not answer is no loss of the lane: the fence decides at each start.
        if matches!(renewed.await, Ok(false)) {
            self.closed = true;
        }
        self.keep_to_limits().await;
    }

    /// Takes over limits that changed since: a server may have said that the mailbox sends too fast.
    async fn keep_to_limits(&mut self) {
        let ctx = &self.shared.ctx;
        let Ok(limits) = transport::limits(ctx, &self.mailbox).await else {
            return;
        };
        if limits != self.limits
            && let Ok(pace) = transport::pace(ctx, &self.mailbox, limits).await
        {
            (self.limits, self.pace) = (limits, pace);
        }
    }

    /// Puts back what was claimed and has not been given to a connection.
    async fn put_back(&mut self) {
        while let Some(mail) = self.ready.pop_front() {
            let step = self
                .ended
                .not_before
                .map_or(Step::Released, Step::Postponed);
            let record = own_record("put_back", "the relay is left alone for a while".to_owned());
            self.settle(&mail, step, record).await;
        }
    }

    async fn finish(&mut self, done: Done) {
        let Done { mail, session, end } = done;
        self.idle.extend(session);
        match end {
            End::Outcome(outcome) => self.finish_outcome(&mail, &outcome).await,
            End::Refused => {
                let (shared, key, fence) = (Arc::clone(&self.shared), mail.key, self.lane.fence);
                self.settling.spawn(async move {
                    if let Err(error) = refused(&shared, key, fence).await {
                        tracing::warn!(error = %error, "a refused hand-over was not put back");
                    }
                });
            }
            End::NotWritten => {
                let at = self.shared.ctx.clock.now().plus(STORE_WAIT_MS);
                let record = own_record("store", "the store could not be reached".to_owned());
                self.settle(&mail, Step::Postponed(at), record).await;
            }
        }
    }

    async fn finish_outcome(&mut self, mail: &Mail, outcome: &Outcome) {
        let now = self.shared.ctx.clock.now();
        let mut ready_at = now;
        if let (
            Outcome::RetryConnection { wait_ms, .. },
            Transport::Relay(relay) | Transport::OAuth(relay, _),
        ) = (outcome, &*self.transport)
        {
            ready_at = self
                .shared
                .relay_failed(relay, now, *wait_ms, self.rng.f64());
            self.ended.not_before = self.ended.not_before.max(Some(ready_at));
        }
        let policy = self.shared.ctx.settings.uncertain;
        let step = step(outcome, mail.tries, policy, ready_at, now, self.rng.f64());
        self.settle(mail, step, record(outcome.cause())).await;
        if let Outcome::PauseMailbox(cause) = outcome {
            self.closed = true;
            if let Err(error) = pause(&self.shared, &self.mailbox, &cause.text).await {
                self.fail(error);
            }
        }
    }

    async fn settle(&mut self, mail: &Mail, step: Step, record: AttemptRecord) {
        let at = self.shared.ctx.clock.now();
        let key = mail.key;
        self.put_in_line(Settlement {
            key,
            step,
            at,
            record,
        })
        .await;
    }

    /// Puts a settlement in line now, so that it goes before this connection's next hand-over, and
    /// waits for its commit elsewhere. It is offered until the store takes it: it is evidence.
    async fn put_in_line(&mut self, settlement: Settlement) {
        let group = self.shared.group.clone();
        let first = group.settle(settlement.clone()).await;
        self.settling.spawn(async move {
            let mut waiting = first;
            let mut pause = Duration::from_millis(100);
            loop {
                let written = match waiting {
                    Ok(settling) => settling.done().await,
                    Err(error) => Err(error),
                };
                if written.is_ok() {
                    crate::faults::at(crate::faults::Point::Settled);
                    return;
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(10));
                waiting = group.settle(settlement.clone()).await;
            }
        });
    }
}

async fn refused(shared: &Shared, key: queue::AttemptKey, fence: i64) -> Result<()> {
    let mut tx = shared.ctx.store.begin().await?;
    queue::refused(&mut tx, key, fence, shared.ctx.clock.now()).await?;
    tx.commit().await
}

async fn pause(shared: &Shared, mailbox: &Mailbox, reason: &str) -> Result<()> {
    tracing::warn!(mailbox.id = %mailbox.id, "a mailbox is paused until a person has looked");
    let mut tx = shared.ctx.store.begin().await?;
    mailboxes::pause(&mut tx, mailbox.no, reason).await?;
    tx.commit().await
}
