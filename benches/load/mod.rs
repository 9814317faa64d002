//! What the benchmarks of the metric store share: options and the plan.

use crate::load::{Loaded, Plan};
use crate::support::engines::Engine;
use otklik::domain::clock::Millis;
use std::time::Duration;

/// Events at each end between which growth is measured.
const WINDOW: i64 = 100_000;

/// What was asked for on the command line.
pub struct Options {
    pub events: i64,
    pub batch: usize,
    pub engines: Vec<Engine>,
}

impl Options {
    /// Reads `--events N --batch N --engine sqlite|postgres`; cargo's own `--bench` is passed over.
    pub fn parse(events: i64) -> Self {
        let mut options = Self {
            events,
            batch: 4_096,
            engines: Engine::BOTH.to_vec(),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            if name == "--bench" {
                continue;
            }
            let value = arguments.next().expect("each option has a value");
            match (name.as_str(), value.as_str()) {
                ("--events", n) => options.events = n.parse().expect("a number of events"),
                ("--batch", n) => options.batch = n.parse().expect("a number of events"),
                ("--engine", "sqlite") => options.engines = vec![Engine::Sqlite],
                ("--engine", "postgres") => options.engines = vec![Engine::Postgres],
                _ => panic!("unknown option {name} {value}"),
            }
        }
        options
    }
}

/// About `events` events over the year 2026: 200 reps, 400 contents.
pub fn plan(events: i64) -> Plan {
    let deliveries = (events * 100 / 361).max(20);
    Plan {
        seed: 7,
        deliveries,
        reps: 200,
        contents: 400,
        templates: 60,
        contacts: (deliveries / 8).max(10),
        days: 365,
        start: Millis::parse_rfc3339("2026-01-01T00:00:00Z").unwrap(),
    }
}

/// How many events had been appended, and in what time, at the end of each window.
pub struct Marks(Vec<(i64, Duration)>);

impl Marks {
    /// At the beginning of a load.
    pub fn new() -> Self {
        Self(vec![(0, Duration::ZERO)])
    }

    /// After a batch.
    pub fn note(&mut self, loaded: &Loaded) {
        if loaded.events - self.0[self.0.len() - 1].0 >= WINDOW {
            self.0.push((loaded.events, loaded.appending));
        }
    }

    /// Prints the rate of the whole, and what an event of the last window costs against one of the
    /// second.
    pub fn print(&self, loaded: &Loaded) {
        let rate = |from: (i64, Duration), to: (i64, Duration)| {
            (to.0 - from.0) as f64 / to.1.saturating_sub(from.1).as_secs_f64()
        };
        let whole = rate((0, Duration::ZERO), (loaded.events, loaded.appending));
        println!(
            "  {} events, {} deliveries; append + fold + commit: {whole:.0} events/s",
            loaded.events, loaded.deliveries
        );
        let marks = &self.0;
        if let [_, first, second, .., before, last] = marks[..] {
            let (early, late) = (rate(first, second), rate(before, last));
            println!(
                "  second {WINDOW}: {early:.0}/s, last: {late:.0}/s; cost of the last ÷ the second: {:.2}",
                early / late
            );
        }
    }
}
