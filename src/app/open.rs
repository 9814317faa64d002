//! What every command opens: data folder, store, keys. Nothing is started here.

use crate::config::{Loaded, Settings};
use crate::ctx::Ctx;
use crate::domain::clock::Clock;
use crate::keys::{self, KeysError};
use crate::net::smtp::{Relay, RelayError};
use crate::store::{PoolSizes, Store, StoreError, migrations};
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why an application cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The data folder cannot be made or written.
    #[error(
        "the data folder {folder} cannot be used: {source}. Make it writable for this user, or \
         set OTKLIK_DATA_DIR to one that is"
    )]
    DataFolder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process serves from this folder.
    #[error(
        "another otklik serves from the data folder {folder}. Stop it first, or give this one a \
         folder of its own with OTKLIK_DATA_DIR"
    )]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// The relay's URL cannot be read.
    #[error("smtp_url {0}; set it in otklik.toml or as OTKLIK_SMTP_URL")]
    Relay(#[from] RelayError),
    /// The address is taken or not ours.
    #[error(
        "cannot listen on {listen}: {source}. Choose another address with --listen or OTKLIK_LISTEN, \
         such as 127.0.0.1:0 for any free port"
    )]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// No usable keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database cannot be used.
    #[error("{0}; otklik doctor looks for the cause")]
    Store(#[from] StoreError),
    /// The schema is older than this program and nobody allowed to change it.
    #[error(
        "the database has schema {found} and this program needs {needed}. Run otklik migrate, or \
         start serve without --no-migrate"
    )]
    Older {
        /// The schema's version.
        found: i64,
        /// What this program needs.
        needed: i64,
    },
    /// A part could not start.
    #[error("{part} cannot start: {source}")]
    Part {
        /// Which.
        part: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
}

impl AppError {
    /// Whether the same may succeed later: the database is down, and nothing else is wrong.
    pub const fn is_for_now(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Unavailable(_))
                | Self::Keys(KeysError::Store(StoreError::Unavailable(_)))
        )
    }
}

/// What to do about a schema that is older than the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Bring it up to date.
    Migrate,
    /// Refuse to run on it.
    Expect,
}

/// The data folder, held by one serving process: its SQLite file and its intake have one owner.
#[derive(Debug)]
pub(super) struct DataLock {
    _file: File,
}

impl DataLock {
    /// Makes the folder when it is missing and takes it.
    pub(super) fn take(folder: &Path) -> Result<Self, AppError> {
        let failed = |source| AppError::DataFolder {
            folder: folder.to_owned(),
            source,
        };
        make_folder(folder)?;
        let file = File::create(folder.join("serve.lock")).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(AppError::Locked {
                folder: folder.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), AppError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| AppError::DataFolder {
            folder: folder.to_owned(),
            source,
        })
}

/// The id of the data folder, made once. A lease names it before the id of the start, so that a
/// process that was restarted on the same folder, which it holds alone, need not wait for the lease
/// of its predecessor to run out.
fn folder_id(folder: &Path, clock: &Clock) -> Result<String, AppError> {
    let path = folder.join("node-id");
    let failed = |source| AppError::DataFolder {
        folder: folder.to_owned(),
        source,
    };
    match std::fs::read_to_string(&path) {
        Ok(id) if !id.trim().is_empty() => return Ok(id.trim().replace(':', "")),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let id = clock.fresh_id().simple().to_string();
    std::fs::write(&path, &id).map_err(failed)?;
    Ok(id)
}

/// Reads the relay's URL to the end, which `config` cannot.
pub fn check_relay(settings: &Settings) -> Result<(), RelayError> {
    settings
        .smtp_url
        .as_deref()
        .map_or(Ok(()), |url| Relay::parse(url).map(|_| ()))
}

/// Opens store and keys. A database server that is down is no error yet.
pub fn open(loaded: &Loaded, clock: Clock) -> Result<Ctx, AppError> {
    check_relay(&loaded.settings)?;
    make_folder(&loaded.settings.data_dir)?;
    let keys = keys::open(loaded)?;
    let store = Store::open(&loaded.settings.database_url, PoolSizes::default())?;
    let node = format!(
        "{}:{}",
        folder_id(&loaded.settings.data_dir, &clock)?,
        clock.fresh_id()
    );
    Ok(Ctx {
        networks: crate::networks::Networks::default(),
        settings: Arc::new(loaded.settings.clone()),
        store,
        keys: Arc::new(keys),
        clock,
        node: node.into(),
    })
}

/// What a command works with that runs beside `serve` or before it: on a database without any
/// schema it is made, an older one is left to `migrate`.
pub async fn open_for_command(loaded: &Loaded) -> Result<Ctx, AppError> {
    let ctx = open(loaded, Clock::System)?;
    let schema = match ctx.store.schema_version().await? {
        0 => Schema::Migrate,
        _ => Schema::Expect,
    };
    prepare(&ctx, schema).await?;
    Ok(ctx)
}

/// Brings the database to where this program can work on it: schema, then keys.
pub async fn prepare(ctx: &Ctx, schema: Schema) -> Result<(), AppError> {
    match schema {
        Schema::Migrate => {
            let applied = ctx.store.migrate().await?;
            for name in &applied {
                tracing::info!(migration.name = name, "the schema was changed");
            }
            // A fresh store has nothing to fold again.
            if applied.contains(&"months") && !applied.contains(&"spine") {
                tracing::warn!(
                    "reports count more than they did: run otklik rebuild-metrics once, beside serve"
                );
            }
        }
        Schema::Expect => expect_schema(&ctx.store).await?,
    }
    keys::check(&ctx.store, &ctx.keys, ctx.clock.now()).await?;
    Ok(())
}

async fn expect_schema(store: &Store) -> Result<(), AppError> {
    let found = store.schema_version().await?;
    let needed = migrations().last().map_or(0, |last| last.version);
    match found.cmp(&needed) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(AppError::Older { found, needed }),
        std::cmp::Ordering::Greater => Err(StoreError::Newer {
            found,
            known: needed,
        }
        .into()),
    }
}
