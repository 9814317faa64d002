//! Contacts that a mail brings: an unknown author becomes a suggested contact, without an owner
//! unless the mail came to somebody's own mailbox.

use super::super::sql::{execute, maybe, one, rows, statements};
use super::super::{Result, StoreError, Tx};
use crate::domain::address::{EmailAddress, is_freemail};
use crate::domain::clock::Millis;
use crate::domain::id::{AccountId, ContactId, ContactNo, UserNo};

statements! {
    ADD_ACCOUNT = "INSERT INTO accounts (id, name, domain, created_at) VALUES ($1, $2, $2, $3)
        ON CONFLICT (domain) DO NOTHING";
    ACCOUNT_AT = "SELECT id FROM accounts WHERE domain = $1";
    /// `source` says that no person added it.
    ADD = "INSERT INTO contacts (id, name, account_id, owner_id, source, created_at, updated_at)
        VALUES ($1, $2, $3, (SELECT id FROM users WHERE no = $4), 'inbound', $5, $5) RETURNING no";
    ADD_EMAIL = "INSERT INTO contact_emails (address, contact_no, position) VALUES ($1, $2, 0)
        ON CONFLICT (address) DO NOTHING";
    CONTACT_AT = "SELECT contact_no FROM contact_emails WHERE address = $1";
    DROP = "DELETE FROM contacts WHERE no = $1";
    ADDRESSES = "SELECT address FROM contact_emails WHERE contact_no = $1 ORDER BY position";
    OWNER = "SELECT u.no FROM contacts c JOIN users u ON u.id = c.owner_id WHERE c.no = $1";
}

/// A contact about to be suggested.
#[derive(Debug, Clone)]
pub struct Suggested<'a> {
    /// Its id.
    pub id: ContactId,
    /// The id of its account, should that be new too.
    pub account: AccountId,
    /// As the mail has it; may be empty.
    pub name: &'a str,
    /// The address.
    pub address: &'a EmailAddress,
    /// Whose contact it is; `None` waits in the team's queue.
    pub owner: Option<UserNo>,
    /// Now.
    pub at: Millis,
}

/// The contact with this address, made if it is not there.
pub async fn suggest(tx: &mut Tx, new: &Suggested<'_>) -> Result<ContactNo> {
    let domain = new.address.domain();
    let account = if is_freemail(domain) {
        None
    } else {
        execute!(&mut *tx, ADD_ACCOUNT; new.account, domain, new.at)?;
        Some(one!(&mut *tx, ACCOUNT_AT, (AccountId,); domain)?.0)
    };
    let name = new.name.replace('\0', "");
    let (no,) = one!(&mut *tx, ADD, (ContactNo,); new.id, name, account, new.owner, new.at)?;
    if execute!(&mut *tx, ADD_EMAIL; new.address.as_str(), no)? == 1 {
        return Ok(no);
    }
    execute!(&mut *tx, DROP; no)?;
    let found = maybe!(tx, CONTACT_AT, (ContactNo,); new.address.as_str())?;
    found.map(|(no,)| no).ok_or(StoreError::Dangling)
}

/// All addresses of a contact: what a person asks for counts for each of them.
pub async fn addresses(tx: &mut Tx, contact: ContactNo) -> Result<Vec<EmailAddress>> {
    let found = rows!(tx, ADDRESSES, (String,); contact)?;
    Ok(found
        .into_iter()
        .filter_map(|(address,)| EmailAddress::parse(&address).ok())
        .collect())
}

/// Who looks after a contact.
pub async fn owner(tx: &mut Tx, contact: ContactNo) -> Result<Option<UserNo>> {
    Ok(maybe!(tx, OWNER, (UserNo,); contact)?.map(|(no,)| no))
}
