//! What is known of recipients' domains: when the DNS is asked of each, the gateway its mail
//! exchangers told, and the deliveries that were counted before it was known.
//!
//! A delivery is counted under the gateway that its domain had when it was handed over; the first
//! answer about a domain holds for all mail before it as well. So the gateway of a delivery changes
//! once at most, from unknown to known, and then what it was counted under is taken back
//! ([`recount`]); a rebuild finds the same gateway and makes the same rows.

use super::sql::{execute, maybe, rows, statements};
use super::verdicts::letters::array;
use super::{Result, Store, Tx, fold, log};
use crate::domain::clock::{HOUR_MS, Millis};
use crate::domain::gateway::Gateway;
use crate::domain::id::{ContactNo, DeliveryNo};

/// Clocks of two nodes differ by less than this, and no transaction takes as long: a gateway that
/// changed is that of mail handed over so much later.
const APART_MS: i64 = HOUR_MS;
/// Deliveries counted anew in one transaction, so that ingest waits for moments only.
const AT_ONCE: i64 = 500;

statements! {
    DOMAINS = "SELECT no, domain FROM deliveries WHERE domain <> '' AND no" in_numbers "";
    /// `$2` whether all mail leaves; else only what has a relay of its own does. `$3` now.
    ADD_DOMAINS = "INSERT INTO mail_domains (domain, ask_at)
        SELECT DISTINCT d.domain, CAST($3 AS BIGINT)
        FROM deliveries AS d
            JOIN mailboxes AS b ON b.no = d.mailbox_no
            LEFT JOIN mailbox_tokens AS t ON t.mailbox_no = b.no
        WHERE ($2 OR b.smtp_url IS NOT NULL OR t.mailbox_no IS NOT NULL) AND d.no" in_numbers "
        ON CONFLICT (domain) DO NOTHING";
    /// Deliveries that may have been counted without what their domain tells. `$2` how far apart
    /// clocks are.
    ADD_WAITS = "INSERT INTO gateway_waits (delivery_no, domain)
        SELECT d.no, d.domain
        FROM deliveries AS d LEFT JOIN mail_domains AS m ON m.domain = d.domain
        WHERE (m.answered_at IS NULL OR d.created_at < m.answered_at + $2) AND d.no" in_numbers "
        ON CONFLICT (delivery_no) DO NOTHING";
    /// Those of domains that answered before.
    ASK_RECOUNT = "UPDATE mail_domains SET recount = TRUE
        WHERE answered_at IS NOT NULL AND domain IN (SELECT w.domain FROM gateway_waits AS w
            WHERE w.delivery_no" in_numbers ")";
    DUE = "SELECT domain, ask_at, silences FROM mail_domains WHERE ask_at <= $1
        ORDER BY ask_at, domain LIMIT 1";
    /// Affects no row when another node took it.
    TAKE = "UPDATE mail_domains SET ask_at = $3 WHERE domain = $1 AND ask_at = $2";
    SILENT = "UPDATE mail_domains SET ask_at = $2, silences = silences + 1 WHERE domain = $1";
    ABSENT = "UPDATE mail_domains SET ask_at = $2, silences = 0 WHERE domain = $1";
    ANSWERED = "INSERT INTO mail_domains (domain, ask_at, answered_at, recount)
        VALUES ($1, $2, $3, TRUE)
        ON CONFLICT (domain) DO UPDATE SET ask_at = excluded.ask_at, silences = 0,
            recount = mail_domains.recount OR mail_domains.answered_at IS NULL,
            answered_at = COALESCE(mail_domains.answered_at, excluded.answered_at)";
    LATEST = "SELECT gateway FROM gateways WHERE domain = $1 ORDER BY since DESC LIMIT 1";
    ADD = "INSERT INTO gateways (domain, since, gateway) VALUES ($1, $2, $3)";
    ANY_RECOUNT = "SELECT domain FROM mail_domains WHERE recount LIMIT 1";
    TO_RECOUNT = "SELECT w.delivery_no FROM mail_domains AS m
            JOIN gateway_waits AS w ON w.domain = m.domain
        WHERE m.recount LIMIT $1";
    NO_RECOUNT = "UPDATE mail_domains SET recount = FALSE WHERE recount";
    END_WAITS = "DELETE FROM gateway_waits WHERE delivery_no" in_numbers "";
    WAITS_OF_CONTACT = "SELECT w.delivery_no FROM gateway_waits AS w
            JOIN deliveries AS d ON d.no = w.delivery_no
        WHERE d.contact_no = $1";
    /// What the domain tells is kept, and the domain goes.
    BLANK = "UPDATE deliveries AS d SET domain = '',
            gateway = COALESCE(d.gateway, (SELECT g.gateway FROM gateways AS g
                WHERE g.domain = d.domain AND g.since <= COALESCE(d.handed_over_at, d.created_at)
                ORDER BY g.since DESC LIMIT 1))
        WHERE d.contact_no = $1 AND d.domain = $2";
    DOMAINS_OF_CONTACT = "SELECT DISTINCT domain FROM deliveries WHERE contact_no = $1";
}

/// A domain of which the DNS is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// In A-labels.
    pub domain: String,
    /// Questions in a row that nobody answered.
    pub silences: i64,
}

