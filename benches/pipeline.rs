//! Row 11 of the performance targets: the whole pipeline, from enqueued to settled, at 16
//! connections, beside Postfix's `smtp-source` into the same `smtp-sink`.
//!
//! `cargo bench --bench pipeline [-- MAILS]` (Debian: postfix, openssl). Each round enqueues the
//! mails into a fresh SQLite store, then drains it: claims, merge, links, pixel, MIME and an
//! RSA-2048 signature, the bytes stored, the hand-over committed between 354 and the body, the
//! settlement with its event and its fold. The rounds take turns with the anchor; medians are
//! printed, and the time of an fsync beside them.

use otklik::accept::{self, Content, NewMessage};
use otklik::config::{LogFormat, Roles, Settings, UncertainPolicy};
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::{Clock, random_bytes};
use otklik::domain::contact::{PrivacyPreset, TrackingChoice};
use otklik::domain::id::{Seq, UserId};
use otklik::domain::keys::KeyRing;
use otklik::domain::message::UrlTextPolicy;
use otklik::domain::sealed;
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::dkim::{self, DkimRow};
use otklik::store::settings::{self, Setting};
use otklik::store::users::{self, NewUser};
use otklik::store::{PoolSizes, Store, log};
use otklik::track::proxies::Proxies;
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: usize = 3;
const CONNECTIONS: u16 = 16;
const DEFAULT_MAILS: usize = 3_000;
const FLOOR: f64 = 500.0;
const GOAL: f64 = 1_000.0;

