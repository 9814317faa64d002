//! The durable hand-over between a hit and the store. A record is appended, committed to disk
//! together with whatever else waits, and only then is the hit answered; ingest drains it later.
//! Nothing here waits for the main database or knows what a record means.
//!
//! Sequence numbers run from 1 within a *source*, which is one file. The store remembers how far
//! it took each source, in the transaction that took it: so each record arrives exactly once,
//! whoever crashes. A source never continues after its writer is gone; a restart begins another.

mod file;
mod group;
mod local;
mod queue;
mod seal;
mod shared;
mod trouble;
mod writer;

pub use group::Durable;
pub use local::{Local, Page, Source};
pub use shared::Limits;

use crate::domain::keys::KeyRing;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

/// Why a record is not durable, or could not be read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// The disk refused: full, broken or gone. The next records go to another file.
    #[error("the intake could not write")]
    Failed,
    /// The files hold as much as they may until ingest drains them.
    #[error("the intake is full")]
    Full,
    /// More waits in memory than the disk takes in time.
    #[error("the intake is overloaded")]
    Overloaded,
    /// The process is stopping.
    #[error("the intake is closed")]
    Closed,
    /// A file of the intake could not be read; it may be readable later.
    #[error("the intake could not read a file")]
    Unreadable,
    /// A file of the intake is damaged, or could not be read for so long that it is given up. What
    /// it still holds is to be counted as unrecorded, and [`Intake::drained_through`] then puts it
    /// aside.
    #[error("a file of the intake is given up")]
    GivenUp,
}

/// The intake of this node.
#[derive(Clone)]
pub enum Intake {
    /// Files in the data folder.
    Local(Arc<Local>),
}

impl Intake {
    /// Opens the local intake in `folder`, adopts files of owners that are gone, and starts the
    /// writer. A disk that takes no file does not stop the start: hits are then unrecorded until
    /// it does. Fails when the folder cannot be made or read.
    pub async fn open(folder: &Path, ring: &KeyRing, limits: Limits) -> std::io::Result<Self> {
        Ok(Self::Local(Local::open(folder, ring, limits).await?))
    }

    /// Queues `record` at once; the future resolves when it is on disk. A failure is counted as
    /// unrecorded; the caller answers the contact all the same.
    pub fn append(&self, record: &[u8]) -> Durable {
        let Self::Local(local) = self;
        local.append(record)
    }

    /// Every source this node may drain, the oldest first, with its last durable number.
    pub fn sources(&self) -> Vec<Source> {
        let Self::Local(local) = self;
        local.sources()
    }

    /// Takes over files whose owners are gone.
    pub async fn adopt(&self) -> std::io::Result<()> {
        let Self::Local(local) = self;
        local.adopt().await
    }

    /// Records of `source` after number `after`: at least one batch, if there is one, and no
    /// further batch once `limit` records are reached. What cannot be read is
    /// [`IntakeError::Unreadable`] at first and [`IntakeError::GivenUp`] in the end.
    pub async fn drain(&self, source: Uuid, after: i64, limit: usize) -> Result<Page, IntakeError> {
        let Self::Local(local) = self;
        local.drain(source, after, limit).await
    }

    /// Tells that the store holds everything of `source` up to `number`. What is wholly drained
    /// is deleted from the disk, the file in use within some seconds; so call it also when there
    /// was nothing new.
    pub async fn drained_through(&self, source: Uuid, number: i64) {
        let Self::Local(local) = self;
        local.drained_through(source, number).await;
    }

    /// Resolves when something was committed since this last resolved.
    pub async fn arrived(&self) {
        let Self::Local(local) = self;
        local.arrived().await;
    }

    /// Hits answered but not recorded since the process started.
    pub fn unrecorded(&self) -> u64 {
        let Self::Local(local) = self;
        local.unrecorded_total()
    }

    /// Refuses further records, commits what waits and releases the files.
    pub async fn close(&self) {
        let Self::Local(local) = self;
        local.close().await;
    }
}
