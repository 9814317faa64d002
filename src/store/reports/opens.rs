//! Opens out of the counts, put beside the tallies of the click-through report.

use super::super::sql::{Sql, rows};
use super::super::{Result, Tx};
use super::read::{self, Axis, Slice};
use crate::metrics::Dim;
use crate::metrics::opens::{Opening, Opens};
use crate::metrics::tally::{Metric, Side};
use crate::report::click_through::Tally;
use crate::report::spans::{Span, Standing};
use std::collections::BTreeMap;

macro_rules! opens {
    ($const:ident, $axis:literal) => {
        /// Binds: spans of days as `[[grain, day, standing], …]`, dimension, first and last rep,
        /// first and last id, the metric.
        const $const: Sql = Sql {
            name: stringify!($const),
            sqlite: concat!(
                "SELECT CAST(r.",
                $axis,
                " AS BIGINT), r.bin, CAST(SUM(r.n) AS BIGINT)
                FROM json_each($1) AS s CROSS JOIN tallies AS r
                WHERE r.metric = $7 AND r.grain = s.value ->> 0 AND r.dim = $2
                    AND r.day = s.value ->> 1
                    AND r.rep BETWEEN $3 AND $4 AND r.dim_id BETWEEN $5 AND $6
                GROUP BY 1, 2"
            ),
            postgres: concat!(
                "SELECT r.",
                $axis,
                "::BIGINT, r.bin, SUM(r.n)::BIGINT
                FROM jsonb_array_elements($1::JSONB) AS s
                JOIN tallies AS r
                    ON r.grain = (s ->> 0)::SMALLINT AND r.day = (s ->> 1)::INTEGER
                WHERE r.metric = $7 AND r.dim = $2
                    AND r.rep BETWEEN $3 AND $4 AND r.dim_id BETWEEN $5 AND $6
                GROUP BY 1, 2"
            ),
        };
    };
}

opens!(BY_DIM, "dim_id");
opens!(BY_REP, "rep");
opens!(BY_DAY, "day");

/// Every statement of this module.
pub(super) const STATEMENTS: &[&Sql] = &[&BY_DIM, &BY_REP, &BY_DAY];

/// What opens are told apart by; an open is of a whole mail, so not by asset or link.
const fn side(dim: Dim) -> Option<Side> {
    match dim {
        Dim::Total => Some(Side::Total),
        Dim::Template => Some(Side::Template),
        Dim::Purpose => Some(Side::Purpose),
        Dim::Gateway => Some(Side::Gateway),
        Dim::Content | Dim::Link | Dim::Mailbox => None,
    }
}

/// Gives each of `tallies`, read for `slice` by `axis`, its opens in the mature ones of `days`.
pub(super) async fn add(
    tx: &mut Tx,
    axis: Axis,
    slice: &Slice,
    days: &[Span],
    tallies: &mut BTreeMap<i64, Tally>,
) -> Result<()> {
    let Some(side) = side(slice.dim) else {
        return Ok(());
    };
    for tally in tallies.values_mut() {
        tally.opens = Some(Opens::default());
    }
    let sql = match axis {
        Axis::Dim => &BY_DIM,
        Axis::Rep => &BY_REP,
        Axis::Day => &BY_DAY,
    };
    let mature: Vec<Span> = days
        .iter()
        .filter(|span| span.standing == Standing::Mature)
        .copied()
        .collect();
    let (days, ids) = (read::json(&mature), read::ids(slice));
    for (first, last) in &slice.reps {
        let found = rows!(&mut *tx, sql, (i64, i16, i64);
            days.as_str(), side.code(), *first, *last, ids.0, ids.1, Metric::Opening.code())?;
        for (key, code, n) in found {
            let opens = tallies.get_mut(&key).and_then(|tally| tally.opens.as_mut());
            if let Some(opens) = opens {
                opens.add_many(Opening::from_code(code), n);
            }
        }
    }
    Ok(())
}
