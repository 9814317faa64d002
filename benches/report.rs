//! The click-through report over 90 days and all reps, against DuckDB on the raw rows of the same
//! year: interleaved, the median of each, equal to the last count, quantiles within one per cent.
//!
//! `cargo bench --bench report -- --events 10000000 [--engine sqlite|postgres]`
//!
//! With `KEEP=FOLDER` in the environment the store on SQLite is `FOLDER/otklik.db` and stays, and so
//! do the raw rows: a second run asks without loading, and `otklik serve` can be started on it.

#[path = "../tests/support/load/mod.rs"]
mod load;
#[path = "load/mod.rs"]
mod shared;
#[path = "stores/mod.rs"]
mod support;

use load::{Batch, rows};
use otklik::domain::clock::Millis;
use otklik::domain::day::{Day, Zone};
use otklik::domain::event::Detail;
use otklik::domain::id::{Seq, UserId};
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::report::Report;
use otklik::report::query::{By, Query};
use otklik::store::{PoolSizes, Store, log, reports};
use serde_json::Value;
use shared::{Marks, Options, plan};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use support::engines::Engine;

const ROUNDS: usize = 7;

#[tokio::main]
async fn main() {
    let options = Options::parse(1_000_000);
    for engine in &options.engines {
        let kept = std::env::var_os("KEEP").map(PathBuf::from);
        let kept = kept.filter(|_| *engine == Engine::Sqlite);
        let folder = kept.clone().unwrap_or_else(support::engines::folder);
        let store = match &kept {
            Some(folder) => open(folder).await,
            None => engine.store(),
        };
        println!("{engine:?}");
        if log::head(&store).await.unwrap() == Seq(0) {
            fill(&store, &folder, &options).await;
        }
        if let Store::Postgres(pool) = &store {
            sqlx::raw_sql("VACUUM ANALYZE").execute(pool).await.unwrap();
        }
        compare(&store, &folder).await;
        store.close().await;
        if kept.is_none() {
            std::fs::remove_dir_all(folder).unwrap();
        }
    }
}

/// The store that stays in `folder`, made when there is none.
async fn open(folder: &Path) -> Store {
    std::fs::create_dir_all(folder).unwrap();
    let url = support::engines::in_file(folder);
    let store = Store::open(&url, PoolSizes::default()).unwrap();
    store.migrate().await.unwrap();
    store
}

/// Loads `store` and writes the same as raw rows into `folder`.
async fn fill(store: &Store, folder: &Path, options: &Options) {
    let mut raw = Raw::create(folder);
    let mut marks = Marks::new();
    let loaded = load::load(
        store,
        plan(options.events),
        options.batch,
        |loaded, batch| {
            marks.note(loaded);
            raw.write(batch);
        },
    )
    .await;
    raw.flush();
    marks.print(&loaded);
}

async fn compare(store: &Store, folder: &Path) {
    let day = |text| Day::parse(text).unwrap();
    let (from, to, now) = (day("2026-08-20"), day("2026-11-18"), day("2026-12-01"));
    let zone = Zone::utc();
    let now = zone.start_of(now);
    let mut duck = Duck::start(folder, zone.start_of(from), zone.start_of(to));
    for (by, query) in [
        (By::Content, "content"),
        (By::Rep, "rep"),
        (By::Rep, "quantiles"),
    ] {
        let asked = Query {
            from,
            to,
            by,
            ..Query::default_for(from)
        };
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let begun = Instant::now();
            let report = reports::click_through(store, &viewer(), &asked, now)
                .await
                .unwrap();
            let own_ms = begun.elapsed().as_secs_f64() * 1e3;
            let (ms, rows) = duck.ask(query);
            // The first round warms both.
            if round == 0 {
                check(query, &report, &rows);
            } else {
                ours.push(own_ms);
                theirs.push(ms);
            }
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "  whole report by {}: {ours:.1} ms; DuckDB {query}: {theirs:.1} ms; ratio {:.2}",
            by.as_str(),
            ours / theirs
        );
    }
}

fn user(no: i64) -> uuid::Uuid {
    uuid::Uuid::parse_str(&rows::id(1, no)).unwrap()
}

