//! Handing over and settling, many attempts at a time.

use super::super::sql::{execute, rows, statements};
use super::super::{Result, Tx};
use super::super::{log, message_ids};
use super::sources;
use crate::domain::clock::Millis;
use crate::domain::contact::PrivacyPreset;
use crate::domain::delivery::{DeliveryEvent, DeliveryState};
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::DeliveryNo;
use serde_json::{Value, json};
use std::collections::HashSet;

statements! {
    /// Every guard, in the one statement that lets a body go: the attempt is still this one, the
    /// lane is still ours, the mailbox is not paused, nobody stopped it (a stop changes the state),
    /// the address is not suppressed, and the contact and the organisation still allow what the bytes would record:
    /// `$3` is 0 where an unset word of the contact allows it, 1 where it does not, 2 where nothing
    /// is recorded.
    HAND_OVER = sqlite "UPDATE deliveries SET state = 5, handed_over_at = $2
        FROM json_each($1) AS j
        WHERE deliveries.no = j.value ->> 0 AND state = 4
            AND attempts = j.value ->> 1 AND deliveries.fence = j.value ->> 2
            AND deliveries.fence = (SELECT m.fence FROM mailboxes m
                WHERE m.no = deliveries.mailbox_no AND m.paused_reason IS NULL)
            AND NOT EXISTS (SELECT 1 FROM suppressions s JOIN messages m ON m.id = deliveries.message_id
                WHERE s.scope = 'address' AND s.hash = deliveries.address_hash AND s.lifted_at IS NULL
                    AND (m.class = 1 OR s.reason = 'complained'))
            AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.no = deliveries.contact_no
                AND (c.erased_at IS NOT NULL
                    OR (track_opens <> 0 AND NOT COALESCE(c.opens, CAST($3 AS BIGINT) = 0))
                    OR (track_clicks <> 0 AND NOT COALESCE(c.clicks, CAST($3 AS BIGINT) = 0))))
            AND (CAST($3 AS BIGINT) < 2 OR (track_opens = 0 AND track_clicks = 0))
        RETURNING no"
        postgres "UPDATE deliveries SET state = 5, handed_over_at = $2
        FROM jsonb_array_elements($1::JSONB) AS j(value)
        WHERE deliveries.no = (j.value ->> 0)::BIGINT AND state = 4
            AND attempts = (j.value ->> 1)::BIGINT AND deliveries.fence = (j.value ->> 2)::BIGINT
            AND deliveries.fence = (SELECT m.fence FROM mailboxes m
                WHERE m.no = deliveries.mailbox_no AND m.paused_reason IS NULL)
            AND NOT EXISTS (SELECT 1 FROM suppressions s JOIN messages m ON m.id = deliveries.message_id
                WHERE s.scope = 'address' AND s.hash = deliveries.address_hash AND s.lifted_at IS NULL
                    AND (m.class = 1 OR s.reason = 'complained'))
            AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.no = deliveries.contact_no
                AND (c.erased_at IS NOT NULL
                    OR (track_opens <> 0 AND NOT COALESCE(c.opens, CAST($3 AS BIGINT) = 0))
                    OR (track_clicks <> 0 AND NOT COALESCE(c.clicks, CAST($3 AS BIGINT) = 0))))
            AND (CAST($3 AS BIGINT) < 2 OR (track_opens = 0 AND track_clicks = 0))
        RETURNING deliveries.no";
    MARK_HANDED_OVER = sqlite "UPDATE attempts SET handed_over_at = $2
        FROM json_each($1) AS j
        WHERE delivery_no = j.value ->> 0 AND number = j.value ->> 1"
        postgres "UPDATE attempts SET handed_over_at = $2
        FROM jsonb_array_elements($1::JSONB) AS j(value)
        WHERE delivery_no = (j.value ->> 0)::BIGINT AND number = (j.value ->> 1)::BIGINT";
    /// `[no, attempt, from mask, to, due, code, text, settled, counts]`. That an attempt was accepted
    /// (7) is also taken of an earlier one, while another copy waits or is on its way.
    SETTLE = sqlite "UPDATE deliveries SET state = j.value ->> 3,
            due_at = COALESCE(j.value ->> 4, due_at),
            reason_code = j.value ->> 5, reason_text = j.value ->> 6,
            settled_at = j.value ->> 7, tries = tries + (j.value ->> 8)
        FROM json_each($1) AS j
        WHERE deliveries.no = j.value ->> 0 AND ((1 << state) & (j.value ->> 2)) <> 0
            AND (j.value ->> 3 <> 7 OR handed_over_at IS NOT NULL)
            AND (attempts = j.value ->> 1 OR (j.value ->> 3 = 7 AND EXISTS (SELECT 1 FROM attempts a
                WHERE a.delivery_no = deliveries.no AND a.number = j.value ->> 1
                    AND a.handed_over_at IS NOT NULL)))
        RETURNING no"
        postgres "UPDATE deliveries SET state = (j.value ->> 3)::SMALLINT,
            due_at = COALESCE((j.value ->> 4)::BIGINT, due_at),
            reason_code = j.value ->> 5, reason_text = j.value ->> 6,
            settled_at = (j.value ->> 7)::BIGINT, tries = tries + (j.value ->> 8)::BIGINT
        FROM jsonb_array_elements($1::JSONB) AS j(value)
        WHERE deliveries.no = (j.value ->> 0)::BIGINT
            AND ((1 << state) & (j.value ->> 2)::INTEGER) <> 0
            AND ((j.value ->> 3)::INTEGER <> 7 OR handed_over_at IS NOT NULL)
            AND (attempts = (j.value ->> 1)::BIGINT
                OR ((j.value ->> 3)::INTEGER = 7 AND EXISTS (SELECT 1 FROM attempts a
                    WHERE a.delivery_no = deliveries.no AND a.number = (j.value ->> 1)::BIGINT
                        AND a.handed_over_at IS NOT NULL)))
        RETURNING deliveries.no";
    /// `[no, attempt, ended, outcome, phase, code, enhanced, text]`: kept whatever became of the
    /// delivery, since it is what happened.
    RECORD = sqlite "UPDATE attempts SET ended_at = j.value ->> 2, outcome = j.value ->> 3,
            phase = j.value ->> 4, code = j.value ->> 5, enhanced = j.value ->> 6, text = j.value ->> 7
        FROM json_each($1) AS j
        WHERE delivery_no = j.value ->> 0 AND number = j.value ->> 1"
        postgres "UPDATE attempts SET ended_at = (j.value ->> 2)::BIGINT, outcome = j.value ->> 3,
            phase = j.value ->> 4, code = (j.value ->> 5)::BIGINT, enhanced = j.value ->> 6,
            text = j.value ->> 7
        FROM jsonb_array_elements($1::JSONB) AS j(value)
        WHERE delivery_no = (j.value ->> 0)::BIGINT AND number = (j.value ->> 1)::BIGINT";
}

