//! The people outside. Reads are within the viewer's reach, in which a contact without an owner is
//! everybody's; an erased contact is gone for all.

use super::scope::Reach;
use super::search::pattern;
use super::sql::{execute, maybe, one, row, rows, statements};
use super::{Result, Store, StoreError, Tx};
use crate::domain::address::EmailAddress;
use crate::domain::clock::Millis;
use crate::domain::contact::{Consent, TrackingChoice};
use crate::domain::id::{AccountId, ContactId, ContactNo, UserId};
use crate::domain::viewer::Viewer;
use std::collections::BTreeMap;

statements! {
    ADD = "INSERT INTO contacts (id, name, account_id, owner_id, zone, language, decision_maker, fields,
            opens, clicks, consent_at, consent_source, consent_wording, source, external_id, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16) RETURNING no";
    UPDATE = "UPDATE contacts SET name = $2, account_id = $3, owner_id = $4, zone = $5, language = $6,
            decision_maker = $7, fields = $8, opens = $9, clicks = $10, consent_at = $11, consent_source = $12,
            consent_wording = $13, source = $14, external_id = $15, updated_at = $16
        WHERE no = $1 AND erased_at IS NULL";
    /// Whoever a wait of theirs was handed to may open the contact until it ends.
    LOOKUP = "SELECT c.no, c.id, c.name, c.account_id, a.name AS account_name, c.owner_id, u.name AS owner_name,
            c.zone, c.language, c.decision_maker, c.fields, c.opens, c.clicks, c.consent_at, c.consent_source,
            c.consent_wording, c.last_open_day, c.source, c.external_id, c.created_at, c.updated_at
        FROM contacts c
            LEFT JOIN users u ON u.id = c.owner_id
            LEFT JOIN accounts a ON a.id = c.account_id
        WHERE c.id = $4 AND c.erased_at IS NULL
            AND (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2) OR c.owner_id IS NULL
                OR EXISTS (SELECT 1 FROM episodes e
                    JOIN wait_assignments w ON w.opening = e.opening
                    JOIN users h ON h.no = w.user_no
                    WHERE e.contact_no = c.no AND e.state = 0 AND h.id = $3))";
    LIST = "SELECT c.no, c.id, c.name, c.account_id, a.name AS account_name, c.owner_id, u.name AS owner_name,
            c.zone, c.language, c.decision_maker, c.fields, c.opens, c.clicks, c.consent_at, c.consent_source,
            c.consent_wording, c.last_open_day, c.source, c.external_id, c.created_at, c.updated_at
        FROM contacts c
            LEFT JOIN users u ON u.id = c.owner_id
            LEFT JOIN accounts a ON a.id = c.account_id
        WHERE c.erased_at IS NULL
            AND (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2) OR c.owner_id IS NULL)
            AND (c.id < $4 OR $4 IS NULL)
            AND (CAST($5 AS TEXT) IS NULL OR c.name" found "$5" "
                OR EXISTS (SELECT 1 FROM contact_emails e WHERE e.contact_no = c.no AND e.address" found "$5" "))
        ORDER BY c.id DESC LIMIT $6";
    /// Who has this address, whoever may see them: an address belongs to one contact.
    BY_ADDRESS = "SELECT c.id FROM contact_emails e JOIN contacts c ON c.no = e.contact_no
        WHERE e.address = $1 AND c.erased_at IS NULL";
    EMAILS = "SELECT address FROM contact_emails WHERE contact_no = $1 ORDER BY position";
    /// The addresses of many contacts at once, their numbers as a JSON array.
    EMAILS_OF = "SELECT contact_no, address FROM contact_emails
            WHERE contact_no" in_numbers " ORDER BY contact_no, position";
    ADD_EMAIL = "INSERT INTO contact_emails (address, contact_no, position) VALUES ($1, $2, $3)";
    CLEAR_EMAILS = "DELETE FROM contact_emails WHERE contact_no = $1";
}

