//! A fresh, migrated store on either engine.

use super::postgres;
use otklik::store::{PoolSizes, Store};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The engines every store test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The URL of a fresh, migrated database: a copy of one that this process migrated once.
    pub fn url(self) -> String {
        static SQLITE: OnceLock<PathBuf> = OnceLock::new();
        static POSTGRES: OnceLock<()> = OnceLock::new();
        match self {
            Self::Sqlite => {
                let model = SQLITE.get_or_init(|| {
                    let dir = folder();
                    migrate(in_file(&dir));
                    dir.join(FILE)
                });
                let dir = folder();
                std::fs::copy(model, dir.join(FILE)).unwrap();
                in_file(&dir)
            }
            Self::Postgres => {
                let server = postgres::server();
                POSTGRES.get_or_init(|| migrate(server.database_named(MODEL, None)));
                server.database(Some(MODEL))
            }
        }
    }

    /// A fresh, migrated store.
    pub fn store(self) -> Store {
        Store::open(&self.url(), PoolSizes::default()).unwrap()
    }
}

const FILE: &str = "otklik.db";
const MODEL: &str = "model";

/// The URL of the database in `dir`.
pub fn in_file(dir: &std::path::Path) -> String {
    format!("sqlite://{}", dir.join(FILE).display())
}

/// Migrates the database and lets go of it. Callers may stand inside a runtime, hence the thread.
fn migrate(url: String) {
    let work = async move {
        let store = Store::open(&url, PoolSizes::default()).unwrap();
        store.migrate().await.unwrap();
        store.close().await;
    };
    let thread = std::thread::spawn(|| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(work);
    });
    thread.join().unwrap();
}

/// A fresh folder under the system's temporary one.
pub fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::SeqCst);
    let dir = std::env::temp_dir().join(format!("otklik-test-{}-{n}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
