//! Stops and takeovers: once a stop has committed nothing more is handed over, and a lane that
//! lost its mailbox starts nothing while what it learnt is still taken.

use super::lane::{claim, hand_over, settle, state, take};
use crate::support::engines::Engine;
use crate::support::world::{Sink, ctx, letter, rep, settings};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::delivery::DeliveryState;
use otklik::domain::event::EventKind;
use otklik::domain::id::{DeliveryNo, MessageId, Seq, SuppressionId};
use otklik::domain::suppression::{AddressHasher, SuppressionReason};
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::queue::{self, Step, Stop};
use otklik::store::suppressions::{self, NewSuppression};
use otklik::store::{log, messages};
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

const MAILS: usize = 1_000;

/// The first event of each kind of each delivery, by its place in commit order.
async fn firsts(ctx: &Ctx, kind: EventKind) -> HashMap<DeliveryNo, Seq> {
    let events = log::after(&ctx.store, Seq(0), 100_000).await.unwrap();
    events
        .into_iter()
        .filter(|event| event.event.kind == kind)
        .filter_map(|event| event.event.delivery.map(|no| (no, event.seq)))
        .collect()
}

/// Stops every message in one transaction while they are being sent; `how` says by what.
async fn race(engine: Engine, how: How) {
    let sink = Sink::greedy().await;
    let ctx = ctx(engine, settings(Some(sink.url.clone()))).await;
    let viewer = rep(&ctx, "rita@seller.example").await;
    let mut messages = Vec::with_capacity(MAILS);
    for n in 0..MAILS {
        let to = format!("contact{n}@buyer.example");
        messages.push(accept::accept(&ctx, &viewer, letter(&to)).await.unwrap().id);
    }
    let sending = {
        let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(20)));
        tokio::spawn(async move { while sender.step().await.unwrap() == Progress::More {} })
    };
    while sink.mails().len() < MAILS / 10 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut tx = ctx.store.begin().await.unwrap();
    stop_all(&ctx, &mut tx, &messages, how).await;
    tx.commit().await.unwrap();
    let handed_over = handed_over(&ctx, &messages).await;
    sending.await.unwrap();

    let after = self::handed_over(&ctx, &messages).await;
    assert_eq!(
        after, handed_over,
        "{engine:?}: nothing is handed over after the stop"
    );
    assert!(
        handed_over.len() < MAILS,
        "{engine:?}: the stop came in time for some"
    );
    let sent: HashSet<String> = sink.mails().into_iter().map(|(to, _)| to).collect();
    assert!(sent.is_subset(&handed_over), "{engine:?}");
    let cancelled = firsts(&ctx, EventKind::Cancelled).await;
    assert_eq!(cancelled.len() + handed_over.len(), MAILS, "{engine:?}");
}

#[derive(Debug, Clone, Copy)]
enum How {
    Suppress,
    Cancel,
}

async fn stop_all(ctx: &Ctx, tx: &mut otklik::store::Tx, messages: &[MessageId], how: How) {
    let at = ctx.clock.now();
    let hasher = AddressHasher::new(&ctx.keys);
    for (n, message) in messages.iter().enumerate() {
        match how {
            How::Cancel => {
                let stop = Stop {
                    code: "cancelled",
                    text: "",
                    at,
                };
                queue::cancel_message(tx, *message, stop).await.unwrap();
            }
            How::Suppress => {
                let address = EmailAddress::parse(&format!("contact{n}@buyer.example")).unwrap();
                let new = NewSuppression {
                    id: SuppressionId(ctx.clock.fresh_id()),
                    address: &address,
                    hash: hasher.hash(&address),
                    reason: SuppressionReason::Manual,
                    delivery: None,
                    contact: None,
                    created_by: None,
                    at,
                };
                suppressions::suppress(tx, &new).await.unwrap();
            }
        }
    }
}

/// The addresses whose body was let go.
async fn handed_over(ctx: &Ctx, messages: &[MessageId]) -> HashSet<String> {
    let mut found = HashSet::new();
    for message in messages {
        for delivery in messages::deliveries(&ctx.store, *message).await.unwrap() {
            if delivery.handed_over_at.is_some() {
                found.insert(delivery.address);
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_handed_over_after_a_suppression_has_committed() {
    for engine in Engine::BOTH {
        race(engine, How::Suppress).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_handed_over_after_a_cancellation_has_committed() {
    for engine in Engine::BOTH {
        race(engine, How::Cancel).await;
    }
}

#[tokio::test]
async fn a_lane_that_was_taken_over_starts_nothing_and_its_late_250_counts() {
    for engine in Engine::BOTH {
        let ctx = ctx(engine, settings(None)).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        let mut messages = Vec::new();
        for to in ["a@buyer.example", "b@buyer.example"] {
            messages.push(accept::accept(&ctx, &viewer, letter(to)).await.unwrap().id);
        }
        let old = take(&ctx, "node-a").await.unwrap();
        let keys = claim(&ctx, old).await;
        assert_eq!(keys.len(), 2);
        assert!(hand_over(&ctx, keys[0], old.fence).await);

        let new = take(&ctx, "node-b").await.unwrap();
        assert!(new.fence > old.fence);
        assert_eq!(state(&ctx, messages[0]).await, DeliveryState::Uncertain);
        assert_eq!(state(&ctx, messages[1]).await, DeliveryState::Queued);
        assert!(!hand_over(&ctx, keys[1], old.fence).await, "{engine:?}");
        let again = claim(&ctx, new).await;
        assert_eq!(again[0].delivery, keys[1].delivery);
        assert!(!hand_over(&ctx, keys[1], old.fence).await, "{engine:?}");
        assert!(hand_over(&ctx, again[0], new.fence).await, "{engine:?}");

        assert!(
            settle(&ctx, keys[0], Step::Sent).await,
            "late evidence is taken"
        );
        assert_eq!(state(&ctx, messages[0]).await, DeliveryState::Sent);
        assert!(
            !settle(&ctx, keys[1], Step::Failed).await,
            "of another attempt it is not"
        );
        assert_eq!(state(&ctx, messages[1]).await, DeliveryState::HandedOver);
    }
}
