//! `/events`: the log, in commit order, as far as the caller may see it.

use super::super::auth::Caller;
use super::super::error::Problem;
use super::super::state::Web;
use super::outcome::{Outcome, ok};
use super::page::{List, Paging, parse_seq_cursor, seq_cursor};
use super::wire::Query;
use crate::domain::event::Detail;
use crate::domain::id::Seq;
use crate::domain::verdict::Judgement;
use crate::store::events::{self, Told};
use crate::web::ui::words::Lang;
use actix_web::get;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// From where in the log.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    /// `next` of the page before; from the beginning when absent.
    after: Option<String>,
    /// Rows, 1 to 200; 50 when not given.
    limit: Option<i64>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventOut {
    /// Its place in commit order.
    seq: i64,
    /// The same as text, stable for ever.
    id: String,
    at: String,
    /// Such as `clicked`.
    kind: &'static str,
    message: Option<Uuid>,
    delivery: Option<Uuid>,
    contact: Option<Uuid>,
    /// The link's number; 0 is the pixel.
    link: Option<u16>,
    /// Of a hit: the first verdict; of a revision: the new one.
    verdict: Option<&'static str>,
    /// Why, for people.
    reasons: Vec<String>,
    /// Why, as a stable word: the rule of a verdict, the code of a failure.
    code: Option<String>,
    /// 0 for a first verdict, then 1, 2, …
    revision: i32,
    /// Of a revision: the `seq` of the hit it is about.
    hit: Option<i64>,
}

impl From<&Told> for EventOut {
    fn from(told: &Told) -> Self {
        let event = &told.event.event;
        let mut out = Self {
            seq: told.event.seq.0,
            id: told.event.seq.to_string(),
            at: event.at.rfc3339(),
            kind: event.kind.as_str(),
            message: told.message.map(|id| id.0),
            delivery: told.delivery.map(|id| id.0),
            contact: told.contact.map(|id| id.0),
            link: None,
            verdict: None,
            reasons: Vec::new(),
            code: None,
            revision: 0,
            hit: None,
        };
        match &event.detail {
            Detail::None | Detail::Dismissal(_) => {}
            Detail::Reason { code, text } => {
                out.code = Some(code.clone());
                out.reasons = line(text);
            }
            Detail::Hit {
                link_no, judgement, ..
            } => {
                out.link = Some(*link_no);
                out.judged(judgement);
            }
            Detail::Revision(revision) => {
                out.link = Some(revision.link_no);
                out.revision = revision.number;
                out.hit = Some(revision.hit.0);
                out.judged(&revision.judgement);
            }
            Detail::Touch(touch) => {
                out.code = Some(touch.channel.as_str().to_owned());
            }
            Detail::Report(report) => {
                out.code = Some(report.reason.as_str().to_owned());
                out.reasons = line(&report.text);
            }
        }
        out
    }
}

/// A line for people as reasons, none when it is empty.
fn line(text: &str) -> Vec<String> {
    Some(text.to_owned())
        .filter(|text| !text.is_empty())
        .into_iter()
        .collect()
}

impl EventOut {
    fn judged(&mut self, judgement: &Judgement) {
        self.verdict = Some(judgement.verdict.as_str());
        self.code = Some(judgement.rule.id().to_owned());
        self.reasons = vec![Lang::En.because(judgement)];
    }
}

/// Everything that happened, in commit order. `next` is never null: ask it again later
#[utoipa::path(tag = "events", params(After), responses((status = 200, body = List<EventOut>)))]
#[get("/events")]
pub(super) async fn list(web: Data<Web>, caller: Caller, query: Query<After>) -> Outcome {
    let paging = Paging {
        limit: query.0.limit,
        cursor: None,
    };
    let after = from(query.0.after.as_deref())?;
    let page = events::after(&web.ctx.store, &caller.viewer, after, paging.limit()?).await?;
    ok(List {
        items: page.events.iter().map(EventOut::from).collect(),
        next: Some(seq_cursor(page.reached.0)),
    })
}

/// The place behind an `after`; the beginning when there is none.
pub(super) fn from(after: Option<&str>) -> Result<Seq, Problem> {
    match after {
        None => Ok(Seq(0)),
        Some(text) => parse_seq_cursor(text)
            .map(Seq)
            .ok_or_else(|| Problem::field("after", "is not a cursor from a page before")),
    }
}
