//! Many threads, of which mails, replies, calls and absences are learnt in any order, corrected and
//! handed over: against a recount in plain SQL.

mod drawn;
mod plain;

use super::seeded::draw;
use super::{NOON, asked, at, lasted, plan, rebuilt_alike, viewer};
use crate::load::{Batch, rows};
use crate::support::engines::Engine;
use crate::support::sql::{run, texts};
use drawn::{Drawn, learn};
use otklik::domain::clock::{Clock, DAY_MS, HOUR_MS, Millis};
use otklik::domain::day::Day;
use otklik::domain::gateway::Gateway;
use otklik::domain::id::{ContactId, TouchId};
use otklik::domain::keys::KeyRing;
use otklik::domain::message::MessagePurpose;
use otklik::report::asked::{Asked, Name, Slice};
use otklik::report::{Report, Row};
use otklik::store::{Store, contacts, erase, reports, touches};
use plain::{Figures, THREADS, recount};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Some touches are withdrawn, others happened at another time than was said.
async fn correct(store: &Store, rng: &mut fastrand::Rng) {
    let text = if store.is_sqlite() {
        "lower(hex(id))"
    } else {
        "CAST(id AS TEXT)"
    };
    let mut ids = texts(store, &format!("SELECT {text} FROM touches ORDER BY no")).await;
    rng.shuffle(&mut ids);
    for (place, id) in ids.iter().take(16).enumerate() {
        let id = TouchId(Uuid::parse_str(id).unwrap());
        let mut tx = store.begin().await.unwrap();
        let stored = touches::stored(&mut tx, id).await.unwrap().unwrap();
        if place % 2 == 0 {
            touches::void_in(&mut tx, stored, at(NOON)).await.unwrap();
        } else {
            let mended = touches::Mended {
                at: stored.at.plus(rng.i64(-30 * HOUR_MS..30 * HOUR_MS)),
                result: stored.touch.result,
                note: None,
                recording_url: None,
            };
            touches::mend_in(&mut tx, stored, &mended).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}

fn figures(row: &Row) -> Figures {
    let threads = row.threads.as_ref().unwrap();
    let shares = threads.horizons.iter().flat_map(|h| [h.n, h.of]);
    let others = [
        threads.elsewhere,
        threads.superseded,
        threads.colleague,
        threads.restarted,
        row.mature_n,
        row.immature_n,
    ];
    let mut all = shares.chain(others);
    std::array::from_fn(|_| all.next().unwrap())
}

async fn look(store: &Store, by: Slice, now: Millis) -> Report {
    let asked = Asked {
        to: Day::parse("2026-08-01").unwrap(),
        ..asked(Name::ReplyLatency, by)
    };
    reports::reply_latency(store, &viewer(), &asked, now)
        .await
        .unwrap()
}

/// How a row of a slice is known in plain SQL, and how its key there becomes that of the report.
type Known = (Slice, &'static str, fn(&str) -> String);

fn month(day: &str) -> String {
    Day(day.parse().unwrap()).month().to_string()
}

const SLICES: [Known; 5] = [
    (Slice::Total, "CAST('total' AS TEXT)", str::to_owned),
    (Slice::Rep, "t.rep_no", |no| {
        let id = rows::id(1, no.parse().unwrap());
        Uuid::parse_str(&id).unwrap().to_string()
    }),
    (Slice::Purpose, "t.purpose", |code| {
        let purpose = MessagePurpose::from_code(code.parse().unwrap());
        purpose.unwrap().as_str().to_owned()
    }),
    (Slice::Gateway, "t.domain", |domain| {
        Gateway::of_domain(domain).as_str().to_owned()
    }),
    (Slice::Month, "t.at / 86400000", month),
];

async fn same(store: &Store, now: Millis) {
    for (by, key, name) in SLICES {
        let mut expected: BTreeMap<String, Figures> = BTreeMap::new();
        for (key, counted) in recount(store, key, now).await {
            let entry = expected.entry(name(&key)).or_default();
            for (sum, n) in entry.iter_mut().zip(counted) {
                *sum += n;
            }
        }
        let report = look(store, by, now).await;
        let seen: BTreeMap<String, Figures> = report
            .rows
            .iter()
            .map(|row| (row.key.clone(), figures(row)))
            .collect();
        assert_eq!(seen, expected, "{by:?} {}", now.rfc3339());
    }
}

/// Half of the answers, and nine tenths, within one per cent.
async fn quantiles(store: &Store, now: Millis) {
    let sql = format!(
        "{THREADS} SELECT CAST(CASE WHEN a.ms < 0 THEN 0 ELSE a.ms END AS TEXT)
        FROM answers a JOIN t ON t.thread_no = a.thread_no
        WHERE a.at <= t.start + 1209600000 AND t.day < {}",
        (now.0 - 14 * DAY_MS) / DAY_MS
    );
    let found = texts(store, &sql).await;
    let mut waits: Vec<i64> = found.iter().map(|text| text.parse().unwrap()).collect();
    waits.sort_unstable();
    assert!(waits.len() > 36, "enough for both");
    let row = look(store, Slice::Total, now).await.rows.remove(0);
    for (seen, q) in [(row.p50_ms, 0.5), (row.p90_ms, 0.9)] {
        let rank = (q * waits.len() as f64).ceil() as usize;
        assert!(
            lasted(seen, waits[rank - 1]),
            "{q}: {seen:?}, not {}",
            waits[rank - 1]
        );
    }
}

async fn erasure_moves_nothing(store: &Store, now: Millis) {
    let before = look(store, Slice::Rep, now).await.rows;
    let keys = KeyRing::parse(&KeyRing::generate([7; 32])).unwrap();
    for contact in [3, 8, 21] {
        let id = ContactId(Uuid::parse_str(&rows::id(3, contact)).unwrap());
        let found = contacts::lookup(store, &viewer(), id).await.unwrap();
        let clock = Clock::manual(now);
        erase::contact(store, &keys, &clock, &found.unwrap(), viewer().user)
            .await
            .unwrap();
    }
    assert_eq!(look(store, Slice::Rep, now).await.rows, before);
    rebuilt_alike(store).await;
}

#[tokio::test]
async fn threads_equal_a_recount_in_plain_sql() {
    let mut rng = draw();
    for engine in Engine::BOTH {
        let store = engine.store();
        rows::library(&store, &plan()).await;
        let drawn = Drawn::of(&mut rng, store.is_sqlite());
        let batch = Batch {
            sendings: drawn.sendings,
            ..Batch::default()
        };
        rows::sendings(&store, &batch).await;
        run(&store, &drawn.places).await;
        let half = drawn.steps.len() / 2;
        for (place, step) in drawn.steps.into_iter().enumerate() {
            if place == half {
                // An owner change rewrites nothing.
                let give = "UPDATE contacts SET owner_id = (SELECT id FROM users WHERE no = 2)";
                run(&store, give).await;
            }
            learn(&store, step).await;
        }
        let begun = at(NOON);
        same(&store, begun.plus(90 * DAY_MS)).await;
        correct(&store, &mut rng).await;
        for days in [8, 30, 50, 90, 500] {
            same(&store, begun.plus(days * DAY_MS + HOUR_MS)).await;
        }
        let now = begun.plus(90 * DAY_MS);
        quantiles(&store, now).await;
        erasure_moves_nothing(&store, now).await;
    }
}
