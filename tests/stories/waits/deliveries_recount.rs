//! Many deliveries and what became of them, learnt in any order, against a recount of the log and
//! of the reports that came in, in plain SQL.

use super::seeded::{append_in_runs, draw, one_in};
use super::{NOON, append, asked, at, of_delivery, plan, rebuilt_alike, told, viewer};
use crate::load::{Batch, Sending, rows};
use crate::support::engines::Engine;
use crate::support::sql::{run, texts};
use otklik::domain::clock::{Clock, DAY_MS, HOUR_MS, Millis};
use otklik::domain::event::{Detail, EventKind, NewEvent};
use otklik::domain::gateway::Gateway;
use otklik::domain::id::ContactId;
use otklik::domain::inbound::{BounceClass, BounceReason};
use otklik::domain::keys::KeyRing;
use otklik::report::asked::{Name, Slice};
use otklik::report::{Report, Row};
use otklik::store::{Store, contacts, erase, reports};
use std::collections::BTreeMap;
use uuid::Uuid;

const DELIVERIES: i64 = 260;
const CONTACTS: i64 = 70;
/// Days over which they are sent: into the next month.
const DAYS: i64 = 40;
const DOMAINS: [&str; 5] = [
    "acme.example",
    "firm.example",
    "outlook.com",
    "mail.ru",
    "gmail.com",
];

fn sending(rng: &mut fastrand::Rng, no: i64) -> Sending {
    let rep = rng.i64(1..=4);
    let contact = rng.i64(1..=CONTACTS);
    Sending {
        no,
        at: at(NOON).plus(rng.i64(0..DAYS * DAY_MS)),
        rep,
        contact,
        template: None,
        purpose: rng.i16(0..4),
        domain: DOMAINS[contact as usize % DOMAINS.len()],
        tracks_clicks: true,
        links: Vec::new(),
    }
}

/// What happens to a delivery; reports that came as mail are stored as such.
async fn fate(store: &Store, rng: &mut fastrand::Rng, sending: &Sending) -> Vec<NewEvent> {
    let (no, sent) = (sending.no, sending.at.plus(700));
    if one_in(rng, 15) {
        let code = *rng
            .choice(&["no_such_user", "mailbox_full", "timeout"])
            .unwrap();
        let note = format!("UPDATE deliveries SET reason_code = '{code}' WHERE no = {no}");
        run(store, &note).await;
        let (code, text) = (code.to_owned(), String::new());
        let given_up = Detail::Reason { code, text };
        return vec![of_delivery(no, EventKind::Failed, sent, given_up)];
    }
    let mut events = vec![of_delivery(no, EventKind::Sent, sent, Detail::None)];
    if one_in(rng, 5) {
        for _ in 0..rng.i64(1..=3) {
            let when = sent.plus(rng.i64(0..9 * DAY_MS));
            events.push(bounce(store, rng, no, when).await);
        }
    }
    for (kind, rare) in [(EventKind::Complained, 12), (EventKind::Unsubscribed, 12)] {
        if one_in(rng, rare) {
            for _ in 0..rng.i64(1..=2) {
                let when = sent.plus(rng.i64(0..9 * DAY_MS));
                events.push(of_delivery(no, kind, when, Detail::None));
            }
        }
    }
    events
}

async fn bounce(store: &Store, rng: &mut fastrand::Rng, no: i64, when: Millis) -> NewEvent {
    let class = [BounceClass::Hard, BounceClass::Soft, BounceClass::Block];
    let class = *rng.choice(&class).unwrap();
    let reason = *rng.choice(BounceReason::ALL).unwrap();
    let id = Uuid::from_u128(rng.u128(..)).simple();
    let bytes = if store.is_sqlite() {
        format!("x'{id}', x'{id}'")
    } else {
        format!("'{id}', '\\x{id}'")
    };
    let row = format!(
        "INSERT INTO inbound (id, identity, folder, received_at, stored_at, state, due_at, kind, delivery_no,
            bounce_class, bounce_reason)
        VALUES ({bytes}, 0, {when}, {when}, 1, 0, 5, {no}, {}, {})",
        class.code(),
        reason.code(),
        when = when.0,
    );
    run(store, &row).await;
    let report = told(Some(class), reason, None);
    of_delivery(no, EventKind::Bounced, when, report)
}

/// The figures of one row, in the order of [`recount`].
type Figures = [i64; 12];

