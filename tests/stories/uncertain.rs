//! What nobody can know is decided by a person: another copy, or none. Evidence that arrives after
//! that is still taken.

use super::lane::{claim, delivery, hand_over, lose, settle, state, take};
use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::world::{Answer, Sink, ctx, letter, rep, settings};
use otklik::accept;
use otklik::config::Roles;
use otklik::ctx::Ctx;
use otklik::domain::clock::Clock;
use otklik::domain::delivery::DeliveryState as S;
use otklik::domain::event::EventKind;
use otklik::domain::id::{DeliveryId, MessageId, Seq};
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::log;
use otklik::store::queue::Step;
use otklik::store::queue::resolve::{self, Decision};
use otklik::work::Progress;
use otklik::work::send::Sender;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

async fn decide(ctx: &Ctx, message: MessageId, delivery: DeliveryId, decision: Decision) -> bool {
    let mut tx = ctx.store.begin().await.unwrap();
    let now = ctx.clock.now();
    let done = resolve::decide(&mut tx, message, delivery, decision, now).await;
    tx.commit().await.unwrap();
    done.unwrap().is_some()
}

async fn kinds(ctx: &Ctx) -> Vec<EventKind> {
    let events = log::after(&ctx.store, Seq(0), 10_000).await.unwrap();
    events.into_iter().map(|event| event.event.kind).collect()
}

fn message_id(mail: &[u8]) -> String {
    let parsed = mail_parser::MessageParser::default().parse(mail).unwrap();
    parsed.message_id().unwrap().to_owned()
}

#[tokio::test]
async fn a_second_copy_goes_only_when_a_person_asks_and_is_the_same_mail() {
    use EventKind::{Queued, Sent, Uncertain};
    for engine in Engine::BOTH {
        let seen = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&seen);
        let sink = Sink::start(Arc::new(move |_, _| {
            match count.fetch_add(1, Ordering::SeqCst) {
                0 => Answer::Hang(Duration::from_secs(3)),
                _ => Answer::Take,
            }
        }))
        .await;
        let ctx = ctx(engine, settings(Some(sink.url.clone()))).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        let new = letter("anna@buyer.example");
        let message = accept::accept(&ctx, &viewer, new).await.unwrap().id;
        let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(1)));
        while sender.step().await.unwrap() == Progress::More {}
        assert_eq!(state(&ctx, message).await, S::Uncertain);
        let id = delivery(&ctx, message).await.id;
        let other = MessageId(ctx.clock.fresh_id());
        assert!(
            !decide(&ctx, other, id, Decision::Again).await,
            "another's message"
        );
        assert!(decide(&ctx, message, id, Decision::Again).await);
        assert!(!decide(&ctx, message, id, Decision::Again).await, "once");
        while sender.step().await.unwrap() == Progress::More {}
        assert_eq!(state(&ctx, message).await, S::Sent, "{engine:?}");
        tokio::time::sleep(Duration::from_secs(3)).await;
        let mails = sink.mails();
        assert_eq!(mails.len(), 2, "{engine:?}");
        assert_eq!(message_id(&mails[0].1), message_id(&mails[1].1));
        assert_eq!(kinds(&ctx).await, [Queued, Uncertain, Queued, Sent]);
    }
}

#[tokio::test]
async fn a_late_250_settles_the_first_copy_and_stops_the_second() {
    for engine in Engine::BOTH {
        for is_claimed in [false, true] {
            let ctx = ctx(engine, settings(None)).await;
            let viewer = rep(&ctx, "rita@seller.example").await;
            let new = letter("anna@buyer.example");
            let message = accept::accept(&ctx, &viewer, new).await.unwrap().id;
            let first = lose(&ctx).await;
            let id = delivery(&ctx, message).await.id;
            assert!(decide(&ctx, message, id, Decision::Again).await);
            assert_eq!(state(&ctx, message).await, S::Queued);
            let mut second = None;
            if is_claimed {
                let lane = take(&ctx, "node-c").await.unwrap();
                second = Some((claim(&ctx, lane).await[0], lane.fence));
            }
            assert!(settle(&ctx, first, Step::Sent).await, "{engine:?}");
            assert_eq!(state(&ctx, message).await, S::Sent);
            if let Some((key, fence)) = second {
                assert_ne!(key.number, first.number);
                assert!(!hand_over(&ctx, key, fence).await, "{engine:?}");
            }
        }
    }
}

#[tokio::test]
async fn evidence_of_an_attempt_that_was_never_handed_over_is_none() {
    for engine in Engine::BOTH {
        let ctx = ctx(engine, settings(None)).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        let new = letter("anna@buyer.example");
        let message = accept::accept(&ctx, &viewer, new).await.unwrap().id;
        let lane = take(&ctx, "node-a").await.unwrap();
        let key = claim(&ctx, lane).await[0];
        assert!(!settle(&ctx, key, Step::Sent).await, "{engine:?}");
        take(&ctx, "node-b").await.unwrap();
        assert!(!settle(&ctx, key, Step::Sent).await, "{engine:?}");
        assert_eq!(state(&ctx, message).await, S::Queued);
    }
}

async fn post(app: &TestApp, path: &str, person: usize, key: &str, body: &Value) -> (u16, Value) {
    let people = [
        &app.rep,
        &app.manager,
        &app.admin,
        &app.marketer,
        &app.stranger,
    ];
    let request = app.ask(Method::POST, path, people[person]).json(body);
    let answer = request.header("Idempotency-Key", key).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn author_manager_and_administrator_decide_and_nobody_else() {
    for engine in Engine::BOTH {
        let app = TestApp::with(engine, Clock::System, |settings| {
            settings.roles = Roles {
                work: false,
                ..Roles::ALL
            };
        })
        .await;
        for (who, verb, after) in [
            (0, "resend", S::Queued),
            (1, "arrived", S::Sent),
            (2, "arrived", S::Sent),
        ] {
            let new = letter(&format!("contact{who}@buyer.example"));
            let message = accept::accept(&app.ctx, &app.rep.viewer, new)
                .await
                .unwrap()
                .id;
            lose(&app.ctx).await;
            let body = json!({"delivery": delivery(&app.ctx, message).await.id.0});
            let path = format!("api/v1/messages/{message}/{verb}");
            for stranger in [3, 4] {
                let (status, answer) = post(&app, &path, stranger, "k", &body).await;
                assert_eq!(status, 404, "{answer}");
            }
            let key = format!("key-{who}");
            let first = post(&app, &path, who, &key, &body).await;
            assert_eq!(first.0, 202, "{}", first.1);
            assert_eq!(first.1["state"], after.as_str());
            assert_eq!(state(&app.ctx, message).await, after);
            assert_eq!(
                post(&app, &path, who, &key, &body).await,
                first,
                "the same answer"
            );
            let (status, _) = post(&app, &path, who, "another", &body).await;
            assert_eq!(
                status, 409,
                "{engine:?}: it does not wait for this any more"
            );
            // Out of the way of the next round.
            if after == S::Queued {
                lose(&app.ctx).await;
            }
        }
        app.stop().await;
    }
}
