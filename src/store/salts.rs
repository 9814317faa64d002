//! What client addresses are hashed with: a random salt for each UTC day, kept for some days and
//! then deleted. After that nobody can make the hashes of that day again, neither from a copy of
//! the database nor with the key ring, so they no longer lead to an address.
//!
//! SQLite overwrites what it deletes (`secure_delete`); PostgreSQL hides it at once and reuses the
//! space when it vacuums the table.

use super::sql::{execute, maybe, one, statements};
use super::{Result, StoreError, Tx};

statements! {
    OF_DAY = "SELECT salt FROM client_salts WHERE day = $1";
    ADD = "INSERT INTO client_salts (day, salt) VALUES ($1, $2)
        ON CONFLICT (day) DO NOTHING";
    DROP_BEFORE = "DELETE FROM client_salts WHERE day < $1";
}

/// The salt of `day` (UTC, counted since 1970), which becomes `fresh` when it has none yet. Of
/// two that give it one at once the first wins, and both go on with that one.
pub async fn of_day(tx: &mut Tx, day: i64, fresh: [u8; 32]) -> Result<[u8; 32]> {
    if let Some((salt,)) = maybe!(&mut *tx, OF_DAY, (Vec<u8>,); day)? {
        let salt = salt.as_slice().try_into();
        return salt.map_err(|_| StoreError::Corrupt(format!("client salt of day {day}")));
    }
    execute!(&mut *tx, ADD; day, fresh.as_slice())?;
    let (salt,) = one!(tx, OF_DAY, (Vec<u8>,); day)?;
    let salt = salt.as_slice().try_into();
    salt.map_err(|_| StoreError::Corrupt(format!("client salt of day {day}")))
}

/// Deletes the salts of days before `day`.
pub async fn drop_before(tx: &mut Tx, day: i64) -> Result<u64> {
    execute!(tx, DROP_BEFORE; day)
}