/// The same from the tables: `key` is an expression over `f`.
async fn recount(store: &Store, key: &str, now: Millis) -> BTreeMap<String, Figures> {
    // Older than seven days, by the day.
    let old = format!("f.day < {}", (now.0 - 7 * DAY_MS) / DAY_MS);
    let reporting = "f.domain IN ('outlook.com', 'mail.ru')";
    let count = |what: &str| format!("COUNT(CASE WHEN {what} THEN 1 END)");
    let happened = |kind: i16| {
        format!("EXISTS (SELECT 1 FROM events e WHERE e.delivery_no = d.no AND e.kind = {kind})")
    };
    let figures = [
        count("f.sent"),
        count(&format!("f.sent AND {old}")),
        count(&format!("f.sent AND f.fate = 0 AND {old}")),
        count("NOT f.sent AND f.failed"),
        count("f.sent AND f.fate = 0"),
        count("f.sent AND f.fate = 1"),
        count("f.sent AND f.fate = 2"),
        count("f.complained"),
        count(&format!("f.sent AND {reporting}")),
        count(&format!("f.complained AND {reporting}")),
        count("f.unsubscribed"),
        format!("COUNT(DISTINCT CASE WHEN f.sent AND {old} THEN f.contact_no END)"),
    ];
    let sql = format!(
        "WITH f AS (
            SELECT d.*, b.address AS sender, d.handed_over_at / 86400000 AS day,
                {} AS sent, {} AS failed, {} AS complained, {} AS unsubscribed,
                (SELECT MIN(i.bounce_class) FROM inbound i WHERE i.delivery_no = d.no) AS fate
            FROM deliveries d JOIN mailboxes b ON b.no = d.mailbox_no)
        SELECT CAST({key} AS TEXT) || ' ' || {} FROM f GROUP BY {key}",
        happened(EventKind::Sent.code()),
        happened(EventKind::Failed.code()),
        happened(EventKind::Complained.code()),
        happened(EventKind::Unsubscribed.code()),
        figures.join(" || ' ' || "),
    );
    let mut found: BTreeMap<String, Figures> = BTreeMap::new();
    for line in texts(store, &sql).await {
        let (key, rest) = line.split_once(' ').unwrap();
        let mut numbers = rest.split(' ').map(|text| text.parse().unwrap());
        found.insert(
            key.to_owned(),
            std::array::from_fn(|_| numbers.next().unwrap()),
        );
    }
    found
}

fn figures(row: &Row) -> Figures {
    let mail = row.mail.as_ref().unwrap();
    let reported = mail
        .complaint_rate
        .map_or(0.0, |rate| rate * mail.complaints_of as f64);
    [
        row.sent.unwrap(),
        row.of,
        row.n,
        mail.failed,
        mail.hard,
        mail.soft,
        mail.block,
        mail.complaints,
        mail.complaints_of,
        reported.round() as i64,
        mail.unsubscribed,
        row.n_eff,
    ]
}

async fn look(store: &Store, by: Slice, now: Millis) -> Report {
    let asked = otklik::report::asked::Asked {
        to: otklik::domain::day::Day::parse("2026-07-01").unwrap(),
        ..asked(Name::Deliverability, by)
    };
    reports::deliverability(store, &viewer(), &asked, now)
        .await
        .unwrap()
}

