//! A touch as the API shows it.

use crate::domain::day::Day;
use crate::domain::touch::{CallResult, Outcome};
use crate::store::touches::Shown;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A touch.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct TouchOut {
    id: Uuid,
    contact: Uuid,
    contact_name: String,
    channel: &'static str,
    direction: &'static str,
    by: &'static str,
    /// Its author; of an inbound one, who owned the contact then.
    rep: Option<Uuid>,
    at: String,
    recorded_at: String,
    result: Option<&'static str>,
    words: i64,
    attachment: bool,
    /// Whether a colleague of the contact answered.
    colleague: bool,
    /// Whether a person told us of it.
    self_reported: bool,
    /// Whether the contact took part.
    conversation: bool,
    /// How it went, as a rep said.
    outcome: Option<&'static str>,
    /// With `later`: the day.
    later: Option<String>,
    /// What its words suggest.
    suggested: Option<&'static str>,
    /// The words that suggest it.
    suggested_by: Option<String>,
    note: Option<String>,
    recording_url: Option<String>,
}

impl From<Shown> for TouchOut {
    fn from(touch: Shown) -> Self {
        let (suggested, suggested_by) = touch.suggestion.unzip();
        Self {
            id: touch.id.0,
            contact: touch.contact.0,
            contact_name: touch.contact_name,
            channel: touch.channel.as_str(),
            direction: touch.direction.as_str(),
            by: touch.by.as_str(),
            rep: touch.rep.map(|(id, _)| id.0),
            at: touch.at.rfc3339(),
            recorded_at: touch.recorded_at.rfc3339(),
            result: touch.result.map(CallResult::as_str),
            words: touch.words,
            attachment: touch.attachment,
            colleague: touch.colleague,
            self_reported: touch.self_reported,
            conversation: touch.is_conversation,
            outcome: touch.outcome.map(Outcome::as_str),
            later: touch
                .later_day
                .and_then(|day| i32::try_from(day).ok())
                .map(|day| Day(day).to_string()),
            suggested: suggested.map(Outcome::as_str),
            suggested_by: suggested_by.filter(|words| !words.is_empty()),
            note: touch.note,
            recording_url: touch.recording_url,
        }
    }
}
