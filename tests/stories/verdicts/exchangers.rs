//! Gateways by the mail exchangers of recipients' domains: a DNS that answers over UDP, one that is
//! not there, and what the reports, the pages and a rebuild make of it, on both engines.

use crate::load::{self, Plan};
use crate::metrics_rebuild::tables;
use crate::readers::{CHROME, Mail, Readers, scalar};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::{START, Sink};
use mail_auth::MessageAuthenticator;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts,
};
use otklik::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use otklik::domain::gateway::Gateway;
use otklik::domain::hit::Method::{Get, Head};
use otklik::domain::id::DeliveryNo;
use otklik::gateways::{Answer, ask_by};
use otklik::store::rebuild::{Next, Rebuilt, rebuild};
use otklik::store::{Store, gateways as known};
use otklik::work::{Progress, gateways};
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::UdpSocket;

/// A DNS of our own, which notes what it is asked for.
struct Dns {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    /// The exchangers of `guarded.example`.
    guard: Arc<Mutex<&'static str>>,
}

impl Dns {
    async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let dns = Self {
            address: socket.local_addr().unwrap(),
            asked: Arc::default(),
            guard: Arc::new(Mutex::new("eu-smtp-inbound-1.mimecast.com")),
        };
        let (asked, guard) = (Arc::clone(&dns.asked), Arc::clone(&dns.guard));
        tokio::spawn(async move {
            let mut bytes = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
                let (name, end) = question(&bytes[..length]);
                asked.lock().unwrap().push(name.clone());
                let exchangers: &[(u16, &str)] = match name.as_str() {
                    "guarded.example" => &[
                        (20, "acme.mail.protection.outlook.com"),
                        (10, *guard.lock().unwrap()),
                    ],
                    "plain.example" => &[(10, "mail.plain.example")],
                    "direct.example" => &[],
                    "silent.example" => continue,
                    _ => {
                        let answer = answer(&bytes[..end], 3, &[]);
                        socket.send_to(&answer, from).await.unwrap();
                        continue;
                    }
                };
                let answer = answer(&bytes[..end], 0, exchangers);
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        dns
    }

    /// What it was asked for since this was asked last, in order. A resolver repeats by itself what
    /// is lost on the way.
    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked.dedup_by(|a, b| a == b && a == "silent.example");
        asked
    }

    fn resolver(&self) -> MessageAuthenticator {
        resolver(self.address)
    }
}

fn resolver(address: SocketAddr) -> MessageAuthenticator {
    let mut connection = ConnectionConfig::udp();
    connection.port = address.port();
    let server = NameServerConfig::new(address.ip(), true, vec![connection]);
    let mut options = ResolverOpts::default();
    options.timeout = Duration::from_millis(500);
    // Each question once.
    options.attempts = 0;
    MessageAuthenticator::new(ResolverConfig::from_name_servers(vec![server]), options).unwrap()
}

/// The name that is asked for, and where the question ends (RFC 1035, 4.1).
fn question(bytes: &[u8]) -> (String, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while bytes[at] > 0 {
        let end = at + 1 + usize::from(bytes[at]);
        labels.push(String::from_utf8_lossy(&bytes[at + 1..end]).into_owned());
        at = end;
    }
    assert_eq!(
        bytes[at + 1..at + 5],
        [0, 15, 0, 1],
        "an MX of the internet"
    );
    (labels.join(".").to_ascii_lowercase(), at + 5)
}

/// The answer to a question: a code, and MX records.
fn answer(question: &[u8], code: u8, exchangers: &[(u16, &str)]) -> Vec<u8> {
    let mut bytes = question.to_vec();
    (bytes[2], bytes[3]) = (0x81, 0x80 | code);
    bytes[4..12].copy_from_slice(&[0, 1, 0, exchangers.len() as u8, 0, 0, 0, 0]);
    for (preference, host) in exchangers {
        let mut data = preference.to_be_bytes().to_vec();
        for label in host.split('.') {
            data.push(label.len() as u8);
            data.extend(label.as_bytes());
        }
        data.push(0);
        bytes.extend([0xc0, 12, 0, 15, 0, 1, 0, 0, 1, 0, 0, data.len() as u8]);
        bytes.extend(data);
    }
    bytes
}

