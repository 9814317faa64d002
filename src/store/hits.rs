//! What ingest asks of the store: whose hits these are and what may be recorded of them, and how
//! far each intake source has been taken. The place is advanced in the transaction that appends
//! the events, so each hit arrives once, whoever crashes.

use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::{MINUTE_MS, Millis};
use crate::domain::contact::{OpenTracking, PrivacyPreset, Tracking, TrackingChoice};
use crate::domain::id::{ContactNo, DeliveryId, DeliveryNo};
use std::collections::HashMap;
use uuid::Uuid;

statements! {
    PLACE = "SELECT seq FROM intake_cursor WHERE source = $1";
    BEGIN_PLACE = "INSERT INTO intake_cursor (source, seq) VALUES ($1, $2)
        ON CONFLICT (source) DO NOTHING";
    /// Affects no row when another ingester was here since the place was read.
    ADVANCE_PLACE = "UPDATE intake_cursor SET seq = $3 WHERE source = $1 AND seq = $2";
    /// One array of delivery ids in hex.
    SUBJECTS = sqlite "SELECT d.id, d.no, d.contact_no, d.track_opens, d.track_clicks,
            m.opens AS message_opens, m.clicks AS message_clicks,
            c.opens AS contact_opens, c.clicks AS contact_clicks, c.erased_at
        FROM json_each($1) j
        JOIN deliveries d ON d.id = unhex(j.value)
        JOIN messages m ON m.id = d.message_id
        LEFT JOIN contacts c ON c.no = d.contact_no"
        postgres "SELECT d.id, d.no, d.contact_no, d.track_opens, d.track_clicks,
            m.opens AS message_opens, m.clicks AS message_clicks,
            c.opens AS contact_opens, c.clicks AS contact_clicks, c.erased_at
        FROM jsonb_array_elements_text($1::JSONB) AS j (id)
        JOIN deliveries d ON d.id = j.id::UUID
        JOIN messages m ON m.id = d.message_id
        LEFT JOIN contacts c ON c.no = d.contact_no";
    /// One array of `[contact, day]`, each contact once; the day only moves on.
    LAST_OPENS = sqlite "UPDATE contacts SET last_open_day = j.value ->> 1
        FROM json_each($1) AS j
        WHERE no = j.value ->> 0 AND (last_open_day IS NULL OR last_open_day < j.value ->> 1)"
        postgres "UPDATE contacts SET last_open_day = (j.pair ->> 1)::BIGINT
        FROM jsonb_array_elements($1::JSONB) AS j (pair)
        WHERE no = (j.pair ->> 0)::BIGINT
            AND (last_open_day IS NULL OR last_open_day < (j.pair ->> 1)::BIGINT)";
    ADD_UNRECORDED = "INSERT INTO unrecorded (source, minute, n) VALUES ($1, $2, $3)
        ON CONFLICT (source, minute) DO UPDATE SET n = unrecorded.n + excluded.n";
    ADD_OBJECTIONS = "INSERT INTO objections (day, kind, n) VALUES ($1, $2, $3)
        ON CONFLICT (day, kind) DO UPDATE SET n = objections.n + excluded.n";
}

row! {
    /// A delivery with everything that says what may be recorded of it.
    struct SubjectRow {
        id: DeliveryId,
        no: DeliveryNo,
        contact_no: Option<ContactNo>,
        track_opens: i16,
        track_clicks: i16,
        message_opens: Option<bool>,
        message_clicks: Option<bool>,
        contact_opens: Option<bool>,
        contact_clicks: Option<bool>,
        erased_at: Option<Millis>,
    }
}

/// Whom a hit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// The delivery in the log.
    pub delivery: DeliveryNo,
    /// The contact it went to.
    pub contact: Option<ContactNo>,
    /// What may be recorded now: the strictest of what held when the mail was rendered and what
    /// organisation, contact and message say today.
    pub tracking: Tracking,
}

/// The number up to which `source` has been taken; 0 when it is new.
pub async fn place(store: &Store, source: Uuid) -> Result<i64> {
    let place = maybe!(store, PLACE, (i64,); source.to_string())?;
    Ok(place.map_or(0, |(seq,)| seq))
}

/// Moves the place of `source` from `from` to `to`; `false` when it was not at `from`, and then
/// the caller's transaction must not be committed.
pub async fn advance(tx: &mut Tx, source: Uuid, from: i64, to: i64) -> Result<bool> {
    let source = source.to_string();
    let moved = if from == 0 {
        execute!(tx, BEGIN_PLACE; source, to)?
    } else {
        execute!(tx, ADVANCE_PLACE; source, from, to)?
    };
    Ok(moved == 1)
}

/// The subjects of `deliveries`; those that no longer exist are missing.
pub async fn subjects(
    tx: &mut Tx,
    deliveries: &[DeliveryId],
    preset: PrivacyPreset,
) -> Result<HashMap<DeliveryId, Subject>> {
    let ids: Vec<String> = deliveries
        .iter()
        .map(|id| id.0.simple().to_string())
        .collect();
    let json = serde_json::to_string(&ids).expect("texts have a JSON form");
    let found = rows!(tx, SUBJECTS, SubjectRow; json)?;
    Ok(found
        .into_iter()
        .map(|row| (row.id, row.subject(preset)))
        .collect())
}

impl SubjectRow {
    fn subject(&self, preset: PrivacyPreset) -> Subject {
        let contact = TrackingChoice {
            opens: self.contact_opens,
            clicks: self.contact_clicks,
        };
        let message = TrackingChoice {
            opens: self.message_opens,
            clicks: self.message_clicks,
        };
        let now = Tracking::resolve(preset, contact, message);
        let erased = self.erased_at.is_some();
        let opens = match (self.track_opens, now.opens) {
            (0, _) | (_, OpenTracking::Off) => OpenTracking::Off,
            _ if erased => OpenTracking::Off,
            (1, OpenTracking::Events) => OpenTracking::Events,
            _ => OpenTracking::LastDay,
        };
        Subject {
            delivery: self.no,
            contact: self.contact_no,
            tracking: Tracking {
                opens,
                clicks: self.track_clicks != 0 && now.clicks && !erased,
            },
        }
    }
}

/// Notes the day of the last open, and nothing else, for contacts known by that alone; each contact
/// once. Days are counted in UTC since 1970.
pub async fn note_last_opens(tx: &mut Tx, days: &[(ContactNo, i64)]) -> Result<()> {
    if days.is_empty() {
        return Ok(());
    }
    let pairs: Vec<[i64; 2]> = days.iter().map(|(no, day)| [no.0, *day]).collect();
    let json = serde_json::to_string(&pairs).expect("numbers have a JSON form");
    execute!(tx, LAST_OPENS; json)?;
    Ok(())
}

/// Counts hits that were answered and could not be recorded, in the minute around `at`.
pub async fn add_unrecorded(tx: &mut Tx, source: Uuid, at: Millis, hits: i64) -> Result<()> {
    execute!(tx, ADD_UNRECORDED; source.to_string(), at.0.div_euclid(MINUTE_MS), hits)?;
    Ok(())
}

/// A hit that is counted and not recorded, since its browser objected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Objected {
    /// To an open.
    Open,
    /// To a click.
    Click,
}

/// Counts `hits` of the UTC `day` (since 1970) whose browser objected to tracking.
pub async fn add_objections(tx: &mut Tx, day: i64, kind: Objected, hits: i64) -> Result<()> {
    execute!(tx, ADD_OBJECTIONS; day, kind as i16, hits)?;
    Ok(())
}
