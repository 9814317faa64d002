//! What the benchmarks of the metric store share: options and the plan.

use crate::load::Plan;
use crate::support::engines::Engine;
use otklik::domain::clock::Millis;

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
