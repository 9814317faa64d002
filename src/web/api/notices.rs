//! `/notices`: the caller's own, one for each click on a link of theirs that was still a person's
//! when its hold was over.

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::outcome::{Outcome, ok};
use super::page::{List, Paging, parse_seq_cursor, seq_cursor};
use super::wire::Query;
use crate::domain::clock::DAY_MS;
use crate::domain::id::Seq;
use crate::domain::verdict::Verdict;
use crate::store::firings::{self, Notice};
use actix_web::web::Data;
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Days over which the share that was revised is counted.
const SHARE_DAYS: i64 = 90;

/// From which notice on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Before {
    /// Rows, 1 to 200; 50 when not given.
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A link was followed.
#[derive(Debug, Serialize, ToSchema)]
struct NoticeOut {
    /// The `id` of the click's event.
    id: String,
    at: String,
    fired_at: String,
    message: Uuid,
    contact: Option<Uuid>,
    contact_name: Option<String>,
    address: String,
    /// The link's number.
    link: u16,
    label: Option<String>,
    url: Option<String>,
    /// The verdict on which it fired.
    verdict: &'static str,
    /// What the click was judged later, if that is no person.
    revised_to: Option<&'static str>,
    seen_at: Option<String>,
}

impl From<Notice> for NoticeOut {
    fn from(notice: Notice) -> Self {
        Self {
            id: notice.hit.to_string(),
            at: notice.at.rfc3339(),
            fired_at: notice.fired_at.rfc3339(),
            message: notice.message.0,
            contact: notice.contact.map(|id| id.0),
            contact_name: notice.contact_name,
            address: notice.address,
            link: notice.link_no,
            label: notice.label,
            url: notice.url,
            verdict: notice.verdict.as_str(),
            revised_to: notice.revised_to.map(Verdict::as_str),
            seen_at: notice.seen_at.map(crate::domain::clock::Millis::rfc3339),
        }
    }
}

/// Up to which notice all were seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenIn {
    /// The `id` of the newest notice that was seen.
    through: String,
}

/// How many notices are left.
#[derive(Debug, Serialize, ToSchema)]
struct UnseenOut {
    unseen: i64,
}

/// What fired on one class of verdict, and how much of it was wrong.
#[derive(Debug, Serialize, ToSchema)]
struct ShareOut {
    /// The verdict on which it fired.
    verdict: &'static str,
    fired: i64,
    /// Of these, by now judged to be no person's.
    revised: i64,
}

/// Links of the caller's messages that people followed, newest first
#[utoipa::path(tag = "notices", params(Before), responses((status = 200, body = List<NoticeOut>)))]
#[get("/notices")]
pub(super) async fn list(web: Data<Web>, caller: Caller, query: Query<Before>) -> Outcome {
    let paging = Paging {
        limit: query.0.limit,
        cursor: None,
    };
    let limit = paging.limit()?;
    let before = match query.0.cursor.as_deref() {
        None => None,
        Some(text) => Some(
            parse_seq_cursor(text)
                .map(Seq)
                .ok_or_else(|| Problem::field("cursor", "is not a cursor from a page before"))?,
        ),
    };
    let store = &web.ctx.store;
    let mut found = firings::notices(store, caller.user.id, before, limit + 1).await?;
    let has_more = found.len() as i64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found
        .last()
        .filter(|_| has_more)
        .map(|notice| seq_cursor(notice.hit.0));
    ok(List {
        items: found.into_iter().map(NoticeOut::from).collect(),
        next,
    })
}

/// How many notices the caller has not seen
#[utoipa::path(tag = "notices", responses((status = 200, body = UnseenOut)))]
#[get("/notices/unseen")]
pub(super) async fn count(web: Data<Web>, caller: Caller) -> Outcome {
    let unseen = firings::unseen(&web.ctx.store, caller.user.id).await?;
    ok(UnseenOut { unseen })
}

/// Mark notices as seen, up to one and with it
#[utoipa::path(tag = "notices", request_body = SeenIn,
    responses((status = 200, body = UnseenOut), (status = 422)))]
#[post("/notices/seen")]
pub(super) async fn see(web: Data<Web>, caller: Caller, body: Json<SeenIn>) -> Outcome {
    let through = body.value.through.parse::<i64>();
    let through = through.map_err(|_| Problem::field("through", "is not the id of a notice"))?;
    let (user, now) = (caller.user.id, web.ctx.clock.now());
    let mut tx = web.ctx.store.begin().await?;
    firings::see_all(&mut tx, user, Seq(through), now).await?;
    tx.commit().await?;
    let unseen = firings::unseen(&web.ctx.store, user).await?;
    ok(UnseenOut { unseen })
}

/// Of what fired in the last 90 days within the caller's reach: the share revised afterwards
#[utoipa::path(tag = "notices", responses((status = 200, body = List<ShareOut>)))]
#[get("/notices/revised")]
pub(super) async fn revised(web: Data<Web>, caller: Caller) -> Outcome {
    let since = web.ctx.clock.now().plus(-SHARE_DAYS * DAY_MS);
    let found = firings::shares(&web.ctx.store, &caller.viewer, since).await?;
    let items = found.into_iter().map(|share| ShareOut {
        verdict: share.verdict.as_str(),
        fired: share.fired,
        revised: share.revised,
    });
    ok(List {
        items: items.collect(),
        next: None,
    })
}
