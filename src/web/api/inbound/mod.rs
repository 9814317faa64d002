//! `/inbound`: mail that came back. Posting one stores it and says at once what it means. Reading
//! follows whose mail it is; what nobody owns waits in the team's queue.

pub(super) mod possible;
mod shown;

use super::super::auth::{Administrator, Caller};
use super::super::body::{self, Json};
use super::super::error::{Code, Problem};
use super::super::state::Web;
use super::once::{Key, Once};
use super::outcome::{Outcome, done, ok};
use super::page::{List, Paging, page};
use super::wire::{PathId, Query};
use crate::domain::id::{ContactId, InboundId, ThreadNo};
use crate::domain::inbound::InboundKind;
use crate::receive::{
    self, Arrival, Folder, LARGEST_BYTES, NoMore, ReceiveError, Received, Way, Wish,
};
use crate::store::inbound::read::{self, Filter, State, Whose};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use shown::{InboundOut, ListedOut};
use std::time::Duration;
use utoipa::IntoParams;
use uuid::Uuid;

/// How long a mail may take to come in.
const DEADLINE: Duration = Duration::from_mins(1);

/// Which mails.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Rows, 1 to 200; 50 when not given.
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Of this kind.
    kind: Option<String>,
    /// From or with this contact.
    contact: Option<Uuid>,
    /// Of this thread.
    thread: Option<i64>,
    /// `stored`, `understood` or `parked`.
    state: Option<String>,
    /// Only what nobody has taken yet.
    #[serde(default)]
    queue: bool,
}

/// Hand over a mail that came in
#[utoipa::path(tag = "inbound", request_body(content = Vec<u8>, content_type = "message/rfc822"),
    responses((status = 202, body = InboundOut), (status = 413), (status = 415), (status = 422)))]
#[post("/inbound")]
pub(super) async fn create(
    web: Data<Web>,
    caller: Caller,
    key: Key,
    request: HttpRequest,
    payload: Payload,
) -> Outcome {
    let bytes = mail(&request, payload).await?;
    let once = Once {
        web: &web,
        key,
        route: "POST /inbound",
        body_hash: Sha256::digest(&bytes).into(),
    };
    if let Some(answer) = once.answered(&caller).await? {
        return Ok(answer);
    }
    let arrival = Arrival {
        way: Way::Api,
        folder: Folder::Inbox,
        received_at: web.ctx.clock.now(),
        envelope_from: None,
        envelope_to: Vec::new(),
        wish: Wish::Asked,
    };
    let received = receive::take(&web.ctx, bytes, arrival)
        .await
        .map_err(problem)?;
    let Received::Stored { no, id, .. } = received else {
        return Err(Problem::internal(
            "a mail that was handed over was kept out",
        ));
    };
    // The mail is stored: whatever breaks from here on is tried again by a worker.
    if let Err(error) = receive::understand(&web.ctx, no).await {
        tracing::warn!(error = %error, "a mail was stored and waits to be understood");
    }
    let mail = read::by_no(&web.ctx.store, no).await?;
    let mail = mail.ok_or_else(Problem::not_found)?;
    let is_theirs = read::lookup(&web.ctx.store, &caller.viewer, id)
        .await?
        .is_some();
    let arrivals = read::arrivals(&web.ctx.store, no).await?;
    let shown = InboundOut::new(mail, arrivals);
    let shown = if is_theirs {
        shown
    } else {
        shown.without_ids()
    };
    once.create(&caller, StatusCode::ACCEPTED, async |_| Ok(shown))
        .await
}

/// The body, as a mail.
async fn mail(request: &HttpRequest, payload: Payload) -> Result<Vec<u8>, Problem> {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let media_type = header(CONTENT_TYPE).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    // Also what keeps a plain form of another site out: it cannot set this type.
    if !essence.eq_ignore_ascii_case("message/rfc822") {
        return Err(Problem::new(Code::MediaType).because("Send the mail as message/rfc822."));
    }
    let announced = header(CONTENT_LENGTH).and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST_BYTES) {
        return Err(too_large());
    }
    let bytes = body::read(payload.into_inner(), LARGEST_BYTES);
    let bytes = tokio::time::timeout(DEADLINE, bytes).await;
    bytes
        .map_err(|_| Problem::new(Code::Timeout))?
        .map(Vec::from)
}

fn too_large() -> Problem {
    Problem::new(Code::TooLarge).because(format!("At most {LARGEST_BYTES} bytes are taken here."))
}

fn problem(error: ReceiveError) -> Problem {
    match error {
        ReceiveError::TooLarge => too_large(),
        ReceiveError::Empty => Problem::new(Code::Validation).because("The mail is empty."),
        ReceiveError::Store(error) => error.into(),
    }
}

/// Mail that came in, newest first
#[utoipa::path(tag = "inbound", params(Which), responses((status = 200, body = List<ListedOut>)))]
#[get("/inbound")]
pub(super) async fn list(web: Data<Web>, caller: Caller, query: Query<Which>) -> Outcome {
    let which = query.0;
    let paging = Paging {
        limit: which.limit,
        cursor: which.cursor,
    };
    let (limit, before) = (paging.limit()?, paging.after()?.map(InboundId));
    let filter = Filter {
        kind: word("kind", which.kind.as_deref(), InboundKind::from_word)?,
        state: word("state", which.state.as_deref(), State::from_word)?,
        contact: which.contact.map(ContactId),
        thread: which.thread.map(ThreadNo),
        whose: if which.queue {
            Whose::Queue
        } else {
            Whose::Any
        },
    };
    let found = read::list(&web.ctx.store, &caller.viewer, filter, before, limit + 1).await?;
    ok(page(found, limit, |mail| mail.id.0, ListedOut::from))
}

