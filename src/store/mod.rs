//! The only code that knows SQL. `Store` reads, `Tx` writes; both run on SQLite and PostgreSQL.
//!
//! On SQLite all writes go through one connection and begin `IMMEDIATE`, so that none fails half
//! way for want of the lock; reads have connections of their own. No transaction is held across a
//! network call.

pub mod accounts;
pub mod arrivals;
pub mod calendars;
pub mod caught;
mod columns;
pub mod contacts;
pub mod content;
mod counts;
pub mod destinations;
pub mod dkim;
pub mod enqueue;
pub mod episodes;
pub mod erase;
mod error;
pub mod events;
mod facts;
pub mod firings;
mod fold;
pub mod gateways;
pub mod gauges;
pub mod heartbeat;
pub mod hits;
pub mod idempotency;
pub mod inbound;
pub mod log;
pub mod mailbox_access;
pub mod mailboxes;
pub mod message_ids;
pub mod messages;
mod migrate;
pub mod outbox;
pub mod own_places;
pub mod pages;
pub mod queue;
pub mod rebuild;
pub mod rendered;
pub mod reports;
mod rollups;
pub mod salts;
mod scope;
mod search;
pub mod sessions;
pub mod settings;
pub mod sql;
pub mod suppressions;
mod tables;
pub mod templates;
pub mod threads;
pub mod tokens;
pub mod touches;
mod types;
pub mod unsubscribe;
pub mod users;
pub mod verdicts;
pub mod zone;

pub use error::StoreError;
pub use migrate::{Migration, migrations};

use crate::domain::clock::Millis;
use sql::Either;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{PgConnection, Postgres, Sqlite, Transaction};
use std::str::FromStr;
use std::time::Duration;