/// Lets the worker do all it finds.
async fn learnt(readers: &Readers, resolver: &MessageAuthenticator) {
    let ask = |domain: String| async move { ask_by(resolver, &domain).await };
    while gateways::step_by(&readers.app.ctx, ask).await.unwrap() == Progress::More {}
}

/// Clicked, measurable, clicked by machines; by gateway.
async fn by_gateway(readers: &Readers) -> BTreeMap<String, [i64; 3]> {
    let report = readers.api("reports/click-through?by=gateway").await;
    let rows = report["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let figures = ["n", "of", "machine"].map(|name| row[name].as_i64().unwrap());
        (row["key"].as_str().unwrap().to_owned(), figures)
    })
    .collect()
}

fn rows<const N: usize>(rows: [(&str, [i64; 3]); N]) -> BTreeMap<String, [i64; 3]> {
    rows.map(|(key, figures)| (key.to_owned(), figures)).into()
}

/// A rebuild makes the rows that stand there.
async fn rebuilt_alike(store: &Store) {
    let before = tables(store).await;
    let done = rebuild(store, |_| Next::Continue).await.unwrap();
    assert!(matches!(done, Rebuilt::Done(_)));
    assert!(tables(store).await == before, "other rows");
}

/// Letters to people behind a gateway and elsewhere: the first and the third are clicked by a
/// person, the second by a machine.
async fn told(readers: &Readers) -> Vec<Mail> {
    let mails = readers
        .send(&[
            "anna@guarded.example",
            "bob@guarded.example",
            "cara@plain.example",
            "dan@direct.example",
            "eve@nowhere.example",
            "fay@silent.example",
            "gil@gmail.com",
        ])
        .await;
    for (place, method) in [(0, Get), (1, Head), (2, Get)] {
        let after = HOUR_MS + place as i64 * 5 * MINUTE_MS;
        let who = (method, CHROME, "203.0.113.7");
        readers.ask(&mails[place], after, 1, who).await;
    }
    readers.judged_at(3 * HOUR_MS).await;
    mails
}

#[tokio::test(flavor = "multi_thread")]
async fn clicks_are_told_apart_by_the_gateway_of_their_domain_whenever_it_becomes_known() {
    for engine in Engine::BOTH {
        let dns = Dns::start().await;
        let sink = Sink::greedy().await;
        let readers = Readers::with(engine, |settings| {
            settings.smtp_url = Some(sink.url.clone());
        })
        .await;
        let store = &readers.app.ctx.store;
        told(&readers).await;
        readers.judged_at(20 * DAY_MS).await;
        // Nobody was asked in the way of a send or a hit.
        assert!(dns.asked().is_empty());
        let unknown = rows([("unknown", [2, 6, 1]), ("google", [0, 1, 0])]);
        assert_eq!(by_gateway(&readers).await, unknown, "{engine:?}");
        rebuilt_alike(store).await;

        learnt(&readers, &dns.resolver()).await;
        let asked = ["direct", "guarded", "nowhere", "plain", "silent"];
        assert_eq!(dns.asked(), asked.map(|name| format!("{name}.example")));
        let known = rows([
            ("mimecast", [1, 2, 1]),
            ("other_servers", [1, 2, 0]),
            ("unknown", [0, 2, 0]),
            ("google", [0, 1, 0]),
        ]);
        assert_eq!(by_gateway(&readers).await, known, "{engine:?}");
        elsewhere(&readers).await;
        rebuilt_alike(store).await;
        learnt(&readers, &dns.resolver()).await;
        assert!(dns.asked().is_empty(), "{engine:?}: each once");
        on_the_pages(&readers).await;

        // The next mail is counted there at once; the company changes its gateway, and what was sent
        // before stays where it was.
        readers.send(&["hugo@guarded.example"]).await;
        *dns.guard.lock().unwrap() = "mx0a-001.pphosted.com";
        readers.judged_at(51 * DAY_MS).await;
        learnt(&readers, &dns.resolver()).await;
        assert_eq!(dns.asked().len(), 5, "{engine:?}: refreshed");
        readers.judged_at(52 * DAY_MS).await;
        readers.send(&["anna@guarded.example"]).await;
        learnt(&readers, &dns.resolver()).await;
        let counted = |gateway: Gateway| {
            let code = gateway.code();
            let sql = format!(
                "SELECT CAST(COALESCE(SUM(sent), 0) AS BIGINT) FROM click_rollups
                WHERE grain = 0 AND dim = 5 AND rep = 0 AND dim_id = {code}"
            );
            async move { scalar(store, &sql).await }
        };
        assert_eq!(counted(Gateway::Mimecast).await, 3, "{engine:?}");
        assert_eq!(counted(Gateway::Proofpoint).await, 1, "{engine:?}");
        rebuilt_alike(store).await;
        erased(&readers).await;
        assert_eq!(counted(Gateway::Mimecast).await, 3, "{engine:?}");
        assert_eq!(counted(Gateway::Proofpoint).await, 1, "{engine:?}");
        readers.app.stop().await;
    }
}

