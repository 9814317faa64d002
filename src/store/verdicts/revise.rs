//! Revisions appended: the event, the row that says who made it, and the mark on what had fired.

use super::super::sql::{execute, statements};
use super::super::{Result, Tx, firings, log};
use super::Change;
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, NewEvent, Revision};
use crate::domain::id::UserId;
use serde_json::json;

statements! {
    /// One array of `[hit, number, verdict, rule, params]`; `$2` when, `$3` which person.
    ADD = sqlite "INSERT INTO verdict_revisions (hit, number, at, verdict, rule, params, created_by)
        SELECT value ->> 0, value ->> 1, $2, value ->> 2, value ->> 3, value ->> 4, $3
        FROM json_each($1)"
        postgres "INSERT INTO verdict_revisions (hit, number, at, verdict, rule, params, created_by)
        SELECT (e ->> 0)::BIGINT, (e ->> 1)::BIGINT, $2, (e ->> 2)::SMALLINT, (e ->> 3)::SMALLINT, e ->> 4, $3
        FROM jsonb_array_elements($1::JSONB) AS e";
}

/// Appends `changes`, made by a person or, without one, by the rules. The caller holds the log's
/// lock since before the hits were read, so that the numbers are the next ones.
pub(super) async fn append(
    tx: &mut Tx,
    changes: &[Change],
    by: Option<UserId>,
    now: Millis,
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let events: Vec<NewEvent> = changes.iter().map(|change| event(change, now)).collect();
    log::append(tx, &events).await?;
    let rows: Vec<_> = changes
        .iter()
        .map(|change| {
            let params = serde_json::to_string(&change.now.params).expect("texts have a JSON form");
            let now = &change.now;
            json!([
                change.hit.seq,
                number(change),
                now.verdict.code(),
                now.rule.code(),
                params
            ])
        })
        .collect();
    let rows = serde_json::to_string(&rows).expect("plain data has a JSON form");
    execute!(&mut *tx, ADD; rows, now, by)?;
    firings::mark_revised(tx, changes.iter().map(|c| (c.hit.seq, c.now.verdict))).await
}

/// The number of this revision of its hit.
fn number(change: &Change) -> i32 {
    change.hit.revised.as_ref().map_or(1, |(last, _)| last + 1)
}

fn event(change: &Change, now: Millis) -> NewEvent {
    let hit = &change.hit;
    NewEvent {
        at: now,
        kind: crate::domain::event::EventKind::Revised,
        delivery: Some(hit.delivery),
        contact: hit.contact,
        detail: Detail::Revision(Revision {
            hit: hit.seq,
            hit_at: hit.at,
            hit_kind: hit.event_kind(),
            link_no: hit.link_no,
            number: number(change),
            was: change.was.verdict,
            judgement: change.now.clone(),
        }),
    }
}
