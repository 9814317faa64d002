//! Append and fold: sustained events a second, growth, and bytes per hit with all indexes.
//!
//! `cargo bench --bench ingest -- --events 1000000 [--engine sqlite|postgres] [--batch 4096]`

#[path = "../tests/support/load/mod.rs"]
mod load;
#[path = "load/mod.rs"]
mod shared;
#[path = "stores/mod.rs"]
mod support;

use otklik::domain::event::{EventKind, NewEvent};
use otklik::store::{Store, log};
use shared::{Marks, Options, plan};
use std::time::{Duration, Instant};

#[tokio::main]
async fn main() {
    let options = Options::parse(400_000);
    for engine in &options.engines {
        let store = engine.store();
        println!(
            "{engine:?}: {} events in batches of {}, fdatasync {:?}",
            options.events,
            options.batch,
            fsync_probe()
        );
        let mut marks = Marks::new();
        let mut hits: Vec<NewEvent> = Vec::new();
        let loaded = load::load(
            &store,
            plan(options.events),
            options.batch,
            |loaded, batch| {
                marks.note(loaded);
                if hits.len() < 200_000 {
                    let are_hits = |event: &&NewEvent| {
                        matches!(event.kind, EventKind::Opened | EventKind::Clicked)
                    };
                    hits.extend(batch.events.iter().filter(are_hits).cloned());
                }
            },
        )
        .await;
        marks.print(&loaded);
        bytes_per_hit(&store, &hits, options.batch).await;
    }
}

/// Appends hits on deliveries that have had theirs, and sees what the tables grow by.
async fn bytes_per_hit(store: &Store, hits: &[NewEvent], batch: usize) {
    let before = bytes_of_tables(store).await;
    for chunk in hits.chunks(batch) {
        let mut tx = store.begin().await.unwrap();
        log::append(&mut tx, chunk).await.unwrap();
        tx.commit().await.unwrap();
    }
    let after = bytes_of_tables(store).await;
    let grown: i64 =
        after.iter().map(|(_, n)| n).sum::<i64>() - before.iter().map(|(_, n)| n).sum::<i64>();
    println!(
        "  bytes per hit with all indexes: {:.0} ({} hits)",
        grown as f64 / hits.len() as f64,
        hits.len()
    );
    for (name, bytes) in before.iter().filter(|(_, bytes)| *bytes > 1_000_000) {
        println!("    {name}: {:.1} MB", *bytes as f64 / 1e6);
    }
}

/// The median of 50 appends of 4 KB made durable, on the disk of the SQLite stores.
fn fsync_probe() -> Duration {
    use std::io::Write as _;
    let path = crate::support::engines::folder().join("probe");
    let mut file = std::fs::File::create(path).unwrap();
    let mut times: Vec<Duration> = (0..50)
        .map(|_| {
            file.write_all(&[7; 4_096]).unwrap();
            let begun = Instant::now();
            file.sync_data().unwrap();
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[25]
}

/// Bytes of the log and of the metric store, with their indexes, by table or index.
async fn bytes_of_tables(store: &Store) -> Vec<(String, i64)> {
    match store {
        Store::Sqlite { read, .. } => sqlx::query_as(
            "SELECT name, SUM(pgsize) FROM dbstat
            WHERE name LIKE '%events%' OR name IN ('facts', 'click_rollups', 'rollup_waits', 'tallies', 'episodes')
            GROUP BY name ORDER BY 2 DESC",
        )
        .fetch_all(read)
        .await
        .unwrap(),
        Store::Postgres(pool) => {
            sqlx::raw_sql("VACUUM events, facts, click_rollups, rollup_waits, tallies, episodes").execute(pool).await.unwrap();
            sqlx::query_as(
                "SELECT relname::TEXT, pg_total_relation_size(oid) FROM pg_class
                WHERE relname IN ('events', 'facts', 'click_rollups', 'rollup_waits', 'tallies', 'episodes')
                ORDER BY 2 DESC",
            )
            .fetch_all(pool)
            .await
            .unwrap()
        }
    }
}
