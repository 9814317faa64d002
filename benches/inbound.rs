//! Understanding inbound mail: mails a second of the understanding alone and of `POST /inbound` from
//! request to answer, stored and understood on SQLite, beside Python's `email` parser over the same
//! mails; and how long the hostile mails take in a release build.
//!
//! `cargo bench --bench inbound` after `bash tests/peers/inbound.sh` (python3). The mails are 4,150 of
//! people and the two sets of bounces, cut to 4,000. Three rounds take turns: Python parses each mail
//! and decodes its text parts; ours also finds quotes, signatures and what the mail means. Both of
//! these count CPU time of one thread. The posts count time on the clock, since they wait for the
//! disk; the load comes from the same cores. Medians are printed.

#[path = "../tests/inbound/hostile_mails.rs"]
mod hostile_mails;
#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest of it")]
mod support;

use hostile_mails::HOSTILE;
use otklik::domain::clock::Millis;
use otklik::domain::keys::KeyRing;
use otklik::domain::ticket::TicketKeys;
use otklik::domain::verp::VerpKeys;
use otklik::inbound::{Arrival, Ours, understand};
use reqwest::{Method, StatusCode};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::app::TestApp;
use support::engines::Engine;

const ROUNDS: usize = 3;
const MAILS: usize = 4_000;
/// Fewer than are parsed: each is durable before it is answered.
const POSTED: usize = 1_500;
const CONNECTIONS: usize = 8;

fn main() {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/inbound");
    assert!(
        peers.join("stamp").exists(),
        "run tests/peers/inbound.sh first"
    );
    let files = files(&peers);
    let mails: Vec<Vec<u8>> = files
        .iter()
        .map(|file| std::fs::read(file).expect("a file"))
        .collect();
    let bytes: usize = mails.iter().map(Vec::len).sum();
    println!(
        "{} mails, {:.1} kB each",
        mails.len(),
        bytes as f64 / 1e3 / mails.len() as f64
    );
    let ours = ours();
    hostile(&ours);
    let mut python = Python::start(&files);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let app = runtime.block_on(TestApp::start(Engine::Sqlite));
    let app = Arc::new(app);
    let mut rounds: Vec<[f64; 4]> = Vec::new();
    for round in 0..ROUNDS {
        let theirs = python.rate();
        let pure = understanding(&mails, &ours);
        let one = runtime.block_on(posting(&app, &mails, 1, 2 * round));
        let many = runtime.block_on(posting(&app, &mails, CONNECTIONS, 2 * round + 1));
        println!(
            "round {round}: Python {theirs:.0}/s, understood {pure:.0}/s, posted over 1 connection {one:.0}/s, over {CONNECTIONS} {many:.0}/s"
        );
        rounds.push([theirs, pure, one, many]);
    }
    let median = |of: &dyn Fn(&[f64; 4]) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[ROUNDS / 2]
    };
    println!(
        "understood {:.0} mails/s a core, {:.2} of Python's parser ({:.0}/s)",
        median(&|it| it[1]),
        median(&|it| it[1] / it[0]),
        median(&|it| it[0])
    );
    println!(
        "POST /inbound, durable: {:.0} mails/s over 1 connection, {:.0} over {CONNECTIONS}: {:.2} of Python's parser alone",
        median(&|it| it[2]),
        median(&|it| it[3]),
        median(&|it| it[3] / it[0])
    );
    let app = Arc::into_inner(app).expect("nobody else holds it");
    runtime.block_on(app.stop());
}

/// The same files in the same order for both sides.
fn files(peers: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for set in ["flufl", "bounceparser", "ham"] {
        let folder = std::fs::read_dir(peers.join(set)).expect("a set");
        let mut found: Vec<PathBuf> = folder
            .map(|entry| entry.expect("an entry").path())
            .collect();
        found.sort();
        files.extend(found);
    }
    files.truncate(MAILS);
    files
}

fn ours() -> Ours {
    let ring = KeyRing::parse(&KeyRing::generate([7; 32])).expect("a fresh ring parses");
    Ours {
        verp: VerpKeys::new(&ring),
        tickets: TicketKeys::new(&ring),
        addresses: vec!["anna@sales.example".parse().expect("an address")],
        domains: vec!["sales.example".to_owned()],
        tracking_hosts: vec!["go.sales.example".to_owned()],
    }
}

