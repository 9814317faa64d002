//! Several nodes, each with an intake of its own: nothing fires before what arrived at any of them
//! by the end of the hold has been judged, and a node that is gone is not waited for without end.
//! Only PostgreSQL is shared by nodes.

use super::{World, scalar};
use crate::support::engines::{Engine, folder};
use otklik::ctx::Ctx;
use otklik::domain::clock::{MINUTE_MS, SECOND_MS};
use otklik::domain::hit::{HitKind, Method};
use otklik::domain::verdict::{Rule, Verdict};
use otklik::intake::{Intake, Limits};
use otklik::store::Store;
use otklik::store::arrivals::SILENT_MS;
use otklik::work::arrivals::Herald;
use otklik::work::{Progress, ingest};

/// Another node on the store of a world.
struct Node {
    ctx: Ctx,
    intake: Intake,
    herald: Herald,
}

impl Node {
    async fn beside(world: &World) -> Self {
        let ctx = Ctx {
            node: "node-b:1".into(),
            ..world.ctx.clone()
        };
        let intake = Intake::open(&folder(), &ctx.keys, Limits::default()).await;
        let node = Self {
            ctx,
            intake: intake.unwrap(),
            herald: Herald::default(),
        };
        node.tells().await;
        node
    }

    async fn tells(&self) {
        let told = self.herald.step(&self.ctx, &self.intake).await;
        assert_eq!(told.unwrap(), Progress::Idle);
    }

    async fn ingests(&self) {
        while ingest::step(&self.ctx, &self.intake).await.unwrap() == Progress::More {}
    }
}

const WAITING: &str = "SELECT COUNT(*) FROM firings WHERE state = 0";
const DROPPED: &str = "SELECT COUNT(*) FROM firings WHERE state = 2";

#[tokio::test]
async fn nothing_fires_while_hits_of_the_hold_wait_at_another_node() {
    let world = World::new(Engine::Postgres).await;
    let other = Node::beside(&world).await;
    let store = &world.ctx.store;
    world.click(1).await;
    world.work().await;
    // The rest of the sweep went to the other node, whose ingest is far behind.
    for no in 2..=5 {
        world.ctx.clock.advance(100);
        let record = world.record(world.delivery, HitKind::Click, no, Method::Get);
        other.intake.append(&record.to_bytes()).await.unwrap();
    }
    world.ctx.clock.advance(MINUTE_MS);
    for _ in 0..3 {
        other.tells().await;
        world.judge().await;
    }
    assert_eq!(scalar(store, WAITING).await, 1, "it says how far it is");
    // Taken, and not told of yet.
    other.ingests().await;
    world.judge().await;
    assert_eq!(scalar(store, WAITING).await, 1);
    let swept = (Verdict::Scanner, Rule::GBurst);
    for (_, verdict, rule) in world.hits().await {
        assert_eq!((verdict, rule), swept);
    }
    other.tells().await;
    other.tells().await;
    world.judge().await;
    assert_eq!(scalar(store, DROPPED).await, 1);
    assert_eq!(world.notices().await, []);
    other.intake.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_click_fires_as_soon_as_a_second_node_has_nothing_to_add() {
    let world = World::new(Engine::Postgres).await;
    let other = Node::beside(&world).await;
    world.click(1).await;
    world.work().await;
    world.ctx.clock.advance(30 * SECOND_MS);
    world.work().await;
    assert_eq!(world.notices().await, [], "not told yet");
    other.tells().await;
    world.work().await;
    assert_eq!(world.notices().await.len(), 1);
    // It speaks when it is asked, and otherwise keeps still.
    let said = "SELECT seq FROM outbox_cursors WHERE listener = 'arrivals/node-b'";
    let before = scalar(&world.ctx.store, said).await;
    world.ctx.clock.advance(SECOND_MS);
    other.tells().await;
    assert_eq!(scalar(&world.ctx.store, said).await, before);
    other.intake.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_node_that_fell_silent_is_waited_for_and_then_no_more() {
    let world = World::new(Engine::Postgres).await;
    let other = Node::beside(&world).await;
    world.click(1).await;
    world.work().await;
    world.ctx.clock.advance(MINUTE_MS);
    // It dies with its intake; how long ago it spoke goes by the database's clock.
    other.intake.close().await;
    silence(&world.ctx.store, SILENT_MS - 20 * SECOND_MS).await;
    world.work().await;
    assert_eq!(world.notices().await, [], "it may only be slow");
    silence(&world.ctx.store, 21 * SECOND_MS).await;
    world.work().await;
    assert_eq!(world.notices().await.len(), 1);
    world.end().await;
}

async fn silence(store: &Store, ms: i64) {
    let sql =
        "UPDATE outbox_cursors SET changed_at = changed_at - $1 WHERE listener LIKE 'arrivals/%'";
    let Store::Postgres(pool) = store else {
        panic!("nodes share PostgreSQL");
    };
    let done = sqlx::query(sql).bind(ms).execute(pool).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
}
