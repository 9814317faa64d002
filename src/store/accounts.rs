//! Companies outside. Their names are no secret inside the organisation: everybody reads them.

use super::search::pattern;
use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{AccountId, UserId};

statements! {
    ADD = "INSERT INTO accounts (id, name, domain, owner_id, source, external_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    UPDATE = "UPDATE accounts SET name = $2, domain = $3, owner_id = $4, source = $5, external_id = $6
        WHERE id = $1";
    LOOKUP = "SELECT id, name, domain, owner_id, source, external_id, created_at FROM accounts WHERE id = $1";
    BY_DOMAIN = "SELECT id, name, domain, owner_id, source, external_id, created_at FROM accounts
        WHERE domain = $1";
    LIST = "SELECT id, name, domain, owner_id, source, external_id, created_at FROM accounts
        WHERE (id < $1 OR $1 IS NULL) AND (CAST($2 AS TEXT) IS NULL OR name" found "$2" ")
        ORDER BY id DESC LIMIT $3";
    DELETE = "DELETE FROM accounts WHERE id = $1
        AND NOT EXISTS (SELECT 1 FROM contacts WHERE account_id = $1)";
}

row! {
    /// A company.
    pub struct Account {
        /// At the edge.
        pub id: AccountId,
        /// Its name.
        pub name: String,
        /// Its mail domain in A-labels, unique; never a freemail domain.
        pub domain: Option<String>,
        /// The rep who looks after it.
        pub owner_id: Option<UserId>,
        /// The system it came from.
        pub source: Option<String>,
        /// Its id there; unique with `source`.
        pub external_id: Option<String>,
        /// When it was added.
        pub created_at: Millis,
    }
}

/// Adds a company.
pub async fn add(tx: &mut Tx, account: &Account) -> Result<()> {
    execute!(tx, ADD; account.id, account.name.as_str(), account.domain.as_deref(),
        account.owner_id, account.source.as_deref(), account.external_id.as_deref(),
        account.created_at)?;
    Ok(())
}

/// Writes all of it but id and time; `false` when there is none.
pub async fn update(tx: &mut Tx, account: &Account) -> Result<bool> {
    let n = execute!(tx, UPDATE; account.id, account.name.as_str(), account.domain.as_deref(),
        account.owner_id, account.source.as_deref(), account.external_id.as_deref())?;
    Ok(n == 1)
}

/// The company with this id.
pub async fn lookup(store: &Store, id: AccountId) -> Result<Option<Account>> {
    maybe!(store, LOOKUP, Account; id)
}

/// The company with this mail domain.
pub async fn by_domain(store: &Store, domain: &str) -> Result<Option<Account>> {
    maybe!(store, BY_DOMAIN, Account; domain)
}

/// Companies, newest first, whose names hold `search`.
pub async fn list(
    store: &Store,
    search: Option<&str>,
    before: Option<AccountId>,
    limit: i64,
) -> Result<Vec<Account>> {
    rows!(store, LIST, Account; before, search.map(pattern), limit)
}

/// Deletes a company without contacts; `false` when it has some or is none.
pub async fn delete(tx: &mut Tx, id: AccountId) -> Result<bool> {
    Ok(execute!(tx, DELETE; id)? == 1)
}
