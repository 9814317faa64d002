//! Writes what a batch changes in the metric store. Keys go in sorted, so that neighbouring rows
//! are touched together and both engines take them in the same order.

use super::facts::hex;
use super::sql::{execute, rows};
use super::tables::Tables;
use super::{Result, StoreError, Tx};
use crate::domain::stats::bins::Bin;
use crate::domain::stats::sketch::Sketch;
use crate::metrics::Cell;
use crate::metrics::click_through::{Change, Counts};
use std::fmt::Write as _;

/// Adds `change` to the rows of `tables`; rows that come to nothing are deleted.
pub(super) async fn write(tx: &mut Tx, tables: &Tables, change: &Change) -> Result<()> {
    write_counts(tx, tables, change).await?;
    write_waits(tx, tables, change).await?;
    write_contacts(tx, tables, change).await
}

async fn write_counts(tx: &mut Tx, tables: &Tables, change: &Change) -> Result<()> {
    let mut counts: Vec<(&Cell, &Counts)> = change
        .counts
        .iter()
        .filter(|(_, counts)| **counts != Counts::default())
        .collect();
    if counts.is_empty() {
        return Ok(());
    }
    counts.sort_unstable_by_key(|(cell, _)| **cell);
    let added = array(&counts, |json, (cell, n)| {
        key(json, cell);
        let _ = write!(
            json,
            ",{},{},{},{},{}",
            n.sent, n.measurable, n.human, n.machine, n.raw
        );
    });
    execute!(&mut *tx, tables.add_counts; added)?;
    // Only a row that lost a delivery can have come to nothing.
    counts.retain(|(_, n)| n.sent < 0);
    if !counts.is_empty() {
        let lowered = array(&counts, |json, (cell, _)| key(json, cell));
        execute!(tx, tables.drop_empty_counts; lowered)?;
    }
    Ok(())
}

async fn write_waits(tx: &mut Tx, tables: &Tables, change: &Change) -> Result<()> {
    let mut waits: Vec<(&Cell, &Bin, i64)> = change
        .waits
        .iter()
        .filter(|(_, n)| **n != 0)
        .map(|((cell, bin), n)| (cell, bin, *n))
        .collect();
    if waits.is_empty() {
        return Ok(());
    }
    waits.sort_unstable();
    let added = array(&waits, |json, (cell, bin, n)| {
        key(json, cell);
        let _ = write!(json, ",{},{n}", bin.0);
    });
    execute!(&mut *tx, tables.add_waits; added)?;
    waits.retain(|(_, _, n)| *n < 0);
    if !waits.is_empty() {
        let lowered = array(&waits, |json, (cell, bin, _)| {
            key(json, cell);
            let _ = write!(json, ",{}", bin.0);
        });
        execute!(tx, tables.drop_empty_waits; lowered)?;
    }
    Ok(())
}

async fn write_contacts(tx: &mut Tx, tables: &Tables, change: &Change) -> Result<()> {
    if change.contacts.is_empty() {
        return Ok(());
    }
    let mut cells: Vec<(&Cell, Sketch)> = change
        .contacts
        .iter()
        .map(|(cell, sketch)| (cell, sketch.clone()))
        .collect();
    cells.sort_unstable_by_key(|(cell, _)| **cell);
    let keys = array(&cells, |json, (cell, _)| key(json, cell));
    let mut same = vec![false; cells.len()];
    for (place, bytes) in rows!(&mut *tx, tables.load_sketches, (i64, Vec<u8>); keys)? {
        let corrupt = || StoreError::Corrupt("a sketch of contacts".to_owned());
        let held = Sketch::from_bytes(&bytes).ok_or_else(corrupt)?;
        let place = usize::try_from(place).map_err(|_| corrupt())?;
        let (_, sketch) = cells.get_mut(place).ok_or_else(corrupt)?;
        sketch.merge(&held);
        same[place] = *sketch == held;
    }
    let mut changed = same.into_iter().map(|same| !same);
    cells.retain(|_| changed.next().unwrap_or(true));
    if !cells.is_empty() {
        let saved = array(&cells, |json, (cell, sketch)| {
            key(json, cell);
            json.push_str(",\"");
            hex(json, &sketch.to_bytes());
            json.push('"');
        });
        execute!(tx, tables.save_sketches; saved)?;
    }
    Ok(())
}

fn key(json: &mut String, cell: &Cell) {
    let _ = write!(
        json,
        "{},{},{},{},{}",
        cell.grain.code(),
        cell.dim.code(),
        cell.day.0,
        cell.rep,
        cell.dim_id
    );
}

/// A JSON array of one array for each item.
fn array<T>(items: &[T], mut write: impl FnMut(&mut String, &T)) -> String {
    let mut json = String::with_capacity(items.len() * 40);
    for item in items {
        json.push_str(if json.is_empty() { "[[" } else { ",[" });
        write(&mut json, item);
        json.push(']');
    }
    json.push(']');
    json
}