/// The reports on replies and deliveries are told apart by the same.
async fn elsewhere(readers: &Readers) {
    for (name, field) in [("deliverability", "sent"), ("reply-latency", "of")] {
        let report = readers.api(&format!("reports/{name}?by=gateway")).await;
        let rows = report["rows"].as_array().unwrap().iter();
        let counted: BTreeMap<&str, &Value> = rows
            .map(|row| (row["key"].as_str().unwrap(), &row[field]))
            .collect();
        assert_eq!(counted["mimecast"], 2, "{name}: {counted:?}");
        assert_eq!(counted["other_servers"], 2, "{name}: {counted:?}");
        assert_eq!(counted["unknown"], 2, "{name}: {counted:?}");
    }
}

async fn on_the_pages(readers: &Readers) {
    let pages = Pages::sign_in(&readers.app, &readers.app.rep).await;
    let contacts = readers.app.get("api/v1/contacts", &readers.app.rep).await;
    let contacts: Value = contacts.json().await.unwrap();
    let shown = async |address: &str| {
        let mut all = contacts["items"].as_array().unwrap().iter();
        let contact = all.find(|contact| contact["emails"][0] == address).unwrap();
        let id = contact["id"].as_str().unwrap();
        pages.read(&format!("contacts/{id}")).await
    };
    let guarded = shown("anna@guarded.example").await;
    assert!(guarded.contains("behind Mimecast"), "{guarded}");
    let plain = shown("cara@plain.example").await;
    assert!(!plain.contains("behind"), "{plain}");
    let gmail = shown("gil@gmail.com").await;
    assert!(gmail.contains("mailbox at Gmail"), "{gmail}");
    let report = pages.read("reports/click-through?by=gateway").await;
    for word in ["Mimecast", "other mail servers", "not known yet"] {
        assert!(report.contains(word), "{word}: {report}");
    }
}

