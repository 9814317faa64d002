//! The one thread that commits: it takes all that is queued, seals it, commits it as one row,
//! wakes those who wait, and begins again. It never waits to gather more: batches form by
//! themselves while the disk syncs.

use super::file::{self, Stored};
use super::queue::Batch;
use super::seal::Place;
use super::shared::Shared;
use super::{IntakeError, queue::Queue};
use crate::domain::clock::random_bytes;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long to leave a disk alone that just refused a new file.
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// The file being written.
struct Active {
    source: Uuid,
    connection: SqliteConnection,
    next: i64,
    bytes: u64,
}

/// The state of the writer's thread.
pub(super) struct Writer {
    shared: Arc<Shared>,
    active: Option<Active>,
    refused_at: Option<Instant>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            active: None,
            refused_at: None,
        }
    }

    /// Runs until the queue is closed and empty.
    pub(super) async fn run(mut self) {
        loop {
            self.queue().told().await;
            // Seen before the queue is emptied: what was pushed before the close is taken.
            let closing = self.queue().is_closed();
            self.commit_all().await;
            if self.shared.rotation_wanted() {
                self.retire().await;
            }
            if closing {
                self.retire().await;
                return;
            }
        }
    }

    fn queue(&self) -> &Queue {
        &self.shared.queue
    }

    async fn commit_all(&mut self) {
        loop {
            let batch = self.queue().take();
            if batch.count == 0 {
                return;
            }
            self.commit(batch).await;
        }
    }

    async fn commit(&mut self, mut batch: Batch) {
        if self.shared.is_full() {
            return self.lose(batch, IntakeError::Full);
        }
        let Some(mut active) = self.file().await else {
            return self.lose(batch, IntakeError::Failed);
        };
        let count = batch.count as i64;
        let place = Place {
            source: active.source,
            first: active.next,
            count,
        };
        let mut sealed = std::mem::take(&mut batch.bytes);
        let head = self.shared.sealer.seal(place, &mut sealed);
        let size = (sealed.len() + head.len()) as u64;
        let unrecorded = self.shared.unrecorded_pending();
        let stored = Stored {
            place,
            unrecorded,
            head,
            sealed,
        };
        match file::append(&mut active.connection, stored).await {
            Ok(()) => {
                active.next += count;
                active.bytes += size;
                self.shared
                    .committed(active.source, active.next - 1, size, unrecorded);
                batch.settle(Ok(()));
                let worn = active.bytes >= self.shared.limits.rotate_bytes;
                self.active = Some(active);
                if worn {
                    self.retire().await;
                }
            }
            Err(error) => {
                // Not tried again elsewhere: should the disk have kept it after all, the same
                // hits would arrive twice.
                tracing::error!(%error, hits = count, "the intake could not write; these hits were answered and are unrecorded");
                self.abandon(active).await;
                self.lose(batch, IntakeError::Failed);
            }
        }
    }

    fn lose(&self, batch: Batch, why: IntakeError) {
        self.shared.count_unrecorded(batch.count as u64);
        batch.settle(Err(why));
    }

    /// The file in use, or a new one; `None` while the disk takes none.
    async fn file(&mut self) -> Option<Active> {
        if let Some(active) = self.active.take() {
            return Some(active);
        }
        if self.refused_at.is_some_and(|at| at.elapsed() < RETRY_AFTER) {
            return None;
        }
        match self.create().await {
            Ok(active) => {
                self.refused_at = None;
                Some(active)
            }
            Err(error) => {
                tracing::error!(%error, "the intake could not make a file; hits are unrecorded until it can");
                self.refused_at = Some(Instant::now());
                None
            }
        }
    }

    async fn create(&self) -> Result<Active, sqlx::Error> {
        let source = self.shared.fresh_source(random_bytes());
        let folder = &self.shared.folder;
        let Some(lock) = file::lock(folder, source)? else {
            return Err(sqlx::Error::Io(std::io::ErrorKind::WouldBlock.into()));
        };
        match file::create(folder, source).await {
            Ok(connection) => {
                self.shared.begin(source, lock);
                Ok(Active {
                    source,
                    connection,
                    next: 1,
                    bytes: 0,
                })
            }
            Err(error) => {
                file::remove(folder, source);
                Err(error)
            }
        }
    }

    /// Ends the file in use; the next record opens another.
    async fn retire(&mut self) {
        if let Some(active) = self.active.take() {
            self.abandon(active).await;
        }
    }

    async fn abandon(&self, active: Active) {
        let Active {
            source, connection, ..
        } = active;
        // Closing folds the write-ahead log back. Should that fail, the log stays and is read.
        if let Err(error) = connection.close().await {
            tracing::warn!(%error, "an intake file did not close cleanly");
        }
        self.shared.end(source);
    }
}
