//! A fresh, migrated store on either engine.

use super::postgres;
use otklik::store::{PoolSizes, Store};
use std::path::PathBuf;
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

    /// The URL of a fresh, empty database.
    pub fn url(self) -> String {
        match self {
            Self::Sqlite => format!("sqlite://{}", folder().join("otklik.db").display()),
            Self::Postgres => postgres::server().database(),
        }
    }

    /// A fresh, migrated store.
    pub async fn store(self) -> Store {
        let store = Store::open(&self.url(), PoolSizes::default()).unwrap();
        store.migrate().await.unwrap();
        store
    }
}

/// A fresh folder under the system's temporary one.
pub fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::SeqCst);
    let dir = std::env::temp_dir().join(format!("otklik-test-{}-{n}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