row! {
    /// A contact as columns.
    struct ContactRow {
        no: ContactNo,
        id: ContactId,
        name: String,
        account_id: Option<AccountId>,
        account_name: Option<String>,
        owner_id: Option<UserId>,
        owner_name: Option<String>,
        zone: Option<String>,
        language: Option<String>,
        decision_maker: Option<bool>,
        fields: String,
        opens: Option<bool>,
        clicks: Option<bool>,
        consent_at: Option<Millis>,
        consent_source: Option<String>,
        consent_wording: Option<String>,
        last_open_day: Option<i64>,
        source: Option<String>,
        external_id: Option<String>,
        created_at: Millis,
        updated_at: Millis,
    }
}

/// Free fields of a contact by name, for merging into mail.
pub type Fields = BTreeMap<String, String>;

/// What of a contact its keeper writes.
#[derive(Debug, Clone, Default)]
pub struct ContactData {
    /// The person's name.
    pub name: String,
    /// Their addresses, the preferred one first.
    pub emails: Vec<EmailAddress>,
    /// Their company.
    pub account: Option<AccountId>,
    /// The rep who looks after them.
    pub owner: Option<UserId>,
    /// Their IANA time zone.
    pub zone: Option<String>,
    /// Their language, such as `de`.
    pub language: Option<String>,
    /// Whether they decide.
    pub decision_maker: Option<bool>,
    /// Free fields.
    pub fields: Fields,
    /// Their word on tracking.
    pub tracking: TrackingChoice,
    /// Where that word came from.
    pub consent: Option<Consent>,
    /// The system this contact came from.
    pub source: Option<String>,
    /// Its id there; unique with `source`.
    pub external_id: Option<String>,
}

/// A contact.
#[derive(Debug, Clone)]
pub struct Contact {
    /// In the log.
    pub no: ContactNo,
    /// At the edge.
    pub id: ContactId,
    /// What its keeper wrote.
    pub data: ContactData,
    /// The company's name.
    pub account_name: Option<String>,
    /// The owner's name.
    pub owner_name: Option<String>,
    /// Under the `hygiene` preset, the day of the last open (days since 1970-01-01).
    pub last_open_day: Option<i64>,
    /// When it was added.
    pub created_at: Millis,
    /// When it was last written.
    pub updated_at: Millis,
}

/// Adds a contact with its addresses. An address that another contact has is a conflict.
pub async fn add(tx: &mut Tx, id: ContactId, data: &ContactData, now: Millis) -> Result<ContactNo> {
    let consent = data.consent.as_ref();
    let (no,) = one!(&mut *tx, ADD, (ContactNo,); id, data.name.as_str(), data.account, data.owner,
        data.zone.as_deref(), data.language.as_deref(), data.decision_maker, encode(&data.fields),
        data.tracking.opens, data.tracking.clicks, consent.map(|c| c.at),
        consent.map(|c| c.source.as_str()), consent.map(|c| c.wording.as_str()),
        data.source.as_deref(), data.external_id.as_deref(), now)?;
    write_emails(tx, no, &data.emails).await?;
    Ok(no)
}

/// Writes all of a contact's data; `false` when it was erased meanwhile.
pub async fn update(tx: &mut Tx, no: ContactNo, data: &ContactData, now: Millis) -> Result<bool> {
    let consent = data.consent.as_ref();
    let n = execute!(&mut *tx, UPDATE; no, data.name.as_str(), data.account, data.owner,
        data.zone.as_deref(), data.language.as_deref(), data.decision_maker, encode(&data.fields),
        data.tracking.opens, data.tracking.clicks, consent.map(|c| c.at),
        consent.map(|c| c.source.as_str()), consent.map(|c| c.wording.as_str()),
        data.source.as_deref(), data.external_id.as_deref(), now)?;
    if n == 1 {
        execute!(&mut *tx, CLEAR_EMAILS; no)?;
        write_emails(tx, no, &data.emails).await?;
    }
    Ok(n == 1)
}

