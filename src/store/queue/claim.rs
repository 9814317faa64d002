//! Taking up what is due, and fixing its bytes.

use super::super::inbound::pauses;
use super::super::log;
use super::super::sql::{execute, row, rows, statements};
use super::super::{Result, Tx};
use super::attempt::AttemptKey;
use super::lane::Lane;
use crate::domain::clock::Millis;
use crate::domain::contact::{OpenTracking, Tracking};
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{ContentNo, DeliveryNo};
use crate::domain::link::TrackedLink;
use serde_json::json;

statements! {
    /// One that took the process down before is taken up alone, so that it takes none with it.
    CLAIM_ALONE = "UPDATE deliveries
        SET state = 4, attempts = attempts + 1, fence = $2,
            first_attempt_at = COALESCE(first_attempt_at, $3)
        WHERE state IN (1, 3, 6)
            AND no = (SELECT d.no FROM deliveries d
                WHERE d.mailbox_no = $1 AND d.state IN (1, 3, 6) AND d.due_at <= $3 AND d.crashes > 0
                ORDER BY d.due_at, d.no LIMIT 1)
            AND $2 = (SELECT m.fence FROM mailboxes m WHERE m.no = $1 AND m.paused_reason IS NULL)
        RETURNING no, attempts, tries, first_attempt_at, address, domain";
    CLAIM = "UPDATE deliveries
        SET state = 4, attempts = attempts + 1, fence = $2,
            first_attempt_at = COALESCE(first_attempt_at, $3)
        WHERE state IN (1, 3, 6)
            AND no IN (SELECT d.no FROM deliveries d
                WHERE d.mailbox_no = $1 AND d.state IN (1, 3, 6) AND d.due_at <= $3 AND d.crashes = 0
                ORDER BY d.due_at, d.no LIMIT $4)
            AND $2 = (SELECT m.fence FROM mailboxes m WHERE m.no = $1 AND m.paused_reason IS NULL)
        RETURNING no, attempts, tries, first_attempt_at, address, domain";
    /// The contact who wrote first is answered though suppressed, unless they complained.
    SUPPRESSED = sqlite "UPDATE deliveries SET state = 10, reason_code = 'suppressed',
            reason_text = 'the address is on the suppression list', settled_at = $2
        WHERE no IN (SELECT value FROM json_each($1)) AND state = 4
            AND EXISTS (SELECT 1 FROM suppressions s JOIN messages m ON m.id = deliveries.message_id
                WHERE s.scope = 'address' AND s.hash = deliveries.address_hash AND s.lifted_at IS NULL
                    AND (m.class = 1 OR s.reason = 'complained'))
        RETURNING no"
        postgres "UPDATE deliveries SET state = 10, reason_code = 'suppressed',
            reason_text = 'the address is on the suppression list', settled_at = $2
        WHERE no IN (SELECT value::BIGINT FROM jsonb_array_elements_text($1::JSONB)) AND state = 4
            AND EXISTS (SELECT 1 FROM suppressions s JOIN messages m ON m.id = deliveries.message_id
                WHERE s.scope = 'address' AND s.hash = deliveries.address_hash AND s.lifted_at IS NULL
                    AND (m.class = 1 OR s.reason = 'complained'))
        RETURNING no";
    ADD_ATTEMPTS = sqlite "INSERT INTO attempts (delivery_no, number, fence, started_at)
        SELECT value ->> 0, value ->> 1, $2, $3 FROM json_each($1)"
        postgres "INSERT INTO attempts (delivery_no, number, fence, started_at)
        SELECT (value ->> 0)::BIGINT, (value ->> 1)::BIGINT, $2, $3
        FROM jsonb_array_elements($1::JSONB)";
    KEEP_BYTES = "INSERT INTO rendered (delivery_no, envelope_from, bytes, created_at)
        VALUES ($1, $2, $3, $4) ON CONFLICT (delivery_no) DO NOTHING";
    ADD_DESTINATIONS = sqlite "INSERT INTO destinations (id, url)
        SELECT value ->> 2, value ->> 6 FROM json_each($1) WHERE TRUE
        ON CONFLICT (id) DO NOTHING"
        postgres "INSERT INTO destinations (id, url)
        SELECT DISTINCT ON (value ->> 2) (value ->> 2)::BIGINT, value ->> 6
        FROM jsonb_array_elements($1::JSONB) ORDER BY value ->> 2
        ON CONFLICT (id) DO NOTHING";
    ADD_LINKS = sqlite "INSERT INTO links (delivery_no, no, destination, role, content_no, label)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
        FROM json_each($1) WHERE TRUE
        ON CONFLICT (delivery_no, no) DO NOTHING"
        postgres "INSERT INTO links (delivery_no, no, destination, role, content_no, label)
        SELECT (value ->> 0)::BIGINT, (value ->> 1)::SMALLINT, (value ->> 2)::BIGINT,
            (value ->> 3)::SMALLINT, (value ->> 4)::BIGINT, value ->> 5
        FROM jsonb_array_elements($1::JSONB)
        ON CONFLICT (delivery_no, no) DO NOTHING";
    PUT_BACK = "UPDATE deliveries SET state = 3
        WHERE no = $1 AND attempts = $2 AND fence = $3 AND state = 4
            AND fence = (SELECT m.fence FROM mailboxes m WHERE m.no = mailbox_no)";
    FORGET_BYTES = "DELETE FROM rendered WHERE delivery_no = $1";
    FORGET_LINKS = "DELETE FROM links WHERE delivery_no = $1";
    RESOLVE_TRACKING = sqlite "UPDATE deliveries SET track_opens = j.value ->> 1, track_clicks = j.value ->> 2
        FROM json_each($1) AS j WHERE deliveries.no = j.value ->> 0"
        postgres "UPDATE deliveries SET track_opens = (j.value ->> 1)::SMALLINT,
            track_clicks = (j.value ->> 2)::SMALLINT
        FROM jsonb_array_elements($1::JSONB) AS j(value) WHERE deliveries.no = (j.value ->> 0)::BIGINT";
}