fn content(no: i64) -> uuid::Uuid {
    uuid::Uuid::parse_str(&rows::id(5, no)).unwrap()
}

fn viewer() -> Viewer {
    Viewer {
        user: UserId(user(1)),
        role: Role::Admin,
        team: None,
        level: ReportLevel::Full,
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Every row of the anchor is a row of the report, with the same figures.
fn check(query: &str, report: &Report, rows: &[Value]) {
    assert_eq!(report.rows.len(), rows.len(), "{query}");
    for row in rows {
        let number = row[0].as_i64().unwrap();
        let key = if query == "content" {
            content(number)
        } else {
            user(number)
        };
        let ours = report
            .rows
            .iter()
            .find(|own| own.key == key.to_string())
            .unwrap();
        if query == "quantiles" {
            for (own, exact) in [(ours.p50_ms, &row[1]), (ours.p90_ms, &row[2])] {
                let off = own.map_or(0.0, |own| own as f64 / exact.as_f64().unwrap() - 1.0);
                assert!(off.abs() <= 0.01, "rep {number}: {off}");
            }
        } else {
            assert_eq!(
                (ours.of, ours.n),
                (row[1].as_i64().unwrap(), row[2].as_i64().unwrap()),
                "{query} {number}"
            );
        }
    }
}

/// The raw rows as CSV.
struct Raw {
    deliveries: BufWriter<File>,
    links: BufWriter<File>,
    events: BufWriter<File>,
    revisions: BufWriter<File>,
    seq: i64,
}

impl Raw {
    fn create(folder: &Path) -> Self {
        let file = |name: &str| BufWriter::new(File::create(folder.join(name)).unwrap());
        Self {
            deliveries: file("deliveries.csv"),
            links: file("links.csv"),
            events: file("events.csv"),
            revisions: file("revisions.csv"),
            seq: 0,
        }
    }

    fn write(&mut self, batch: &Batch) {
        for sending in &batch.sendings {
            writeln!(
                self.deliveries,
                "{},{},{},{}",
                sending.no, sending.rep, sending.at.0, sending.tracks_clicks
            )
            .unwrap();
            for (no, role, content, _) in &sending.links {
                let content = content.map_or_else(String::new, |no| no.to_string());
                writeln!(self.links, "{},{no},{role},{content}", sending.no).unwrap();
            }
        }
        for event in &batch.events {
            self.seq += 1;
            let (link, verdict) = match &event.detail {
                Detail::Hit {
                    link_no, judgement, ..
                } => (link_no.to_string(), judgement.verdict.code().to_string()),
                _ => (String::new(), String::new()),
            };
            let delivery = event.delivery.unwrap();
            writeln!(
                self.events,
                "{},{},{},{delivery},{link},{verdict}",
                self.seq,
                event.at.0,
                event.kind.code()
            )
            .unwrap();
        }
        for (hit, _, _, verdict) in &batch.revisions {
            writeln!(self.revisions, "{hit},{verdict}").unwrap();
        }
    }

    fn flush(&mut self) {
        for file in [
            &mut self.deliveries,
            &mut self.links,
            &mut self.events,
            &mut self.revisions,
        ] {
            file.flush().unwrap();
        }
    }
}

/// A DuckDB process that answers one query at a time and times itself.
struct Duck {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Duck {
    fn start(folder: &Path, begin: Millis, end: Millis) -> Self {
        let benches = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
        let made = Command::new("bash")
            .arg(benches.join("duckdb.sh"))
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let python = String::from_utf8(made.stdout).unwrap();
        let mut child = Command::new(python.trim())
            .arg(benches.join("duckdb_reports.py"))
            .arg(folder)
            .args([begin.0.to_string(), end.0.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut duck = Self { child, answers };
        assert_eq!(duck.line().trim(), "ready");
        duck
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line
    }

    fn ask(&mut self, query: &str) -> (f64, Vec<Value>) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{query}").unwrap();
        let answer: Value = serde_json::from_str(&self.line()).unwrap();
        (
            answer["ms"].as_f64().unwrap(),
            answer["rows"].as_array().unwrap().clone(),
        )
    }
}

impl Drop for Duck {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