fn word<T>(
    field: &str,
    text: Option<&str>,
    from_word: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let found = text.map(|text| from_word(text).ok_or(()));
    let found = found.transpose();
    found.map_err(|()| Problem::field(field, "is not a word that is known here"))
}

/// One mail: what it is, what it belongs to, its new text, each time it came
#[utoipa::path(tag = "inbound", params(("id" = Uuid, Path)),
    responses((status = 200, body = InboundOut), (status = 404)))]
#[get("/inbound/{id}")]
pub(super) async fn lookup(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    ok(show(&web, &caller, id).await?)
}

async fn show(web: &Web, caller: &Caller, id: PathId) -> Result<InboundOut, Problem> {
    let store = &web.ctx.store;
    let found = read::lookup(store, &caller.viewer, InboundId(id.0)).await?;
    let mail = found.ok_or_else(Problem::not_found)?;
    let arrivals = read::arrivals(store, mail.no).await?;
    Ok(InboundOut::new(mail, arrivals))
}

/// The mail as it came, to keep or to open elsewhere
#[utoipa::path(tag = "inbound", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "message/rfc822"), (status = 404)))]
#[get("/inbound/{id}/raw")]
pub(super) async fn raw(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let store = &web.ctx.store;
    let found = read::lookup(store, &caller.viewer, InboundId(id.0)).await?;
    let mail = found.ok_or_else(Problem::not_found)?;
    let bytes = read::raw(store, mail.no).await?;
    let bytes = bytes.ok_or_else(Problem::not_found)?;
    let name = format!("attachment; filename=\"{}.eml\"", mail.id);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "message/rfc822"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(bytes))
}

/// Withdraw a mail as private: what it said goes, that it came stays
#[utoipa::path(tag = "inbound", params(("id" = Uuid, Path)),
    responses((status = 200, body = InboundOut), (status = 404)))]
#[post("/inbound/{id}/withdraw")]
pub(super) async fn withdraw(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let found = read::lookup(&web.ctx.store, &caller.viewer, InboundId(id.0)).await?;
    let mail = found.ok_or_else(Problem::not_found)?;
    let is_own = mail
        .rep
        .as_ref()
        .is_some_and(|(rep, _)| *rep == caller.user.id);
    if !is_own && !caller.viewer.may_administer() {
        return Err(Problem::not_found());
    }
    let mut tx = web.ctx.store.begin().await?;
    read::withdraw(&mut tx, mail.no, web.ctx.clock.now()).await?;
    tx.commit().await?;
    ok(show(&web, &caller, id).await?)
}

/// Take a mail out of the team's queue; 409 when somebody has
#[utoipa::path(tag = "inbound", params(("id" = Uuid, Path)),
    responses((status = 200, body = InboundOut), (status = 404), (status = 409)))]
#[post("/inbound/{id}/take")]
pub(super) async fn take(web: Data<Web>, caller: Caller, id: PathId) -> Outcome {
    let inbound = InboundId(id.0);
    let found = read::lookup(&web.ctx.store, &caller.viewer, inbound).await?;
    found.ok_or_else(Problem::not_found)?;
    let mut tx = web.ctx.store.begin().await?;
    let taken = read::take(&mut tx, inbound, caller.user.id).await?;
    tx.commit().await?;
    if !taken {
        return Err(Problem::conflict("Somebody has taken it."));
    }
    ok(show(&web, &caller, id).await?)
}

/// What a person says of a mail that may ask for no more mail.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NoMoreIn {
    /// Whether its author wants no more mail. Then every address of theirs goes on the suppression
    /// list, as if they had said it clearly.
    wanted: bool,
}

/// Say whether a mail asks for no more mail
#[utoipa::path(tag = "inbound", params(("id" = Uuid, Path)), request_body = NoMoreIn,
    responses((status = 200, body = InboundOut), (status = 404), (status = 409), (status = 422)))]
#[post("/inbound/{id}/no-more")]
pub(super) async fn no_more(
    web: Data<Web>,
    caller: Caller,
    id: PathId,
    body: Json<NoMoreIn>,
) -> Outcome {
    let found = read::lookup(&web.ctx.store, &caller.viewer, InboundId(id.0)).await?;
    let mail = found.ok_or_else(Problem::not_found)?;
    let word = if body.value.wanted {
        NoMore::Wanted
    } else {
        NoMore::NotMeant
    };
    let mut tx = web.ctx.store.begin().await?;
    let said = receive::say_no_more(&web.ctx, &mut tx, mail.no, word, caller.user.id).await?;
    tx.commit().await?;
    said.map_err(|why| Problem::conflict(why.to_string()))?;
    ok(show(&web, &caller, id).await?)
}

/// Try to understand a parked mail again
#[utoipa::path(tag = "inbound", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404)))]
#[post("/inbound/{id}/retry")]
pub(super) async fn retry(web: Data<Web>, _: Caller<Administrator>, id: PathId) -> Outcome {
    let mut tx = web.ctx.store.begin().await?;
    let now = web.ctx.clock.now();
    let found = crate::store::inbound::pending::unpark(&mut tx, InboundId(id.0), now).await?;
    tx.commit().await?;
    done(found)
}
