//! Mail that comes back: stored once whichever way it comes, and followed by what it proves.

mod away;
mod company;
mod connect;
mod follow;
mod no_more;
mod pauses;
mod post;
mod posted;
mod privacy;
mod proofs;
mod race;
mod redone;
mod reports;
mod senders;
mod shown;
mod unread;
mod ways;
mod wishes;

use crate::support::engines::Engine;
use crate::support::world::{Sink, ctx, letter, rep, settings};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::event::{Event, EventKind};
use otklik::domain::id::{InboundNo, MailboxNo, Seq};
use otklik::domain::viewer::Viewer;
use otklik::net::smtp::PhaseTimeouts;
use otklik::receive::{self, Arrival, Folder, Received, Way, Wish};
use otklik::store::inbound::Place;
use otklik::store::inbound::read::{self, Shown};
use otklik::store::messages::{self, Delivery};
use otklik::store::{enqueue, log};
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::time::Duration;

/// A rep, their relay, and one message to Anna that has left.
pub struct Desk {
    pub ctx: Ctx,
    pub viewer: Viewer,
    pub sink: Sink,
    /// Of the message that left, without brackets.
    pub message_id: String,
    pub message: otklik::domain::id::MessageId,
}

impl Desk {
    pub async fn open(engine: Engine) -> Self {
        let sink = Sink::greedy().await;
        let ctx = ctx(engine, settings(Some(sink.url.clone()))).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        let sent = accept::accept(&ctx, &viewer, letter("Anna <anna@buyer.example>"));
        let sent = sent.await.unwrap();
        let desk = Self {
            ctx,
            viewer,
            sink,
            message_id: sent.message_id.clone(),
            message: sent.id,
        };
        desk.drain().await;
        desk
    }

    /// Sends what is due.
    pub async fn drain(&self) {
        let timeouts = PhaseTimeouts::all(Duration::from_secs(20));
        let sender = Sender::new(self.ctx.clone(), timeouts);
        while sender.step().await.unwrap() == Progress::More {}
    }

    /// A message that is accepted and does not leave yet.
    pub async fn waiting(&self, to: &str) -> otklik::domain::id::MessageId {
        let mut new = letter(to);
        new.send_at = Some(self.ctx.clock.now().plus(3_600_000));
        let accepted = accept::accept(&self.ctx, &self.viewer, new).await;
        accepted.unwrap().id
    }

    pub async fn delivery(&self, message: otklik::domain::id::MessageId) -> Delivery {
        let mut found = messages::deliveries(&self.ctx.store, message)
            .await
            .unwrap();
        found.remove(0)
    }

    /// The rep's own mailbox.
    pub async fn mailbox(&self) -> MailboxNo {
        let store = &self.ctx.store;
        let rep = enqueue::read::rep(store, self.viewer.user).await.unwrap();
        let found = enqueue::read::own_mailbox(store, &rep.unwrap()).await;
        found.unwrap().unwrap().no
    }

    pub async fn events(&self, kind: EventKind) -> Vec<Event> {
        let events = log::after(&self.ctx.store, Seq(0), 100_000).await.unwrap();
        let of_kind = events.into_iter().filter(|event| event.event.kind == kind);
        of_kind.collect()
    }

    /// How it came by the API, now.
    pub fn arrival(&self, way: Way) -> Arrival {
        Arrival {
            way,
            folder: Folder::Inbox,
            received_at: self.ctx.clock.now(),
            envelope_from: None,
            envelope_to: Vec::new(),
            wish: Wish::Asked,
        }
    }

    /// Takes a mail the whole way.
    pub async fn take(&self, raw: &str) -> Shown {
        let arrival = self.arrival(Way::Api);
        let no = stored(receive::take(&self.ctx, raw.into(), arrival).await.unwrap());
        receive::understand(&self.ctx, no).await.unwrap();
        self.shown(no).await
    }

    pub async fn shown(&self, no: InboundNo) -> Shown {
        read::by_no(&self.ctx.store, no).await.unwrap().unwrap()
    }

    /// Anna's answer to the message that left.
    pub fn answer(&self, n: u32) -> String {
        mail(
            "Anna <anna@buyer.example>",
            &format!("In-Reply-To: <{}>\r\n", self.message_id),
            n,
            "Yes, Tuesday at ten suits me very well.",
        )
    }
}

/// A short mail to the rep.
pub fn mail(from: &str, more: &str, n: u32, text: &str) -> String {
    format!(
        "From: {from}\r\nTo: Rita <rita@seller.example>\r\nSubject: Re: Our call\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\nMessage-ID: <in-{n}@buyer.example>\r\n{more}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

/// The number of what was stored.
pub fn stored(received: Received) -> InboundNo {
    match received {
        Received::Stored { no, .. } => no,
        Received::KeptOut(why) => panic!("kept out: {why:?}"),
    }
}

/// A place in the rep's inbox.
pub fn place(uid_validity: u32, uid: u32) -> Place {
    Place {
        folder: "INBOX".to_owned(),
        uid_validity,
        uid,
    }
}
