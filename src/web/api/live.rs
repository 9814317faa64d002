//! `/events/live`: the log as server-sent events (WHATWG HTML, 9.2), from now or from where a
//! client left off. A feed ends after a while and with the server; browsers come back by
//! themselves and are asked again who they are.

use super::super::auth::Caller;
use super::super::error::{Code, Problem};
use super::super::state::Web;
use super::events::{EventOut, from};
use super::outcome::Outcome;
use super::page::seq_cursor;
use crate::domain::clock::Millis;
use crate::domain::id::Seq;
use crate::domain::viewer::Viewer;
use crate::live::News;
use crate::store::{events, firings, log};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use futures_util::stream;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

/// So that proxies do not take the feed for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After which a client must sign in anew by coming back.
const LONGEST: Duration = Duration::from_mins(10);
/// Events of one piece.
const PIECE: i64 = 100;

/// Events as they happen (`text/event-stream`); each `id` is a cursor, taken back as `Last-Event-ID`.
/// An event called `notices` gives the number of the caller's notices not seen yet
#[utoipa::path(tag = "events", responses((status = 200, content_type = "text/event-stream")))]
#[get("/events/live")]
pub(super) async fn follow(web: Data<Web>, caller: Caller, request: HttpRequest) -> Outcome {
    let seat = web.feeds.clone().try_acquire_owned().map_err(|_| {
        Problem::new(Code::Unavailable)
            .because("Too many feeds are open.")
            .retry_after(30)
    })?;
    let header = request.headers().get("last-event-id");
    let last = header.and_then(|value| value.to_str().ok());
    let at = match last {
        Some(text) => from(Some(text))?,
        None => log::head(&web.ctx.store).await?,
    };
    let feed = Feed {
        news: web.live.follow(),
        web,
        viewer: caller.viewer,
        at,
        until: Instant::now() + LONGEST,
        fired: None,
        greeted: false,
        _seat: seat,
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // nginx would hold the feed back otherwise.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream::unfold(feed, Feed::piece)))
}

struct Feed {
    web: Data<Web>,
    viewer: Viewer,
    at: Seq,
    news: watch::Receiver<News>,
    until: Instant,
    /// Up to when the follower knows what fired.
    fired: Option<Millis>,
    greeted: bool,
    _seat: OwnedSemaphorePermit,
}

impl Feed {
    /// The next piece of text; `None` ends the feed.
    async fn piece(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if !self.greeted {
            self.greeted = true;
            let hello = format!("retry: 2000\nid: {}\n: welcome\n\n", seq_cursor(self.at.0));
            return Some((Ok(hello.into()), self));
        }
        loop {
            let fired = self.news.borrow_and_update().fired;
            if self.fired.replace(fired) != Some(fired) {
                let unseen = firings::unseen(&self.web.ctx.store, self.viewer.user)
                    .await
                    .ok()?;
                let text = format!("event: notices\ndata: {unseen}\n\n");
                return Some((Ok(text.into()), self));
            }
            let page = events::after(&self.web.ctx.store, &self.viewer, self.at, PIECE)
                .await
                .ok()?;
            self.at = page.reached;
            if !page.events.is_empty() {
                let text: String = page
                    .events
                    .iter()
                    .map(|told| shown(&EventOut::from(told), told.event.seq))
                    .collect();
                return Some((Ok(text.into()), self));
            }
            if !page.is_end {
                continue;
            }
            tokio::select! {
                () = self.web.stop.cancelled() => return None,
                () = tokio::time::sleep_until(self.until) => return None,
                () = tokio::time::sleep(HEARTBEAT) => return Some((Ok(": still here\n\n".into()), self)),
                changed = self.news.changed() => changed.ok()?,
            }
        }
    }
}

fn shown(event: &EventOut, seq: Seq) -> String {
    let data = serde_json::to_string(event).expect("plain data has an encoding");
    format!("id: {}\nevent: log\ndata: {data}\n\n", seq_cursor(seq.0))
}
