//! Rows 1, 2 and 4 of the performance targets: durable clicks a second divided by C1, a bare
//! actix route that verifies the same ticket and records nothing; pixels divided by clicks; and
//! the median time of a click at 4 connections divided by one `fdatasync`.
//!
//! `cargo bench --bench track [-- SECONDS]` (Debian: wrk). Both servers have two workers, send the
//! same headers and get the same requests; they take turns, the ratio of each of three rounds is
//! taken, and the median printed. The load generator shares the machine's cores.

use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use actix_web::{App, HttpResponse, HttpServer, web};
use otklik::domain::clock::Clock;
use otklik::domain::id::DeliveryId;
use otklik::domain::keys::KeyRing;
use otklik::domain::link::{DestinationId, location};
use otklik::domain::ticket::TicketKeys;
use otklik::intake::{Intake, Limits};
use otklik::store::{PoolSizes, Store};
use otklik::track::destinations::Live;
use otklik::track::proxies::Proxies;
use otklik::web::track::{TrackState, routes};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use uuid::Uuid;

const ROUNDS: usize = 3;
const WORKERS: usize = 2;
const LONG_LINK: &str = "https://www.example.com/resources/pricing-guide?utm_source=mail&ref=anna";

fn main() {
    let argument = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let seconds: u64 = argument.unwrap_or(4);
    let folder = Folder::new();
    let ring = KeyRing::parse(&KeyRing::generate([7; 32])).expect("a fresh ring is a ring");
    let tickets = TicketKeys::new(&ring);
    let delivery = DeliveryId(Uuid::from_bytes([9; 16]));
    let click = tickets
        .sign_click(delivery, 1, DestinationId::of(LONG_LINK), LONG_LINK)
        .expect("a web address of fitting length");
    let click = format!("/c/{click}");
    let pixel = format!("/o/{}.gif", tickets.sign_open(delivery));
    let bare = serve_bare(tickets.clone());
    let ours = serve_ours(&folder.0, ring, tickets);

    let sync = fdatasync_median(&folder.0);
    println!(
        "fdatasync of 4 KiB over existing blocks: {} µs (median of 200)",
        sync.as_micros()
    );
    for (connections, floor, goal) in [(64, 0.55, 0.75), (256, 0.65, 0.85)] {
        let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
            .map(|_| {
                let anchor = load(bare, &click, connections, seconds).per_second;
                (anchor, load(ours, &click, connections, seconds).per_second)
            })
            .collect();
        let (anchor, clicks, low, high) = median(&mut rounds);
        println!(
            "row 1, {connections} connections: C1 {anchor:.0}/s, durable click {clicks:.0}/s, ratio {:.2} (from {low:.2} to {high:.2}; floor {floor}, goal {goal})",
            clicks / anchor
        );
    }
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| {
            let clicks = load(ours, &click, 64, seconds).per_second;
            (clicks, load(ours, &pixel, 64, seconds).per_second)
        })
        .collect();
    let (clicks, pixels, low, high) = median(&mut rounds);
    println!(
        "row 2: click {clicks:.0}/s, pixel {pixels:.0}/s, ratio {:.2} (from {low:.2} to {high:.2}; floor 0.95, goal 1)",
        pixels / clicks
    );
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| {
            let sync = fdatasync_median(&folder.0).as_secs_f64();
            (sync, load(ours, &click, 4, seconds).p50.as_secs_f64())
        })
        .collect();
    let (sync, p50, low, high) = median(&mut rounds);
    println!(
        "row 4: fdatasync {:.0} µs, click p50 at 4 connections {:.0} µs, ratio {:.1} (from {low:.1} to {high:.1}; floor 6, goal 4)",
        sync * 1e6,
        p50 * 1e6,
        p50 / sync
    );
}

/// The round with the median ratio, and the least and greatest ratio.
fn median(rounds: &mut [(f64, f64)]) -> (f64, f64, f64, f64) {
    rounds.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let ratio = |round: &(f64, f64)| round.1 / round.0;
    let (anchor, ours) = rounds[rounds.len() / 2];
    (
        anchor,
        ours,
        ratio(&rounds[0]),
        ratio(&rounds[rounds.len() - 1]),
    )
}

