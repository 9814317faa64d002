//! Tallies out of the metric store: counts, waits and contacts of a slice, told apart by
//! dimension, rep or day. Each look takes a list of spans and walks the primary key.

use super::super::sql::{Sql, rows};
use super::super::{Result, StoreError, Tx};
use crate::domain::stats::bins::Bin;
use crate::domain::stats::sketch::Union;
use crate::metrics::click_through::Counts;
use crate::metrics::{ALL_REPS, Dim};
use crate::report::click_through::Tally;
use crate::report::spans::{Span, Standing};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What rows are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// The id of the slice's dimension.
    Dim,
    /// The rep.
    Rep,
    /// The first day of the span.
    Day,
}

/// Which rows are read.
#[derive(Debug, Clone)]
pub(super) struct Slice {
    /// The kind of dimension.
    pub dim: Dim,
    /// One id of it, or `None` for all.
    pub dim_id: Option<i64>,
    /// Ranges of reps' numbers, both ends included; read one after the other and added up.
    pub reps: Vec<(i64, i64)>,
}

impl Slice {
    /// The rows that hold all reps together.
    pub fn of_all_reps(dim: Dim, dim_id: Option<i64>) -> Self {
        Self {
            dim,
            dim_id,
            reps: vec![(ALL_REPS, ALL_REPS)],
        }
    }
}

/// The three statements of one axis. Binds: spans as `[[grain, day, standing], …]`, dimension,
/// first and last rep, first and last id.
struct Looks {
    counts: Sql,
    waits: Sql,
    contacts: Sql,
}

