//! What judging adds to a hit, in nanoseconds: finding its network among 500,000 ranges, and judging
//! it by itself and with its neighbours. The median of several rounds; nothing is asserted.
//!
//! `cargo bench --bench judge`

use otklik::classify::judge;
use otklik::sample::measure::{judged, told};
use otklik::sample::{Cast, histories};
use otklik::track::catalogue::{Catalogue, SHIPPED};
use std::fmt::Write as _;
use std::hint::black_box;
use std::net::IpAddr;
use std::time::Instant;

const RANGES: u32 = 500_000;
const HISTORIES: u32 = 20_000;
const ROUNDS: usize = 7;

fn main() {
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
