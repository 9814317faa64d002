//! What judging adds to a hit, in nanoseconds: finding its network among 500,000 ranges, and judging
//! it by itself and with its neighbours, the median of several rounds; and how many hits a second
//! `rejudge` gets through in a year's ledger, with every verdict to be changed and with none.
//! Nothing is asserted.
//!
//! `cargo bench --bench judge -- --events 1000000 [--engine sqlite|postgres]`

#[path = "../tests/support/load/mod.rs"]
mod load;
#[path = "load/mod.rs"]
mod shared;
#[path = "stores/mod.rs"]
mod support;

use otklik::classify::judge;
use otklik::domain::clock::Clock;
use otklik::domain::event::EventKind;
use otklik::sample::measure::{judged, told};
use otklik::sample::{Cast, histories};
use otklik::store::Store;
use otklik::store::rebuild::Next;
use otklik::store::verdicts::history::{Begin, rejudge_all};
use otklik::track::catalogue::{Catalogue, SHIPPED};
use shared::{Marks, Options, plan};
use std::fmt::Write as _;
use std::hint::black_box;
use std::net::IpAddr;
use std::time::Instant;

const RANGES: u32 = 500_000;
const HISTORIES: u32 = 20_000;
const ROUNDS: usize = 7;

#[tokio::main]
async fn main() {
    one_by_one();
    let options = Options::parse(1_000_000);
    for engine in &options.engines {
        let store = engine.store();
        let mut hits = 0_u64;
        let mut marks = Marks::new();
        let loaded = load::load(
            &store,
            plan(options.events),
            options.batch,
            |loaded, batch| {
                marks.note(loaded);
                let events = batch.events.iter();
                let of_hits =
                    events.filter(|it| matches!(it.kind, EventKind::Opened | EventKind::Clicked));
                hits += of_hits.count() as u64;
            },
        )
        .await;
        if let Store::Postgres(pool) = &store {
            sqlx::raw_sql("VACUUM ANALYZE").execute(pool).await.unwrap();
        }
        println!("{engine:?}: {hits} hits");
        marks.print(&loaded);
        // The drawn verdicts are none that the rules would give; after the first run all are.
        for run in ["first", "second"] {
            rejudge(&store, run, hits).await;
        }
    }
}

async fn rejudge(store: &Store, run: &str, hits: u64) {
    let began = Instant::now();
    let mut changed = 0_u64;
    rejudge_all(
        store,
        &Clock::System,
        Begin::AtTheBeginning,
        |_, changes| {
            changed += changes.len() as u64;
            Next::Continue
        },
    )
    .await
    .unwrap();
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "  {run} run: {changed} verdicts changed, {seconds:.1} s, {:.0} hits/s",
        hits as f64 / seconds
    );
}

fn one_by_one() {
    let text = ranges();
    let began = Instant::now();
    let files = SHIPPED.into_iter().chain([("own.tsv", text.as_str())]);
    let catalogue = Catalogue::parse(files).expect("every line is sound");
    println!(
        "catalogue: {} ranges, read in {} ms",
        catalogue.len(),
        began.elapsed().as_millis()
    );
    let histories = histories(1, HISTORIES, Cast::Known);
    let addresses: Vec<IpAddr> = histories
        .iter()
        .flat_map(|history| &history.requests)
        .filter_map(|request| request.record.client)
        .collect();
    let told = told(&histories, &catalogue);
    let hits: usize = told.iter().map(|one| one.hits.len()).sum();
    println!("{hits} hits on {HISTORIES} mails");

    let find = median(addresses.len(), || {
        for address in &addresses {
            black_box(catalogue.find(*address));
        }
    });
    let alone = median(hits, || {
        for hit in told.iter().flat_map(|one| &one.hits) {
            black_box(judge(hit.kind, &hit.facts));
        }
    });
    let group = median(hits, || {
        black_box(judged(&histories, &told));
    });
    println!("find its network    {find:>6.0} ns a hit");
    println!("judge by itself     {alone:>6.0} ns a hit");
    println!("judge its neighbours {group:>5.0} ns a hit, fan-out counted");
    println!("together            {:>6.0} ns a hit", find + alone + group);
}

/// As many networks of an operator's own as a full list of clouds and scanners would have.
fn ranges() -> String {
    let mut text = String::new();
    for number in 0..RANGES {
        let [_, b, c, d] = (number << 5).to_be_bytes();
        let scope = if number % 3 == 0 { "all" } else { "clicks" };
        let first = 100 + (number % 3) as u8;
        writeln!(
            text,
            "{first}.{b}.{c}.{d}/27\t{scope}\tprobable\tOwn {}\tbench\t2026-11-24",
            number % 50
        )
        .expect("a string takes all");
    }
    text
}

fn median(per_round: usize, mut round: impl FnMut()) -> f64 {
    round();
    let mut found: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            round();
            began.elapsed().as_nanos() as f64 / per_round as f64
        })
        .collect();
    found.sort_by(f64::total_cmp);
    found[ROUNDS / 2]
}
