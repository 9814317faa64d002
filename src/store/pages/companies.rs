//! A company by the name somebody typed.

use crate::domain::clock::Millis;
use crate::domain::id::AccountId;
use crate::store::accounts::{self, Account};
use crate::store::search::pattern;
use crate::store::sql::{maybe, statements};
use crate::store::{Result, Tx};

statements! {
    /// Found in it, and as long: the same but for the case of its letters.
    BY_NAME = "SELECT id FROM accounts WHERE length(name) = $1 AND name" found "$2" " ORDER BY id LIMIT 1";
}

/// The account of this name; a new one under `fresh` when there is none.
pub async fn by_name_or_add(
    tx: &mut Tx,
    name: &str,
    fresh: AccountId,
    now: Millis,
) -> Result<AccountId> {
    let name = name.trim();
    let length = i32::try_from(name.chars().count()).unwrap_or(i32::MAX);
    if let Some((id,)) = maybe!(&mut *tx, BY_NAME, (AccountId,); length, pattern(name))? {
        return Ok(id);
    }
    let account = Account {
        id: fresh,
        name: name.to_owned(),
        domain: None,
        owner_id: None,
        source: None,
        external_id: None,
        created_at: now,
    };
    accounts::add(tx, &account).await?;
    Ok(fresh)
}