/// What all evidence of an attempt is keyed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptKey {
    /// The delivery.
    pub delivery: DeliveryNo,
    /// The attempt's number, from 1.
    pub number: i64,
}

/// An attempt whose 354 is in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandOver {
    /// The attempt.
    pub key: AttemptKey,
    /// The fence of the lane it belongs to.
    pub fence: i64,
}

/// What an attempt means for its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The next hop answered 250.
    Sent,
    /// Refused for good, or given up.
    Failed,
    /// The answer was lost.
    Uncertain,
    /// Refused for now; the attempt counts.
    Deferred(Millis),
    /// It came to nothing for a reason that is not the mail's; the attempt does not count. No
    /// event. Taken only from before the hand-over, or when the body is known not to have left.
    Postponed(Millis),
    /// Put back as it was, as a stopping lane does.
    Released,
}

/// What is kept of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// How it ended, in a stable word.
    pub reason: String,
    /// How far the conversation had come.
    pub phase: Option<&'static str>,
    /// The server's reply code.
    pub code: Option<u16>,
    /// The server's enhanced code.
    pub enhanced: Option<String>,
    /// One line for people.
    pub text: String,
    /// The id under which the server says that the mail goes on, without brackets.
    pub told_id: Option<String>,
}

/// The end of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The attempt.
    pub key: AttemptKey,
    /// What follows.
    pub step: Step,
    /// When it ended.
    pub at: Millis,
    /// What is kept of it.
    pub record: AttemptRecord,
}

impl Step {
    const fn transition(self) -> (DeliveryEvent, DeliveryState) {
        match self {
            Self::Sent => (DeliveryEvent::Accept, DeliveryState::Sent),
            Self::Failed => (DeliveryEvent::Fail, DeliveryState::Failed),
            Self::Uncertain => (DeliveryEvent::Lose, DeliveryState::Uncertain),
            Self::Deferred(_) | Self::Postponed(_) => {
                (DeliveryEvent::Defer, DeliveryState::Deferred)
            }
            Self::Released => (DeliveryEvent::Release, DeliveryState::Queued),
        }
    }

