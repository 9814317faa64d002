//! Row 10 of the performance targets: mails a second of our network layer, divided by Postfix's
//! `smtp-source`, into the same `smtp-sink`, at 1, 4 and 16 connections.
//!
//! `cargo bench --bench smtp [-- MAILS]` (Debian: postfix). Both sides send the same mail, keep
//! their connections, and take turns; the ratio of each of five rounds is taken, and the median
//! printed. Nothing is committed between 354 and the body: that is row 11.

use otklik::deliver::Outcome;
use otklik::domain::address::EmailAddress;
use otklik::net::smtp::{Connector, Envelope, HelloName, PhaseTimeouts, Relay, WireBody};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const FLOORS: [(usize, f64); 3] = [(1, 0.35), (4, 0.6), (16, 0.7)];
const GOAL: f64 = 0.9;
const DEFAULT_MAILS: usize = 16_000;

fn main() {
    let argument = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let mails: usize = argument.unwrap_or(DEFAULT_MAILS);
    let text = mail();
    let file = std::env::temp_dir().join(format!("otklik-bench-{}.eml", std::process::id()));
    // smtp-source puts the CRs in itself.
    std::fs::write(&file, text.replace("\r\n", "\n")).expect("the temporary folder can be written");
    let sink = Sink::start();
    let address = sink.address;
    let body = Arc::new(WireBody::encode(text.as_bytes()).expect("the mail has CRLFs only"));
    // As many workers as the service has; the sink and the kernel share the cores with them.
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    println!(
        "{mails} mails of {} bytes a run, {ROUNDS} rounds",
        text.len()
    );
    for (connections, floor) in FLOORS {
        let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
            .map(|_| {
                let anchor = smtp_source(address, connections, mails, &file);
                let ours = runtime.block_on(our_client(address, connections, mails, &body));
                (anchor, ours)
            })
            .collect();
        rounds.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
        let (anchor, ours) = rounds[ROUNDS / 2];
        println!(
            "connections {connections:2}: smtp-source {anchor:6.0}/s, otklik {ours:6.0}/s, ratio {:.2} (from {:.2} to {:.2}; floor {floor}, goal {GOAL})",
            ours / anchor,
            rounds[0].1 / rounds[0].0,
            rounds[ROUNDS - 1].1 / rounds[ROUNDS - 1].0,
        );
    }
    std::fs::remove_file(&file).expect("the mail is still there");
}

/// A follow-up mail of about 3 KB.
fn mail() -> String {
    let headers = "From: Rep <rep@sender.example>\r\nTo: Anna <anna@a.example>\r\nSubject: Our call\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
    let line = "As agreed, here are the figures we spoke about, with a line to answer on.\r\n";
    format!("{headers}{}", line.repeat(38))
}

/// A running `smtp-sink`; it ends with this.
struct Sink {
    child: Child,
    address: SocketAddr,
}

impl Sink {
    fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("the port's address");
        drop(free);
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0);
        let user: &[&str] = if is_root { &["-u", "root"] } else { &[] };
        let child = Command::new("/usr/sbin/smtp-sink")
            .args(user)
            .args([&address.to_string(), "128"])
            .stderr(Stdio::null())
            .spawn()
            .expect("smtp-sink is installed (Debian: apt-get install postfix)");
        let sink = Self { child, address };
        let listens = (0..250).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            TcpStream::connect(address).is_ok()
        });
        assert!(listens, "smtp-sink did not start within 5 s");
        sink
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Mails a second of `smtp-source`.
fn smtp_source(
    address: SocketAddr,
    connections: usize,
    mails: usize,
    file: &std::path::Path,
) -> f64 {
    let begun = Instant::now();
    let status = Command::new("/usr/sbin/smtp-source")
        .args([
            "-d",
            "-s",
            &connections.to_string(),
            "-m",
            &mails.to_string(),
        ])
        .args(["-f", "rep@sender.example", "-t", "anna@a.example", "-F"])
        .arg(file)
        .arg(format!("inet:{address}"))
        .status()
        .expect("smtp-source is installed (Debian: apt-get install postfix)");
    assert!(status.success(), "smtp-source sends all its mails");
    mails as f64 / begun.elapsed().as_secs_f64()
}

/// Mails a second of ours.
async fn our_client(
    address: SocketAddr,
    connections: usize,
    mails: usize,
    body: &Arc<WireBody>,
) -> f64 {
    let connector = Connector::new(HelloName::default(), PhaseTimeouts::default());
    let connector = Arc::new(connector);
    let relay = Relay::parse(&format!("smtp://{address}")).expect("a relay on loopback");
    let begun = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|number| {
            let share = mails / connections + usize::from(number < mails % connections);
            let (connector, relay, body) =
                (Arc::clone(&connector), relay.clone(), Arc::clone(body));
            tokio::spawn(async move { send_all(&connector, &relay, share, &body).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("a connection sends all its mails");
    }
    mails as f64 / begun.elapsed().as_secs_f64()
}

async fn send_all(connector: &Connector, relay: &Relay, mails: usize, body: &WireBody) {
    let address = |text| EmailAddress::parse(text).expect("a plain address");
    let envelope = Envelope {
        sender: Some(address("rep@sender.example")),
        recipient: address("anna@a.example"),
    };
    let mut session = connector
        .connect(relay)
        .await
        .expect("the sink takes connections");
    for _ in 0..mails {
        assert!(session.is_usable().await, "the sink keeps connections");
        let ready = session
            .begin(&envelope, body)
            .await
            .expect("the sink says 354");
        let outcome = ready.send_body().await;
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    }
    session.quit().await;
}
