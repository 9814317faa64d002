//! Every SQL constant is accepted by both engines.

use crate::support::engines::Engine;
use otklik::store::{Store, all_statements};
use sqlx::Executor as _;
use sqlx::SqlSafeStr as _;

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    for engine in Engine::BOTH {
        let store = engine.store();
        let mut refused = Vec::new();
        for (module, sql) in all_statements() {
            let done = match &store {
                Store::Sqlite { write, .. } => {
                    write.prepare(sql.sqlite.into_sql_str()).await.map(|_| ())
                }
                Store::Postgres(pool) => {
                    pool.prepare(sql.postgres.into_sql_str()).await.map(|_| ())
                }
            };
            if let Err(error) = done {
                refused.push(format!("{module}::{}: {error}", sql.name));
            }
        }
        assert!(
            refused.is_empty(),
            "{engine:?} refuses:\n{}",
            refused.join("\n")
        );
    }
}
