//! A machine that slept, or came back from a backup: nothing goes until a person has seen the list.

use super::lane::state;
use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::{START, letter};
use otklik::accept;
use otklik::config::Roles;
use otklik::ctx::Ctx;
use otklik::domain::clock::{Clock, HOUR_MS, MINUTE_MS};
use otklik::domain::delivery::DeliveryState as S;
use otklik::net::smtp::PhaseTimeouts;
use otklik::work::send::Sender;
use otklik::work::{Progress, heartbeat};
use std::time::Duration;

async fn pass(ctx: &Ctx) {
    let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(5)));
    while sender.step().await.unwrap() == Progress::More {}
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_long_silence_the_queue_waits_until_a_person_confirms_the_list() {
    for engine in Engine::BOTH {
        let app = TestApp::with(engine, Clock::manual(START), |settings| {
            settings.roles = Roles {
                work: false,
                ..Roles::ALL
            };
        })
        .await;
        let ctx = &app.ctx;
        heartbeat::step(ctx).await.unwrap();
        let accept = async |to: &str, hours: i64| {
            let mut new = letter(to);
            new.send_at = (hours > 0).then(|| ctx.clock.now().plus(hours * HOUR_MS));
            let accepted = accept::accept(ctx, &app.rep.viewer, new).await;
            accepted.unwrap().id
        };
        let due = accept("anna@buyer.example", 0).await;
        let later = accept("boris@buyer.example", 9).await;
        ctx.clock.advance(61 * MINUTE_MS);
        pass(ctx).await;
        assert_eq!(state(ctx, due).await, S::Queued, "before the first beat");
        heartbeat::step(ctx).await.unwrap();
        heartbeat::step(ctx).await.unwrap();
        pass(ctx).await;
        assert_eq!(state(ctx, due).await, S::Queued, "{engine:?}: on hold");

        let rep = Pages::sign_in(&app, &app.rep).await;
        let page = rep.read("hold").await;
        assert!(
            !page.contains("anna@buyer.example"),
            "the list names everybody's"
        );
        assert_eq!(rep.post("hold", &[]).await.status(), 404);
        let admin = Pages::sign_in(&app, &app.admin).await;
        assert!(admin.read("settings").await.contains("href=\"/hold\""));
        let page = admin.read("hold").await;
        assert!(page.contains("61 minutes") && page.contains("anna@buyer.example"));
        assert!(!page.contains("boris@buyer.example"), "it is not due");
        assert!(page.contains("1\u{a0}"), "the button says how many");
        pass(ctx).await;
        assert_eq!(state(ctx, due).await, S::Queued, "looking changes nothing");
        assert_eq!(admin.send("hold", &[]).await, "/?done=lifted");
        pass(ctx).await;
        assert_eq!(state(ctx, due).await, S::Sent, "{engine:?}");
        assert_eq!(state(ctx, later).await, S::Scheduled);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_long_silence_with_nothing_due_holds_nothing() {
    for engine in Engine::BOTH {
        let own = crate::support::world::settings(None);
        let ctx = crate::support::world::ctx(engine, own).await;
        heartbeat::step(&ctx).await.unwrap();
        ctx.clock.advance(10 * HOUR_MS);
        heartbeat::step(&ctx).await.unwrap();
        let viewer = crate::support::world::rep(&ctx, "rita@seller.example").await;
        let new = letter("anna@buyer.example");
        let message = accept::accept(&ctx, &viewer, new).await.unwrap().id;
        pass(&ctx).await;
        assert_eq!(state(&ctx, message).await, S::Sent, "{engine:?}");
    }
}
