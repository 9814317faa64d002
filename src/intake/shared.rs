//! What the writer and the readers of the local intake share: which files there are and how far
//! each goes, the queue, the keys, and the count of hits that could not be recorded.

use super::file;
use super::queue::Queue;
use super::seal::Sealer;
use super::trouble::is_final;
use crate::domain::clock::Clock;
use crate::domain::keys::KeyRing;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;
use uuid::Uuid;

/// How much the files may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of all files, beyond which hits are answered and unrecorded.
    pub cap_bytes: u64,
    /// Bytes of one file, beyond which another is begun.
    pub rotate_bytes: u64,
}

impl Default for Limits {
    /// 1 GiB in all, some three million hits; 64 MiB a file.
    fn default() -> Self {
        Self {
            cap_bytes: 1 << 30,
            rotate_bytes: 64 << 20,
        }
    }
}

/// What is known of one file.
pub(super) struct Entry {
    pub(super) id: Uuid,
    /// Held while we write or drain the file.
    pub(super) _lock: File,
    pub(super) last: i64,
    pub(super) bytes: u64,
    pub(super) written: Written,
    /// Whether something of it could not be read, so that the file is kept.
    pub(super) damaged: bool,
    /// Since when it cannot be read.
    pub(super) trouble: Option<Instant>,
}

/// Whether a file may still grow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Now,
    Ended,
}

/// What writer and readers share.
pub(super) struct Shared {
    pub(super) folder: PathBuf,
    pub(super) queue: Queue,
    pub(super) sealer: Sealer,
    pub(super) limits: Limits,
    clock: Clock,
    files: Mutex<Vec<Entry>>,
    rotate: AtomicBool,
    unrecorded_pending: AtomicI64,
    unrecorded_total: AtomicU64,
    arrived: Notify,
}

impl Shared {
    pub(super) fn new(folder: &Path, ring: &KeyRing, limits: Limits) -> Self {
        Self {
            folder: folder.to_owned(),
            queue: Queue::new(),
            sealer: Sealer::new(ring),
            limits,
            clock: Clock::System,
            files: Mutex::default(),
            rotate: AtomicBool::new(false),
            unrecorded_pending: AtomicI64::new(0),
            unrecorded_total: AtomicU64::new(0),
            arrived: Notify::new(),
        }
    }

    pub(super) fn files(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A UUIDv7, so that files list in the order they were begun.
    pub(super) fn fresh_source(&self, random: [u8; 10]) -> Uuid {
        let at = self.clock.now().0.max(0).unsigned_abs();
        uuid::Builder::from_unix_timestamp_millis(at, &random).into_uuid()
    }

    pub(super) fn is_full(&self) -> bool {
        let held: u64 = self.files().iter().map(|entry| entry.bytes).sum();
        held >= self.limits.cap_bytes
    }

    pub(super) fn begin(&self, source: Uuid, lock: File) {
        self.files().push(Entry {
            id: source,
            _lock: lock,
            last: 0,
            bytes: 0,
            written: Written::Now,
            damaged: false,
            trouble: None,
        });
    }

    /// Notes that `source` could not be read; `true` when it is given up by now. One that
    /// is still written ends then, so that it can be put aside.
    pub(super) fn troubled(&self, source: Uuid, error: &sqlx::Error) -> bool {
        let mut files = self.files();
        let Some(entry) = files.iter_mut().find(|entry| entry.id == source) else {
            return false;
        };
        let since = *entry.trouble.get_or_insert_with(|| {
            tracing::error!(intake.source = %source, %error, "an intake file cannot be read");
            Instant::now()
        });
        if !is_final(error, since) {
            return false;
        }
        entry.damaged = true;
        if entry.written == Written::Now {
            self.want_rotation();
        }
        true
    }

    /// Notes that `source` could be read.
    pub(super) fn untroubled(&self, source: Uuid) {
        if let Some(entry) = self.files().iter_mut().find(|entry| entry.id == source) {
            entry.trouble = None;
        }
    }

    /// Whether `source` must hold records after `after`.
    pub(super) fn holds_after(&self, source: Uuid, after: i64) -> bool {
        let files = self.files();
        files
            .iter()
            .any(|entry| entry.id == source && entry.last > after)
    }

    /// Notes a commit. The unrecorded hits that travelled with it need not travel again.
    pub(super) fn committed(&self, source: Uuid, last: i64, bytes: u64, unrecorded: i64) {
        if let Some(entry) = self.files().iter_mut().find(|entry| entry.id == source) {
            entry.last = last;
            entry.bytes += bytes;
        }
        self.unrecorded_pending
            .fetch_sub(unrecorded, Ordering::Relaxed);
        self.arrived.notify_one();
    }

    /// Notes that a file gets no more records; one without any is deleted at once.
    pub(super) fn end(&self, source: Uuid) {
        let mut files = self.files();
        let Some(index) = files.iter().position(|entry| entry.id == source) else {
            return;
        };
        if files[index].last == 0 {
            file::remove(&self.folder, source);
            files.remove(index);
        } else {
            files[index].written = Written::Ended;
        }
    }

    /// Asks the writer to begin another file.
    pub(super) fn want_rotation(&self) {
        self.rotate.store(true, Ordering::Release);
        self.queue.nudge();
    }

    pub(super) fn rotation_wanted(&self) -> bool {
        self.rotate.swap(false, Ordering::AcqRel)
    }

    pub(super) fn unrecorded_pending(&self) -> i64 {
        self.unrecorded_pending.load(Ordering::Relaxed)
    }

    pub(super) fn unrecorded_total(&self) -> u64 {
        self.unrecorded_total.load(Ordering::Relaxed)
    }

    /// Waits for a commit since the last wait.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    pub(super) fn count_unrecorded(&self, hits: u64) {
        self.unrecorded_pending
            .fetch_add(hits as i64, Ordering::Relaxed);
        self.unrecorded_total.fetch_add(hits, Ordering::Relaxed);
        metrics::counter!("otklik_hits_unrecorded_total").increment(hits);
    }
}
