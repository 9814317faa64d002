//! Click-through against a count by hand and against the log itself, on both engines.

use crate::load::rows;
use crate::load::{self, Batch, Plan, Sending};
use crate::support::engines::Engine;
use otklik::domain::clock::{DAY_MS, HOUR_MS, Millis};
use otklik::domain::day::{Day, Zone};
use otklik::domain::event::{Detail, EventKind, NewEvent, Revision};
use otklik::domain::gateway::Gateway;
use otklik::domain::hit::{Agent, AgentClass, HeaderBits, HitFacts, Method, Network};
use otklik::domain::id::{DeliveryNo, Seq, UserId};
use otklik::domain::message::MessagePurpose;
use otklik::domain::verdict::{Judgement, Rule, Verdict};
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::report::query::{By, Query};
use otklik::report::{Report, Row, note::Withheld};
use otklik::store::reports::{self, ReportError};
use otklik::store::settings::{self, Setting};
use otklik::store::{Store, log};
use std::collections::BTreeMap;

fn user(no: i64) -> uuid::Uuid {
    uuid::Uuid::parse_str(&rows::id(1, no)).unwrap()
}

fn content(no: i64) -> uuid::Uuid {
    uuid::Uuid::parse_str(&rows::id(5, no)).unwrap()
}

fn viewer(level: ReportLevel) -> Viewer {
    Viewer {
        user: UserId(user(1)),
        role: Role::Manager,
        team: None,
        level,
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).unwrap()
}

fn query(from: &str, to: &str, by: By) -> Query {
    Query {
        from: day(from),
        to: day(to),
        by,
        ..Query::default_for(Day(0))
    }
}

async fn ask(store: &Store, query: &Query, now: Millis) -> Report {
    reports::click_through(store, &viewer(ReportLevel::Full), query, now)
        .await
        .unwrap()
}

async fn append(store: &Store, events: &[NewEvent]) -> Seq {
    let mut tx = store.begin().await.unwrap();
    let first = log::append(&mut tx, events).await.unwrap();
    tx.commit().await.unwrap();
    first
}

fn event(kind: EventKind, delivery: i64, at: Millis, detail: Detail) -> NewEvent {
    NewEvent {
        at,
        kind,
        delivery: Some(DeliveryNo(delivery)),
        contact: None,
        detail,
    }
}

fn judgement(verdict: Verdict) -> Judgement {
    Judgement {
        verdict,
        rule: Rule::HNav,
        params: Vec::new(),
    }
}

fn click(delivery: i64, at: Millis, link_no: u16, verdict: Verdict) -> NewEvent {
    let facts = HitFacts {
        method: Method::Get,
        network: Network::None,
        client: None,
        agent: Agent {
            class: AgentClass::Browser,
            family: String::new(),
            major: 0,
            system: String::new(),
        },
        bits: HeaderBits(0),
        listed: None,
        own: None,
    };
    let detail = Detail::Hit {
        link_no,
        facts,
        judgement: judgement(verdict),
    };
    event(EventKind::Clicked, delivery, at, detail)
}

fn small_plan() -> Plan {
    Plan {
        seed: 11,
        deliveries: 1_800,
        reps: 5,
        contents: 6,
        templates: 3,
        contacts: 500,
        days: 60,
        // Over the change to summer time in Berlin.
        start: at("2026-03-01T00:00:00Z"),
    }
}

