//! From the intake into the log, on both engines: each hit is an event once, also when a step is
//! repeated; what may not be recorded any more leaves nothing.

use crate::support::engines::{Engine, folder};
use crate::support::world;
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::event::EventKind;
use otklik::domain::hit::{HitKind, HitRecord, Method};
use otklik::domain::id::{DeliveryId, Seq};
use otklik::domain::link::DestinationId;
use otklik::intake::{Intake, Limits};
use otklik::store::log;
use otklik::work::{Progress, ingest};

async fn hit(ctx: &Ctx, intake: &Intake, kind: HitKind, delivery: DeliveryId) {
    let record = HitRecord {
        at: ctx.clock.now(),
        kind,
        delivery,
        link_no: 1,
        destination: DestinationId(0),
        method: Method::Get,
        client: Some("203.0.113.7".parse().unwrap()),
        headers: Vec::new(),
    };
    intake.append(&record.to_bytes()).await.unwrap();
}

async fn kinds(ctx: &Ctx) -> Vec<EventKind> {
    let events = log::after(&ctx.store, Seq(0), 1_000).await.unwrap();
    events.into_iter().map(|event| event.event.kind).collect()
}

async fn drain(ctx: &Ctx, intake: &Intake) {
    while ingest::step(ctx, intake).await.unwrap() == Progress::More {}
}

#[tokio::test]
async fn an_unsubscribe_that_waited_in_the_intake_cancels_and_suppresses_once() {
    for engine in Engine::BOTH {
        let ctx = world::ctx(engine, world::settings(None)).await;
        let rep = world::rep(&ctx, "rita@example.org").await;
        let letter = world::letter("anna@example.com");
        let accepted = accept::accept(&ctx, &rep, letter).await.unwrap();
        let delivery = accepted.deliveries[0].id;
        let intake = folder();
        let intake = Intake::open(&intake, &ctx.keys, Limits::default());
        let intake = intake.await.unwrap();
        hit(&ctx, &intake, HitKind::Unsubscribe, delivery).await;
        hit(&ctx, &intake, HitKind::Unsubscribe, delivery).await;
        // Not rendered yet, so nothing may be recorded of it.
        hit(&ctx, &intake, HitKind::Click, delivery).await;
        drain(&ctx, &intake).await;
        drain(&ctx, &intake).await;
        let kinds = kinds(&ctx).await;
        let count = |kind| kinds.iter().filter(|it| **it == kind).count();
        assert_eq!(count(EventKind::Unsubscribed), 1, "{engine:?}");
        assert_eq!(count(EventKind::Cancelled), 1, "{engine:?}");
        assert_eq!(count(EventKind::Clicked), 0, "{engine:?}");
        intake.close().await;
        ctx.store.close().await;
    }
}
