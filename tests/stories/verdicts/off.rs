//! Counts that do not add up, as those of an earlier version may not: no figure of them is shown
//! anywhere, and it is said what to run.

use crate::readers::{CHROME, Readers};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::sql::run;
use otklik::domain::clock::{DAY_MS, HOUR_MS};
use otklik::domain::hit::Method::Get;
use otklik::store::rebuild::{Next, rebuild};

const REPORTS: [(&str, &str); 4] = [
    ("click-through", "total"),
    ("deliverability", "reason"),
    ("reply-latency", "gateway"),
    ("response-time", "rep"),
];
const COMMAND: &str = "otklik rebuild-metrics";

/// More was taken away than was ever added: of 4 May 2026, and of its month.
const SPOIL: &str = "UPDATE tallies SET n = -n;
    INSERT INTO tallies (metric, grain, dim, day, rep, dim_id, shift, bin, n)
        VALUES (0, 0, 0, 20577, 0, 0, 0, 0, -1), (0, 1, 0, 20574, 0, 0, 0, 0, -1)";

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_add_up_is_not_shown() {
    for engine in Engine::BOTH {
        let readers = Readers::start(engine).await;
        let mails = readers.send(&["anna@gmail.com", "bob@acme.example"]).await;
        let who = (Get, CHROME, "203.0.113.7");
        readers.ask(&mails[0], HOUR_MS, 1, who).await;
        readers.judged_at(20 * DAY_MS).await;
        let (app, store) = (&readers.app, &readers.app.ctx.store);
        let pages = Pages::sign_in(app, &app.manager).await;
        for (name, by) in REPORTS {
            let page = pages.read(&format!("reports/{name}?by={by}")).await;
            assert!(!page.contains(COMMAND), "{engine:?} {name}");
        }
        run(store, SPOIL).await;
        for (name, by) in REPORTS {
            let report = readers.api(&format!("reports/{name}?by={by}")).await;
            let text = report.to_string();
            assert!(!text.contains(":-"), "{engine:?} {name}: {text}");
            assert_eq!(report["notes"][0]["code"], "rebuild_needed", "{text}");
            assert!(text.contains(COMMAND), "{engine:?} {name}");
            let path = format!("api/v1/reports/{name}?by={by}&format=csv");
            let csv = app.get(&path, &app.manager).await.text().await.unwrap();
            assert!(!csv.contains(",-"), "{engine:?} {name}: {csv}");
            let page = pages.read(&format!("reports/{name}?by={by}")).await;
            assert!(page.contains("must be counted anew"), "{name}: {page}");
            assert!(page.contains(COMMAND), "{engine:?} {name}");
        }
        rebuild(store, |_| Next::Continue).await.unwrap();
        let report = readers.api("reports/click-through?by=total").await;
        assert_eq!(report["rows"][0]["n"], 1, "{engine:?}");
        assert_ne!(report["notes"][0]["code"], "rebuild_needed", "{engine:?}");
        readers.app.stop().await;
    }
}

/// Tries stand on the page beside answers.
#[tokio::test(flavor = "multi_thread")]
async fn tries_stand_beside_answers() {
    for engine in Engine::BOTH {
        let readers = Readers::start(engine).await;
        let (app, ctx) = (&readers.app, &readers.app.ctx);
        let mails = readers.send(&["anna@gmail.com"]).await;
        assert_eq!(mails.len(), 1);
        let raw = format!(
            "From: Anna <anna@gmail.com>\r\nTo: {}\r\nSubject: Prices\r\nMessage-ID: <1@gmail.com>\r\n\r\nWhat do ten of them cost?\r\n",
            app.rep.email
        );
        let request = app.ask(reqwest::Method::POST, "api/v1/inbound", &app.rep);
        let request = request.header("content-type", "message/rfc822").body(raw);
        assert_eq!(request.send().await.unwrap().status(), 202);
        ctx.clock.advance(2 * HOUR_MS);
        let pages = Pages::sign_in(app, &app.manager).await;
        let page = pages.read("reports/response-time?by=channel").await;
        for word in ["Tried", "Half tried within", "whatever came of it"] {
            assert!(page.contains(word), "{engine:?} {word}: {page}");
        }
        readers.app.stop().await;
    }
}
