//! The keys that sign mail: those of the settings and those of the database, opened. What signs and
//! what looks at the DNS know the same ones.

use crate::compose::dkim::DkimError;
use crate::config::DkimKey;
use crate::ctx::Ctx;
use crate::domain::sealed;
use crate::store::{Result, StoreError, dkim};
use secrecy::SecretString;

/// All of them; an error where one of the database cannot be opened with the present key ring.
pub async fn keys(ctx: &Ctx) -> Result<Vec<DkimKey>> {
    let mut keys = ctx.settings.dkim.clone();
    for row in dkim::list(&ctx.store).await? {
        let owner = dkim::owner(&row.domain, &row.selector);
        let pem = sealed::open(&ctx.keys, owner.as_bytes(), &row.secret)
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let pem = pem.ok_or_else(|| {
            let (domain, selector) = (&row.domain, &row.selector);
            corrupt(domain, selector, "cannot be opened with the present keys")
        })?;
        keys.push(DkimKey {
            domain: row.domain,
            selector: row.selector,
            pem: SecretString::from(pem),
        });
    }
    Ok(keys)
}

/// What is told of a key that cannot sign.
pub fn unusable(key: &DkimKey, error: &DkimError) -> StoreError {
    corrupt(&key.domain, &key.selector, &error.to_string())
}

fn corrupt(domain: &str, selector: &str, what: &str) -> StoreError {
    StoreError::Corrupt(format!("DKIM key {selector} of {domain}: {what}"))
}
