//! Pauses: addresses that get no outreach for a while, and domains that were not found. Both are
//! kept under a keyed hash. A pause holds what waits when it begins, what is accepted while it
//! lasts, and what comes due in it; answers to the contact's own mail go all the same.

use super::super::sql::{execute, maybe, one, rows, statements};
use super::super::{Result, Store, Tx, log};
use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::id::{ContactNo, DeliveryNo, InboundNo, MailboxNo};
use crate::domain::inbound::BounceReason;
use crate::domain::suppression::AddressHash;
use serde_json::json;

statements! {
    ADD_SOFT = "INSERT INTO soft_bounces (address_hash, reason, inbound_no, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (address_hash, reason, inbound_no) DO NOTHING";
    COUNT_SOFT = "SELECT COUNT(*) FROM soft_bounces WHERE address_hash = $1 AND reason = $2 AND at > $3";
    DROP_SOFT = "DELETE FROM soft_bounces WHERE at < $1";
    PAUSE = "INSERT INTO address_pauses (address_hash, reason, until_at) VALUES ($1, $2, $3)
        ON CONFLICT (address_hash) DO UPDATE SET reason = excluded.reason, until_at = excluded.until_at";
    DROP_PAUSES = "DELETE FROM address_pauses WHERE until_at < $1";
    LIFT = "DELETE FROM address_pauses WHERE address_hash = $1";
    /// The pauses among addresses and domains given as an array of hashes in hex.
    LASTING = sqlite "SELECT address_hash, reason, until_at FROM address_pauses
        WHERE until_at > $2 AND address_hash IN (SELECT unhex(value) FROM json_each($1))"
        postgres "SELECT address_hash, reason, until_at FROM address_pauses
        WHERE until_at > $2
            AND address_hash IN (SELECT decode(value, 'hex') FROM jsonb_array_elements_text($1::JSONB))";
    /// What waits for its time and would go before the pause is over. Its retries begin anew then.
    POSTPONE_ADDRESS = "UPDATE deliveries SET due_at = $2, reason_code = $3, reason_text = $4,
            tries = 0, first_attempt_at = NULL
        WHERE address_hash = $1 AND state IN (1, 3, 6) AND due_at < $2
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.class = 1)";
    /// What was just taken up and belongs to a paused address is put back until the pause is over.
    PUT_BACK = sqlite "UPDATE deliveries SET state = 3, due_at = p.until_at, reason_code = $3, reason_text = $4,
            tries = 0, first_attempt_at = NULL
        FROM address_pauses p
        WHERE deliveries.no IN (SELECT value FROM json_each($1)) AND deliveries.state = 4
            AND p.address_hash = deliveries.address_hash AND p.until_at > $2
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.class = 1)
        RETURNING no"
        postgres "UPDATE deliveries SET state = 3, due_at = p.until_at, reason_code = $3, reason_text = $4,
            tries = 0, first_attempt_at = NULL
        FROM address_pauses p
        WHERE deliveries.no IN (SELECT value::BIGINT FROM jsonb_array_elements_text($1::JSONB)) AND deliveries.state = 4
            AND p.address_hash = deliveries.address_hash AND p.until_at > $2
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.class = 1)
        RETURNING deliveries.no";
    HOLD_DOMAIN = "UPDATE deliveries SET state = 2, reason_code = $2, reason_text = $3
        WHERE domain = $1 AND state IN (1, 3, 6)
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.class = 1)";
    POSTPONE_CONTACT = "UPDATE deliveries SET due_at = $2, reason_code = $3, reason_text = $4,
            tries = 0, first_attempt_at = NULL
        WHERE contact_no = $1 AND state IN (1, 3, 6) AND due_at < $2
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.class = 1)";
    HOLD_CONTACT = "UPDATE deliveries SET state = 2, reason_code = $2, reason_text = $3
        WHERE contact_no = $1 AND state IN (1, 3, 6)
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.class = 1)";
    /// Until when contacts of an array are away, as their last notice says.
    AWAY = sqlite "SELECT contact_no, MAX(away_until) FROM inbound
        WHERE contact_no IN (SELECT value FROM json_each($1)) AND away_until > $2 GROUP BY contact_no"
        postgres "SELECT contact_no, MAX(away_until) FROM inbound
        WHERE contact_no IN (SELECT value::BIGINT FROM jsonb_array_elements_text($1::JSONB)) AND away_until > $2
        GROUP BY contact_no";
    SLOW = "UPDATE mailboxes SET slowed_until = $2 WHERE no = $1 AND (slowed_until < $2 OR slowed_until IS NULL)";
    SLOWED = "SELECT slowed_until FROM mailboxes WHERE no = $1 AND slowed_until IS NOT NULL";
}

/// How long failures that count only together are counted.
const SOFT_WINDOW_DAYS: i64 = 30;
/// What is read beside a delivery that waits for the end of a pause.
pub const PAUSED_CODE: &str = "address_paused";
/// The same for people.
pub const PAUSED_TEXT: &str =
    "mail to this address failed several times; it waits until the pause is over";