/// The contact with this id, within the viewer's reach.
pub async fn lookup(store: &Store, viewer: &Viewer, id: ContactId) -> Result<Option<Contact>> {
    let reach = Reach::of(viewer);
    let Some(row) = maybe!(store, LOOKUP, ContactRow; reach.far, reach.team, reach.user, id)?
    else {
        return Ok(None);
    };
    let emails = rows!(store, EMAILS, (String,); row.no)?;
    read(row, emails.into_iter().map(|(address,)| address)).map(Some)
}

/// As [`lookup`], inside a transaction that is going to write.
pub async fn lookup_for_update(
    tx: &mut Tx,
    viewer: &Viewer,
    id: ContactId,
) -> Result<Option<Contact>> {
    let reach = Reach::of(viewer);
    let Some(row) = maybe!(&mut *tx, LOOKUP, ContactRow; reach.far, reach.team, reach.user, id)?
    else {
        return Ok(None);
    };
    let emails = rows!(&mut *tx, EMAILS, (String,); row.no)?;
    read(row, emails.into_iter().map(|(address,)| address)).map(Some)
}

/// The contact's id who has this address, whoever may see them.
pub async fn by_address(store: &Store, address: &EmailAddress) -> Result<Option<ContactId>> {
    Ok(maybe!(store, BY_ADDRESS, (ContactId,); address.as_str())?.map(|(id,)| id))
}

/// Contacts older than `before`, newest first, within the viewer's reach; `search` is looked for
/// in names and addresses.
pub async fn list(
    store: &Store,
    viewer: &Viewer,
    search: Option<&str>,
    before: Option<ContactId>,
    limit: i64,
) -> Result<Vec<Contact>> {
    let reach = Reach::of(viewer);
    let found = rows!(store, LIST, ContactRow; reach.far, reach.team, reach.user, before,
        search.map(pattern), limit)?;
    let numbers: Vec<i64> = found.iter().map(|row| row.no.0).collect();
    let emails = rows!(store, EMAILS_OF, (ContactNo, String);
        serde_json::to_string(&numbers).expect("numbers have an encoding"))?;
    found
        .into_iter()
        .map(|row| {
            let own = emails.iter().filter(|(no, _)| *no == row.no);
            let own: Vec<String> = own.map(|(_, address)| address.clone()).collect();
            read(row, own.into_iter())
        })
        .collect()
}

async fn write_emails(tx: &mut Tx, no: ContactNo, emails: &[EmailAddress]) -> Result<()> {
    for (position, address) in (0_i64..).zip(emails) {
        execute!(&mut *tx, ADD_EMAIL; address.as_str(), no, position)?;
    }
    Ok(())
}

fn encode(fields: &Fields) -> String {
    serde_json::to_string(fields).expect("JSON has an encoding")
}

fn read(row: ContactRow, emails: impl Iterator<Item = String>) -> Result<Contact> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("contact {}: {what}", row.id));
    let emails: Option<Vec<EmailAddress>> = emails
        .map(|address| EmailAddress::parse(&address).ok())
        .collect();
    let consent = row.consent_at.map(|at| Consent {
        at,
        source: row.consent_source.clone().unwrap_or_default(),
        wording: row.consent_wording.clone().unwrap_or_default(),
    });
    Ok(Contact {
        data: ContactData {
            emails: emails.ok_or_else(|| corrupt("address"))?,
            fields: serde_json::from_str(&row.fields).map_err(|_| corrupt("fields"))?,
            name: row.name,
            account: row.account_id,
            owner: row.owner_id,
            zone: row.zone,
            language: row.language,
            decision_maker: row.decision_maker,
            tracking: TrackingChoice {
                opens: row.opens,
                clicks: row.clicks,
            },
            consent,
            source: row.source,
            external_id: row.external_id,
        },
        no: row.no,
        id: row.id,
        account_name: row.account_name,
        owner_name: row.owner_name,
        last_open_day: row.last_open_day,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
