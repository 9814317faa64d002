//! The intake in the data folder, its reading half: adopting files, reading records back, and
//! deleting what is drained. The writing half is `writer`.

use super::IntakeError;
use super::file;
use super::group::Durable;
use super::queue::split;
use super::shared::{Entry, Limits, Shared, Written};
use super::trouble::is_damage;
use super::writer::Writer;
use crate::domain::keys::KeyRing;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A drained file in use is replaced at most this often, so that a trickle of hits does not make
/// a file each.
const REPLACE_EVERY: Duration = Duration::from_secs(5);

/// A file that may be drained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Its id, under which the store keeps its place.
    pub id: Uuid,
    /// The number of its last durable record; 0 when it has none.
    pub last: i64,
}

/// Records read back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Records with their numbers, in order.
    pub records: Vec<(i64, Vec<u8>)>,
    /// The number up to which this page goes, also over records that could not be opened; the
    /// place to go on from. Equal to `after` when there was nothing.
    pub through: i64,
    /// Hits that were answered without a record, to be added to the store's count.
    pub unrecorded: i64,
}

/// The reading half's own state.
struct Readers {
    open: HashMap<Uuid, SqliteConnection>,
    replaced_at: Instant,
}

/// The intake in the data folder.
pub struct Local {
    shared: Arc<Shared>,
    readers: tokio::sync::Mutex<Readers>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Files that could not be opened, told of once.
    refused: Mutex<HashSet<Uuid>>,
}

impl Local {
    pub(super) async fn open(
        folder: &Path,
        ring: &KeyRing,
        limits: Limits,
    ) -> io::Result<Arc<Self>> {
        make_private_folder(folder)?;
        let shared = Arc::new(Shared::new(folder, ring, limits));
        let writer = Writer::new(shared.clone());
        let thread = std::thread::Builder::new()
            .name("otklik-intake".into())
            .spawn(move || run(writer))?;
        let local = Arc::new(Self {
            shared,
            readers: tokio::sync::Mutex::new(Readers {
                open: HashMap::new(),
                replaced_at: Instant::now(),
            }),
            thread: Mutex::new(Some(thread)),
            refused: Mutex::default(),
        });
        local.adopt().await?;
        Ok(local)
    }

    pub(super) fn append(&self, record: &[u8]) -> Durable {
        self.shared.queue.push(record).unwrap_or_else(|refused| {
            self.shared.count_unrecorded(1);
            Durable::settled(Err(refused))
        })
    }

    pub(super) fn sources(&self) -> Vec<Source> {
        let files = self.shared.files();
        let mut sources: Vec<_> = files
            .iter()
            .map(|entry| Source {
                id: entry.id,
                last: entry.last,
            })
            .collect();
        sources.sort_unstable_by_key(|source| source.id);
        sources
    }

    pub(super) async fn adopt(&self) -> io::Result<()> {
        let aside = file::list(&self.shared.folder, file::ASIDE)?.len();
        metrics::gauge!("otklik_intake_unreadable_files").set(aside as f64);
        for source in file::list(&self.shared.folder, "db")? {
            if self.shared.files().iter().any(|entry| entry.id == source) {
                continue;
            }
            let Some(lock) = file::lock(&self.shared.folder, source)? else {
                continue;
            };
            // Its drainer may have finished between the listing and the lock.
            if file::exists(&self.shared.folder, source) {
                self.adopt_file(source, lock).await;
            }
        }
        Ok(())
    }

    async fn adopt_file(&self, source: Uuid, lock: File) {
        let folder = &self.shared.folder;
        let opened = async {
            let mut connection = file::open(folder, source).await?;
            let last = file::last(&mut connection).await?;
            Ok::<_, sqlx::Error>((connection, last))
        };
        match opened.await {
            Ok((connection, 0)) => {
                drop(connection.close().await);
                file::remove(folder, source);
            }
            Ok((connection, last)) => {
                tracing::info!(intake.source = %source, hits = last, "adopted an intake file whose owner is gone");
                self.readers.lock().await.open.insert(source, connection);
                self.shared.files().push(Entry {
                    id: source,
                    _lock: lock,
                    last,
                    bytes: file::size(folder, source),
                    written: Written::Ended,
                    damaged: false,
                    trouble: None,
                });
            }
            Err(error) if is_damage(&error) => {
                tracing::error!(intake.source = %source, %error, "an intake file is damaged and was put aside; nobody knows how many hits it held");
                self.put_aside(source);
            }
            Err(error) => {
                let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                if refused.insert(source) {
                    tracing::error!(intake.source = %source, %error, "an intake file cannot be read; it stays, and is tried again");
                }
            }
        }
    }

