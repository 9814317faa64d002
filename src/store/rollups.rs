//! Writes what a batch changes in the metric store. Keys go in sorted, so that neighbouring rows
//! are touched together and both engines take them in the same order.

use super::columns::{Column, execute, rows};
use super::tables::Tables;
use super::{Result, StoreError, Tx};
use crate::domain::stats::bins::Bin;
use crate::domain::stats::sketch::Sketch;
use crate::metrics::Cell;
use crate::metrics::click_through::{Change, Counts};
use std::collections::HashMap;

/// Adds `change` to the rows of `tables`; rows that come to nothing are deleted.
pub(super) async fn write(tx: &mut Tx, tables: &Tables, change: &Change) -> Result<()> {
    write_counts(tx, tables, change).await?;
    write_waits(tx, tables, change).await
}

async fn write_counts(tx: &mut Tx, tables: &Tables, change: &Change) -> Result<()> {
    let mut counts: Vec<(&Cell, &Counts)> = change
        .counts
        .iter()
        .filter(|(cell, counts)| {
            **counts != Counts::default() || change.contacts.contains_key(*cell)
        })
        .collect();
    if counts.is_empty() {
        return Ok(());
    }
    counts.sort_unstable_by_key(|(cell, _)| **cell);
    let number = |of: fn(&Counts) -> i64| integers(counts.iter().map(|(_, n)| of(n)));
    let mut added = keys(counts.iter().map(|(cell, _)| *cell));
    added.extend([
        number(|n| n.sent)?,
        number(|n| n.measurable)?,
        number(|n| n.human)?,
        number(|n| n.machine)?,
        number(|n| n.raw)?,
    ]);
    let contacts = |cell| change.contacts.get(cell).map(Sketch::to_bytes);
    added.push(Column::Bytes(
        counts
            .iter()
            .map(|(cell, _)| contacts(*cell).unwrap_or_default())
            .collect(),
    ));
    let held = rows::<Held>(tx, &tables.add_counts, added).await?;
    merge_contacts(tx, tables, change, held).await?;
    // Only a row that lost a delivery, or had nothing to gain, can have come to nothing.
    counts.retain(|(_, n)| n.sent < 0 || **n == Counts::default());
    if !counts.is_empty() {
        let lowered = keys(counts.iter().map(|(cell, _)| *cell));
        execute(tx, &tables.drop_empty_counts, lowered).await?;
    }
    Ok(())
}

/// A row as it stands after counts were added: its key, and the contacts it held before, or holds
/// now if it is new.
type Held = (i16, i16, i32, i32, i64, Vec<u8>);

/// Grain, dimension, day, rep and the dimension's id.
type Key = (i16, i16, i32, i32, i64);

/// Adds contacts to rows that were there before and lack them.
async fn merge_contacts(
    tx: &mut Tx,
    tables: &Tables,
    change: &Change,
    held: Vec<Held>,
) -> Result<()> {
    let corrupt = || StoreError::Corrupt("a sketch of contacts".to_owned());
    let mut by_key: HashMap<Key, (&Cell, &Sketch)> = change
        .contacts
        .iter()
        .map(|(cell, sketch)| (key(cell), (cell, sketch)))
        .collect();
    let mut merged: Vec<(&Cell, Sketch)> = Vec::new();
    for (grain, dim, day, rep, dim_id, bytes) in held {
        let Some((cell, added)) = by_key.remove(&(grain, dim, day, rep, dim_id)) else {
            continue;
        };
        let before = Sketch::from_bytes(&bytes).ok_or_else(corrupt)?;
        let mut after = before.clone();
        after.merge(added);
        if after != before {
            merged.push((cell, after));
        }
    }
    if merged.is_empty() {
        return Ok(());
    }
    merged.sort_unstable_by_key(|(cell, _)| **cell);
    let mut saved = keys(merged.iter().map(|(cell, _)| *cell));
    saved.push(Column::Bytes(
        merged.iter().map(|(_, sketch)| sketch.to_bytes()).collect(),
    ));
    execute(tx, &tables.save_contacts, saved).await?;
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
    let mut added = bins(&waits);
    added.push(integers(waits.iter().map(|(_, _, n)| *n))?);
    execute(tx, &tables.add_waits, added).await?;
    waits.retain(|(_, _, n)| *n < 0);
    if !waits.is_empty() {
        execute(tx, &tables.drop_empty_waits, bins(&waits)).await?;
    }
    Ok(())
}

/// The key of a cell, as the store has it.
const fn key(cell: &Cell) -> Key {
    let (grain, dim) = (cell.grain.code(), cell.dim.code());
    (grain, dim, cell.day.0, cell.rep as i32, cell.dim_id)
}

/// The keys of cells, by column.
fn keys<'a>(cells: impl Iterator<Item = &'a Cell> + Clone) -> Vec<Column> {
    let small = |of: fn(&Cell) -> i16| Column::Small(cells.clone().map(of).collect());
    vec![
        small(|cell| cell.grain.code()),
        small(|cell| cell.dim.code()),
        Column::Integer(cells.clone().map(|cell| cell.day.0).collect()),
        Column::Integer(cells.clone().map(|cell| cell.rep as i32).collect()),
        Column::Big(cells.map(|cell| cell.dim_id).collect()),
    ]
}

/// The key of a wait: its cell and its bin.
fn bins(waits: &[(&Cell, &Bin, i64)]) -> Vec<Column> {
    let mut columns = keys(waits.iter().map(|(cell, _, _)| *cell));
    columns.push(Column::Small(
        waits.iter().map(|(_, bin, _)| bin.0).collect(),
    ));
    columns
}

/// A column of what one batch adds.
fn integers(numbers: impl Iterator<Item = i64>) -> Result<Column> {
    let numbers: std::result::Result<Vec<i32>, _> = numbers.map(i32::try_from).collect();
    let numbers = numbers.map_err(|_| StoreError::Corrupt("a count of one batch".to_owned()))?;
    Ok(Column::Integer(numbers))
}
