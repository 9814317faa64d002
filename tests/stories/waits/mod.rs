//! Response time, reply latency and deliverability against counts by hand and plain SQL. Here is
//! what these stories share: the people, touches and events, and the tables as text.

mod answers;
mod answers_recount;
mod deliveries;
mod deliveries_recount;
mod seeded;
mod threads;
mod threads_recount;

use crate::load::rows;
use crate::load::{Batch, Plan, Sending};
use crate::support::sql::{run, texts};
use otklik::domain::clock::{Clock, Millis};
use otklik::domain::day::Day;
use otklik::domain::event::{Detail, EventKind, NewEvent};
use otklik::domain::id::{ContactNo, DeliveryNo, InboundNo, TouchId, TouchNo, UserId, UserNo};
use otklik::domain::inbound::{BounceClass, BounceReason, Report as Told};
use otklik::domain::touch::{Channel, Direction};
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::report::Report;
use otklik::report::asked::{Asked, ClockKind, Name, Slice};
use otklik::store::rebuild::{Next, rebuild};
use otklik::store::touches::{self, NewTouch};
use otklik::store::{Store, log, reports};
use uuid::Uuid;

const NOON: &str = "2026-05-04T10:00:00Z";

fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).unwrap()
}

fn plan() -> Plan {
    Plan {
        seed: 5,
        deliveries: 1,
        reps: 4,
        contents: 2,
        templates: 2,
        contacts: 300,
        days: 1,
        start: at(NOON),
    }
}

fn viewer() -> Viewer {
    Viewer {
        user: UserId(Uuid::parse_str(&rows::id(1, 1)).unwrap()),
        role: Role::Admin,
        team: None,
        level: ReportLevel::Full,
    }
}

fn asked(name: Name, by: Slice) -> Asked {
    Asked {
        from: Day::parse("2026-05-01").unwrap(),
        to: Day::parse("2026-06-01").unwrap(),
        by,
        ..Asked::default_for(name, Day(0))
    }
}

async fn record(
    store: &Store,
    contact: i64,
    direction: Direction,
    channel: Channel,
    when: Millis,
    fill: impl FnOnce(&mut NewTouch),
) -> TouchNo {
    let mut touch = NewTouch::new(
        TouchId(Clock::System.fresh_id()),
        ContactNo(contact),
        channel,
        direction,
        when,
        when,
    );
    touch.rep = Some(UserNo(1));
    fill(&mut touch);
    let mut tx = store.begin().await.unwrap();
    let no = touches::record_in(&mut tx, &touch).await.unwrap();
    tx.commit().await.unwrap();
    no
}

async fn response_time(store: &Store, by: Slice, clock: ClockKind, now: Millis) -> Report {
    let asked = Asked {
        clock,
        ..asked(Name::ResponseTime, by)
    };
    reports::response_time(store, &viewer(), &asked, now)
        .await
        .unwrap()
}

/// Every row of counts, waits and facts as text.
async fn tables(store: &Store) -> Vec<String> {
    let hex = if store.is_sqlite() {
        "hex(data)"
    } else {
        "upper(encode(data, 'hex'))"
    };
    let truth = |column: &str| format!("CASE WHEN {column} THEN 1 ELSE 0 END");
    let sql = format!(
        "SELECT 'f ' || kind || ' ' || subject || ' ' || {hex} AS line FROM facts
        UNION ALL SELECT 't ' || metric || ' ' || grain || ' ' || dim || ' ' || day || ' ' || rep || ' ' || dim_id || ' ' || shift
            || ' ' || bin || ' ' || n FROM tallies
        UNION ALL SELECT 'e ' || opening || ' ' || contact_no || ' ' || state || ' ' || opened_at || ' ' || day || ' '
            || channel || ' ' || COALESCE(owner_no, 0) || ' ' || inbounds || ' ' || {} || ' '
            || COALESCE(closed_at, 0) || ' ' || COALESCE(business_ms, -1) || ' ' || {} FROM episodes",
        truth("in_hours"),
        truth("late"),
    );
    let mut lines = texts(store, &sql).await;
    lines.sort();
    lines
}

async fn rebuilt_alike(store: &Store) {
    let before = tables(store).await;
    rebuild(store, |_| Next::Continue).await.unwrap();
    assert!(tables(store).await == before, "a rebuild gives other rows");
}

async fn append(store: &Store, events: &[NewEvent]) {
    let mut tx = store.begin().await.unwrap();
    log::append(&mut tx, events).await.unwrap();
    tx.commit().await.unwrap();
}

/// Ten letters of the first rep, each in a thread of its own, the first five to a provider that
/// reports complaints.
async fn ten_letters(store: &Store, sent: Millis) {
    for no in 1..=10 {
        run(store, &format!("INSERT INTO threads (no, contact_no, begun_by_us, begun_at) VALUES ({no}, {no}, TRUE, 0)")).await;
        write(store, no, no, sent).await;
    }
    let events: Vec<NewEvent> = (1..=10)
        .map(|no| of_delivery(no, EventKind::Sent, sent, Detail::None))
        .collect();
    append(store, &events).await;
}

/// The rows of letter `no` in a thread of the contact with the same number, not yet sent.
async fn write(store: &Store, no: i64, contact: i64, when: Millis) {
    let sending = Sending {
        no,
        at: when,
        rep: 1,
        contact,
        template: None,
        purpose: 3,
        domain: if contact <= 5 {
            "outlook.com"
        } else {
            "acme.example"
        },
        tracks_clicks: true,
        links: Vec::new(),
    };
    let batch = Batch {
        sendings: vec![sending],
        ..Batch::default()
    };
    rows::sendings(store, &batch).await;
    let place = format!(
        "UPDATE messages SET thread_no = {contact}
            WHERE id = (SELECT message_id FROM deliveries WHERE no = {no})"
    );
    run(store, &place).await;
}

fn of_delivery(no: i64, kind: EventKind, when: Millis, detail: Detail) -> NewEvent {
    NewEvent {
        at: when,
        kind,
        delivery: Some(DeliveryNo(no)),
        contact: None,
        detail,
    }
}

fn told(class: Option<BounceClass>, reason: BounceReason, away_until: Option<Millis>) -> Detail {
    Detail::Report(Told {
        inbound: InboundNo(1),
        class,
        reason,
        code: String::new(),
        text: String::new(),
        away_until,
    })
}

/// Whether a figure of the report is what was counted by hand, to three places.
fn near(seen: Option<f64>, expected: f64) -> bool {
    seen.is_some_and(|seen| (seen - expected).abs() < 0.000_6)
}

/// Whether a time of the report is what was counted by hand, within one per cent.
fn lasted(seen: Option<i64>, expected_ms: i64) -> bool {
    seen.is_some_and(|seen| (seen as f64 / expected_ms as f64 - 1.0).abs() < 0.01)
}

/// The values of a curve, and `None` where there are none.
fn curve<'a>(report: &'a Report, name: &str) -> &'a [Option<f64>] {
    let found = report.series.iter().find(|series| series.name == name);
    &found.unwrap().y
}
