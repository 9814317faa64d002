//! The hostile mails through the doors that strangers reach: a server in a process of its own is
//! handed each by `POST /inbound` and by LMTP. It stores or refuses every one in time, its memory
//! stays bounded, and it goes on.

use super::client::Client;
use super::hostile::LIMIT;
use super::hostile_mails::HOSTILE;
use super::peak::Peak;
use super::support::engines::Engine;
use super::support::process::{HANG, Installation, Serving};
use super::{corpus, mutate, ports};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Most bytes that the memory of a server may grow by for a mail of `size` bytes that it is handed,
/// stores and understands.
const fn most_grown(size: usize) -> usize {
    8 * size + 64 * 1_024 * 1_024
}

/// A server, and what speaks to it.
struct Doors {
    serving: Serving,
    http: reqwest::Client,
    token: String,
    lmtp: SocketAddr,
}

impl Doors {
    fn open(engine: Engine) -> Self {
        let lmtp = ports::free();
        let installation = Installation::fresh(engine).set("OTKLIK_LMTP_LISTEN", &lmtp.to_string());
        let email = "ada@example.org";
        let user = [
            "user", "add", "--email", email, "--name", "Ada", "--role", "admin",
        ];
        assert!(installation.run(&user).status.success());
        let token = ["token", "create", "--user", email, "--name", "doors"];
        let token = installation.run(&token).stdout;
        Self {
            serving: installation.serve(),
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
            token: String::from_utf8(token).expect("text").trim().to_owned(),
            lmtp,
        }
    }

    async fn post(&self, raw: Vec<u8>) -> u16 {
        let url = format!("http://{}/api/v1/inbound", self.serving.address);
        let request = self.http.post(url).bearer_auth(&self.token);
        let request = request.header("content-type", "message/rfc822").body(raw);
        request.send().await.expect("it answers").status().as_u16()
    }

    async fn deliver(&self, raw: &[u8], no: usize) -> String {
        let mail = for_lmtp(raw, no);
        let lmtp = self.lmtp;
        let talk = move || Client::open(lmtp)?.deliver_bytes("sales@team.example", &mail);
        let answer = tokio::task::spawn_blocking(talk).await.expect("no panic");
        answer.expect("it answers")
    }

    async fn how_many(&self, state: &str) -> usize {
        let url = format!(
            "http://{}/api/v1/inbound?state={state}",
            self.serving.address
        );
        let answer = self.http.get(url).bearer_auth(&self.token).send().await;
        let page: Value = answer.expect("it answers").json().await.expect("JSON");
        page["items"].as_array().expect("a page").len()
    }

    /// Waits until nothing waits to be understood.
    async fn settle(&self) {
        let begun = Instant::now();
        while self.how_many("stored").await > 0 {
            assert!(begun.elapsed() < HANG, "all of it is understood");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// `raw` as LMTP carries it, and another mail than the one posted.
fn for_lmtp(raw: &[u8], no: usize) -> Vec<u8> {
    let mut mail = format!("Message-ID: <{no}@lmtp.example>\r\n").into_bytes();
    for line in raw.split(|byte| matches!(byte, b'\n' | b'\r')) {
        if line.starts_with(b".") {
            mail.push(b'.');
        }
        mail.extend_from_slice(line);
        mail.extend_from_slice(b"\r\n");
    }
    mail
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_mails_through_the_doors_leave_the_server_alive_and_small() {
    let doors = Doors::open(Engine::Sqlite);
    println!(
        "{:<28} {:>9} {:>9} {:>7} {:>7}  answers",
        "mail", "bytes", "grown by", "HTTP ms", "LMTP ms"
    );
    for (no, (name, make)) in HOSTILE.iter().enumerate() {
        let raw = make();
        let size = raw.len();
        let peak = Peak::of(Some(doors.serving.id()));
        let begun = Instant::now();
        let lmtp = doors.deliver(&raw, no).await;
        let by_lmtp = begun.elapsed();
        doors.settle().await;
        let begun = Instant::now();
        let http = doors.post(raw).await;
        let by_http = begun.elapsed();
        let grown = peak.grown();
        println!(
            "{name:<28} {size:>9} {grown:>9} {:>7} {:>7}  {http}, {lmtp}",
            by_http.as_millis(),
            by_lmtp.as_millis()
        );
        assert!(matches!(http, 202 | 413 | 422), "{name}: {http}");
        assert!(
            lmtp.starts_with("250") || lmtp.starts_with('5'),
            "{name}: {lmtp}"
        );
        assert!(
            by_http < LIMIT && by_lmtp < LIMIT,
            "{name}: {by_http:?}, {by_lmtp:?}"
        );
        assert!(grown <= most_grown(size), "{name}: {grown} for {size}");
    }
    assert_eq!(doors.how_many("parked").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_mutated_mails_through_the_doors_are_stored() {
    for engine in Engine::BOTH {
        let doors = Doors::open(engine);
        let (mails, mut random) = (corpus::mails(), fastrand::Rng::with_seed(4_711));
        let peak = Peak::of(Some(doors.serving.id()));
        let (mut slowest, mut largest) = (Duration::ZERO, 0);
        for no in 0..1_000 {
            let raw = mutate::mutated(&mails, &mut random);
            largest = largest.max(raw.len());
            let begun = Instant::now();
            if no % 4 == 0 {
                let answer = doors.deliver(&raw, no).await;
                assert!(
                    answer.starts_with("250") || answer.starts_with('5'),
                    "{no}: {answer}"
                );
            } else {
                let empty = raw.is_empty();
                let status = doors.post(raw).await;
                assert!(status == 202 || empty && status == 422, "{no}: {status}");
            }
            slowest = slowest.max(begun.elapsed());
        }
        doors.settle().await;
        let grown = peak.grown();
        println!("1,000 mutated: grown by {grown}, the slowest took {slowest:?} on {engine:?}");
        assert!(slowest < LIMIT, "{slowest:?}");
        // Caches and pools fill up once, whatever the mails.
        assert!(grown <= most_grown(largest) + 64 * 1_024 * 1_024, "{grown}");
        assert_eq!(doors.how_many("parked").await, 0, "{engine:?}");
    }
}
