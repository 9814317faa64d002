//! `rebuild-metrics`: the same rows from the log alone, while hits arrive.

use crate::load::{self, Plan, Simulation};
use crate::support::engines::Engine;
use crate::support::sql::{run, texts};
use otklik::domain::clock::Millis;
use otklik::store::rebuild::{Next, Rebuilt, rebuild};
use otklik::store::{Store, log};

fn plan() -> Plan {
    Plan {
        seed: 3,
        deliveries: 3_000,
        reps: 4,
        contents: 5,
        templates: 2,
        contacts: 400,
        days: 40,
        start: Millis::parse_rfc3339("2026-01-10T00:00:00Z").unwrap(),
    }
}

/// Every row of the metric store as text.
pub async fn tables(store: &Store) -> Vec<String> {
    let (hex, contacts) = if store.is_sqlite() {
        ("hex(data)", "hex(contacts)")
    } else {
        (
            "upper(encode(data, 'hex'))",
            "upper(encode(contacts, 'hex'))",
        )
    };
    let cell = "grain || ' ' || dim || ' ' || day || ' ' || rep || ' ' || dim_id || ' '";
    let sql = format!(
        "SELECT 'f ' || subject || ' ' || {hex} AS line FROM facts
        UNION ALL SELECT 'c ' || {cell} || sent || ' ' || measurable || ' ' || human || ' ' || machine || ' ' || raw FROM click_rollups
        UNION ALL SELECT 'w ' || {cell} || bin || ' ' || n FROM rollup_waits
        UNION ALL SELECT 's ' || {cell} || {contacts} FROM click_rollups"
    );
    let mut lines = texts(store, &sql).await;
    lines.sort();
    lines
}

async fn spoil(store: &Store) {
    let sql = "DELETE FROM click_rollups WHERE dim = 1;
        UPDATE rollup_waits SET n = n + 1 WHERE rep = 0;
        DELETE FROM facts WHERE subject = 17;
        UPDATE click_rollups SET contacts = substr(contacts, 1, 0) WHERE dim = 0";
    run(store, sql).await;
}

#[tokio::test]
async fn a_rebuild_gives_the_same_rows_and_heals_what_was_spoiled() {
    for engine in Engine::BOTH {
        let store = engine.store();
        load::load(&store, plan(), 700, |_, _| {}).await;
        let before = tables(&store).await;
        assert!(before.len() > 5_000);
        spoil(&store).await;
        let spoiled = tables(&store).await;
        assert_ne!(spoiled, before);

        let stopped = rebuild(&store, |_| Next::Stop).await.unwrap();
        assert_eq!(stopped, Rebuilt::Stopped);
        assert_eq!(
            tables(&store).await,
            spoiled,
            "{engine:?}: a stopped rebuild changes nothing"
        );

        let head = log::head(&store).await.unwrap();
        // Twice: the second one folds into the tables that served before.
        for _ in 0..2 {
            let done = rebuild(&store, |_| Next::Continue).await.unwrap();
            assert_eq!(done, Rebuilt::Done(head));
            assert!(tables(&store).await == before, "{engine:?}: rows differ");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_arrives_during_a_rebuild_is_not_lost() {
    for engine in Engine::BOTH {
        let store = engine.store();
        load::rows::library(&store, &plan()).await;
        let mut simulation = Simulation::new(plan());
        let mut batches: Vec<_> = std::iter::from_fn(|| simulation.batch(300)).collect();
        let late = batches.split_off(batches.len() / 2);
        for batch in &batches {
            load::rows::sendings(&store, batch).await;
            append(&store, batch).await;
        }
        let writer = tokio::spawn({
            let store = store.clone();
            async move {
                for batch in &late {
                    load::rows::sendings(&store, batch).await;
                    append(&store, batch).await;
                }
            }
        });
        rebuild(&store, |_| Next::Continue).await.unwrap();
        writer.await.unwrap();
        let after = tables(&store).await;
        rebuild(&store, |_| Next::Continue).await.unwrap();
        assert!(tables(&store).await == after, "{engine:?}: rows differ");
        let sent: Vec<String> = texts(
            &store,
            "SELECT CAST(SUM(sent) AS TEXT) FROM click_rollups WHERE dim = 0 AND grain = 0 AND rep = 0",
        )
        .await;
        assert_eq!(sent, ["3000"]);
    }
}

async fn append(store: &Store, batch: &load::Batch) {
    let mut tx = store.begin().await.unwrap();
    log::append(&mut tx, &batch.events).await.unwrap();
    tx.commit().await.unwrap();
}
