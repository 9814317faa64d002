//! The organisation's time zone: cohort days are frozen in it, reports are asked in it.

use super::sql::{maybe, statements};
use super::{Result, Store, StoreError, Tx};
use crate::domain::day::Zone;

statements! {
    ZONE = "SELECT value FROM settings WHERE name = 'zone'";
}

/// The zone, UTC when none was set.
pub async fn of(store: &Store) -> Result<Zone> {
    parse(maybe!(store, ZONE, (String,))?)
}

/// As [`of`], inside a transaction.
pub(super) async fn in_tx(tx: &mut Tx) -> Result<Zone> {
    parse(maybe!(tx, ZONE, (String,))?)
}

fn parse(stored: Option<(String,)>) -> Result<Zone> {
    let Some((name,)) = stored else {
        return Ok(Zone::utc());
    };
    Zone::parse(&name).ok_or_else(|| StoreError::Corrupt(format!("there is no zone {name}")))
}
