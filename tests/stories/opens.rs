//! Honest opens: what is known of each recipient, from hits made one by one, on the report in all
//! its forms, on the message, and by a plain recount of the log; on both engines.

use super::readers::{CHROME, GMAIL, Mail, OUTLOOK, Readers, YAHOO, scalar};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use otklik::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use otklik::domain::contact::PrivacyPreset;
use otklik::domain::event::EventKind;
use otklik::domain::hit::Method::{Get, Head};
use otklik::store::Store;
use otklik::store::rebuild::{Next, rebuild};
use serde_json::{Value, json};

const APPLE: &str = "172.224.226.1";
const GOOGLE: &str = "66.249.93.73";
const HOME: &str = "203.0.113.7";

const TO: [&str; 12] = [
    "anna@gmail.com",
    "bob@yahoo.com",
    "cara@icloud.com",
    "dan@acme.example",
    "eve@acme.example",
    "fay@acme.example",
    "gus@gmail.com",
    "hal@gmail.com",
    "ida@acme.example",
    "joe@acme.example",
    "kim@acme.example",
    "leo@gmail.com",
];

/// Twelve letters; what happens to each is said beside it.
async fn told(readers: &Readers) -> Vec<Mail> {
    let mails = readers.send(&TO).await;
    let [anna, bob, cara, dan, eve, fay, gus, hal, _, joe, kim, leo] = mails.as_slice() else {
        panic!("twelve letters");
    };
    let hour = HOUR_MS;
    // Anna and Bob: viewed through their providers.
    readers.ask(anna, hour, 0, (Get, GMAIL, GOOGLE)).await;
    readers
        .ask(bob, hour, 0, (Get, YAHOO, "198.51.100.9"))
        .await;
    // Cara: Apple fetched it, which says nothing.
    readers
        .ask(cara, hour, 0, (Get, "Mozilla/5.0", APPLE))
        .await;
    // Dan: a machine looked.
    readers.ask(dan, hour, 0, (Head, CHROME, "192.0.2.8")).await;
    // Eve: Apple fetched it, and then she followed a link.
    readers.ask(eve, hour, 0, (Get, "Mozilla/5.0", APPLE)).await;
    readers.ask(eve, 2 * hour, 1, (Get, CHROME, HOME)).await;
    // Fay: replied, and nothing was ever fetched.
    readers.happen(fay, 2 * hour, EventKind::Replied).await;
    // Gus: Gmail fetched it as it arrived: perhaps nobody looked.
    readers
        .ask(gus, 4 * SECOND_MS, 0, (Get, GMAIL, GOOGLE))
        .await;
    // Hal: viewed in Gmail, and followed a link.
    readers.ask(hal, hour, 0, (Get, GMAIL, GOOGLE)).await;
    readers
        .ask(hal, hour + MINUTE_MS, 2, (Get, CHROME, HOME))
        .await;
    // Ida: nothing. Joe: viewed, but then it came back.
    readers.ask(joe, hour, 0, (Get, GMAIL, GOOGLE)).await;
    readers.happen(joe, 2 * hour, EventKind::Bounced).await;
    // Kim: her Outlook showed it, and she replied.
    readers.ask(kim, hour, 0, (Get, OUTLOOK, HOME)).await;
    readers
        .happen(kim, hour + 30 * MINUTE_MS, EventKind::Replied)
        .await;
    readers.judged_at(3 * hour).await;
    // Leo: viewed, a day too late for the report.
    readers.ask(leo, 8 * DAY_MS, 0, (Get, GMAIL, GOOGLE)).await;
    readers.judged_at(9 * DAY_MS).await;
    mails
}

fn counts(opens: &Value) -> [i64; 7] {
    [
        "delivered",
        "confirmed",
        "proved",
        "proxied",
        "unclear",
        "machine",
        "measurable",
    ]
    .map(|name| opens[name].as_i64().unwrap())
}

/// Eleven arrived: Eve, Fay, Hal and Kim opened it for sure, three of them by what they did; Anna and
/// Bob viewed it; of Cara and Gus nobody knows; Dan's machine is left out; of Ida and Leo nothing.
const ALL: [i64; 7] = [11, 4, 3, 2, 2, 1, 9];