/// How a row of a slice is known in plain SQL, and how its key there becomes that of the report.
type Known = (Slice, &'static str, fn(&str) -> String);

fn uuid(kind: u8, no: &str) -> String {
    let id = rows::id(kind, no.parse().unwrap());
    Uuid::parse_str(&id).unwrap().to_string()
}

fn date(day: &str) -> otklik::domain::day::Day {
    otklik::domain::day::Day(day.parse().unwrap())
}

const SLICES: [Known; 7] = [
    (Slice::Total, "CAST('total' AS TEXT)", str::to_owned),
    (Slice::Mailbox, "f.mailbox_no", |no| uuid(2, no)),
    (Slice::Domain, "f.sender", |address| {
        address.split('@').nth(1).unwrap().to_owned()
    }),
    (Slice::Gateway, "f.domain", |domain| {
        Gateway::of_domain(domain).as_str().to_owned()
    }),
    (Slice::Rep, "f.rep_no", |no| uuid(1, no)),
    (Slice::Day, "f.day", |day| date(day).to_string()),
    (Slice::Month, "f.day", |day| date(day).month().to_string()),
];

/// Compares every row of every slice; distinct contacts, which are estimated and of which keys that
/// fall together share some, are compared where each row is one key.
async fn same(store: &Store, now: Millis) {
    for (by, key, name) in SLICES {
        let mut expected: BTreeMap<String, (Figures, usize)> = BTreeMap::new();
        for (key, counted) in recount(store, key, now).await {
            let entry = expected.entry(name(&key)).or_default();
            entry.1 += 1;
            for (sum, n) in entry.0.iter_mut().zip(counted) {
                *sum += n;
            }
        }
        let report = look(store, by, now).await;
        assert_eq!(report.rows.len(), expected.len(), "{by:?}");
        for row in &report.rows {
            let (counted, keys) = expected[&row.key];
            let seen = figures(row);
            assert_eq!(seen[..11], counted[..11], "{by:?} {}", row.key);
            let exact = counted[11].min(row.of);
            let off = (row.n_eff - exact).abs() as f64;
            assert!(
                keys > 1 || off <= 1.0 + 0.1 * exact as f64,
                "{by:?}: {row:?}, not {exact}"
            );
        }
    }
}

/// Domains and months of several keys hold each contact once.
async fn distinct_contacts(store: &Store, now: Millis) {
    let old = (now.0 - 7 * DAY_MS) / DAY_MS;
    for (by, of) in [
        (Slice::Domain, "sender.example"),
        (Slice::Month, "2026-05-01"),
    ] {
        let which = match by {
            Slice::Domain => "b.address LIKE '%@sender.example'",
            _ => "d.handed_over_at < 1780272000000",
        };
        let sql = format!(
            "SELECT CAST(COUNT(DISTINCT d.contact_no) AS TEXT) FROM deliveries d
                JOIN mailboxes b ON b.no = d.mailbox_no
            WHERE {which} AND d.handed_over_at / 86400000 < {old}
                AND EXISTS (SELECT 1 FROM events e WHERE e.delivery_no = d.no AND e.kind = 1)"
        );
        let exact: i64 = texts(store, &sql).await[0].parse().unwrap();
        let report = look(store, by, now).await;
        let row = report.rows.iter().find(|row| row.key == of).unwrap();
        assert!(row.of > exact, "some were written to twice");
        assert!(
            (row.n_eff - exact).abs() * 10 <= exact,
            "{by:?}: {} and {exact}",
            row.n_eff
        );
    }
}

/// What no report may notice: other owners, erased contacts, late judgements on hits.
async fn changes(store: &Store, now: Millis) {
    run(
        store,
        "UPDATE contacts SET owner_id = (SELECT id FROM users WHERE no = 3) WHERE no % 2 = 0",
    )
    .await;
    let before = look(store, Slice::Total, now).await.rows;
    let keys = KeyRing::parse(&KeyRing::generate([7; 32])).unwrap();
    for contact in [2, 9, 33] {
        let id = ContactId(Uuid::parse_str(&rows::id(3, contact)).unwrap());
        let found = contacts::lookup(store, &viewer(), id).await.unwrap();
        let clock = Clock::manual(now);
        erase::contact(store, &keys, &clock, &found.unwrap(), viewer().user)
            .await
            .unwrap();
    }
    assert_eq!(look(store, Slice::Total, now).await.rows, before);
    rebuilt_alike(store).await;
    assert_eq!(look(store, Slice::Total, now).await.rows, before);
}

/// A store whose counts are of days alone, as they were before there were months, is brought up to
/// the same rows.
async fn months_are_added_to_days(store: &Store) {
    let text = "SELECT metric || ' ' || grain || ' ' || dim || ' ' || day || ' ' || rep || ' ' || dim_id || ' '
        || shift || ' ' || bin || ' ' || n FROM tallies ORDER BY 1";
    let before = texts(store, text).await;
    let table = "(metric SMALLINT NOT NULL, dim SMALLINT NOT NULL, day INTEGER NOT NULL, rep INTEGER NOT NULL,
        dim_id BIGINT NOT NULL, shift SMALLINT NOT NULL, bin SMALLINT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (metric, dim, day, rep, dim_id, shift, bin))";
    let old = format!(
        "ALTER TABLE tallies RENAME TO newer;
        CREATE TABLE tallies {table};
        INSERT INTO tallies SELECT metric, dim, day, rep, dim_id, shift, bin, n FROM newer WHERE grain = 0;
        DROP TABLE newer; DROP TABLE tallies_next;
        CREATE TABLE tallies_next {table};
        DROP TABLE mail_domains; DROP TABLE gateways; DROP TABLE gateway_waits; DROP TABLE rejudge_run;
        ALTER TABLE deliveries DROP COLUMN gateway;
        DELETE FROM schema_migrations WHERE name IN ('months', 'gateways')"
    );
    run(store, &old).await;
    assert_eq!(store.migrate().await.unwrap(), ["months", "gateways"]);
    assert!(texts(store, text).await == before, "other months");
}

#[tokio::test]
async fn fates_equal_a_recount_in_plain_sql() {
    let mut rng = draw();
    for engine in Engine::BOTH {
        let store = engine.store();
        rows::library(&store, &plan()).await;
        run(
            &store,
            "UPDATE mailboxes SET address = 'rep4@other.example' WHERE no = 4",
        )
        .await;
        let sendings: Vec<Sending> = (1..=DELIVERIES).map(|no| sending(&mut rng, no)).collect();
        let batch = Batch {
            sendings,
            ..Batch::default()
        };
        rows::sendings(&store, &batch).await;
        let mut events = Vec::new();
        for sending in &batch.sendings {
            events.extend(fate(&store, &mut rng, sending).await);
        }
        rng.shuffle(&mut events);
        append_in_runs(&store, &mut rng, &events).await;
        // Twice is once.
        append(&store, &events[..40]).await;
        let begun = at(NOON);
        for days in [12, 30, 60, 400] {
            same(&store, begun.plus(days * DAY_MS + HOUR_MS)).await;
        }
        let now = begun.plus(60 * DAY_MS);
        distinct_contacts(&store, now).await;
        months_are_added_to_days(&store).await;
        changes(&store, now).await;
    }
}