row! {
    /// A delivery just claimed.
    pub struct Claimed {
        /// The delivery.
        pub no: DeliveryNo,
        /// The number of this attempt; with `no` it is the key of all evidence.
        pub attempts: i64,
        /// Attempts before this one that counted towards the retry schedule.
        pub tries: i64,
        /// When its first attempt began.
        pub first_attempt_at: Millis,
        /// RCPT TO.
        pub address: String,
        /// The address's domain.
        pub domain: String,
    }
}

/// The fixed bytes of one delivery.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The delivery.
    pub delivery: DeliveryNo,
    /// MAIL FROM.
    pub envelope_from: String,
    /// The mail.
    pub bytes: Vec<u8>,
    /// Its tracked links, each with the content asset it leads to.
    pub links: Vec<(TrackedLink, Option<ContentNo>)>,
    /// What may be recorded.
    pub tracking: Tracking,
}

/// Takes up to `limit` due deliveries of the lane; those whose address is suppressed are cancelled
/// on the way, those whose address is paused are put back. Empty when nothing is due, the mailbox
/// is paused, or the lane is another's.
pub async fn claim(tx: &mut Tx, lane: Lane, now: Millis, limit: i64) -> Result<Vec<Claimed>> {
    log::append(tx, &[]).await?;
    let mut claimed = rows!(&mut *tx, CLAIM_ALONE, Claimed; lane.mailbox, lane.fence, now)?;
    if claimed.is_empty() {
        claimed = rows!(&mut *tx, CLAIM, Claimed; lane.mailbox, lane.fence, now, limit)?;
    }
    if claimed.is_empty() {
        return Ok(claimed);
    }
    claimed.sort_by_key(|each| each.no);
    let nos: Vec<DeliveryNo> = claimed.iter().map(|each| each.no).collect();
    let stopped = cancel_suppressed(tx, &nos, now).await?;
    claimed.retain(|each| !stopped.contains(&each.no));
    let paused = pauses::put_back(tx, &nos, now).await?;
    claimed.retain(|each| !paused.contains(&each.no));
    let keys: Vec<[i64; 2]> = claimed
        .iter()
        .map(|each| [each.no.0, each.attempts])
        .collect();
    execute!(&mut *tx, ADD_ATTEMPTS; json!(keys).to_string(), lane.fence, now)?;
    Ok(claimed)
}

/// Cancels those of `claimed` whose address is suppressed, and gives them.
async fn cancel_suppressed(
    tx: &mut Tx,
    claimed: &[DeliveryNo],
    now: Millis,
) -> Result<Vec<DeliveryNo>> {
    let nos: Vec<i64> = claimed.iter().map(|no| no.0).collect();
    let stopped = rows!(&mut *tx, SUPPRESSED, (DeliveryNo,); json!(nos).to_string(), now)?;
    let stopped: Vec<DeliveryNo> = stopped.into_iter().map(|(no,)| no).collect();
    let events: Vec<NewEvent> = stopped
        .iter()
        .map(|no| NewEvent {
            at: now,
            kind: EventKind::Cancelled,
            delivery: Some(*no),
            contact: None,
            detail: Detail::Reason {
                code: "suppressed".to_owned(),
                text: String::new(),
            },
        })
        .collect();
    if !events.is_empty() {
        log::append(tx, &events).await?;
    }
    Ok(stopped)
}

/// Deals with an attempt that a guard kept from being handed over. A suppressed one is cancelled;
/// one whose contact allows less than its bytes record loses them and is queued to be made anew;
/// one that was stopped or belongs to another lane by now is left alone.
pub async fn refused(tx: &mut Tx, key: AttemptKey, fence: i64, now: Millis) -> Result<()> {
    log::append(tx, &[]).await?;
    if !cancel_suppressed(tx, &[key.delivery], now)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    if execute!(&mut *tx, PUT_BACK; key.delivery, key.number, fence)? == 1 {
        execute!(&mut *tx, FORGET_BYTES; key.delivery)?;
        execute!(&mut *tx, FORGET_LINKS; key.delivery)?;
    }
    Ok(())
}

/// Stores bytes, links and what may be recorded. Bytes that stand already are kept.
pub async fn begin(tx: &mut Tx, begun: &[&Begun], now: Millis) -> Result<()> {
    let mut links = Vec::new();
    let mut tracking = Vec::new();
    for mail in begun {
        execute!(&mut *tx, KEEP_BYTES; mail.delivery, mail.envelope_from.as_str(),
            mail.bytes.as_slice(), now)?;
        tracking.push([
            mail.delivery.0,
            match mail.tracking.opens {
                OpenTracking::Off => 0,
                OpenTracking::Events => 1,
                OpenTracking::LastDay => 2,
            },
            i64::from(mail.tracking.clicks),
        ]);
        links.extend(mail.links.iter().map(|(link, content)| {
            json!([
                mail.delivery.0,
                // The store keeps 16 signed bits; the number is read back unsigned.
                link.no.cast_signed(),
                link.destination.0,
                link.role.code(),
                content.map(|no| no.0),
                link.label,
                link.url
            ])
        }));
    }
    execute!(&mut *tx, RESOLVE_TRACKING; json!(tracking).to_string())?;
    if !links.is_empty() {
        let links = json!(links).to_string();
        execute!(&mut *tx, ADD_DESTINATIONS; links.as_str())?;
        execute!(&mut *tx, ADD_LINKS; links.as_str())?;
    }
    Ok(())
}