fn main() {
    let argument = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let mails: usize = argument.unwrap_or(DEFAULT_MAILS);
    let dir = std::env::temp_dir().join(format!("otklik-pipeline-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("the temporary folder can be written");
    let sink = Sink::start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let anchor = smtp_source(sink.address, mails * 4);
        let ours = runtime.block_on(pipeline(&dir.join(round.to_string()), sink.address, mails));
        println!(
            "round {round}: smtp-source {anchor:.0}/s, accepted {:.0}/s, sent {:.0}/s, fsync {:.2} ms",
            ours.accepted,
            ours.sent,
            fsync_ms(&dir)
        );
        rounds.push((ours.sent, ours.sent / anchor));
    }
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (sent, ratio) = rounds[ROUNDS / 2];
    println!(
        "{mails} mails, {CONNECTIONS} connections: {sent:.0} mails/s enqueued to settled (floor {FLOOR}, goal {GOAL}), {ratio:.3} of smtp-source (goal 0.10)"
    );
    std::fs::remove_dir_all(&dir).expect("the folder is still there");
}

struct Rates {
    accepted: f64,
    sent: f64,
}

async fn pipeline(dir: &Path, sink: SocketAddr, mails: usize) -> Rates {
    std::fs::create_dir_all(dir).expect("a folder");
    let ctx = ctx(dir, sink).await;
    let viewer = rep(&ctx).await;
    let start = Instant::now();
    for n in 0..mails {
        accept::accept(&ctx, &viewer, letter(n))
            .await
            .expect("it is accepted");
    }
    let accepted = mails as f64 / start.elapsed().as_secs_f64();
    let sender = Sender::new(ctx.clone(), PhaseTimeouts::default());
    let start = Instant::now();
    while sender.step().await.expect("the store works") == Progress::More {}
    let sent = mails as f64 / start.elapsed().as_secs_f64();
    // Each mail is an event when it is queued and one when it is sent.
    let head = log::head(&ctx.store).await.expect("the store works");
    assert_eq!(head, Seq(2 * mails as i64), "every mail was sent once");
    ctx.store.close().await;
    Rates { accepted, sent }
}

async fn ctx(dir: &Path, sink: SocketAddr) -> Ctx {
    let url = format!("sqlite://{}", dir.join("otklik.db").display());
    let store = Store::open(&url, PoolSizes::default()).expect("a store");
    store.migrate().await.expect("a schema");
    let ctx = Ctx {
        networks: otklik::networks::Networks::default(),
        settings: Arc::new(bench_settings(dir, sink)),
        store,
        keys: Arc::new(KeyRing::parse(&KeyRing::generate([7; 32])).expect("a key")),
        clock: Clock::System,
        node: "bench".into(),
    };
    let now = ctx.clock.now();
    let mut tx = ctx.store.begin().await.expect("a transaction");
    settings::set(&mut tx, Setting::PostalAddress, "1 Main Street", now)
        .await
        .expect("a setting");
    let owner = dkim::owner("seller.example", "s1");
    let pem = rsa_key();
    let key = DkimRow {
        domain: "seller.example".to_owned(),
        selector: "s1".to_owned(),
        secret: sealed::seal(&ctx.keys, owner.as_bytes(), random_bytes(), pem.as_bytes()),
    };
    dkim::add(&mut tx, &key, "rsa", now)
        .await
        .expect("a DKIM key");
    tx.commit().await.expect("a commit");
    ctx
}

fn bench_settings(dir: &Path, sink: SocketAddr) -> Settings {
    Settings {
        database_url: String::new(),
        data_dir: PathBuf::from(dir),
        listen: sink,
        metrics_listen: None,
        base_url: "https://otklik.example.org".parse().expect("a URL"),
        tracking_url: "https://t.example.org".parse().expect("a URL"),
        smtp_url: Some(format!("smtp://{sink}")),
        roles: Roles::ALL,
        trusted_proxies: Proxies::default(),
        privacy: PrivacyPreset::On,
        report_level: ReportLevel::Team,
        hold_seconds: 30,
        uncertain: UncertainPolicy::Keep,
        connections_per_mailbox: CONNECTIONS,
        intake_cap_bytes: 1 << 20,
        untracked_hosts: Vec::new(),
        keep_bytes_days: 30,
        client_hash_days: 30,
        networks_dir: std::path::PathBuf::new(),
        oauth: otklik::config::OAuthApps::default(),
        dkim: Vec::new(),
        catcher_listen: None,
        lmtp_listen: None,
        grace_seconds: 5,
        log_format: LogFormat::Text,
        log_level: "off".to_owned(),
    }
}

async fn rep(ctx: &Ctx) -> Viewer {
    let id = UserId(ctx.clock.fresh_id());
    let user = NewUser {
        id,
        email: EmailAddress::parse("rita@seller.example").expect("an address"),
        name: "Rita Rep".to_owned(),
        role: Role::Rep,
        team: None,
        password_hash: None,
        language: "en".to_owned(),
    };
    let mut tx = ctx.store.begin().await.expect("a transaction");
    users::add(&mut tx, &user, ctx.clock.now())
        .await
        .expect("a user");
    tx.commit().await.expect("a commit");
    Viewer {
        user: id,
        role: Role::Rep,
        team: None,
        level: ReportLevel::Team,
    }
}

/// A follow-up mail of about 3 KB with three links and a text part.
fn letter(n: usize) -> NewMessage {
    let line = "As agreed, here are the figures we spoke about, with a line to answer on. ";
    let text = line.repeat(20);
    let links = "<a href=\"https://shop.example/prices\">the prices</a>, <a href=\"https://shop.example/deck\">the deck</a>, <a href=\"https://cal.example/rita\">a time</a>";
    NewMessage {
        to: format!("contact{n}@buyer{}.example", n % 500),
        cc: Vec::new(),
        bcc: Vec::new(),
        mailbox: None,
        content: Content::Own {
            subject: "Our call".to_owned(),
            html: Some(format!(
                "<html><body><p>{text}</p><p>{links}</p></body></html>"
            )),
            text: Some(text),
        },
        assets: Vec::new(),
        attachments: Vec::new(),
        send_at: None,
        reply_to_message: None,
        reply_to_inbound: None,
        tracking: TrackingChoice::default(),
        url_text: UrlTextPolicy::Track,
    }
}

fn rsa_key() -> String {
    let made = Command::new("openssl")
        .args([
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
        ])
        .output()
        .expect("openssl is installed");
    String::from_utf8(made.stdout).expect("a PEM is text")
}

/// The median of 51 fsyncs of one block.
fn fsync_ms(dir: &Path) -> f64 {
    let mut file = std::fs::File::create(dir.join("fsync")).expect("a file");
    let mut times: Vec<f64> = (0..51)
        .map(|_| {
            let start = Instant::now();
            file.write_all(&[1; 8_192]).expect("it is written");
            file.sync_data().expect("it is on disk");
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[25]
}

/// Mails a second of Postfix's own source.
fn smtp_source(sink: SocketAddr, mails: usize) -> f64 {
    let start = Instant::now();
    let (mails_text, connections) = (mails.to_string(), CONNECTIONS.to_string());
    let done = Command::new("/usr/sbin/smtp-source")
        .args(["-d", "-l", "3000", "-m", &mails_text, "-s", &connections])
        .arg(sink.to_string())
        .status()
        .expect("smtp-source is installed (postfix)");
    assert!(done.success(), "smtp-source sends");
    mails as f64 / start.elapsed().as_secs_f64()
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
        let user: &[&str] = if is_root() { &["-u", "root"] } else { &[] };
        let child = Command::new("/usr/sbin/smtp-sink")
            .args(user)
            .args([&address.to_string(), "128"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("smtp-sink is installed (postfix)");
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "the sink listens");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, address }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
}
