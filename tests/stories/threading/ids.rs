//! Every id under which a mail of ours is known: its own, wherever it survives, the one that a relay
//! told, the one that the copy in Sent has.

use super::{ANNA, Left, left, mail, passed_on, text};
use crate::inbound::stored;
use crate::support::engines::Engine;
use crate::support::world::{ctx, letter, rep, settings};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::clock::MINUTE_MS;
use otklik::domain::event::EventKind;
use otklik::domain::id::Seq;
use otklik::domain::inbound::MatchedBy;
use otklik::domain::viewer::Viewer;
use otklik::net::smtp::PhaseTimeouts;
use otklik::receive::{self, Arrival, Folder, Way, Wish};
use otklik::store::inbound::read::{self, Shown};
use otklik::store::{log, messages};
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A relay that answers the final dot as it is told, and keeps what it took.
#[derive(Clone)]
struct Relay {
    url: String,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    async fn start(answer: fn(usize) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay = Self {
            url: format!("smtp://{}", listener.local_addr().unwrap()),
            mails: Arc::default(),
        };
        let serving = relay.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let relay = serving.clone();
                tokio::spawn(async move {
                    // Clients hang up when they are done.
                    let _ = relay.talk(stream, answer).await;
                });
            }
        });
        relay
    }

    async fn talk(self, stream: TcpStream, answer: fn(usize) -> String) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 hello\r\n").await?;
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 0 {
            let said = line.split_whitespace().next().unwrap_or_default();
            let reply = match said {
                "DATA" => {
                    stream.write_all(b"354 go\r\n").await?;
                    let mut mail = String::new();
                    while !mail.ends_with("\r\n.\r\n") {
                        stream.read_line(&mut mail).await?;
                    }
                    let mut mails = self.mails.lock().unwrap();
                    mails.push(mail);
                    format!("250 {}\r\n", answer(mails.len()))
                }
                "QUIT" => "221 bye\r\n".to_owned(),
                _ => "250 well\r\n".to_owned(),
            };
            stream.write_all(reply.as_bytes()).await?;
            line.clear();
        }
        Ok(())
    }
}

/// A rep behind a relay.
struct World {
    ctx: Ctx,
    viewer: Viewer,
    relay: Relay,
}

impl World {
    async fn new(engine: Engine, answer: fn(usize) -> String) -> Self {
        let relay = Relay::start(answer).await;
        let ctx = ctx(engine, settings(Some(relay.url.clone()))).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        Self { ctx, viewer, relay }
    }

    /// Sends one letter, by one connection after the other.
    async fn send(&self, change: impl FnOnce(&mut accept::NewMessage)) -> Left {
        let mut new = letter("anna@buyer.example");
        change(&mut new);
        let sent = accept::accept(&self.ctx, &self.viewer, new).await.unwrap();
        let timeouts = PhaseTimeouts::all(Duration::from_secs(20));
        let sender = Sender::new(self.ctx.clone(), timeouts);
        while sender.step().await.unwrap() == Progress::More {}
        let raw = self.relay.mails.lock().unwrap().last().unwrap().clone();
        self.ctx.clock.advance(MINUTE_MS);
        left(&self.ctx, sent.id, sent.message_id, raw.as_bytes()).await
    }

    async fn take(&self, raw: &str, folder: Folder) -> Shown {
        let arrival = Arrival {
            way: Way::Api,
            folder,
            received_at: self.ctx.clock.now(),
            envelope_from: None,
            envelope_to: Vec::new(),
            wish: Wish::Asked,
        };
        let taken = receive::take(&self.ctx, raw.into(), arrival).await;
        let no = stored(taken.unwrap());
        receive::understand(&self.ctx, no).await.unwrap();
        read::by_no(&self.ctx.store, no).await.unwrap().unwrap()
    }
}

fn ses_id(n: usize) -> String {
    format!("0102018f1b2c3d4e-1a2b3c4d-5e6f-7a8b-9c0d-{n:012x}-000000")
}

/// Every place of an answer in which an id may be left.
fn naming(id: &str) -> Vec<(MatchedBy, String)> {
    let encoded = id.replace('@', "=40").replace('.', "=2E");
    let more = |by, more: &str| (by, mail(ANNA, "About something", more, &text()));
    vec![
        more(MatchedBy::InReplyTo, &format!("In-Reply-To: <{id}>\r\n")),
        more(
            MatchedBy::InReplyTo,
            &format!("In-Reply-To: Your mail of Monday\r\n <{id}>\r\n"),
        ),
        more(MatchedBy::References, &format!("References: <{id}>\r\n")),
        more(
            MatchedBy::References,
            &format!(
                "References: <{id}>\r\n <b@x.example>\r\n\t<c@x.example>\r\nIn-Reply-To: <c@x.example>\r\n"
            ),
        ),
        more(
            MatchedBy::References,
            &format!("References: =?utf-8?q?=3C{encoded}=3E?=\r\n"),
        ),
        (MatchedBy::Returned, {
            let head = format!("Message-ID: <{id}>\r\n");
            mail(ANNA, "About something", "", &passed_on(&head))
        }),
    ]
}

