//! From the intake into the log, on both engines: each hit is an event once, also when a step is
//! repeated; what may not be recorded any more leaves nothing.

use crate::support::engines::{Engine, folder};
use crate::support::world::{self, Sink};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::clock::{DAY_MS, Millis};
use otklik::domain::event::{Detail, EventKind};
use otklik::domain::hit::{HitKind, HitRecord, Method};
use otklik::domain::id::{DeliveryId, Seq, SuppressionId};
use otklik::domain::link::DestinationId;
use otklik::intake::{Intake, Limits};
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::unsubscribe;
use otklik::store::{Store, log};
use otklik::work::send::Sender;
use otklik::work::{Progress, ingest, retention};
use std::time::Duration;

async fn hit(ctx: &Ctx, intake: &Intake, kind: HitKind, delivery: DeliveryId) {
    hit_at(ctx.clock.now(), intake, kind, delivery).await;
}

async fn hit_at(at: Millis, intake: &Intake, kind: HitKind, delivery: DeliveryId) {
    let record = HitRecord {
        at,
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

/// An accepted letter's delivery and an intake for its hits.
async fn begin(ctx: &Ctx) -> (DeliveryId, Intake) {
    let rep = world::rep(ctx, "rita@example.org").await;
    let letter = world::letter("anna@example.com");
    let accepted = accept::accept(ctx, &rep, letter).await.unwrap();
    let folder = folder();
    let intake = Intake::open(&folder, &ctx.keys, Limits::default());
    (accepted.deliveries[0].id, intake.await.unwrap())
}

async fn drain(ctx: &Ctx, intake: &Intake) {
    while ingest::step(ctx, intake).await.unwrap() == Progress::More {}
}

#[tokio::test]
async fn an_unsubscribe_that_waited_in_the_intake_cancels_and_suppresses_once() {
    for engine in Engine::BOTH {
        let ctx = world::ctx(engine, world::settings(None)).await;
        let (delivery, intake) = begin(&ctx).await;
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

#[tokio::test]
async fn of_leaving_and_coming_back_the_later_word_counts_whichever_arrives_first() {
    use EventKind::{Resubscribed, Unsubscribed};
    use HitKind::{Resubscribe, Unsubscribe};
    for engine in Engine::BOTH {
        let ctx = world::ctx(engine, world::settings(None)).await;
        let (delivery, intake) = begin(&ctx).await;
        let said = async |ctx: &Ctx| -> Vec<EventKind> {
            let kinds = kinds(ctx).await.into_iter();
            let said = kinds.filter(|kind| matches!(kind, Unsubscribed | Resubscribed));
            said.collect()
        };
        let undo = async || unsubscribe::undo(&ctx.store, delivery, ctx.clock.now()).await;
        let leave = async || {
            let id = SuppressionId(ctx.clock.fresh_id());
            unsubscribe::apply(&ctx.store, delivery, id, ctx.clock.now()).await
        };
        // It waits in the intake while the store takes the undo.
        hit(&ctx, &intake, Unsubscribe, delivery).await;
        ctx.clock.advance(1);
        undo().await.unwrap();
        drain(&ctx, &intake).await;
        assert_eq!(said(&ctx).await, [], "{engine:?}");
        // Both wait.
        ctx.clock.advance(1);
        hit(&ctx, &intake, Unsubscribe, delivery).await;
        ctx.clock.advance(1);
        hit(&ctx, &intake, Resubscribe, delivery).await;
        drain(&ctx, &intake).await;
        assert_eq!(said(&ctx).await, [Unsubscribed, Resubscribed], "{engine:?}");
        // The undo waits while the store is told twice to stop, once before it and once after.
        ctx.clock.advance(1);
        leave().await.unwrap();
        ctx.clock.advance(1);
        hit(&ctx, &intake, Resubscribe, delivery).await;
        ctx.clock.advance(1);
        leave().await.unwrap();
        drain(&ctx, &intake).await;
        let expected = [Unsubscribed, Resubscribed, Unsubscribed];
        assert_eq!(said(&ctx).await, expected, "{engine:?}");
        intake.close().await;
        ctx.store.close().await;
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_hides_no_unsubscribe_in_another() {
    for engine in Engine::BOTH {
        let ctx = world::ctx(engine, world::settings(None)).await;
        let rep = world::rep(&ctx, "rita@example.org").await;
        let letter = world::letter("anna@example.com");
        let accepted = accept::accept(&ctx, &rep, letter).await.unwrap();
        let delivery = accepted.deliveries[0].id;
        let folder = folder();
        // A file for each commit.
        let limits = Limits {
            rotate_bytes: 1,
            ..Limits::default()
        };
        let intake = Intake::open(&folder, &ctx.keys, limits).await.unwrap();
        hit(&ctx, &intake, HitKind::Click, delivery).await;
        hit(&ctx, &intake, HitKind::Unsubscribe, delivery).await;
        let sources = intake.sources();
        assert!(sources.len() > 1, "{engine:?}: {sources:?}");
        std::fs::remove_file(folder.join(format!("{}.db", sources[0].id))).unwrap();
        let told = ingest::through(&ctx, &intake).await;
        let error = told
            .expect_err("what could not be read is told")
            .to_string();
        assert!(
            error.contains("could not read a file"),
            "{engine:?} {error}"
        );
        let kinds = kinds(&ctx).await;
        assert!(
            kinds.contains(&EventKind::Unsubscribed),
            "{engine:?}: {kinds:?}"
        );
        intake.close().await;
        ctx.store.close().await;
    }
}

/// The hash of the client in each recorded hit.
async fn clients(ctx: &Ctx) -> Vec<Option<u64>> {
    let events = log::after(&ctx.store, Seq(0), 1_000).await.unwrap();
    let client = |detail| match detail {
        Detail::Hit { facts, .. } => Some(facts.client),
        _ => None,
    };
    let events = events.into_iter();
    events.filter_map(|it| client(it.event.detail)).collect()
}

async fn salts(store: &Store) -> Vec<Vec<u8>> {
    let sql = "SELECT salt FROM client_salts ORDER BY day";
    match store {
        Store::Sqlite { write, .. } => sqlx::query_scalar(sql).fetch_all(write).await.unwrap(),
        Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
    }
}

/// Whether the database file or its log still hold `bytes`.
async fn is_on_disk(store: &Store, bytes: &[u8]) -> bool {
    let Store::Sqlite { write, .. } = store else {
        return false;
    };
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(write)
        .await
        .unwrap();
    let sql = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let file: String = sqlx::query_scalar(sql).fetch_one(write).await.unwrap();
    let found = std::fs::read(file).unwrap();
    found.windows(bytes.len()).any(|part| part == bytes)
}

#[tokio::test]
async fn the_same_client_is_known_for_a_day_and_after_a_month_to_nobody() {
    for engine in Engine::BOTH {
        let sink = Sink::greedy().await;
        let ctx = world::ctx(engine, world::settings(Some(sink.url.clone()))).await;
        let (delivery, intake) = begin(&ctx).await;
        let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(5)));
        while sender.step().await.unwrap() == Progress::More {}
        let first_day = ctx.clock.now();
        hit(&ctx, &intake, HitKind::Click, delivery).await;
        drain(&ctx, &intake).await;
        hit(&ctx, &intake, HitKind::Click, delivery).await;
        ctx.clock.advance(DAY_MS);
        hit(&ctx, &intake, HitKind::Click, delivery).await;
        drain(&ctx, &intake).await;
        let known = clients(&ctx).await;
        assert_eq!(known.len(), 3, "{engine:?}");
        assert!(known[0].is_some() && known[0] == known[1] && known[0] != known[2]);

        let kept = salts(&ctx.store).await;
        assert_eq!(kept.len(), 2);
        ctx.clock.advance(30 * DAY_MS);
        retention::step(&ctx).await.unwrap();
        assert_eq!(salts(&ctx.store).await, kept[1..], "{engine:?}");
        assert!(!is_on_disk(&ctx.store, &kept[0]).await);
        if engine == Engine::Sqlite {
            assert!(
                is_on_disk(&ctx.store, &kept[1]).await,
                "the search finds what is there"
            );
        }
        // A hit of that day that comes only now has no hash, and brings no salt back.
        hit_at(first_day, &intake, HitKind::Click, delivery).await;
        drain(&ctx, &intake).await;
        assert_eq!(clients(&ctx).await[3], None, "{engine:?}");
        assert_eq!(salts(&ctx.store).await, kept[1..], "{engine:?}");
        intake.close().await;
        ctx.store.close().await;
    }
}