/// What is read beside a delivery held for its domain.
const DOMAIN_CODE: &str = "domain_not_found";
const DOMAIN_TEXT: &str =
    "other mail to this domain came back because the domain was not found; check the address";

/// A pause that lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Of which address or domain.
    pub hash: AddressHash,
    /// After which failures.
    pub reason: BounceReason,
    /// When it is over.
    pub until: Millis,
}

/// Counts a failure that counts only with others of its kind; gives how many there were since
/// `since`, this one with them.
pub async fn count_soft(
    tx: &mut Tx,
    hash: &[u8],
    reason: BounceReason,
    inbound: InboundNo,
    at: Millis,
    since: Millis,
) -> Result<i64> {
    execute!(&mut *tx, ADD_SOFT; hash, reason.code(), inbound, at)?;
    execute!(&mut *tx, DROP_SOFT; at.plus(-SOFT_WINDOW_DAYS * DAY_MS))?;
    Ok(one!(tx, COUNT_SOFT, (i64,); hash, reason.code(), since)?.0)
}

/// Sends no outreach to an address until `until`.
pub async fn pause_address(
    tx: &mut Tx,
    hash: &[u8],
    reason: BounceReason,
    now: Millis,
    until: Millis,
) -> Result<()> {
    log::append(tx, &[]).await?;
    execute!(&mut *tx, DROP_PAUSES; now)?;
    execute!(&mut *tx, PAUSE; hash, reason.code(), until)?;
    execute!(tx, POSTPONE_ADDRESS; hash, until, PAUSED_CODE, PAUSED_TEXT)?;
    Ok(())
}

/// Flags a domain, known by `hash` too, until `until`: what waits to go there waits for a person,
/// and who writes there anew is warned.
pub async fn flag_domain(
    tx: &mut Tx,
    domain: &str,
    hash: AddressHash,
    now: Millis,
    until: Millis,
) -> Result<()> {
    log::append(tx, &[]).await?;
    execute!(&mut *tx, DROP_PAUSES; now)?;
    execute!(&mut *tx, PAUSE; hash.0.as_slice(), BounceReason::UnknownHost.code(), until)?;
    execute!(tx, HOLD_DOMAIN; domain, DOMAIN_CODE, DOMAIN_TEXT)?;
    Ok(())
}

/// Ends the pause of an address from which a person wrote.
pub async fn lift(tx: &mut Tx, hash: AddressHash) -> Result<()> {
    execute!(tx, LIFT; hash.0.as_slice())?;
    Ok(())
}

/// Which of these addresses and domains are paused or flagged at `now`.
pub async fn lasting(store: &Store, hashes: &[AddressHash], now: Millis) -> Result<Vec<Pause>> {
    let hex: Vec<String> = hashes.iter().map(hex).collect();
    let found = rows!(store, LASTING, (Vec<u8>, i16, Millis); json!(hex).to_string(), now)?;
    let known = found.into_iter().filter_map(|(hash, reason, until)| {
        Some(Pause {
            hash: AddressHash(hash.try_into().ok()?),
            reason: BounceReason::from_code(reason)?,
            until,
        })
    });
    Ok(known.collect())
}

/// Which of these contacts are away at `now`, and until when.
pub async fn away(
    store: &Store,
    contacts: &[ContactNo],
    now: Millis,
) -> Result<Vec<(ContactNo, Millis)>> {
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    rows!(store, AWAY, (ContactNo, Millis); json!(contacts).to_string(), now)
}

fn hex(hash: &AddressHash) -> String {
    use std::fmt::Write as _;
    hash.0.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Puts back those of the deliveries just taken up whose address is paused, and gives them.
pub async fn put_back(tx: &mut Tx, claimed: &[DeliveryNo], now: Millis) -> Result<Vec<DeliveryNo>> {
    let nos: Vec<i64> = claimed.iter().map(|no| no.0).collect();
    let nos = json!(nos).to_string();
    let found = rows!(tx, PUT_BACK, (DeliveryNo,); nos, now, PAUSED_CODE, PAUSED_TEXT)?;
    Ok(found.into_iter().map(|(no,)| no).collect())
}

/// What was to go to a contact waits until they are back.
pub async fn wait_for(tx: &mut Tx, contact: ContactNo, until: Millis) -> Result<u64> {
    log::append(tx, &[]).await?;
    execute!(tx, POSTPONE_CONTACT; contact, until, "out_of_office", "the contact is away until then")
}

/// What was to go to a contact waits for a person.
pub async fn hold(tx: &mut Tx, contact: ContactNo, code: &str, text: &str) -> Result<u64> {
    log::append(tx, &[]).await?;
    execute!(tx, HOLD_CONTACT; contact, code, text)
}

/// Sends more slowly from a mailbox until `until`.
pub async fn slow(tx: &mut Tx, mailbox: MailboxNo, until: Millis) -> Result<()> {
    execute!(tx, SLOW; mailbox, until)?;
    Ok(())
}

/// Until when a mailbox sends more slowly, if it does or did.
pub async fn slowed_until(store: &Store, mailbox: MailboxNo) -> Result<Option<Millis>> {
    Ok(maybe!(store, SLOWED, (Millis,); mailbox)?.map(|(until,)| until))
}