macro_rules! looks {
    ($const:ident, $list:ident, $axis:literal) => {
        const $const: Looks = Looks {
            counts: Sql {
                name: "counts",
                sqlite: concat!("SELECT CAST(s.value ->> 2 AS BIGINT), CAST(r.", $axis, " AS BIGINT),
                        SUM(r.sent), SUM(r.measurable), SUM(r.human), SUM(r.machine), SUM(r.raw)
                    FROM json_each($1) AS s CROSS JOIN click_rollups AS r
                    WHERE r.grain = s.value ->> 0 AND r.dim = $2 AND r.day = s.value ->> 1
                        AND r.rep BETWEEN $3 AND $4 AND r.dim_id BETWEEN $5 AND $6
                    GROUP BY 1, 2"),
                postgres: concat!("SELECT (s ->> 2)::BIGINT, r.", $axis, "::BIGINT,
                        SUM(r.sent), SUM(r.measurable), SUM(r.human), SUM(r.machine), SUM(r.raw)
                    FROM jsonb_array_elements($1::JSONB) AS s
                    JOIN click_rollups AS r
                        ON r.grain = (s ->> 0)::SMALLINT AND r.day = (s ->> 1)::INTEGER
                    WHERE r.dim = $2 AND r.rep BETWEEN $3 AND $4 AND r.dim_id BETWEEN $5 AND $6
                    GROUP BY 1, 2"),
            },
            waits: Sql {
                name: "waits",
                sqlite: concat!("SELECT CAST(r.", $axis, " AS BIGINT), r.bin, SUM(r.n)
                    FROM json_each($1) AS s CROSS JOIN rollup_waits AS r
                    WHERE r.metric = 0 AND r.grain = s.value ->> 0 AND r.dim = $2
                        AND r.day = s.value ->> 1
                        AND r.rep BETWEEN $3 AND $4 AND r.dim_id BETWEEN $5 AND $6
                    GROUP BY 1, 2 ORDER BY 1, 2"),
                postgres: concat!("SELECT r.", $axis, "::BIGINT, r.bin, SUM(r.n)
                    FROM jsonb_array_elements($1::JSONB) AS s
                    JOIN rollup_waits AS r
                        ON r.grain = (s ->> 0)::SMALLINT AND r.day = (s ->> 1)::INTEGER
                    WHERE r.metric = 0 AND r.dim = $2
                        AND r.rep BETWEEN $3 AND $4 AND r.dim_id BETWEEN $5 AND $6
                    GROUP BY 1, 2 ORDER BY 1, 2"),
            },
            // Sketches stand end to end: each is a list of registers, and so is the whole.
            contacts: Sql {
                name: "contacts",
                sqlite: concat!("SELECT CAST(r.", $axis, " AS BIGINT),
                        CAST(group_concat(r.contacts, '') AS BLOB)
                    FROM json_each($1) AS s CROSS JOIN click_rollups AS r
                    WHERE r.grain = s.value ->> 0 AND r.dim = $2
                        AND r.day = s.value ->> 1
                        AND r.rep BETWEEN $3 AND $4 AND r.dim_id BETWEEN $5 AND $6
                    GROUP BY 1"),
                postgres: concat!("SELECT r.", $axis, "::BIGINT, string_agg(r.contacts, ''::BYTEA)
                    FROM jsonb_array_elements($1::JSONB) AS s
                    JOIN click_rollups AS r
                        ON r.grain = (s ->> 0)::SMALLINT AND r.day = (s ->> 1)::INTEGER
                    WHERE r.dim = $2
                        AND r.rep BETWEEN $3 AND $4 AND r.dim_id BETWEEN $5 AND $6
                    GROUP BY 1"),
            },
        };
        const $list: [&Sql; 3] = [&$const.counts, &$const.waits, &$const.contacts];
    };
}

looks!(BY_DIM, BY_DIM_LIST, "dim_id");
looks!(BY_REP, BY_REP_LIST, "rep");
looks!(BY_DAY, BY_DAY_LIST, "day");

/// Every statement of this module.
pub(crate) const STATEMENTS: &[&Sql] = &[
    BY_DIM_LIST[0],
    BY_DIM_LIST[1],
    BY_DIM_LIST[2],
    BY_REP_LIST[0],
    BY_REP_LIST[1],
    BY_REP_LIST[2],
    BY_DAY_LIST[0],
    BY_DAY_LIST[1],
    BY_DAY_LIST[2],
];

const fn looks_by(axis: Axis) -> &'static Looks {
    match axis {
        Axis::Dim => &BY_DIM,
        Axis::Rep => &BY_REP,
        Axis::Day => &BY_DAY,
    }
}

/// Counts, waits and contacts of `slice` over `spans`, by `axis`.
pub(super) async fn tallies(
    tx: &mut Tx,
    axis: Axis,
    slice: &Slice,
    spans: &[Span],
) -> Result<BTreeMap<i64, Tally>> {
    let mut tallies = counts(tx, axis, slice, spans).await?;
    let looks = looks_by(axis);
    let mature: Vec<Span> = spans
        .iter()
        .filter(|span| span.standing == Standing::Mature)
        .copied()
        .collect();
    let (among, ids) = (json(&mature), ids(slice));
    let mut waits: BTreeMap<(i64, Bin), i64> = BTreeMap::new();
    for (first, last) in &slice.reps {
        let found = rows!(&mut *tx, looks.waits, (i64, i16, i64);
            among.as_str(), slice.dim.code(), *first, *last, ids.0, ids.1)?;
        for (key, bin, n) in found {
            *waits.entry((key, Bin(bin))).or_default() += n;
        }
    }
    for ((key, bin), n) in waits {
        tallies.entry(key).or_default().waits.push((bin, n));
    }
    for (key, union) in contacts(tx, axis, slice, &mature).await? {
        tallies.entry(key).or_default().contacts = union.estimate();
    }
    Ok(tallies)
}

/// The distinct contacts of `slice` over `spans`, by `axis`.
pub(super) async fn contacts(
    tx: &mut Tx,
    axis: Axis,
    slice: &Slice,
    spans: &[Span],
) -> Result<BTreeMap<i64, Union>> {
    let mut contacts: BTreeMap<i64, Union> = BTreeMap::new();
    let (spans, ids) = (json(spans), ids(slice));
    for (first, last) in &slice.reps {
        let found = rows!(&mut *tx, looks_by(axis).contacts, (i64, Vec<u8>);
            spans.as_str(), slice.dim.code(), *first, *last, ids.0, ids.1)?;
        for (key, bytes) in found {
            let union = contacts.entry(key).or_default();
            union
                .add(&bytes)
                .ok_or_else(|| StoreError::Corrupt("a sketch of contacts".to_owned()))?;
        }
    }
    Ok(contacts)
}

/// The counts alone.
pub(super) async fn counts(
    tx: &mut Tx,
    axis: Axis,
    slice: &Slice,
    spans: &[Span],
) -> Result<BTreeMap<i64, Tally>> {
    type CountRow = (i64, i64, i64, i64, i64, i64, i64);
    let mut tallies: BTreeMap<i64, Tally> = BTreeMap::new();
    let (spans, ids) = (json(spans), ids(slice));
    for (first, last) in &slice.reps {
        let found = rows!(&mut *tx, looks_by(axis).counts, CountRow;
            spans.as_str(), slice.dim.code(), *first, *last, ids.0, ids.1)?;
        for (standing, key, sent, measurable, human, machine, raw) in found {
            let counts = Counts {
                sent,
                measurable,
                human,
                machine,
                raw,
            };
            let tally = tallies.entry(key).or_default();
            match Standing::from_code(standing) {
                Standing::Mature => tally.mature.add(&counts, 1),
                Standing::Filling => tally.filling.add(&counts, 1),
                Standing::Unmeasured => tally.unmeasured += counts.sent,
            }
        }
    }
    Ok(tallies)
}

pub(super) fn ids(slice: &Slice) -> (i64, i64) {
    slice.dim_id.map_or((i64::MIN, i64::MAX), |id| (id, id))
}

pub(super) fn json(spans: &[Span]) -> String {
    let mut json = String::from("[");
    for span in spans {
        let comma = if json.len() > 1 { "," } else { "" };
        let (grain, standing) = (span.grain.code(), span.standing as i64);
        let _ = write!(json, "{comma}[{grain},{},{standing}]", span.day.0);
    }
    json.push(']');
    json
}