const ARRIVAL: Arrival = Arrival::at(Millis(1_797_422_400_000));

/// The slowest hostile mail, which owes two seconds.
fn hostile(ours: &Ours) {
    let mut slowest = (Duration::ZERO, "");
    for (name, make) in HOSTILE {
        let raw = make();
        let begun = Instant::now();
        black_box(understand(&raw, &ARRIVAL, ours));
        slowest = slowest.max((begun.elapsed(), *name));
    }
    let (took, name) = slowest;
    println!("slowest hostile mail: {name}, {} ms", took.as_millis());
    assert!(took < Duration::from_secs(2), "{name} took {took:?}");
}

fn understanding(mails: &[Vec<u8>], ours: &Ours) -> f64 {
    let before = cpu_seconds();
    for raw in mails {
        black_box(understand(black_box(raw), &ARRIVAL, ours));
    }
    mails.len() as f64 / (cpu_seconds() - before)
}

/// Posts mails that were not there before over so many connections; mails a second.
async fn posting(app: &Arc<TestApp>, mails: &[Vec<u8>], connections: usize, run: usize) -> f64 {
    let step = mails.len() / POSTED;
    let fresh = |no: usize| {
        let mut raw = format!("Message-ID: <{no}.{run}@bench.example>\n").into_bytes();
        let mail = &mails[no * step];
        // A line of an mbox file may only stand in front.
        let start = mail
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let start = if mail.starts_with(b"From ") { start } else { 0 };
        raw.extend_from_slice(&mail[start..]);
        raw
    };
    let mut shares: Vec<Vec<Vec<u8>>> = vec![Vec::new(); connections];
    for no in 0..POSTED {
        shares[no % connections].push(fresh(no));
    }
    let begun = Instant::now();
    let posts = shares.into_iter().map(|share| {
        let app = Arc::clone(app);
        tokio::spawn(async move {
            for raw in share {
                let request = app.ask(Method::POST, "api/v1/inbound", &app.rep);
                let request = request.header("content-type", "message/rfc822").body(raw);
                let answer = request.send().await.expect("it answers");
                assert_eq!(answer.status(), StatusCode::ACCEPTED);
                answer.bytes().await.expect("the whole answer");
            }
        })
    });
    for post in posts.collect::<Vec<_>>() {
        post.await.expect("no panic");
    }
    POSTED as f64 / begun.elapsed().as_secs_f64()
}

/// CPU seconds of this thread (Linux: the first figure of schedstat, in nanoseconds).
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    let figure = text.split(' ').next().and_then(|it| it.parse::<f64>().ok());
    figure.expect("the first figure is a number") / 1e9
}

/// The anchor in a process of its own: reads a line, parses all mails, answers with CPU seconds.
struct Python {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    mails: usize,
}

const SCRIPT: &str = r#"
import email, sys, time
names = sys.stdin.readline().rstrip("\n").split("\t")
raws = [open(name, "rb").read() for name in names]
for line in sys.stdin:
    before = time.process_time()
    for raw in raws:
        for part in email.message_from_bytes(raw).walk():
            if part.get_content_maintype() == "text":
                part.get_payload(decode=True)
    print(time.process_time() - before, flush=True)
"#;

impl Python {
    fn start(files: &[PathBuf]) -> Self {
        let mut child = Command::new("python3")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        let names: Vec<String> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        writeln!(stdin, "{}", names.join("\t")).expect("the anchor listens");
        Self {
            stdout: BufReader::new(child.stdout.take().expect("it is piped")),
            stdin,
            child,
            mails: files.len(),
        }
    }

    fn rate(&mut self) -> f64 {
        writeln!(self.stdin, "go").expect("the anchor listens");
        let mut line = String::new();
        self.stdout
            .read_line(&mut line)
            .expect("the anchor answers");
        let seconds: f64 = line.trim().parse().expect("the anchor answers in seconds");
        self.mails as f64 / seconds
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