    const fn due_at(self) -> Option<Millis> {
        match self {
            Self::Deferred(at) | Self::Postponed(at) => Some(at),
            _ => None,
        }
    }

    const fn counts(self) -> bool {
        !matches!(self, Self::Postponed(_) | Self::Released)
    }

    const fn event(self) -> Option<EventKind> {
        match self {
            Self::Sent => Some(EventKind::Sent),
            Self::Failed => Some(EventKind::Failed),
            Self::Uncertain => Some(EventKind::Uncertain),
            Self::Deferred(_) => Some(EventKind::Deferred),
            Self::Postponed(_) | Self::Released => None,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Uncertain => "uncertain",
            Self::Deferred(_) => "deferred",
            Self::Postponed(_) => "postponed",
            Self::Released => "released",
        }
    }
}

/// Marks attempts as handed over and gives those for which every guard held, under the
/// organisation's `preset` as it is now. What is missing in the answer must not be sent.
pub async fn hand_over(
    tx: &mut Tx,
    asked: &[HandOver],
    preset: PrivacyPreset,
    now: Millis,
) -> Result<HashSet<DeliveryNo>> {
    let strictness: i64 = match preset {
        PrivacyPreset::On | PrivacyPreset::Hygiene => 0,
        PrivacyPreset::Consent => 1,
        PrivacyPreset::Off => 2,
    };
    let keys: Vec<[i64; 3]> = asked
        .iter()
        .map(|each| [each.key.delivery.0, each.key.number, each.fence])
        .collect();
    let granted = rows!(&mut *tx, HAND_OVER, (DeliveryNo,); json!(keys).to_string(), now,
        strictness)?;
    let granted: HashSet<DeliveryNo> = granted.into_iter().map(|(no,)| no).collect();
    let marks: Vec<[i64; 2]> = asked
        .iter()
        .filter(|each| granted.contains(&each.key.delivery))
        .map(|each| [each.key.delivery.0, each.key.number])
        .collect();
    if !marks.is_empty() {
        execute!(&mut *tx, MARK_HANDED_OVER; json!(marks).to_string(), now)?;
    }
    Ok(granted)
}

/// Writes down how attempts ended, whoever holds their lane by now, and gives the deliveries whose
/// state changed. At most one settlement of a delivery in one call.
pub async fn settle(tx: &mut Tx, settled: &[Settlement]) -> Result<HashSet<DeliveryNo>> {
    log::append(tx, &[]).await?;
    let steps: Vec<Value> = settled.iter().map(step_row).collect();
    let changed = rows!(&mut *tx, SETTLE, (DeliveryNo,); json!(steps).to_string())?;
    let changed: HashSet<DeliveryNo> = changed.into_iter().map(|(no,)| no).collect();
    let records: Vec<Value> = settled.iter().map(record_row).collect();
    execute!(&mut *tx, RECORD; json!(records).to_string())?;
    let told = settled.iter().filter_map(|each| {
        let id = each.record.told_id.as_deref()?;
        Some((each.key.delivery, id))
    });
    message_ids::add_told(&mut *tx, told).await?;
    let events: Vec<NewEvent> = settled
        .iter()
        .filter(|each| changed.contains(&each.key.delivery))
        .filter_map(event)
        .collect();
    if !events.is_empty() {
        log::append(tx, &events).await?;
    }
    Ok(changed)
}

fn step_row(each: &Settlement) -> Value {
    let (event, to) = each.step.transition();
    let is_plain = matches!(each.step, Step::Sent | Step::Released);
    let reason = (!is_plain).then_some(&each.record);
    json!([
        each.key.delivery.0,
        each.key.number,
        sources(event, to),
        to.code(),
        each.step.due_at().map(|at| at.0),
        reason.map(|record| &record.reason),
        reason.map(|record| &record.text),
        to.is_settled().then_some(each.at.0),
        i64::from(each.step.counts()),
    ])
}

fn record_row(each: &Settlement) -> Value {
    json!([
        each.key.delivery.0,
        each.key.number,
        each.at.0,
        each.step.word(),
        each.record.phase,
        each.record.code,
        each.record.enhanced,
        each.record.text,
    ])
}

fn event(each: &Settlement) -> Option<NewEvent> {
    let detail = match each.step {
        Step::Sent => Detail::None,
        _ => Detail::Reason {
            code: each.record.reason.clone(),
            text: each.record.text.clone(),
        },
    };
    Some(NewEvent {
        at: each.at,
        kind: each.step.event()?,
        delivery: Some(each.key.delivery),
        contact: None,
        detail,
    })
}