/// Takes notice of deliveries that were queued or sent: of which domains the DNS must be asked, and
/// what must be counted anew once it answers. Of mail that does not leave nobody is asked.
pub async fn notice(
    tx: &mut Tx,
    deliveries: &[DeliveryNo],
    all_mail_leaves: bool,
    now: Millis,
) -> Result<()> {
    let found = rows!(&mut *tx, DOMAINS, (DeliveryNo, String); array(deliveries))?;
    let companies: Vec<DeliveryNo> = found
        .into_iter()
        .filter(|(_, domain)| Gateway::of_domain(domain) == Gateway::Unknown)
        .map(|(no, _)| no)
        .collect();
    if companies.is_empty() {
        return Ok(());
    }
    let companies = array(&companies);
    // So that none is overlooked that is being counted at this moment.
    log::append(tx, &[]).await?;
    execute!(&mut *tx, ADD_DOMAINS; companies.as_str(), all_mail_leaves, now)?;
    execute!(&mut *tx, ADD_WAITS; companies.as_str(), APART_MS)?;
    execute!(tx, ASK_RECOUNT; companies)?;
    Ok(())
}

/// The domain that is due longest, taken so that no other node asks of it before `until`.
pub async fn take_due(store: &Store, now: Millis, until: Millis) -> Result<Option<Due>> {
    let Some((domain, ask_at, silences)) = maybe!(store, DUE, (String, Millis, i64); now)? else {
        return Ok(None);
    };
    let mut tx = store.begin().await?;
    let is_ours = execute!(&mut tx, TAKE; domain.as_str(), ask_at, until)? == 1;
    tx.commit().await?;
    Ok(is_ours.then_some(Due { domain, silences }))
}

/// The exchangers of `domain` told `gateway`; the DNS is asked again at `ask_at`.
pub async fn learn(
    tx: &mut Tx,
    domain: &str,
    gateway: Gateway,
    now: Millis,
    ask_at: Millis,
) -> Result<()> {
    let latest = maybe!(&mut *tx, LATEST, (i16,); domain)?;
    let since = match latest {
        None => Some(Millis(0)),
        Some((latest,)) if latest == gateway.code() => None,
        Some(_) => Some(now.plus(APART_MS)),
    };
    if let Some(since) = since {
        execute!(&mut *tx, ADD; domain, since, gateway.code())?;
    }
    execute!(tx, ANSWERED; domain, ask_at, now)?;
    Ok(())
}

/// The DNS knows no such domain.
pub async fn absent(tx: &mut Tx, domain: &str, ask_at: Millis) -> Result<()> {
    execute!(tx, ABSENT; domain, ask_at)?;
    Ok(())
}

/// Nobody answered.
pub async fn silent(tx: &mut Tx, domain: &str, ask_at: Millis) -> Result<()> {
    execute!(tx, SILENT; domain, ask_at)?;
    Ok(())
}

/// Counts some deliveries anew whose gateway became known after they were counted; `false` when
/// there are none.
pub async fn recount(store: &Store) -> Result<bool> {
    if maybe!(store, ANY_RECOUNT, (String,))?.is_none() {
        return Ok(false);
    }
    let mut tx = store.begin().await?;
    log::append(&mut tx, &[]).await?;
    let found = rows!(&mut tx, TO_RECOUNT, (DeliveryNo,); AT_ONCE)?;
    if found.is_empty() {
        execute!(&mut tx, NO_RECOUNT)?;
    }
    count_anew(&mut tx, found).await?;
    tx.commit().await?;
    Ok(true)
}

async fn count_anew(tx: &mut Tx, deliveries: Vec<(DeliveryNo,)>) -> Result<()> {
    let deliveries: Vec<DeliveryNo> = deliveries.into_iter().map(|(no,)| no).collect();
    if deliveries.is_empty() {
        return Ok(());
    }
    fold::learn_gateways(tx, &deliveries).await?;
    execute!(tx, END_WAITS; array(&deliveries))?;
    Ok(())
}

/// Forgets the companies' domains that a contact's mails went to; under which gateway they are
/// counted stays.
pub(super) async fn forget_domains(tx: &mut Tx, contact: ContactNo) -> Result<()> {
    log::append(tx, &[]).await?;
    let waiting = rows!(&mut *tx, WAITS_OF_CONTACT, (DeliveryNo,); contact)?;
    count_anew(tx, waiting).await?;
    for (domain,) in rows!(&mut *tx, DOMAINS_OF_CONTACT, (String,); contact)? {
        // A provider that gives addresses to anybody names nobody, and figures are told apart by it.
        if Gateway::of_domain(&domain) == Gateway::Unknown {
            execute!(&mut *tx, BLANK; contact, domain)?;
        }
    }
    Ok(())
}

/// What stands in front of mailboxes at `domain` now.
pub async fn of_domain(store: &Store, domain: &str) -> Result<Gateway> {
    match Gateway::of_domain(domain) {
        Gateway::Unknown => {
            let latest = maybe!(store, LATEST, (i16,); domain)?;
            Ok(latest
                .and_then(|(code,)| Gateway::from_code(code))
                .unwrap_or(Gateway::Unknown))
        }
        known => Ok(known),
    }
}
