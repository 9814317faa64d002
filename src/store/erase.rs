//! Erasing a contact (GDPR, article 17): bodies, names and addresses go; deliveries and events
//! stay as rows that name nobody, so that figures do not move. The keyed hashes of the addresses
//! stay on the suppression list, so that a new import does not write to them again.

use super::contacts::Contact;
use super::queue::{Stop, cancel_contact, cancel_message};
use super::search::pattern;
use super::sql::{execute, rows, statements};
use super::suppressions::{self, NewSuppression};
use super::{Result, Store, Tx, gateways, inbound, log};
use crate::domain::address::EmailAddress;
use crate::domain::clock::{Clock, Millis};
use crate::domain::id::{ContactNo, MessageId, SuppressionId, UserId};
use crate::domain::keys::KeyRing;
use crate::domain::suppression::{AddressHasher, SuppressionReason};

statements! {
    /// What was written to them, and not only shown to them as a copy.
    MESSAGES = "SELECT DISTINCT message_id FROM deliveries WHERE contact_no = $1 AND role = 0";
    BLANK_CONTACT = "UPDATE contacts SET name = '', account_id = NULL, zone = NULL, language = NULL,
            decision_maker = NULL, fields = '{}', opens = FALSE, clicks = FALSE, consent_at = NULL,
            consent_source = NULL, consent_wording = NULL, last_open_day = NULL, source = NULL,
            external_id = NULL, updated_at = $2, erased_at = $2
        WHERE no = $1 AND erased_at IS NULL";
    DROP_ADDRESSES = "DELETE FROM contact_emails WHERE contact_no = $1";
    DROP_BYTES = "DELETE FROM rendered
        WHERE delivery_no IN (SELECT no FROM deliveries WHERE contact_no = $1)";
    BLANK_DELIVERIES = "UPDATE deliveries SET address = '', address_hash = $2, reason_text = NULL
        WHERE contact_no = $1";
    BLANK_ATTEMPTS = "UPDATE attempts SET text = NULL
        WHERE delivery_no IN (SELECT no FROM deliveries WHERE contact_no = $1)";
    BLANK_MESSAGE = "UPDATE messages SET subject = '', subject_source = '', html = NULL, text = NULL, vars = '{}' WHERE id = $1";
    DROP_MESSAGE_BYTES = "DELETE FROM rendered
        WHERE delivery_no IN (SELECT no FROM deliveries WHERE message_id = $1)";
    DROP_FILES = "DELETE FROM attachments WHERE message_id = $1";
    HIDE_SUPPRESSED = "UPDATE suppressions SET address = NULL WHERE hash = $1";
    DROP_CAUGHT = "DELETE FROM caught WHERE lower(recipient) = $1";
    DROP_DRAFTS = "DELETE FROM drafts WHERE data" found "$1" "";
    DROP_ANSWERS = "DELETE FROM idempotency WHERE response" found "$1" "";
}

/// Erases a contact the caller was allowed to see. Twice is the same as once.
pub async fn contact(
    store: &Store,
    keys: &KeyRing,
    clock: &Clock,
    contact: &Contact,
    by: UserId,
) -> Result<()> {
    let now = clock.now();
    let hasher = AddressHasher::new(keys);
    let mut tx = store.begin().await?;
    stop_everything(&mut tx, contact.no, now).await?;
    super::episodes::end_all_in(&mut tx, contact.no, by, now).await?;
    for address in &contact.data.emails {
        let suppression = NewSuppression {
            id: SuppressionId(clock.fresh_id()),
            address,
            hash: hasher.hash(address),
            reason: SuppressionReason::Manual,
            delivery: None,
            contact: Some(contact.no),
            created_by: Some(by),
            at: now,
        };
        suppressions::suppress(&mut tx, &suppression).await?;
        execute!(&mut tx, HIDE_SUPPRESSED; suppression.hash.0.as_slice())?;
        drop_traces(&mut tx, address).await?;
        inbound::read::forget(&mut tx, contact.no, address.as_str()).await?;
    }
    let id = pattern(&contact.id.to_string());
    execute!(&mut tx, DROP_ANSWERS; id)?;
    inbound::read::forget(&mut tx, contact.no, "").await?;
    blank(&mut tx, contact.no, now).await?;
    tx.commit().await
}

/// Those of a contact's addresses that are written to no more.
pub async fn suppressed_of(
    store: &Store,
    keys: &KeyRing,
    contact: &Contact,
) -> Result<Vec<String>> {
    let hasher = AddressHasher::new(keys);
    let mut found = Vec::new();
    for address in &contact.data.emails {
        let entry = suppressions::lookup(store, hasher.hash(address)).await?;
        if entry.is_some() {
            found.push(address.as_str().to_owned());
        }
    }
    Ok(found)
}

/// Nothing more goes to them, nor to others with a mail whose body is about to go.
async fn stop_everything(tx: &mut Tx, no: ContactNo, at: Millis) -> Result<()> {
    let stop = Stop {
        code: "erased",
        text: "the contact was erased",
        at,
    };
    cancel_contact(tx, no, stop).await?;
    for (message,) in rows!(&mut *tx, MESSAGES, (MessageId,); no)? {
        cancel_message(tx, message, stop).await?;
    }
    Ok(())
}

async fn drop_traces(tx: &mut Tx, address: &EmailAddress) -> Result<()> {
    let typed = pattern(address.as_str());
    execute!(&mut *tx, DROP_CAUGHT; address.as_str())?;
    execute!(&mut *tx, DROP_DRAFTS; typed.as_str())?;
    execute!(&mut *tx, DROP_ANSWERS; typed.as_str())?;
    Ok(())
}

async fn blank(tx: &mut Tx, no: ContactNo, now: Millis) -> Result<()> {
    for (message,) in rows!(&mut *tx, MESSAGES, (MessageId,); no)? {
        execute!(&mut *tx, BLANK_MESSAGE; message)?;
        execute!(&mut *tx, DROP_MESSAGE_BYTES; message)?;
        execute!(&mut *tx, DROP_FILES; message)?;
    }
    execute!(&mut *tx, DROP_BYTES; no)?;
    execute!(&mut *tx, BLANK_ATTEMPTS; no)?;
    execute!(&mut *tx, BLANK_DELIVERIES; no, [0_u8; 0].as_slice())?;
    gateways::forget_domains(tx, no).await?;
    log::forget_texts(tx, no).await?;
    super::touches::forget_in(tx, no).await?;
    execute!(&mut *tx, DROP_ADDRESSES; no)?;
    execute!(&mut *tx, BLANK_CONTACT; no, now)?;
    Ok(())
}
