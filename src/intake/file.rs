//! One intake file: a small SQLite database of its own, its lock, and the few statements on it.
//! A batch is one row, so a commit is one statement and one sync.

use super::seal::Place;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Pages (of 4 KiB) after which the write-ahead log is folded back and begun anew. Writing over
/// blocks that exist syncs in half the time of growing the file (measured on ext4).
const CHECKPOINT_PAGES: &str = "1000";

const CREATE: &str = "
CREATE TABLE batch (
    first INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    -- Hits answered without a record since the batch before.
    unrecorded INTEGER NOT NULL,
    -- Key id and nonce.
    head BLOB NOT NULL,
    sealed BLOB NOT NULL
)";

const APPEND: &str = "
INSERT INTO batch (first, count, unrecorded, head, sealed)
VALUES ($1, $2, $3, $4, $5)";

const READ: &str = "
SELECT first, count, unrecorded, head, sealed
FROM batch
WHERE first > $1
ORDER BY first
LIMIT 1";

const LAST: &str = "SELECT first + count - 1 FROM batch ORDER BY first DESC LIMIT 1";

/// A table that was never made is an owner that died before its first hit.
const HAS_TABLE: &str = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'batch'";

/// One stored batch.
pub(super) struct Stored {
    pub(super) place: Place,
    pub(super) unrecorded: i64,
    pub(super) head: Vec<u8>,
    pub(super) sealed: Vec<u8>,
}

fn path(folder: &Path, source: Uuid, ending: &str) -> PathBuf {
    folder.join(format!("{source}.{ending}"))
}

/// The ending of a file that was put aside.
pub(super) const ASIDE: &str = "unreadable";

/// Sources that have a file with `ending` in `folder`, the oldest first.
pub(super) fn list(folder: &Path, ending: &str) -> io::Result<Vec<Uuid>> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let source = name
            .to_str()
            .and_then(|name| name.strip_suffix(ending)?.strip_suffix('.'))
            .and_then(|stem| Uuid::parse_str(stem).ok());
        sources.extend(source);
    }
    sources.sort_unstable();
    Ok(sources)
}

/// Takes the lock that its owner holds while it lives; `None` when somebody has it. The lock is a
/// file of its own: closing the database's file would drop the locks SQLite holds on it.
pub(super) fn lock(folder: &Path, source: Uuid) -> io::Result<Option<File>> {
    let file = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(path(folder, source, "lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Bytes on disk.
pub(super) fn size(folder: &Path, source: Uuid) -> u64 {
    ["db", "db-wal"]
        .into_iter()
        .filter_map(|ending| std::fs::metadata(path(folder, source, ending)).ok())
        .map(|data| data.len())
        .sum()
}

pub(super) fn exists(folder: &Path, source: Uuid) -> bool {
    path(folder, source, "db").exists()
}

/// Deletes a drained file. The lock goes last, so that nobody adopts half of it.
pub(super) fn remove(folder: &Path, source: Uuid) {
    for ending in ["db", "db-wal", "db-shm", "lock"] {
        let path = path(folder, source, ending);
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(file.path = %path.display(), %error, "an intake file could not be deleted");
        }
    }
}

/// Puts a file aside that cannot be read, with the log that was not folded back into it: for a
/// person with the right key or the right tools.
pub(super) fn set_aside(folder: &Path, source: Uuid) -> io::Result<()> {
    let log = path(folder, source, "db-wal");
    if log.exists() {
        std::fs::rename(log, path(folder, source, &format!("{ASIDE}-wal")))?;
    }
    std::fs::rename(path(folder, source, "db"), path(folder, source, ASIDE))?;
    remove(folder, source);
    Ok(())
}

fn options(folder: &Path, source: Uuid) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path(folder, source, "db"))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .locking_mode(SqliteLockingMode::Normal)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .disable_statement_logging()
}

/// Makes a new file, durable down to its name in the folder.
pub(super) async fn create(folder: &Path, source: Uuid) -> Result<SqliteConnection, sqlx::Error> {
    let options = options(folder, source).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::query(CREATE).execute(&mut connection).await?;
    File::open(folder)?.sync_all()?;
    Ok(connection)
}

/// Opens a file that exists.
pub(super) async fn open(folder: &Path, source: Uuid) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnection::connect_with(&options(folder, source)).await
}

/// Commits one batch; durable when this returns.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    batch: Stored,
) -> Result<(), sqlx::Error> {
    sqlx::query(APPEND)
        .bind(batch.place.first)
        .bind(batch.place.count)
        .bind(batch.unrecorded)
        .bind(batch.head)
        .bind(batch.sealed)
        .execute(connection)
        .await?;
    Ok(())
}

/// The first batch after `after`, which must be the end of a batch or 0.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    source: Uuid,
    after: i64,
) -> Result<Option<Stored>, sqlx::Error> {
    let row = sqlx::query(READ)
        .bind(after)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Stored {
            place: Place {
                source,
                first: row.try_get(0)?,
                count: row.try_get(1)?,
            },
            unrecorded: row.try_get(2)?,
            head: row.try_get(3)?,
            sealed: row.try_get(4)?,
        })
    })
    .transpose()
}

/// The number of the last record; 0 when there is none.
pub(super) async fn last(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let tables: i64 = sqlx::query_scalar(HAS_TABLE)
        .fetch_one(&mut *connection)
        .await?;
    if tables == 0 {
        return Ok(0);
    }
    let last: Option<i64> = sqlx::query_scalar(LAST).fetch_optional(connection).await?;
    Ok(last.unwrap_or(0))
}