#[tokio::test]
async fn an_answer_is_threaded_wherever_it_names_whichever_of_our_ids() {
    for engine in Engine::BOTH {
        let world = World::new(engine, |n| format!("Ok {}", ses_id(n))).await;
        let sent = world.send(|_| {}).await;
        for id in [
            sent.id.clone(),
            format!("{}@eu-west-1.amazonses.com", ses_id(1)),
            format!("{}@email.amazonses.com", ses_id(1)),
        ] {
            for (by, raw) in naming(&id) {
                let shown = world.take(&raw, Folder::Inbox).await;
                assert_eq!(shown.matched_by, Some(by), "{engine:?}: {raw}");
                assert_eq!(shown.message, Some(sent.message), "{engine:?}: {raw}");
            }
        }
        // Its own id at another domain is somebody else's.
        for (_, raw) in naming(&format!("{}@example.com", ses_id(1))) {
            assert_eq!(world.take(&raw, Folder::Inbox).await.matched_by, None);
        }
    }
}

#[tokio::test]
async fn an_id_that_a_relay_told_names_the_one_copy() {
    let exchange =
        |n: usize| format!("2.0.0 OK <AM{n}@eur.prod.example> [Hostname=eur.prod.example]");
    for engine in Engine::BOTH {
        let world = World::new(engine, exchange).await;
        let sent = world
            .send(|new| new.cc = vec!["ben@buyer.example".to_owned()])
            .await;
        let store = &world.ctx.store;
        let copies = messages::deliveries(store, sent.message).await.unwrap();
        for n in 1..=2 {
            let raw = world.relay.mails.lock().unwrap()[n - 1].clone();
            assert!(raw.contains(&sent.id), "both are the same mail");
            let more = format!("In-Reply-To: <AM{n}@eur.prod.example>\r\n");
            let raw = mail("Cy <cy@buyer.example>", "x", &more, &text());
            let shown = world.take(&raw, Folder::Inbox).await;
            assert_eq!(shown.message, Some(sent.message), "{engine:?}");
            assert!(copies.iter().any(|copy| Some(copy.id) == shown.delivery));
            assert!(
                shown.found.colleague,
                "{engine:?}: a colleague's, under their own name"
            );
            assert_eq!(shown.sender, "cy@buyer.example");
        }
    }
}

#[tokio::test]
async fn our_id_survives_where_a_provider_puts_its_own_and_the_copy_in_sent_tells_that_one() {
    for engine in Engine::BOTH {
        let queued = |_: usize| "2.0.0 Ok: queued as 4ABC12DEF".to_owned();
        let world = World::new(engine, queued).await;
        let first = world.send(|_| {}).await;
        let then = world
            .send(|new| new.reply_to_message = Some(first.message))
            .await;
        assert_eq!(first.field("References"), format!("<{}>", first.id));
        let both = format!("<{}> <{}>", first.id, then.id);
        assert_eq!(then.field("References"), both);
        assert_eq!(then.field("In-Reply-To"), format!("<{}>", first.id));
        // What arrives is called `s2@provider.example`; the reader's program names what it got.
        let more = format!(
            "In-Reply-To: <s2@provider.example>\r\nReferences: {both}\r\n <s2@provider.example>\r\n"
        );
        let shown = world
            .take(&mail(ANNA, "x", &more, &text()), Folder::Inbox)
            .await;
        assert_eq!(shown.matched_by, Some(MatchedBy::References), "{engine:?}");
        assert_eq!(shown.message, Some(then.message), "{engine:?}");
        // Where nothing but Outlook's index is left, it is the newest mail of the thread.
        let index = first.thread_index();
        let shown = world
            .take(&mail(ANNA, "x", &index, &text()), Folder::Inbox)
            .await;
        assert_eq!(shown.matched_by, Some(MatchedBy::ThreadIndex), "{engine:?}");
        assert_eq!(shown.message, Some(then.message), "{engine:?}");

        let copy = then.raw.replace(
            &format!("Message-ID: <{}>", then.id),
            "Message-ID: <s2@provider.example>",
        );
        let shown = world.take(&copy, Folder::Sent).await;
        assert!(shown.found.outbound, "{engine:?}");
        assert_eq!(
            shown.message,
            Some(then.message),
            "{engine:?}: the same mail"
        );
        let touched = log::after(&world.ctx.store, Seq(0), 1_000);
        let touched = touched.await.unwrap();
        let by_hand = touched
            .iter()
            .filter(|event| event.event.kind == EventKind::Touched);
        assert_eq!(by_hand.count(), 0, "{engine:?}: and no second touch");
        for (by, raw) in naming("s2@provider.example") {
            let shown = world.take(&raw, Folder::Inbox).await;
            assert_eq!(shown.matched_by, Some(by), "{engine:?}");
            assert_eq!(shown.message, Some(then.message), "{engine:?}");
        }
    }
}
