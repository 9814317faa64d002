//! A process that is killed all the time: whatever was acknowledged is stored, and nothing twice.

use crate::client::Client;
use crate::ports;
use crate::support::engines::Engine;
use crate::support::process::{HANG, Installation};
use otklik::domain::id::{InboundId, UserId};
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::store::inbound::read::{self, Filter, Shown, State};
use otklik::store::{PoolSizes, Store};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

const MAILS: usize = 1_000;
const CLIENTS: usize = 4;
const KILLS: usize = 8;

fn mail(n: usize) -> String {
    format!(
        "From: C{n} <c{n}@buyer{n}.example>\r\nTo: sales@team.example\r\nSubject: Number {n}\r\nMessage-ID: <{n}@buyer.example>\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\n\r\nWhat does number {n} cost?\r\n"
    )
}

/// Delivers every mail of this client until it was acknowledged.
fn deliver(address: SocketAddr, client: usize, done: &AtomicUsize) {
    let mut connection = None;
    for n in (client..MAILS).step_by(CLIENTS) {
        loop {
            let opened = connection.take().map_or_else(|| Client::open(address), Ok);
            let Ok(mut open) = opened else {
                std::thread::sleep(Duration::from_millis(20));
                continue;
            };
            if let Ok(answer) = open.deliver("sales@team.example", &mail(n)) {
                connection = Some(open);
                if answer.starts_with("250") {
                    break;
                }
            }
        }
        done.fetch_add(1, Ordering::SeqCst);
    }
}

async fn all(store: &Store) -> Vec<Shown> {
    let viewer = Viewer {
        user: UserId(Uuid::nil()),
        role: Role::Admin,
        team: None,
        level: ReportLevel::Full,
    };
    let mut found: Vec<Shown> = Vec::new();
    loop {
        let before: Option<InboundId> = found.last().map(|last| last.id);
        let page = read::list(store, &viewer, Filter::default(), before, 500)
            .await
            .unwrap();
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

async fn kill_and_count(engine: Engine) {
    let address = ports::free();
    let installation = Installation::fresh(engine).set("OTKLIK_LMTP_LISTEN", &address.to_string());
    // The first death is the worst one: stored, and not yet acknowledged.
    let mut serving = installation
        .clone()
        .set("OTKLIK_FAULT", &format!("received:{}", MAILS / 20))
        .serve();
    let done = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let done = Arc::clone(&done);
            std::thread::spawn(move || deliver(address, client, &done))
        })
        .collect();
    serving.ended();
    for kill in 1..KILLS {
        let mut serving = installation.serve();
        let goal = (MAILS * kill / KILLS).max(done.load(Ordering::SeqCst) + 5);
        let begun = Instant::now();
        while done.load(Ordering::SeqCst) < goal.min(MAILS) {
            assert!(begun.elapsed() < HANG, "{engine:?}: deliveries go on");
            std::thread::sleep(Duration::from_millis(2));
        }
        serving.signal("KILL");
        serving.ended();
    }
    let _serving = installation.serve();
    for client in clients {
        client.join().unwrap();
    }
    let store = Store::open(&installation.database_url, PoolSizes::default()).unwrap();
    let begun = Instant::now();
    let found = loop {
        let found = all(&store).await;
        if found.iter().all(|one| one.state == State::Understood) {
            break found;
        }
        assert!(
            begun.elapsed() < HANG,
            "{engine:?}: all of it is understood"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(found.len(), MAILS, "{engine:?}: each once");
    let mut subjects: Vec<&str> = found.iter().map(|one| one.subject.as_str()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!(subjects.len(), MAILS, "{engine:?}: all of them");
    for one in found.iter().step_by(50) {
        assert_eq!(read::arrivals(&store, one.no).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_deliveries_under_kills_are_stored_once_each() {
    for engine in Engine::BOTH {
        kill_and_count(engine).await;
    }
}
