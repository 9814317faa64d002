//! One writer per process for what sending must commit between two words with a server. It takes
//! whatever waits, writes it in one transaction with set-based statements, and answers each; while
//! it commits, the next batch gathers. There is no fixed wait.
//!
//! Within a batch settlements come before hand-overs. A connection that asks for its next hand-over
//! after its last settlement therefore never has two mails handed over in the store at once.

use crate::domain::clock::Clock;
use crate::domain::contact::PrivacyPreset;
use crate::store::queue::{self, HandOver, Settlement};
use crate::store::{Store, StoreError};
use std::collections::HashSet;
use tokio::sync::{mpsc, oneshot};

/// Jobs that may wait; who comes later waits for room.
const WAITING_JOBS: usize = 1_024;
/// Most jobs in one transaction.
const BATCH_JOBS: usize = 256;

/// The writer was stopped, or its transaction failed. Nothing is known of what was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the store did not take it: {0}")]
pub struct NotWritten(String);

/// A handle to the writer. The writer ends when the last handle is dropped.
#[derive(Debug, Clone)]
pub struct Group {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
enum Job {
    HandOver(HandOver, oneshot::Sender<Result<bool, NotWritten>>),
    Settle(Box<Settlement>, oneshot::Sender<Result<(), NotWritten>>),
}

/// A settlement on its way; it is in line from the moment this exists.
#[derive(Debug)]
pub struct Settling(oneshot::Receiver<Result<(), NotWritten>>);

impl Settling {
    /// Waits until it is committed.
    pub async fn done(self) -> Result<(), NotWritten> {
        self.0.await.unwrap_or_else(|_| Err(stopped()))
    }
}

impl Group {
    /// Starts the writer. Hand-overs are granted under `preset`.
    pub fn start(store: Store, clock: Clock, preset: PrivacyPreset) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING_JOBS);
        tokio::spawn(run(store, clock, preset, waiting));
        Self { jobs }
    }

    /// Commits that a body is about to leave. `Ok(false)`: a guard refused, and it must not.
    pub async fn hand_over(&self, asked: HandOver) -> Result<bool, NotWritten> {
        let (answer, answered) = oneshot::channel();
        self.put(Job::HandOver(asked, answer)).await?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Puts a settlement in line.
    pub async fn settle(&self, settlement: Settlement) -> Result<Settling, NotWritten> {
        let (answer, answered) = oneshot::channel();
        self.put(Job::Settle(Box::new(settlement), answer)).await?;
        Ok(Settling(answered))
    }

    async fn put(&self, job: Job) -> Result<(), NotWritten> {
        self.jobs.send(job).await.map_err(|_| stopped())
    }
}

fn stopped() -> NotWritten {
    NotWritten("the writer has stopped".to_owned())
}

async fn run(store: Store, clock: Clock, preset: PrivacyPreset, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(BATCH_JOBS);
    while waiting.recv_many(&mut jobs, BATCH_JOBS).await > 0 {
        let mut batch = Batch::default();
        for job in jobs.drain(..) {
            batch.take(job);
        }
        let written = batch.write(&store, &clock, preset).await;
        if let Err(error) = &written {
            tracing::warn!(error = %error, jobs = batch.size(), "a batch of sending was not written");
        }
        batch.answer(written);
    }
}

/// What goes into one transaction.
#[derive(Default)]
struct Batch {
    settlements: Vec<Settlement>,
    settled: Vec<oneshot::Sender<Result<(), NotWritten>>>,
    hand_overs: Vec<HandOver>,
    handed: Vec<oneshot::Sender<Result<bool, NotWritten>>>,
}

impl Batch {
    fn take(&mut self, job: Job) {
        match job {
            Job::HandOver(asked, answer) => {
                self.hand_overs.push(asked);
                self.handed.push(answer);
            }
            Job::Settle(settlement, answer) => {
                self.settlements.push(*settlement);
                self.settled.push(answer);
            }
        }
    }

    fn size(&self) -> usize {
        self.settlements.len() + self.hand_overs.len()
    }

    async fn write(
        &self,
        store: &Store,
        clock: &Clock,
        preset: PrivacyPreset,
    ) -> Result<Granted, StoreError> {
        let mut tx = store.begin().await?;
        if !self.settlements.is_empty() {
            queue::settle(&mut tx, &self.settlements).await?;
        }
        let granted = if self.hand_overs.is_empty() {
            HashSet::new()
        } else {
            queue::hand_over(&mut tx, &self.hand_overs, preset, clock.now()).await?
        };
        tx.commit().await?;
        Ok(granted)
    }

    /// A caller that no longer waits has been cancelled; what was written stands.
    fn answer(self, written: Result<Granted, StoreError>) {
        let written = written.map_err(|error| NotWritten(error.to_string()));
        for answer in self.settled {
            let _ = answer.send(written.as_ref().map(|_| ()).map_err(Clone::clone));
        }
        for (asked, answer) in self.hand_overs.iter().zip(self.handed) {
            let answered = written
                .as_ref()
                .map(|granted| granted.contains(&asked.key.delivery))
                .map_err(Clone::clone);
            let _ = answer.send(answered);
        }
    }
}

type Granted = HashSet<crate::domain::id::DeliveryNo>;
