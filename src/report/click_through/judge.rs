//! Which content works, said once all rows are looked at: corrected for the number of rows shown.

use super::MIN_COVERAGE;
use crate::domain::stats::{holm, wilson};
use crate::report::counted::SURELY;
use crate::report::{ContentVerdict, Row};

/// Mature exposures to distinct contacts without one human click, after which an asset is quiet.
const QUIET_AFTER: f64 = 60.0;

/// Gives each asset its verdict, corrected for all assets shown; gives the floor, if there is one.
pub(super) fn content(rows: &mut [Row], set: Option<f64>) -> Option<f64> {
    let (n, of) = rows
        .iter()
        .fold((0, 0), |(n, of), row| (n + row.n, of + row.of));
    let pooled = (of > 0).then(|| n as f64 / of as f64);
    let floor = set
        .or(pooled.map(|rate| rate / 2.0))
        .filter(|floor| *floor > 0.0);
    let p_values: Vec<f64> = rows
        .iter()
        .map(|row| match (row.rate, floor) {
            (Some(rate), Some(floor)) => wilson::p_value(rate, row.n_eff as f64, floor),
            _ => 1.0,
        })
        .collect();
    for (row, p) in rows.iter_mut().zip(holm::adjust(&p_values)) {
        row.verdict = Some(content_verdict(row, p, floor));
    }
    floor
}

fn content_verdict(row: &Row, p: f64, floor: Option<f64>) -> ContentVerdict {
    let comparable = row
        .coverage
        .is_some_and(|coverage| coverage >= MIN_COVERAGE);
    if comparable && row.n == 0 && row.n_eff as f64 >= QUIET_AFTER {
        return ContentVerdict::Quiet;
    }
    match (row.rate, floor) {
        (Some(rate), Some(floor)) if row.withheld_reason.is_none() && p < SURELY => {
            if rate > floor {
                ContentVerdict::Works
            } else {
                ContentVerdict::Quiet
            }
        }
        _ => ContentVerdict::TooEarly,
    }
}
