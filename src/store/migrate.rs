//! Schema migrations: embedded, in order, each in one transaction, the same numbers and names on
//! both engines. A program older than the schema refuses to run on it.

use super::sql::{Either, execute, one, rows, statements};
use super::{Result, Store, StoreError, Tx};

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number, from 1, without gaps.
    pub version: i64,
    /// Its name.
    pub name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($version:literal, $name:literal, $file:literal) => {
        Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../migrations/postgres/", $file)),
        }
    };
}

const MIGRATIONS: &[Migration] = &[
    migration!(1, "spine", "0001_spine.sql"),
    migration!(2, "verdicts", "0002_verdicts.sql"),
    migration!(3, "inbound", "0003_inbound.sql"),
    migration!(4, "touches", "0004_touches.sql"),
    migration!(5, "mailbox_access", "0005_mailbox_access.sql"),
    migration!(6, "storage", "0006_storage.sql"),
    migration!(7, "contacts_of_cells", "0007_contacts_of_cells.sql"),
    migration!(8, "months", "0008_months.sql"),
    migration!(9, "gateways", "0009_gateways.sql"),
];

statements! {
    CREATE_TABLE = "CREATE TABLE IF NOT EXISTS schema_migrations (
        version BIGINT PRIMARY KEY,
        name TEXT NOT NULL
    )";
    RECORD = "INSERT INTO schema_migrations (version, name) VALUES ($1, $2)";
    APPLIED = "SELECT COALESCE(MAX(version), 0) FROM schema_migrations";
    LIST = "SELECT version, name FROM schema_migrations ORDER BY version";
    /// Two programs that start at once take turns. On SQLite the write lock does that.
    LOCK = sqlite "SELECT CAST(1 AS BIGINT)"
        postgres "SELECT CAST(1 AS BIGINT) FROM (SELECT pg_advisory_xact_lock(7083041)) AS l";
}

/// All migrations this program knows, in order.
pub const fn migrations() -> &'static [Migration] {
    MIGRATIONS
}

impl Store {
    /// Brings the schema up to this program's version; gives the names of what was applied.
    pub async fn migrate(&self) -> Result<Vec<&'static str>> {
        let mut tx = self.begin().await?;
        one!(&mut tx, LOCK, (i64,))?;
        execute!(&mut tx, CREATE_TABLE)?;
        tx.commit().await?;
        let mut applied = Vec::new();
        for migration in MIGRATIONS {
            let mut tx = self.begin().await?;
            one!(&mut tx, LOCK, (i64,))?;
            let (found,): (i64,) = one!(&mut tx, APPLIED, (i64,))?;
            let known = MIGRATIONS.last().map_or(0, |last| last.version);
            if found > known {
                return Err(StoreError::Newer { found, known });
            }
            if found < migration.version {
                apply(&mut tx, migration).await?;
                execute!(&mut tx, RECORD; migration.version, migration.name)?;
                tx.commit().await?;
                applied.push(migration.name);
            }
        }
        Ok(applied)
    }

    /// The schema's version as it is now, 0 when there is none.
    pub async fn schema_version(&self) -> Result<i64> {
        match rows!(self, LIST, (i64, String)) {
            Ok(list) => Ok(list.last().map_or(0, |(version, _)| *version)),
            Err(StoreError::Refused(_)) => Ok(0),
            Err(error) => Err(error),
        }
    }
}

async fn apply(tx: &mut Tx, migration: &Migration) -> Result<()> {
    match tx.on() {
        Either::Sqlite(engine) => {
            sqlx::raw_sql(migration.sqlite).execute(engine).await?;
        }
        Either::Postgres(engine) => {
            sqlx::raw_sql(migration.postgres).execute(engine).await?;
        }
    }
    Ok(())
}