/// The same from the log, by the best sign of each delivery.
async fn recounted(store: &Store) -> [i64; 7] {
    let sql = |of: &str| {
        format!(
            "WITH hits AS (
                SELECT e.delivery_no, e.kind, e.at,
                    COALESCE((SELECT r.verdict FROM verdict_revisions AS r WHERE r.hit = e.seq
                        ORDER BY r.number DESC LIMIT 1), e.verdict) AS verdict,
                    COALESCE((SELECT r.rule FROM verdict_revisions AS r WHERE r.hit = e.seq
                        ORDER BY r.number DESC LIMIT 1), e.rule) AS rule
                FROM events AS e WHERE e.kind IN (8, 9, 10)),
            best AS (
                SELECT d.no, COALESCE(MAX(CASE
                    WHEN h.kind = 8 AND h.verdict IN (0, 1) THEN 5
                    WHEN h.kind = 10 OR (h.kind = 9 AND h.verdict IN (0, 1)) THEN 4
                    WHEN h.kind = 9 THEN 0
                    WHEN h.verdict = 2 THEN 3
                    WHEN h.verdict = 7 OR (h.verdict = 3 AND h.rule = 2) THEN 2
                    WHEN h.verdict = 6 THEN 0
                    WHEN h.kind = 8 THEN 1 END), 0) AS sign
                FROM deliveries AS d
                LEFT JOIN hits AS h
                    ON h.delivery_no = d.no AND h.at < d.handed_over_at + 604800000
                WHERE d.track_opens = 1 AND d.handed_over_at IS NOT NULL AND NOT EXISTS
                    (SELECT 1 FROM events AS b WHERE b.delivery_no = d.no AND b.kind = 7)
                GROUP BY d.no)
            SELECT COUNT(*) FROM best WHERE sign {of}"
        )
    };
    let mut found = [0; 7];
    let kinds = ["IS NOT NULL", ">= 4", "= 4", "= 3", "= 2", "= 1", "<> 2"];
    for (n, of) in found.iter_mut().zip(kinds) {
        *n = scalar(store, &sql(of)).await;
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn opens_are_told_as_far_as_they_can_be_known() {
    for engine in Engine::BOTH {
        let readers = Readers::start(engine).await;
        let mails = told(&readers).await;
        let report = readers.api("reports/click-through?by=gateway").await;
        let opens = &report["opens"];
        assert_eq!(counts(opens), ALL, "{engine:?}: {opens}");
        assert_eq!(opens["rate"], json!(6.0 / 9.0));
        assert_eq!(opens["coverage"], json!(9.0 / 11.0));
        assert!(opens["low"].as_f64().unwrap() < opens["high"].as_f64().unwrap());
        let store = &readers.app.ctx.store;
        assert_eq!(recounted(store).await, ALL, "{engine:?}");

        let rows = report["rows"].as_array().unwrap();
        let gmail = rows.iter().find(|row| row["key"] == "google").unwrap();
        assert_eq!(counts(&gmail["opens"]), [4, 1, 1, 1, 1, 0, 3], "{engine:?}");
        let sum: i64 = rows
            .iter()
            .map(|row| row["opens"]["delivered"].as_i64().unwrap())
            .sum();
        assert_eq!(sum, 11);
        for by in ["content", "link"] {
            let report = readers.api(&format!("reports/click-through?by={by}")).await;
            assert_eq!(counts(&report["opens"]), ALL, "the whole beside {by}");
            let rows = report["rows"].as_array().unwrap();
            assert!(rows.iter().all(|row| row.get("opens").is_none()));
        }
        told_alike(&readers, &mails).await;

        // Folded again from the log they are the same.
        rebuild(store, |_| Next::Continue).await.unwrap();
        for by in ["total", "rep", "month", "purpose"] {
            let report = readers.api(&format!("reports/click-through?by={by}")).await;
            assert_eq!(counts(&report["opens"]), ALL, "{engine:?} {by}");
        }
        readers.app.stop().await;
    }
}

/// The table for spreadsheets, the page, and the messages.
async fn told_alike(readers: &Readers, mails: &[Mail]) {
    let path = "api/v1/reports/click-through?by=total&format=csv";
    let csv = readers.app.get(path, &readers.app.manager).await;
    let csv = csv.text().await.unwrap();
    let (head, line) = csv.split_once("\r\n").unwrap();
    let place = |name| head.split(',').position(|column| column == name).unwrap();
    let cells: Vec<&str> = line.trim().split(',').collect();
    assert_eq!(cells[place("opens_delivered")], "11");
    assert_eq!(cells[place("opens_proved")], "3");
    assert_eq!(cells[place("open_rate")], (6.0 / 9.0).to_string());

    let pages = Pages::sign_in(&readers.app, &readers.app.manager).await;
    let page = pages.read("reports/click-through").await;
    for text in [
        "confirmed",
        "(3 by a click or a reply)",
        "viewed through Gmail or Yahoo, place unknown",
        "Apple privacy, cannot tell",
        "machine, left out",
        "6 of 9 who can be measured",
        "of 11 recipients covered",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }

    let opened = async |mail: &Mail| {
        let told = readers.api(&format!("messages/{}", mail.message)).await;
        let sign = told["deliveries"][0]["opened"].clone();
        (sign, told["opens"]["measurable"].as_i64().unwrap())
    };
    assert_eq!(opened(&mails[0]).await, (json!("proxied"), 1));
    assert_eq!(opened(&mails[2]).await, (json!("unclear"), 0));
    assert_eq!(opened(&mails[3]).await, (json!("machine"), 1));
    assert_eq!(opened(&mails[4]).await, (json!("proved"), 1));
    assert_eq!(opened(&mails[8]).await, (Value::Null, 1));
    assert_eq!(opened(&mails[10]).await, (json!("confirmed"), 1));
    let page = pages.read(&format!("messages/{}", mails[4].message)).await;
    assert!(page.contains("confirmed by a click or a reply"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_only_the_day_of_the_last_open_is_kept_no_opens_are_counted() {
    for engine in Engine::BOTH {
        let readers = Readers::under(engine, PrivacyPreset::Hygiene).await;
        let mails = readers.send(&TO[..2]).await;
        let viewed = (Get, GMAIL, GOOGLE);
        readers.ask(&mails[0], HOUR_MS, 0, viewed).await;
        readers
            .ask(&mails[1], HOUR_MS, 1, (Get, CHROME, HOME))
            .await;
        readers.judged_at(9 * DAY_MS).await;
        let store = &readers.app.ctx.store;
        let days = "SELECT COUNT(*) FROM contacts WHERE last_open_day IS NOT NULL";
        assert_eq!(scalar(store, days).await, 1, "{engine:?}");
        for again in [false, true] {
            if again {
                rebuild(store, |_| Next::Continue).await.unwrap();
            }
            let report = readers.api("reports/click-through?by=total").await;
            let delivered = report["opens"]["delivered"].as_i64();
            assert_eq!(delivered.unwrap_or(0), 0, "{engine:?} {again}: {report}");
            assert_eq!(report["rows"][0]["n"], 1, "{engine:?}: {report}");
        }
        assert_eq!(recounted(store).await, [0; 7], "{engine:?}");
        readers.app.stop().await;
    }
}
