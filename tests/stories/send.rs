//! A message is accepted once, leaves once, is tried again as stated, and never twice when nobody
//! can know.

use crate::support::engines::Engine;
use crate::support::world::{Answer, Sink, ctx, letter, rep, settings};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::clock::{HOUR_MS, MINUTE_MS};
use otklik::domain::delivery::DeliveryState;
use otklik::domain::event::EventKind;
use otklik::domain::id::{MessageId, Seq};
use otklik::domain::viewer::Viewer;
use otklik::net::catcher::Refusal;
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::log;
use otklik::store::messages::{self, Delivery};
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

fn sender(ctx: &Ctx) -> Sender {
    Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(5)))
}

async fn drain(sender: &Sender) {
    while sender.step().await.unwrap() == Progress::More {}
}

async fn kinds(ctx: &Ctx) -> Vec<EventKind> {
    let events = log::after(&ctx.store, Seq(0), 10_000).await.unwrap();
    events.into_iter().map(|event| event.event.kind).collect()
}

/// The one delivery of a message.
async fn delivery(ctx: &Ctx, message: MessageId) -> Delivery {
    let mut found = messages::deliveries(&ctx.store, message).await.unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

async fn post(ctx: &Ctx, viewer: &Viewer, to: &str) -> MessageId {
    accept::accept(ctx, viewer, letter(to)).await.unwrap().id
}

#[tokio::test]
async fn an_accepted_message_leaves_once_and_the_log_says_so() {
    use EventKind::{Queued, Sent};
    for engine in Engine::BOTH {
        let sink = Sink::greedy().await;
        let ctx = ctx(engine, settings(Some(sink.url.clone()))).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        let mut new = letter("Anna <anna@buyer.example>");
        new.cc = vec!["ben@buyer.example".to_owned()];
        let accepted = accept::accept(&ctx, &viewer, new).await.unwrap();
        assert_eq!(accepted.state, DeliveryState::Queued);
        assert_eq!(accepted.deliveries.len(), 2);

        let sender = sender(&ctx);
        drain(&sender).await;
        drain(&sender).await;
        let mails = sink.mails();
        assert_eq!(mails.len(), 2, "{engine:?}");
        let text = String::from_utf8(mails[0].1.clone()).unwrap();
        assert!(text.contains("https://t.example.org/c/"), "{text}");
        assert!(text.contains(&accepted.message_id));
        assert_eq!(kinds(&ctx).await, [Queued, Queued, Sent, Sent]);
    }
}

#[tokio::test]
async fn a_greylisted_message_comes_back_at_the_stated_times_and_a_refused_one_does_not() {
    for engine in Engine::BOTH {
        let tries = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&tries);
        let sink = Sink::start(Arc::new(move |to, _| {
            if to.starts_with("nobody") {
                return Answer::Refuse(Refusal::ForGood("no such user".to_owned()));
            }
            match seen.fetch_add(1, Ordering::SeqCst) {
                0 | 1 => Answer::Refuse(Refusal::ForNow("greylisted".to_owned())),
                _ => Answer::Take,
            }
        }))
        .await;
        let ctx = ctx(engine, settings(Some(sink.url.clone()))).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        let grey = post(&ctx, &viewer, "grey@buyer.example").await;
        let nobody = post(&ctx, &viewer, "nobody@buyer.example").await;
        let sender = sender(&ctx);
        drain(&sender).await;
        assert_eq!(delivery(&ctx, nobody).await.state, DeliveryState::Failed);
        assert_eq!(delivery(&ctx, grey).await.state, DeliveryState::Deferred);
        for (wait, tried) in [(4, 1), (3, 2), (9, 2), (4, 3), (999, 3)] {
            ctx.clock.advance(wait * MINUTE_MS);
            drain(&sender).await;
            assert_eq!(tries.load(Ordering::SeqCst), tried, "{engine:?} {wait}");
        }
        assert_eq!(delivery(&ctx, grey).await.state, DeliveryState::Sent);
        assert_eq!(sink.mails().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_never_answers_leaves_an_uncertain_mail_that_is_not_sent_again() {
    let sink = Sink::start(Arc::new(|_, _| Answer::Hang(Duration::from_secs(3)))).await;
    let ctx = ctx(Engine::Sqlite, settings(Some(sink.url.clone()))).await;
    let viewer = rep(&ctx, "rita@seller.example").await;
    let message = post(&ctx, &viewer, "anna@buyer.example").await;
    let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_millis(500)));
    drain(&sender).await;
    let delivery = delivery(&ctx, message).await;
    assert_eq!(delivery.state, DeliveryState::Uncertain);
    ctx.clock.advance(100 * HOUR_MS);
    drain(&sender).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(sink.mails().len() <= 1);
    assert_eq!(kinds(&ctx).await, [EventKind::Queued, EventKind::Uncertain]);
}
