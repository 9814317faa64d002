//! Click-through against a count by hand and against the log itself, on both engines. Here is what
//! these stories share.

mod by_hand;
mod people;
mod recount;

use crate::load::{Plan, rows};
use otklik::domain::clock::Millis;
use otklik::domain::day::Day;
use otklik::domain::id::UserId;
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::report::Report;
use otklik::report::query::{By, Query};
use otklik::store::settings::{self, Setting};
use otklik::store::{Store, reports};

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
