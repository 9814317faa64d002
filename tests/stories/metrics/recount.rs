//! A year in small: every row against a recount of the log in plain SQL.

use super::{ask, content, day, in_berlin, query, small_plan, user};
use crate::load::{self, rows};
use crate::support::engines::Engine;
use otklik::domain::clock::Millis;
use otklik::domain::day::Zone;
use otklik::domain::gateway::Gateway;
use otklik::domain::message::MessagePurpose;
use otklik::report::Report;
use otklik::report::query::By;
use otklik::store::Store;
use std::collections::BTreeMap;

/// Sent, measurable, human, machine, raw.
type Counted = [i64; 5];

/// A key and its figures as a row.
type Found = (String, i64, i64, i64, i64, i64);

/// The same figures from the log by one plain statement. `key` is an expression over `d`
/// (deliveries), `m` (messages) and `l` (links); `same` says which clicks belong to the row.
async fn recount(
    store: &Store,
    key: &str,
    same: &str,
    from: Millis,
    to: Millis,
) -> BTreeMap<String, Counted> {
    let clicked = |verdicts: &str| {
        format!("EXISTS (SELECT 1 FROM clicks AS c WHERE c.delivery_no = d.no {verdicts} {same})")
    };
    let (any, human, machine) = (
        clicked(""),
        clicked("AND c.verdict IN (0, 1)"),
        clicked("AND c.verdict > 1"),
    );
    let measurable = "d.track_clicks = 1 AND NOT EXISTS
        (SELECT 1 FROM events AS b WHERE b.delivery_no = d.no AND b.kind = 7)";
    let sql = format!(
        "WITH clicks AS (
            SELECT e.delivery_no, l.destination, l.content_no, COALESCE(
                (SELECT r.verdict FROM verdict_revisions AS r WHERE r.hit = e.seq
                    ORDER BY r.number DESC LIMIT 1), e.verdict) AS verdict
            FROM events AS e
            JOIN deliveries AS d ON d.no = e.delivery_no
            JOIN links AS l ON l.delivery_no = e.delivery_no AND l.no = e.link_no
            WHERE e.kind = 9 AND l.role IN (0, 1, 2) AND e.at < d.handed_over_at + 604800000)
        SELECT CAST({key} AS TEXT), COUNT(DISTINCT d.no),
            COUNT(DISTINCT CASE WHEN {measurable} THEN d.no END),
            COUNT(DISTINCT CASE WHEN {measurable} AND {human} THEN d.no END),
            COUNT(DISTINCT CASE WHEN {measurable} AND {machine} THEN d.no END),
            COUNT(DISTINCT CASE WHEN {measurable} AND {any} THEN d.no END)
        FROM deliveries AS d
        JOIN messages AS m ON m.id = d.message_id
        JOIN links AS l ON l.delivery_no = d.no AND l.role IN (0, 1, 2)
        WHERE d.handed_over_at >= $1 AND d.handed_over_at < $2 AND {key} IS NOT NULL
            AND EXISTS (SELECT 1 FROM events AS s WHERE s.delivery_no = d.no AND s.kind = 1)
        GROUP BY 1"
    );
    let sql = sqlx::AssertSqlSafe(sql);
    let found: Vec<Found> = match store {
        Store::Sqlite { read, .. } => sqlx::query_as(sql)
            .bind(from.0)
            .bind(to.0)
            .fetch_all(read)
            .await
            .unwrap(),
        Store::Postgres(pool) => sqlx::query_as(sql)
            .bind(from.0)
            .bind(to.0)
            .fetch_all(pool)
            .await
            .unwrap(),
    };
    found
        .into_iter()
        .map(|(key, a, b, c, d, e)| (key, [a, b, c, d, e]))
        .collect()
}

fn expected_key(by: By, key: &str) -> String {
    let number = || key.parse::<i64>().unwrap();
    match by {
        By::Content => content(number()).to_string(),
        By::Template => uuid::Uuid::parse_str(&rows::id(4, number()))
            .unwrap()
            .to_string(),
        By::Rep => user(number()).to_string(),
        By::Purpose => {
            let purpose = MessagePurpose::from_code(number() as i16).unwrap();
            purpose.as_str().to_owned()
        }
        By::Gateway => Gateway::of_domain(key).as_str().to_owned(),
        _ => key.to_owned(),
    }
}

