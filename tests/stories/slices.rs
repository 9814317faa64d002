//! The slice by recipients' provider and the switch between people's clicks and all clicks: figures
//! from hits made one by one, in JSON, CSV and on the pages; on both engines.

use super::readers::{CHROME, Readers};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use otklik::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use otklik::domain::event::EventKind;
use otklik::domain::hit::Method::{Get, Head};
use serde_json::Value;
use std::collections::BTreeMap;

const HOME: &str = "203.0.113.7";

/// Six letters: to Gmail two that a person followed and one that a machine did, to a company one
/// that both followed and one that nobody did, to Yahoo one that a machine did.
async fn told(readers: &Readers) {
    let to = [
        "anna@gmail.com",
        "bob@gmail.com",
        "cara@gmail.com",
        "dan@acme.example",
        "eve@acme.example",
        "fay@yahoo.com",
    ];
    let mails = readers.send(&to).await;
    for (place, method) in [
        (0, Get),
        (1, Get),
        (2, Head),
        (3, Get),
        (3, Head),
        (5, Head),
    ] {
        let after = HOUR_MS + place as i64 * 5 * MINUTE_MS;
        let who = (method, CHROME, HOME);
        readers.ask(&mails[place], after, 1, who).await;
    }
    readers
        .happen(&mails[0], 2 * HOUR_MS, EventKind::Replied)
        .await;
    readers.judged_at(3 * HOUR_MS).await;
    readers.judged_at(20 * DAY_MS).await;
}

/// Clicked, measurable, clicked by machines; by key.
fn figures(report: &Value) -> BTreeMap<String, [i64; 3]> {
    let rows = report["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let figures = ["n", "of", "machine"].map(|name| row[name].as_i64().unwrap());
        (row["key"].as_str().unwrap().to_owned(), figures)
    })
    .collect()
}

fn expected(rows: [(&str, [i64; 3]); 3]) -> BTreeMap<String, [i64; 3]> {
    rows.map(|(key, figures)| (key.to_owned(), figures)).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_by_provider_count_people_or_every_click() {
    for engine in Engine::BOTH {
        let readers = Readers::start(engine).await;
        told(&readers).await;
        let people = readers.api("reports/click-through?by=gateway").await;
        let by_people = expected([
            ("google", [2, 3, 1]),
            ("unknown", [1, 2, 1]),
            ("yahoo", [0, 1, 1]),
        ]);
        assert_eq!(figures(&people), by_people, "{engine:?}");
        let all = readers
            .api("reports/click-through?by=gateway&verdict=raw")
            .await;
        let of_all = expected([
            ("google", [3, 3, 1]),
            ("unknown", [1, 2, 1]),
            ("yahoo", [1, 1, 1]),
        ]);
        assert_eq!(figures(&all), of_all, "{engine:?}");
        for (verdict, n) in [("human", 3), ("raw", 5)] {
            let path = format!("reports/click-through?by=total&verdict={verdict}");
            let report = readers.api(&path).await;
            assert_eq!(report["rows"][0]["n"], n, "{engine:?} {verdict}");
            let path = format!("api/v1/{path}&format=csv");
            let csv = readers.app.get(&path, &readers.app.manager).await;
            let csv = csv.text().await.unwrap();
            let start = format!("\"total\",\"total\",{n},6,");
            assert!(csv.contains(&start), "{csv}");
        }
        by_provider_elsewhere(&readers).await;
        on_the_page(&readers).await;
        readers.app.stop().await;
    }
}

/// The reports on replies and deliveries have the slice; they count no clicks, so they refuse a word
/// on whose clicks are meant rather than ignore it.
async fn by_provider_elsewhere(readers: &Readers) {
    for (name, field, google, company) in [
        ("deliverability", "sent", 3, 2),
        ("reply-latency", "of", 3, 2),
    ] {
        let report = readers.api(&format!("reports/{name}?by=gateway")).await;
        let rows = report["rows"].as_array().unwrap();
        let of = |key: &str| {
            let row = rows.iter().find(|row| row["key"] == key).unwrap();
            row[field].as_i64().unwrap()
        };
        assert_eq!((of("google"), of("unknown")), (google, company), "{name}");
    }
    for name in ["response-time", "reply-latency", "deliverability"] {
        let path = format!("api/v1/reports/{name}?verdict=raw");
        let answer = readers.app.get(&path, &readers.app.manager).await;
        assert_eq!(answer.status(), 422, "{name}");
    }
    let path = "api/v1/reports/click-through?verdict=robots";
    let answer = readers.app.get(path, &readers.app.manager).await;
    assert_eq!(answer.status(), 422);
}

/// The switch stands on the page and every link and form of the report keeps it.
async fn on_the_page(readers: &Readers) {
    let pages = Pages::sign_in(&readers.app, &readers.app.manager).await;
    for by in ["gateway", "rep", "content"] {
        let page = pages
            .read(&format!("reports/click-through?by={by}&verdict=raw"))
            .await;
        let links: Vec<&str> = page
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|link| link.contains("reports/click-through?"))
            .collect();
        assert!(links.len() > 8, "{links:?}");
        let others: Vec<&&str> = links
            .iter()
            .filter(|link| !link.contains("verdict=raw"))
            .collect();
        assert_eq!(others.len(), 1, "the way back alone: {others:?}");
        assert!(others[0].contains("verdict=human"));
        assert!(page.contains("name=\"verdict\" value=\"raw\""));
        assert!(page.contains("Every click is counted"), "{page}");
    }
    let page = pages.read("reports/click-through?by=gateway").await;
    for word in [
        "Gmail",
        "not known yet",
        "Yahoo, AOL",
        "1 of 2: their gateway is not known",
    ] {
        assert!(page.contains(word), "{word}");
    }
}
