//! The main database goes away under load: redirects and pixels go on, and every hit arrives
//! afterwards, once. `OTKLIK_OUTAGE_SECONDS` makes the outage longer than the usual five.

use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::postgres::Server;
use crate::support::world::letter;
use otklik::accept;
use otklik::domain::clock::Clock;
use otklik::domain::event::EventKind;
use otklik::domain::id::Seq;
use otklik::domain::link::DestinationId;
use otklik::domain::ticket::TicketKeys;
use otklik::store::log;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const TARGET: &str = "https://shop.example/prices";
const CLIENTS: usize = 8;

/// What the contacts saw.
#[derive(Default)]
struct Seen {
    answered: usize,
    wrong: Vec<String>,
    slowest: Duration,
}

/// Clicks and opens in turn, about 60 a second, until told to stop.
async fn contact(http: reqwest::Client, click: String, open: String, go: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::default();
    while go.load(Ordering::SeqCst) {
        for (url, status) in [(&click, 302), (&open, 200)] {
            let begun = Instant::now();
            match http.get(url).send().await {
                Ok(answer) if answer.status() == status => seen.answered += 1,
                Ok(answer) => seen.wrong.push(answer.status().to_string()),
                Err(error) => seen.wrong.push(error.to_string()),
            }
            seen.slowest = seen.slowest.max(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }
    seen
}

/// How many events of the kinds `counted` the log holds.
async fn events(app: &TestApp, counted: &[EventKind]) -> usize {
    let mut after = Seq(0);
    let mut found = 0;
    loop {
        let page = log::after(&app.ctx.store, after, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.seq;
        found += page
            .iter()
            .filter(|event| counted.contains(&event.event.kind))
            .count();
    }
    found
}

/// Waits until the log holds exactly `expected` events of these kinds.
async fn until(app: &TestApp, kinds: &[EventKind], expected: usize) {
    let begun = Instant::now();
    loop {
        let found = events(app, kinds).await;
        if found == expected {
            return;
        }
        let waited = begun.elapsed();
        assert!(
            waited < Duration::from_secs(90),
            "{found} of {expected} {kinds:?} after {waited:?}"
        );
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_database_away_contacts_notice_nothing_and_every_hit_arrives() {
    let server = Server::start();
    let url = server.database(None);
    let app = TestApp::with(Engine::Sqlite, Clock::System, |settings| {
        settings.database_url = url;
    })
    .await;
    let accepted = accept::accept(&app.ctx, &app.rep.viewer, letter("boris@customer.example"))
        .await
        .unwrap();
    let delivery = accepted.deliveries[0].id;
    let tickets = TicketKeys::new(&app.ctx.keys);
    let ticket = tickets
        .sign_click(delivery, 1, DestinationId::of(TARGET), TARGET)
        .unwrap();
    let click = format!("{}c/{ticket}", app.url);
    let open = format!("{}o/{}.gif", app.url, tickets.sign_open(delivery));

    until(&app, &[EventKind::Sent], 1).await;

    let go = Arc::new(AtomicBool::new(true));
    let contacts: Vec<_> = (0..CLIENTS)
        .map(|_| {
            tokio::spawn(contact(
                app.http.clone(),
                click.clone(),
                open.clone(),
                go.clone(),
            ))
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.down();
    let outage = std::env::var("OTKLIK_OUTAGE_SECONDS").map_or(5, |text| text.parse().unwrap());
    tokio::time::sleep(Duration::from_secs(outage)).await;
    go.store(false, Ordering::SeqCst);
    let mut answered = 0;
    for contact in contacts {
        let seen = contact.await.unwrap();
        assert!(seen.wrong.is_empty(), "contacts noticed: {:?}", seen.wrong);
        assert!(
            seen.slowest < Duration::from_secs(2),
            "one waited {:?}",
            seen.slowest
        );
        answered += seen.answered;
    }
    server.up();

    until(&app, &[EventKind::Clicked, EventKind::Opened], answered).await;
    println!(
        "{answered} hits answered while the database was away for {outage} s; all arrived once"
    );
    app.stop().await;
}