async fn in_berlin(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    settings::set(&mut tx, Setting::Zone, "Europe/Berlin", Millis(0))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Ten deliveries of one mail with content (link 1) and a signature (link 2), all sent at nine in
/// Berlin on 2 March: who counts where is said beside each.
#[tokio::test]
async fn ten_deliveries_come_to_the_figures_counted_by_hand() {
    for engine in Engine::BOTH {
        let store = engine.store().await;
        in_berlin(&store).await;
        rows::library(&store, &small_plan()).await;
        let sent = at("2026-03-02T08:00:00Z");
        let sendings = (1..=10).map(|no| Sending {
            no,
            at: sent,
            rep: 1,
            contact: no,
            template: None,
            purpose: 1,
            domain: "acme.example",
            // The ninth may not be tracked.
            tracks_clicks: no != 9,
            links: vec![(1, 0, Some(1), 1), (2, 3, None, 20_000)],
        });
        let batch = Batch {
            sendings: sendings.collect(),
            ..Batch::default()
        };
        rows::sendings(&store, &batch).await;
        let mut events: Vec<NewEvent> = (1..=10)
            .map(|no| event(EventKind::Sent, no, sent.plus(500), Detail::None))
            .collect();
        let week = 7 * DAY_MS;
        events.extend([
            // 1: a person after an hour, and again: one click-through.
            click(1, sent.plus(HOUR_MS), 1, Verdict::LikelyHuman),
            click(1, sent.plus(2 * HOUR_MS), 1, Verdict::LikelyHuman),
            // 2: a person in the last second of the horizon.
            click(2, sent.plus(week - 1_000), 1, Verdict::Human),
            // 3: a person, too late.
            click(3, sent.plus(week), 1, Verdict::Human),
            // 4: a scanner, then a person.
            click(4, sent.plus(1_000), 1, Verdict::Scanner),
            click(4, sent.plus(3 * HOUR_MS), 1, Verdict::LikelyHuman),
            // 5: a scanner alone.
            click(5, sent.plus(1_000), 1, Verdict::Scanner),
            // 6: a person, but on the signature.
            click(6, sent.plus(HOUR_MS), 2, Verdict::Human),
            // 7: nobody. 8: came back, although something had clicked.
            click(8, sent.plus(1_000), 1, Verdict::Scanner),
            event(EventKind::Bounced, 8, sent.plus(HOUR_MS), Detail::None),
            // 9: not tracked. 10: unknown, later found to be a person.
            click(10, sent.plus(5 * HOUR_MS), 1, Verdict::Unknown),
        ]);
        let first = append(&store, &events).await;
        let query = query("2026-03-02", "2026-03-03", By::Content);
        let now = at("2026-03-20T00:00:00Z");
        let before = ask(&store, &query, now).await;
        let figures = |row: &Row| (row.sent, row.of, row.n, row.machine);
        assert_eq!(
            figures(&before.rows[0]),
            (Some(10), 8, 3, Some(3)),
            "{engine:?}"
        );

        let revision = Revision {
            hit: Seq(first.0 + events.len() as i64 - 1),
            hit_at: sent.plus(5 * HOUR_MS),
            hit_kind: EventKind::Clicked,
            link_no: 1,
            number: 1,
            was: Verdict::Unknown,
            judgement: judgement(Verdict::LikelyHuman),
        };
        let revised = event(EventKind::Revised, 10, now, Detail::Revision(revision));
        append(&store, &[revised]).await;
        let report = ask(&store, &query, now).await;
        let row = &report.rows[0];
        assert_eq!(row.key, content(1).to_string());
        assert_eq!(figures(row), (Some(10), 8, 4, Some(2)), "{engine:?}");
        assert_eq!((row.rate, row.coverage), (Some(0.5), Some(0.8)));
        assert_eq!(
            (row.n_eff, row.withheld_reason),
            (8, Some(Withheld::TooFewContacts))
        );
        assert_eq!(row.p50_ms, None, "under six clicks no quantile is given");
        assert_eq!(report.watermark, first.0 + events.len() as i64);

        let raw = Query {
            counting: otklik::report::query::Counting::Raw,
            ..query.clone()
        };
        assert_eq!(ask(&store, &raw, now).await.rows[0].n, 5);
        // Five days after sending nothing may be judged.
        let young = ask(&store, &query, sent.plus(5 * DAY_MS)).await;
        let row = &young.rows[0];
        assert_eq!((row.of, row.rate, row.immature_n), (0, None, 10));
        // A hit that was answered and lost makes the whole cohort unmeasurable.
        lose_a_hit(&store, sent.plus(3 * DAY_MS)).await;
        let lossy = ask(&store, &query, now).await;
        let row = &lossy.rows[0];
        assert_eq!((row.of, row.rate, row.sent), (0, None, Some(10)));
        assert!(lossy.notes.iter().any(|note| note.code == "unrecorded"));
    }
}

async fn lose_a_hit(store: &Store, at: Millis) {
    let sql = "INSERT INTO unrecorded (source, minute, n) VALUES ('a', $1, 1)";
    let minute = at.0 / 60_000;
    match store {
        Store::Sqlite { write, .. } => {
            sqlx::query(sql).bind(minute).execute(write).await.unwrap();
        }
        Store::Postgres(pool) => {
            sqlx::query(sql).bind(minute).execute(pool).await.unwrap();
        }
    }
}

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
        let store = engine.store().await;
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

#[tokio::test]
async fn single_reps_are_shown_by_level_and_ones_own_always() {
    let store = Engine::Sqlite.store().await;
    load::load(&store, small_plan(), 4_096, |_, _| {}).await;
    let now = at("2026-06-01T00:00:00Z");
    let by_rep = query("2026-03-01", "2026-05-01", By::Rep);
    let full = ask(&store, &by_rep, now).await;
    let labels: Vec<&str> = full.rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(
        labels,
        ["Rep 001", "Rep 002", "Rep 003", "Rep 004", "Rep 005"]
    );
    let team = viewer(ReportLevel::Team);
    let folded = reports::click_through(&store, &team, &by_rep, now)
        .await
        .unwrap();
    let keys: Vec<&str> = folded.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, [user(1).to_string().as_str(), "team"]);
    assert!(folded.notes.iter().any(|note| note.code == "reps_folded"));
    let of = |report: &Report| report.rows.iter().map(|row| row.of).sum::<i64>();
    assert_eq!(folded.rows[1].of, of(&full));

    let one = |rep| Query {
        rep: Some(UserId(user(rep))),
        ..query("2026-03-01", "2026-05-01", By::Content)
    };
    let own = reports::click_through(&store, &team, &one(1), now).await;
    assert!(own.unwrap().rows.len() > 2);
    let other = reports::click_through(&store, &team, &one(2), now).await;
    assert!(matches!(
        other,
        Err(ReportError::Forbidden { field: "rep" })
    ));
    let nobody = reports::click_through(&store, &team, &one(99), now).await;
    assert!(matches!(nobody, Err(ReportError::Unknown { field: "rep" })));
}