/// Contacts go, and the figures stay where they were.
async fn erased(readers: &Readers) {
    let (app, store) = (&readers.app, &readers.app.ctx.store);
    let figures = async || {
        let mut lines = tables(store).await;
        lines.retain(|line| !line.starts_with("f "));
        lines
    };
    let before = figures().await;
    let contacts = app.get("api/v1/contacts", &app.admin).await;
    let contacts: Value = contacts.json().await.unwrap();
    for contact in contacts["items"].as_array().unwrap() {
        let path = format!("api/v1/contacts/{}", contact["id"].as_str().unwrap());
        let answer = app.ask(Method::DELETE, &path, &app.admin).send().await;
        assert!(answer.unwrap().status().is_success(), "{path}");
    }
    let named = "SELECT COUNT(*) FROM deliveries WHERE domain NOT IN ('', 'gmail.com')";
    assert_eq!(scalar(store, named).await, 0);
    assert_eq!(scalar(store, "SELECT COUNT(*) FROM gateway_waits").await, 0);
    assert!(figures().await == before, "figures moved");
    rebuilt_alike(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_nothing_breaks_and_the_gateway_is_unknown() {
    for engine in Engine::BOTH {
        let sink = Sink::greedy().await;
        let readers = Readers::with(engine, |settings| {
            settings.smtp_url = Some(sink.url.clone());
        })
        .await;
        // Nobody listens there.
        let taken = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let nobody = taken.local_addr().unwrap();
        drop(taken);
        told(&readers).await;
        learnt(&readers, &resolver(nobody)).await;
        readers.judged_at(20 * DAY_MS).await;
        let unknown = rows([("unknown", [2, 6, 1]), ("google", [0, 1, 0])]);
        assert_eq!(by_gateway(&readers).await, unknown, "{engine:?}");
        let report = readers.api("reports/click-through?by=gateway").await;
        let all = report["rows"].as_array().unwrap();
        let row = all.iter().find(|row| row["key"] == "unknown").unwrap();
        assert_eq!(row["withheld_reason"], "gateway_unknown", "{engine:?}");
        rebuilt_alike(&readers.app.ctx.store).await;

        // Each is asked for again after an hour, then after two.
        let asked = Mutex::new(0);
        let silence = |_| {
            *asked.lock().unwrap() += 1;
            std::future::ready(Answer::Silence("no network".to_owned()))
        };
        let ctx = &readers.app.ctx;
        let mut counts = Vec::new();
        for hours in [0, 1, 1, 1] {
            ctx.clock.advance(hours * HOUR_MS);
            while gateways::step_by(ctx, silence).await.unwrap() == Progress::More {}
            counts.push(std::mem::take(&mut *asked.lock().unwrap()));
        }
        // The first asks after the days that passed; five domains.
        assert_eq!(counts, [5, 0, 5, 0], "{engine:?}");
        readers.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn for_mail_that_stays_here_nobody_is_asked() {
    for engine in Engine::BOTH {
        let readers = Readers::start(engine).await;
        told(&readers).await;
        let ask = |domain: String| async move { panic!("{domain} was asked for") };
        let ctx = &readers.app.ctx;
        while gateways::step_by(ctx, ask).await.unwrap() == Progress::More {}
        readers.app.stop().await;
    }
}

/// What becomes known while a rebuild is under way stands in the tables it fills, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_meanwhile_misses_nothing() {
    for engine in Engine::BOTH {
        let store = engine.store();
        let plan = Plan {
            seed: 3,
            deliveries: 2_500,
            reps: 3,
            contents: 5,
            templates: 2,
            contacts: 300,
            days: 30,
            start: Millis::parse_rfc3339("2026-02-10T00:00:00Z").unwrap(),
        };
        load::load(&store, plan, 700, |_, _| {}).await;
        let company = "SELECT COUNT(*) FROM click_rollups WHERE dim = 5 AND dim_id = 0";
        assert!(scalar(&store, company).await > 0, "{engine:?}");
        let mut batches = 0;
        let runtime = tokio::runtime::Handle::current();
        let learn = |_| {
            batches += 1;
            if batches == 1 {
                tokio::task::block_in_place(|| runtime.block_on(all_answered(&store)));
            }
            Next::Continue
        };
        rebuild(&store, learn).await.unwrap();
        assert!(batches > 1, "{engine:?}: learnt before the last batch");
        let left = scalar(&store, company).await;
        assert_eq!(left, 0, "{engine:?}");
        rebuilt_alike(&store).await;
    }
}

/// Every company's domain is found to be behind Mimecast.
async fn all_answered(store: &Store) {
    let last = scalar(store, "SELECT MAX(no) FROM deliveries").await;
    let all: Vec<DeliveryNo> = (1..=last).map(DeliveryNo).collect();
    let mut tx = store.begin().await.unwrap();
    known::notice(&mut tx, &all, true, START).await.unwrap();
    tx.commit().await.unwrap();
    while let Some(due) = known::take_due(store, START, START.plus(1)).await.unwrap() {
        let mut tx = store.begin().await.unwrap();
        let later = START.plus(DAY_MS);
        known::learn(&mut tx, &due.domain, Gateway::Mimecast, START, later)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    while known::recount(store).await.unwrap() {}
}