    pub(super) async fn drain(
        &self,
        source: Uuid,
        after: i64,
        limit: usize,
    ) -> Result<Page, IntakeError> {
        let mut readers = self.readers.lock().await;
        let mut page = Page {
            through: after,
            ..Page::default()
        };
        let read = self.read(&mut readers, source, limit, &mut page).await;
        // Records that should be there and are not would be waited for without end.
        let read = read.and_then(|()| {
            let is_short = page.through == after && self.shared.holds_after(source, after);
            if is_short {
                Err(sqlx::Error::RowNotFound)
            } else {
                Ok(())
            }
        });
        match read {
            Ok(()) => self.shared.untroubled(source),
            // What was read before it goes first.
            Err(_) if page.through > after => {}
            Err(error) => {
                if let Some(connection) = readers.open.remove(&source) {
                    drop(connection.close().await);
                }
                return Err(if self.shared.troubled(source, &error) {
                    IntakeError::GivenUp
                } else {
                    IntakeError::Unreadable
                });
            }
        }
        Ok(page)
    }

    /// Reads batches into `page` until it has `limit` records or there are no more.
    async fn read(
        &self,
        readers: &mut Readers,
        source: Uuid,
        limit: usize,
        page: &mut Page,
    ) -> Result<(), sqlx::Error> {
        let connection = match readers.open.entry(source) {
            std::collections::hash_map::Entry::Occupied(open) => open.into_mut(),
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(file::open(&self.shared.folder, source).await?)
            }
        };
        while page.records.len() < limit {
            let Some(batch) = file::read(connection, source, page.through).await? else {
                break;
            };
            self.open_batch(batch, page);
        }
        Ok(())
    }

    fn open_batch(&self, batch: file::Stored, page: &mut Page) {
        let place = batch.place;
        page.through = place.first + place.count - 1;
        page.unrecorded += batch.unrecorded;
        let records = self
            .shared
            .sealer
            .open(place, &batch.head, batch.sealed)
            .and_then(|bytes| split(&bytes))
            .filter(|records| records.len() as i64 == place.count);
        if let Some(records) = records {
            page.records.extend((place.first..).zip(records));
            return;
        }
        tracing::error!(intake.source = %place.source, hits = place.count, "a batch cannot be opened: its key is gone or it was changed; the file is kept");
        page.unrecorded += place.count;
        let mut files = self.shared.files();
        if let Some(entry) = files.iter_mut().find(|entry| entry.id == place.source) {
            entry.damaged = true;
        }
    }

    pub(super) async fn drained_through(&self, source: Uuid, number: i64) {
        let mut readers = self.readers.lock().await;
        let entry = {
            let mut files = self.shared.files();
            let Some(index) = files.iter().position(|entry| entry.id == source) else {
                return;
            };
            let entry = &files[index];
            if entry.last == 0 || number < entry.last {
                return;
            }
            if entry.written == Written::Now {
                if readers.replaced_at.elapsed() >= REPLACE_EVERY {
                    readers.replaced_at = Instant::now();
                    self.shared.want_rotation();
                }
                return;
            }
            files.remove(index)
        };
        if let Some(connection) = readers.open.remove(&source) {
            drop(connection.close().await);
        }
        if entry.damaged {
            self.put_aside(source);
        } else {
            file::remove(&self.shared.folder, source);
        }
    }

    fn put_aside(&self, source: Uuid) {
        if let Err(error) = file::set_aside(&self.shared.folder, source) {
            tracing::error!(intake.source = %source, %error, "an intake file could not be put aside");
        }
    }

    pub(super) async fn arrived(&self) {
        self.shared.arrived().await;
    }

    pub(super) fn unrecorded_total(&self) -> u64 {
        self.shared.unrecorded_total()
    }

    pub(super) async fn close(&self) {
        self.shared.queue.close();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the intake's writer ended badly");
            }
        }
        let open = std::mem::take(&mut self.readers.lock().await.open);
        for connection in open.into_values() {
            drop(connection.close().await);
        }
        self.shared.files().clear();
    }
}

/// The writer's thread: one task, no timers, no sockets.
fn run(writer: Writer) {
    match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime.block_on(writer.run()),
        Err(error) => tracing::error!(%error, "the intake's writer could not start"),
    }
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}