#[tokio::test]
async fn every_row_equals_a_recount_of_the_log_in_plain_sql() {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    for engine in Engine::BOTH {
        let store = engine.store();
        in_berlin(&store).await;
        load::load(&store, small_plan(), 512, |_, _| {}).await;
        let now = zone.start_of(day("2026-04-22"));
        let (from, to) = ("2026-03-05", "2026-04-20");
        // The cohorts of 15 April and later are still filling on the 22nd.
        let begin = zone.start_of(day(from));
        let mature = zone.start_of(day("2026-04-15"));
        let end = zone.start_of(day(to));
        for (by, key, same) in [
            (By::Total, "'total'", ""),
            (
                By::Content,
                "l.content_no",
                "AND c.content_no = l.content_no",
            ),
            (
                By::Link,
                "l.destination",
                "AND c.destination = l.destination",
            ),
            (By::Template, "m.template_no", ""),
            (By::Purpose, "m.purpose", ""),
            (By::Rep, "d.rep_no", ""),
            (By::Gateway, "d.domain", ""),
        ] {
            let report = ask(&store, &query(from, to, by), now).await;
            let mut expected: BTreeMap<String, (Counted, i64)> = BTreeMap::new();
            for (key, counted) in recount(&store, key, same, begin, mature).await {
                let entry = expected.entry(expected_key(by, &key)).or_default();
                for (sum, n) in entry.0.iter_mut().zip(counted) {
                    *sum += n;
                }
            }
            for (key, counted) in recount(&store, key, same, mature, end).await {
                expected.entry(expected_key(by, &key)).or_default().1 += counted[0];
            }
            let seen: BTreeMap<String, (Counted, i64)> = report
                .rows
                .iter()
                .map(|row| {
                    let counted = [row.mature_n, row.of, row.n, row.machine.unwrap(), 0];
                    (row.key.clone(), (counted, row.immature_n))
                })
                .collect();
            for counted in expected.values_mut() {
                counted.0[4] = 0;
            }
            assert_eq!(seen, expected, "{engine:?} {by:?}");
            assert!(
                seen.values().any(|(counted, _)| counted[2] > 5),
                "{by:?} has clicks"
            );
        }
        months_and_days_agree(&store, now).await;
        quantiles_are_within_one_per_cent(&store, begin, mature, now).await;
    }
}

async fn months_and_days_agree(store: &Store, now: Millis) {
    let sum = |report: &Report| -> (i64, i64) {
        report
            .rows
            .iter()
            .fold((0, 0), |(n, of), row| (n + row.n, of + row.of))
    };
    let whole = ask(store, &query("2026-03-01", "2026-04-10", By::Total), now).await;
    for by in [By::Day, By::Month, By::Rep] {
        let report = ask(store, &query("2026-03-01", "2026-04-10", by), now).await;
        assert_eq!(sum(&report), sum(&whole), "{by:?}");
    }
}

async fn quantiles_are_within_one_per_cent(store: &Store, from: Millis, to: Millis, now: Millis) {
    let sql = "SELECT MIN(e.at - d.handed_over_at)
        FROM events AS e
        JOIN deliveries AS d ON d.no = e.delivery_no
        JOIN links AS l ON l.delivery_no = e.delivery_no AND l.no = e.link_no
        WHERE e.kind = 9 AND l.role IN (0, 1, 2) AND d.track_clicks = 1
            AND d.handed_over_at >= $1 AND d.handed_over_at < $2
            AND e.at < d.handed_over_at + 604800000
            AND NOT EXISTS (SELECT 1 FROM events AS b WHERE b.delivery_no = d.no AND b.kind = 7)
            AND COALESCE((SELECT r.verdict FROM verdict_revisions AS r WHERE r.hit = e.seq
                ORDER BY r.number DESC LIMIT 1), e.verdict) IN (0, 1)
        GROUP BY d.no ORDER BY 1";
    let waits: Vec<(i64,)> = match store {
        Store::Sqlite { read, .. } => sqlx::query_as(sql)
            .bind(from.0)
            .bind(to.0)
            .fetch_all(read)
            .await
            .unwrap(),
        Store::Postgres(pool) => sqlx::query_as(sql)
            .bind(from.0)
            .bind(to.0)
            .fetch_all(pool)
            .await
            .unwrap(),
    };
    let report = ask(store, &query("2026-03-05", "2026-04-20", By::Total), now).await;
    let row = &report.rows[0];
    for (seen, q) in [(row.p50_ms, 0.5), (row.p90_ms, 0.9)] {
        let rank = (q * waits.len() as f64).ceil() as usize;
        let off = seen.unwrap() as f64 / waits[rank - 1].0 as f64 - 1.0;
        assert!(off.abs() <= 0.01, "{q}: off by {off}");
    }
}
