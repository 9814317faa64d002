//! The DKIM keys of the domains we sign for. They are sealed before they come here.

use super::sql::{execute, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;

statements! {
    LIST = "SELECT domain, selector, secret FROM dkim_keys ORDER BY domain, selector";
    ADD = "INSERT INTO dkim_keys (domain, selector, algorithm, secret, created_at)
        VALUES ($1, $2, $3, $4, $5)";
}

row! {
    /// A DKIM key.
    pub struct DkimRow {
        /// Whose mail it signs.
        pub domain: String,
        /// The name in the DNS.
        pub selector: String,
        /// The PEM, sealed for [`owner`].
        pub secret: Vec<u8>,
    }
}

/// What a key is sealed for.
pub fn owner(domain: &str, selector: &str) -> String {
    format!("dkim {selector}._domainkey.{domain}")
}

/// Every key.
pub async fn list(store: &Store) -> Result<Vec<DkimRow>> {
    rows!(store, LIST, DkimRow)
}

/// Adds a key; `algorithm` is `rsa` or `ed25519`.
pub async fn add(tx: &mut Tx, key: &DkimRow, algorithm: &str, now: Millis) -> Result<()> {
    execute!(tx, ADD; key.domain.as_str(), key.selector.as_str(), algorithm,
        key.secret.as_slice(), now)?;
    Ok(())
}
