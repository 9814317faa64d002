//! Writes facts of contacts, the projection of waits, and the counts. Keys go in sorted.

use super::super::sql::execute;
use super::super::{Result, Tx};
use super::Contacts;
use super::tables::Tables;
use crate::domain::clock::Millis;
use crate::domain::id::{ContactNo, TouchNo, UserNo};
use crate::metrics::episode::End;
use crate::metrics::tally::{Change, Key};
use crate::metrics::waits::Wait;
use std::fmt::Write as _;

/// Saves the facts.
pub(super) async fn contacts(tx: &mut Tx, tables: &Tables, facts: &Contacts) -> Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    let mut json = String::from("[");
    for (no, facts) in facts {
        let comma = if json.len() > 1 { "," } else { "" };
        let _ = write!(json, "{comma}[{no},\"");
        hex(&mut json, &facts.to_bytes());
        json.push_str("\"]");
    }
    json.push(']');
    execute!(tx, tables.save_contacts; json)?;
    Ok(())
}

/// Adds `change` to the counts; rows that come to nothing are deleted.
pub(super) async fn tallies(tx: &mut Tx, tables: &Tables, change: &Change) -> Result<()> {
    let (mut added, mut lowered) = (String::from("["), String::from("["));
    for (key, n) in change.rows() {
        put(&mut added, key, Some(n));
        if n < 0 {
            put(&mut lowered, key, None);
        }
    }
    if added.len() > 1 {
        added.push(']');
        execute!(&mut *tx, tables.add_tallies; added)?;
    }
    if lowered.len() > 1 {
        lowered.push(']');
        execute!(tx, tables.drop_empty_tallies; lowered)?;
    }
    Ok(())
}

fn put(json: &mut String, key: &Key, n: Option<i64>) {
    let comma = if json.len() > 1 { "," } else { "" };
    let _ = write!(
        json,
        "{comma}[{},{},{},{},{},{},{}",
        key.metric.code(),
        key.side.code(),
        key.day.0,
        key.rep,
        key.side_id,
        key.shift,
        key.bin
    );
    if let Some(n) = n {
        let _ = write!(json, ",{n}");
    }
    json.push(']');
}

/// Waits that changed, gone and new.
#[derive(Debug, Default)]
pub(super) struct Episodes {
    gone: Vec<TouchNo>,
    saved: String,
}

impl Episodes {
    /// Notes that a contact's waits went from `before` to `after`.
    pub(super) fn note(&mut self, contact: ContactNo, before: &[Wait], after: &[Wait]) {
        let changed = |one: &Wait, others: &[Wait]| !others.contains(one);
        let gone = before.iter().filter(|wait| changed(wait, after));
        self.gone.extend(gone.map(|wait| wait.episode.opening));
        for wait in after.iter().filter(|wait| changed(wait, before)) {
            self.save(contact, wait);
        }
    }

    fn save(&mut self, contact: ContactNo, wait: &Wait) {
        let episode = &wait.episode;
        let (state, by, late, self_reported) = match episode.end {
            End::Open => (0, None, false, false),
            End::Answered {
                by,
                late,
                self_reported,
                ..
            } => (1, by, late, self_reported),
            End::Dismissed(_) => (2, None, false, false),
            End::Erased(_) => (3, None, false, false),
        };
        let comma = if self.saved.is_empty() { "[" } else { "," };
        let _ = write!(
            self.saved,
            "{comma}[{},{contact},{state},{},{},{},{},{},{},{},{},{},{},{},{},{}]",
            episode.opening,
            episode.opened_at.0,
            wait.day.0,
            episode.channel.code(),
            number(episode.owner.map(|no| no.0)),
            number(episode.thread.map(|no| no.0)),
            episode.inbounds,
            u8::from(wait.in_hours),
            number(episode.attempted_at.map(|Millis(at)| at)),
            number(wait.closed_at().map(|Millis(at)| at)),
            number(by.map(|UserNo(no)| no)),
            number(wait.business_ms),
            u8::from(late),
            u8::from(self_reported),
        );
    }

    /// Writes them.
    pub(super) async fn write(mut self, tx: &mut Tx, tables: &Tables) -> Result<()> {
        if !self.gone.is_empty() {
            execute!(&mut *tx, tables.drop_episodes; array(self.gone.iter()))?;
        }
        if !self.saved.is_empty() {
            self.saved.push(']');
            execute!(tx, tables.save_episodes; self.saved)?;
        }
        Ok(())
    }
}

fn number(n: Option<i64>) -> String {
    n.map_or_else(|| "null".to_owned(), |n| n.to_string())
}

/// Numbers as a JSON array.
pub(super) fn array(numbers: impl Iterator<Item = impl std::fmt::Display>) -> String {
    let mut json = String::from("[");
    for number in numbers {
        let comma = if json.len() > 1 { "," } else { "" };
        let _ = write!(json, "{comma}{number}");
    }
    json.push(']');
    json
}

/// Appends `bytes` in hexadecimal.
fn hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}
