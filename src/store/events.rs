//! The log as people may read it: each event with the ids its numbers stand for, within the
//! viewer's reach. An event of a delivery is its rep's; one of a contact alone is the owner's.

use super::log::{EventRow, read_row};
use super::scope::Reach;
use super::sql::{row, rows, statements};
use super::{Result, Store, log};
use crate::domain::clock::Millis;
use crate::domain::event::Event;
use crate::domain::id::{ContactId, ContactNo, DeliveryId, DeliveryNo, MessageId, Seq};
use crate::domain::viewer::Viewer;

statements! {
    /// Up to `$5` and no further: whoever may see little must not make us read the whole log.
    AFTER = "SELECT e.seq, e.at, e.kind, e.delivery_no, e.contact_no, e.link_no, e.verdict, e.rule, e.detail,
            d.id AS delivery_id, d.message_id, c.id AS contact_id
        FROM events e
            LEFT JOIN deliveries d ON d.no = e.delivery_no
            LEFT JOIN contacts c ON c.no = COALESCE(e.contact_no, d.contact_no)
            LEFT JOIN users r ON r.no = d.rep_no
            LEFT JOIN users o ON o.id = c.owner_id AND e.delivery_no IS NULL
        WHERE e.seq > $4 AND e.seq <= $5
            AND (CAST($1 AS BIGINT) = 0 OR COALESCE(r.id, o.id) = $3
                OR (CAST($1 AS BIGINT) = 1 AND COALESCE(r.team_id, o.team_id) = $2))
        ORDER BY e.seq LIMIT $6";
    OF_MESSAGE = "SELECT e.seq, e.at, e.kind, e.delivery_no, e.contact_no, e.link_no, e.verdict, e.rule, e.detail,
            d.id AS delivery_id, d.message_id, c.id AS contact_id
        FROM deliveries d
            JOIN events e ON e.delivery_no = d.no
            JOIN users r ON r.no = d.rep_no
            LEFT JOIN contacts c ON c.no = d.contact_no
        WHERE d.message_id = $4
            AND (CAST($1 AS BIGINT) = 0 OR r.id = $3 OR (CAST($1 AS BIGINT) = 1 AND r.team_id = $2))
        ORDER BY e.seq";
    OF_CONTACT = "SELECT e.seq, e.at, e.kind, e.delivery_no, e.contact_no, e.link_no, e.verdict, e.rule, e.detail,
            d.id AS delivery_id, d.message_id, c.id AS contact_id
        FROM (SELECT x.* FROM events x WHERE x.contact_no = $4
                UNION ALL
                SELECT x.* FROM deliveries y JOIN events x ON x.delivery_no = y.no
                WHERE y.contact_no = $4 AND x.contact_no IS NULL) e
            LEFT JOIN deliveries d ON d.no = e.delivery_no
            JOIN contacts c ON c.no = $4
            LEFT JOIN users r ON r.no = d.rep_no
        WHERE e.seq < $5
            AND (CAST($1 AS BIGINT) = 0 OR e.delivery_no IS NULL OR r.id = $3
                OR (CAST($1 AS BIGINT) = 1 AND r.team_id = $2))
        ORDER BY e.seq DESC LIMIT $6";
}

row! {
    struct ToldRow {
        seq: Seq,
        at: Millis,
        kind: i16,
        delivery_no: Option<DeliveryNo>,
        contact_no: Option<ContactNo>,
        link_no: Option<i16>,
        verdict: Option<i16>,
        rule: Option<i16>,
        detail: Option<Vec<u8>>,
        delivery_id: Option<DeliveryId>,
        message_id: Option<MessageId>,
        contact_id: Option<ContactId>,
    }
}

/// An event with the ids it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The event.
    pub event: Event,
    /// The message it is about.
    pub message: Option<MessageId>,
    /// The delivery it is about.
    pub delivery: Option<DeliveryId>,
    /// The contact it is about.
    pub contact: Option<ContactId>,
}

/// Some of the log, and where to go on.
#[derive(Debug, Clone)]
pub struct Page {
    /// In commit order; may be empty though there is more to read.
    pub events: Vec<Told>,
    /// Everything up to here was looked at.
    pub reached: Seq,
    /// Whether the log ended here when it was read.
    pub is_end: bool,
}

/// Events looked at in one statement.
const WINDOW: i64 = 5_000;
/// Statements one page may take.
const WINDOWS: usize = 4;

/// Up to `limit` events after `after` that the viewer may see, in commit order.
pub async fn after(store: &Store, viewer: &Viewer, after: Seq, limit: i64) -> Result<Page> {
    let reach = Reach::of(viewer);
    let head = log::head(store).await?;
    let mut events: Vec<Told> = Vec::new();
    let mut reached = after;
    for _ in 0..WINDOWS {
        let left = limit - events.len() as i64;
        if reached >= head || left <= 0 {
            break;
        }
        let to = Seq(head.0.min(reached.0.saturating_add(WINDOW)));
        let found =
            rows!(store, AFTER, ToldRow; reach.far, reach.team, reach.user, reached, to, left)?;
        let full = found.len() as i64 == left;
        for row in found {
            events.push(read(row)?);
        }
        reached = match events.last() {
            Some(last) if full => last.event.seq,
            _ => to,
        };
    }
    Ok(Page {
        events,
        is_end: reached >= head,
        reached,
    })
}

/// All events of one message, in commit order; empty when it is not the viewer's to see.
pub async fn of_message(store: &Store, viewer: &Viewer, id: MessageId) -> Result<Vec<Told>> {
    let reach = Reach::of(viewer);
    rows!(store, OF_MESSAGE, ToldRow; reach.far, reach.team, reach.user, id)?
        .into_iter()
        .map(read)
        .collect()
}

/// Up to `limit` events of one contact before `before`, newest first. The caller has made sure
/// that the viewer may see the contact; of others' messages to it nothing is told.
pub async fn of_contact(
    store: &Store,
    viewer: &Viewer,
    contact: ContactNo,
    before: Option<Seq>,
    limit: i64,
) -> Result<Vec<Told>> {
    let reach = Reach::of(viewer);
    let before = before.unwrap_or(Seq(i64::MAX));
    rows!(store, OF_CONTACT, ToldRow; reach.far, reach.team, reach.user, contact, before, limit)?
        .into_iter()
        .map(read)
        .collect()
}

fn read(row: ToldRow) -> Result<Told> {
    Ok(Told {
        message: row.message_id,
        delivery: row.delivery_id,
        contact: row.contact_id,
        event: read_row(EventRow {
            seq: row.seq,
            at: row.at,
            kind: row.kind,
            delivery_no: row.delivery_no,
            contact_no: row.contact_no,
            link_no: row.link_no,
            verdict: row.verdict,
            rule: row.rule,
            detail: row.detail,
        })?,
    })
}