/// What every store method gives.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A database, open for reading; writes begin with [`Store::begin`].
#[derive(Debug, Clone)]
pub enum Store {
    /// One file.
    Sqlite {
        /// Several readers.
        read: SqlitePool,
        /// The one writer.
        write: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

/// One transaction. Dropped without [`Tx::commit`] it leaves nothing behind.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite, begun `IMMEDIATE`.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// How many connections are kept.
#[derive(Debug, Clone, Copy)]
pub struct PoolSizes {
    /// SQLite readers.
    pub sqlite_readers: u32,
    /// PostgreSQL connections.
    pub postgres: u32,
}

impl Default for PoolSizes {
    fn default() -> Self {
        Self {
            sqlite_readers: 4,
            postgres: 16,
        }
    }
}

impl Store {
    /// Opens `sqlite:///path` (made when missing) or `postgres://…`. A server that is down does not
    /// fail this: connections are made when first used.
    pub fn open(url: &str, sizes: PoolSizes) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)?.application_name("otklik");
            let pool = PgPoolOptions::new()
                .max_connections(sizes.postgres)
                .acquire_timeout(Duration::from_secs(5))
                .connect_lazy_with(options);
            return Ok(Self::Postgres(pool));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was accepted survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            .pragma("cache_size", "-32768")
            // What is deleted is overwritten, where that costs no extra write.
            .pragma("secure_delete", "FAST")
            .pragma("journal_size_limit", "67108864")
            .statement_cache_capacity(256);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy_with(options.clone());
        let read = SqlitePoolOptions::new()
            .max_connections(sizes.sqlite_readers)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options);
        Ok(Self::Sqlite { read, write })
    }

    /// Begins a write.
    pub async fn begin(&self) -> Result<Tx> {
        match self {
            Self::Sqlite { write, .. } => {
                Ok(Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?))
            }
            Self::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    /// Begins a read of several statements that all see the same moment. It writes nothing.
    pub async fn snapshot(&self) -> Result<Tx> {
        match self {
            Self::Sqlite { read, .. } => Ok(Tx::Sqlite(read.begin().await?)),
            Self::Postgres(pool) => {
                let begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Ok(Tx::Postgres(pool.begin_with(begin).await?))
            }
        }
    }

    /// Whether this is the one-file engine.
    pub const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    /// Closes all connections; what was committed is on disk.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// The database's own time, in milliseconds.
    pub async fn clock(&self) -> Result<Millis> {
        Ok(sql::one!(self, CLOCK, (Millis,))?.0)
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<()> {
        sql::one!(self, PING, (i64,)).map(|_| ())
    }

    pub(crate) const fn on(&self) -> Either<&SqlitePool, &PgPool> {
        match self {
            Self::Sqlite { read, .. } => Either::Sqlite(read),
            Self::Postgres(pool) => Either::Postgres(pool),
        }
    }
}

impl Tx {
    /// Makes the writes durable.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Takes the writes back at once instead of when dropped.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await?,
            Self::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    pub(crate) fn on(&mut self) -> Either<&mut SqliteConnection, &mut PgConnection> {
        match self {
            Self::Sqlite(tx) => Either::Sqlite(&mut **tx),
            Self::Postgres(tx) => Either::Postgres(&mut **tx),
        }
    }
}

sql::statements! {
    CLOCK = sqlite "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)"
        postgres "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
    PING = "SELECT CAST(1 AS BIGINT)";
}

/// Every statement of the store under its module's name, for the test that prepares each of them
/// on both engines.
pub fn all_statements() -> Vec<(&'static str, &'static sql::Sql)> {
    let modules: &[(&str, &'static [&'static sql::Sql])] = &[
        ("mod", STATEMENTS),
        ("facts", facts::STATEMENTS),
        ("log", log::STATEMENTS),
        ("migrate", migrate::STATEMENTS),
        ("pages::caught", pages::caught::STATEMENTS),
        ("pages::companies", pages::companies::STATEMENTS),
        ("pages::drafts", pages::drafts::STATEMENTS),
        ("pages::hold", pages::hold::STATEMENTS),
        ("pages::inbox", pages::inbox::STATEMENTS),
        ("pages::messages", pages::messages::STATEMENTS),
        ("pages::suppressed", pages::suppressed::STATEMENTS),
        ("pages::today", pages::today::STATEMENTS),
        ("settings", settings::STATEMENTS),
        ("zone", zone::STATEMENTS),
        ("tables", tables::STATEMENTS),
        ("queue::lane", queue::lane::STATEMENTS),
        ("queue::claim", queue::claim::STATEMENTS),
        ("queue::attempt", queue::attempt::STATEMENTS),
        ("queue::stop", queue::stop::STATEMENTS),
        ("queue::resolve", queue::resolve::STATEMENTS),
        ("enqueue::read", enqueue::read::STATEMENTS),
        ("enqueue::write", enqueue::write::STATEMENTS),
        ("rebuild", rebuild::STATEMENTS),
        ("rendered", rendered::STATEMENTS),
        ("caught", caught::STATEMENTS),
        ("dkim", dkim::STATEMENTS),
        ("gateways", gateways::STATEMENTS),
        ("heartbeat", heartbeat::STATEMENTS),
        ("suppressions", suppressions::STATEMENTS),
        ("gauges", gauges::STATEMENTS),
        ("accounts", accounts::STATEMENTS),
        ("arrivals", arrivals::STATEMENTS),
        ("calendars", calendars::STATEMENTS),
        ("content", content::STATEMENTS),
        ("counts", counts::STATEMENTS),
        ("counts::tables", counts::tables::STATEMENTS),
        ("destinations", destinations::STATEMENTS),
        ("episodes", episodes::STATEMENTS),
        ("erase", erase::STATEMENTS),
        ("events", events::STATEMENTS),
        ("idempotency", idempotency::STATEMENTS),
        ("mailbox_access", mailbox_access::ALL[0]),
        ("mailbox_access::reader", mailbox_access::ALL[1]),
        ("mailbox_access::tokens", mailbox_access::ALL[2]),
        ("mailbox_access::copies", mailbox_access::ALL[3]),
        ("mailboxes", mailboxes::STATEMENTS),
        ("message_ids", message_ids::STATEMENTS),
        ("messages", messages::ALL[0]),
        ("messages::list", messages::ALL[1]),
        ("messages::parts", messages::ALL[2]),
        ("templates", templates::STATEMENTS),
        ("contacts", contacts::STATEMENTS),
        ("sessions", sessions::STATEMENTS),
        ("threads", threads::STATEMENTS),
        ("tokens", tokens::STATEMENTS),
        ("touches", touches::ALL[0]),
        ("touches::read", touches::ALL[1]),
        ("users", users::STATEMENTS),
        ("hits", hits::STATEMENTS),
        ("salts", salts::STATEMENTS),
        ("unsubscribe", unsubscribe::STATEMENTS),
        ("firings", firings::STATEMENTS),
        ("outbox", outbox::STATEMENTS),
        ("own_places", own_places::STATEMENTS),
        ("verdicts::history", verdicts::ALL[0]),
        ("verdicts::letters", verdicts::ALL[1]),
        ("verdicts::revise", verdicts::ALL[2]),
        ("verdicts::overrule", verdicts::ALL[3]),
        ("verdicts::nearby", verdicts::ALL[4]),
    ];
    modules
        .iter()
        .flat_map(|(module, statements)| statements.iter().map(|sql| (*module, *sql)))
        .chain(
            inbound::ALL
                .iter()
                .flat_map(|list| list.iter().map(|sql| ("inbound", *sql))),
        )
        .chain(reports::all_statements().map(|sql| ("reports", sql)))
        .collect()
}
