//! Writes facts of contacts, the projection of waits, and the counts. Keys go in sorted.

use super::super::columns::{Column, execute};
use super::super::{Result, StoreError, Tx};
use super::Contacts;
use super::tables::Tables;
use crate::domain::clock::Millis;
use crate::domain::id::{ContactNo, TouchNo};
use crate::metrics::contact::ContactFacts;
use crate::metrics::episode::{End, Episode};
use crate::metrics::tally::{Change, Key};
use crate::metrics::waits::Wait;

/// Saves the facts.
pub(super) async fn contacts(tx: &mut Tx, tables: &Tables, facts: &Contacts) -> Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    let saved = vec![
        Column::Big(facts.keys().map(|no| no.0).collect()),
        Column::Bytes(facts.values().map(ContactFacts::to_bytes).collect()),
    ];
    execute(tx, &tables.save_contacts, saved).await?;
    Ok(())
}

/// Adds `change` to the counts; rows that come to nothing are deleted.
pub(super) async fn tallies(tx: &mut Tx, tables: &Tables, change: &Change) -> Result<()> {
    let mut added: Vec<(&Key, i64)> = change.rows().collect();
    if added.is_empty() {
        return Ok(());
    }
    let numbers: std::result::Result<Vec<i32>, _> =
        added.iter().map(|(_, n)| i32::try_from(*n)).collect();
    let numbers = numbers.map_err(|_| StoreError::Corrupt("a count of one batch".to_owned()))?;
    let mut columns = keys(&added);
    columns.push(Column::Integer(numbers));
    execute(&mut *tx, &tables.add_tallies, columns).await?;
    added.retain(|(_, n)| *n < 0);
    if !added.is_empty() {
        execute(tx, &tables.drop_empty_tallies, keys(&added)).await?;
    }
    Ok(())
}

/// Metric, grain, dimension, day, rep, the dimension's id, shift and bin.
fn keys(rows: &[(&Key, i64)]) -> Vec<Column> {
    let keys = || rows.iter().map(|(key, _)| *key);
    let small = |of: fn(&Key) -> i16| Column::Small(keys().map(of).collect());
    vec![
        small(|key| key.metric.code()),
        small(|key| key.grain.code()),
        small(|key| key.side.code()),
        Column::Integer(keys().map(|key| key.day.0).collect()),
        Column::Integer(keys().map(|key| key.rep as i32).collect()),
        Column::Big(keys().map(|key| key.side_id).collect()),
        small(|key| key.shift),
        small(|key| key.bin),
    ]
}

/// Waits that changed, gone and new.
#[derive(Debug, Default)]
pub(super) struct Episodes {
    gone: Vec<TouchNo>,
    saved: Vec<(ContactNo, Wait)>,
}

impl Episodes {
    /// Notes that a contact's waits went from `before` to `after`.
    pub(super) fn note(&mut self, contact: ContactNo, before: &[Wait], after: &[Wait]) {
        let changed = |one: &Wait, others: &[Wait]| !others.contains(one);
        let gone = before.iter().filter(|wait| changed(wait, after));
        self.gone.extend(gone.map(|wait| wait.episode.opening));
        let saved = after.iter().filter(|wait| changed(wait, before));
        self.saved.extend(saved.map(|wait| (contact, wait.clone())));
    }

    /// Writes them.
    pub(super) async fn write(self, tx: &mut Tx, tables: &Tables) -> Result<()> {
        if !self.gone.is_empty() {
            let gone = Column::Big(self.gone.iter().map(|no| no.0).collect());
            execute(&mut *tx, &tables.drop_episodes, vec![gone]).await?;
        }
        if !self.saved.is_empty() {
            execute(tx, &tables.save_episodes, columns(&self.saved)).await?;
        }
        Ok(())
    }
}

/// How a wait ended: the code of its state, who answered, told late, told by a person.
const fn ended(end: End) -> (i16, Option<i64>, bool, bool) {
    match end {
        End::Open => (0, None, false, false),
        End::Answered {
            by: Some(by),
            late,
            self_reported,
            ..
        } => (1, Some(by.0), late, self_reported),
        End::Answered {
            late,
            self_reported,
            ..
        } => (1, None, late, self_reported),
        End::Dismissed(_) => (2, None, false, false),
        End::Erased(_) => (3, None, false, false),
    }
}

/// The columns of a row for each wait.
fn columns(waits: &[(ContactNo, Wait)]) -> Vec<Column> {
    let ends = || waits.iter().map(|(_, wait)| ended(wait.episode.end));
    let big = |of: fn(&Episode) -> i64| {
        Column::Big(waits.iter().map(|(_, wait)| of(&wait.episode)).collect())
    };
    let maybe = |of: fn(&Wait) -> Option<i64>| {
        Column::MaybeBig(waits.iter().map(|(_, wait)| of(wait)).collect())
    };
    let channels = waits.iter().map(|(_, wait)| wait.episode.channel.code());
    vec![
        big(|episode| episode.opening.0),
        Column::Big(waits.iter().map(|(contact, _)| contact.0).collect()),
        Column::Small(ends().map(|(state, ..)| state).collect()),
        big(|episode| episode.opened_at.0),
        Column::Integer(waits.iter().map(|(_, wait)| wait.day.0).collect()),
        Column::Small(channels.collect()),
        maybe(|wait| wait.episode.owner.map(|no| no.0)),
        maybe(|wait| wait.episode.thread.map(|no| no.0)),
        big(|episode| episode.inbounds),
        Column::Truth(waits.iter().map(|(_, wait)| wait.in_hours).collect()),
        maybe(|wait| wait.episode.attempted_at.map(|Millis(at)| at)),
        maybe(|wait| wait.closed_at().map(|Millis(at)| at)),
        Column::MaybeBig(ends().map(|(_, by, ..)| by).collect()),
        maybe(|wait| wait.business_ms),
        Column::Truth(ends().map(|(_, _, late, _)| late).collect()),
        Column::Truth(ends().map(|(.., self_reported)| self_reported).collect()),
    ]
}