/// C1: verifies the ticket, answers with the same headers, records nothing.
fn serve_bare(tickets: TicketKeys) -> u16 {
    let tickets = web::Data::new(tickets);
    serve(move |config| {
        config
            .app_data(tickets.clone())
            .route("/c/{ticket}", web::get().to(bare_click));
    })
}

async fn bare_click(ticket: web::Path<String>, tickets: web::Data<TicketKeys>) -> HttpResponse {
    let Some(target) = tickets
        .verify_click(&ticket)
        .and_then(|ticket| location(&ticket.url))
    else {
        return HttpResponse::NotFound().finish();
    };
    HttpResponse::Found()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((LOCATION, target))
        .finish()
}

fn serve_ours(folder: &Path, ring: KeyRing, tickets: TicketKeys) -> u16 {
    let intake_folder = folder.join("intake");
    let database = format!("sqlite://{}", folder.join("unused.db").display());
    let state = tokio::runtime::Runtime::new()
        .expect("a runtime starts")
        .block_on(async {
            let limits = Limits {
                cap_bytes: 64 << 30,
                ..Limits::default()
            };
            let intake = Intake::open(&intake_folder, &ring, limits)
                .await
                .expect("the folder takes an intake");
            TrackState {
                tickets,
                intake,
                destinations: Live::default(),
                proxies: Proxies::default(),
                clock: Clock::System,
                store: Store::open(&database, PoolSizes::default()).expect("a lazy store opens"),
            }
        });
    let add_routes = routes(state);
    serve(move |config| add_routes(config))
}

/// Serves on a free port until the process ends.
fn serve<F>(configure: F) -> u16
where
    F: Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("the port's address").port();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            HttpServer::new(move || App::new().configure(configure.clone()))
                .workers(WORKERS)
                .listen(listener)
                .expect("the listener is ours")
                .run()
                .await
                .expect("the server runs until the process ends");
        });
    });
    port
}

/// What `wrk` measured.
struct Load {
    per_second: f64,
    p50: Duration,
}

/// Loads with the headers a browser sends when a person follows a link.
fn load(port: u16, path: &str, connections: usize, seconds: u64) -> Load {
    let output = Command::new("wrk")
        .args(["-t", "2", "--latency"])
        .args(["-c", &connections.to_string(), "-d", &format!("{seconds}s")])
        .args(["-H", "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"])
        .args(["-H", "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"])
        .args(["-H", "Accept-Language: de-DE,de;q=0.9,en;q=0.8"])
        .args(["-H", "Sec-Fetch-Mode: navigate", "-H", "Sec-Fetch-Dest: document"])
        .args(["-H", "Sec-Fetch-User: ?1", "-H", "Sec-Fetch-Site: none"])
        .arg(format!("http://127.0.0.1:{port}{path}"))
        .output()
        .expect("wrk is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains("Non-2xx"), "every answer is right:\n{text}");
    let figure = |name: &str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(name))
            .expect("wrk prints the figure")
            .trim()
            .to_owned()
    };
    Load {
        per_second: figure("Requests/sec:").parse().expect("a number"),
        p50: duration(&figure("50%")),
    }
}

fn duration(text: &str) -> Duration {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let number: f64 = digits.parse().expect("a number before its unit");
    let seconds = match &text[digits.len()..] {
        "us" => number / 1e6,
        "ms" => number / 1e3,
        _ => number,
    };
    Duration::from_secs_f64(seconds)
}

fn fdatasync_median(folder: &Path) -> Duration {
    let mut file = std::fs::File::create(folder.join("probe")).expect("the folder is ours");
    let mut times: Vec<Duration> = (0..201)
        .map(|_| {
            let began = Instant::now();
            file.seek(SeekFrom::Start(0)).expect("a file seeks");
            file.write_all(&[7; 4096]).expect("4 KiB fit");
            file.sync_data().expect("the disk syncs");
            began.elapsed()
        })
        .skip(1)
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// A folder on the disk of the build, since the system's temporary folder may be memory.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("track-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the target folder can be written");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
