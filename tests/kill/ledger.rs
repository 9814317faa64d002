//! Late judgement across kills: a click fires once, and never one that was a machine's when its
//! hold ended, wherever the process dies.

use crate::node::Installation;
use crate::support::engines::Engine;
use crate::support::world::letter;
use crate::world::World;
use otklik::accept::{self, Content};
use otklik::domain::clock::{Millis, SECOND_MS};
use otklik::domain::hit::{HeaderField, HitKind, HitRecord, Method};
use otklik::domain::id::DeliveryId;
use otklik::domain::link::DestinationId;
use otklik::faults::Point;
use otklik::intake::{Intake, Limits};
use otklik::store::{Store, firings};
use std::time::{Duration, Instant};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/146.0.7777.77 Safari/537.36";
const HOLD: Duration = Duration::from_secs(5);
const HOLDS: (&str, &str) = ("OTKLIK_VERDICTS__HOLD_SECONDS", "5");
const LIMIT: Duration = Duration::from_mins(2);
/// Links of a letter.
const LINKS: u16 = 5;

impl World {
    /// Accepts a letter with several links.
    async fn linked(&self, to: &str) -> DeliveryId {
        let link = |n| format!("<p><a href=\"https://shop.example/{n}\">page {n}</a></p>");
        let mut new = letter(to);
        new.content = Content::Own {
            subject: "Our call".to_owned(),
            html: Some((1..=LINKS).map(link).collect()),
            text: None,
        };
        let accepted = accept::accept(&self.ctx, &self.viewer, new).await;
        accepted.unwrap().deliveries[0].id
    }

    /// Leaves hits in the intake's folder, as a process that died right after would.
    async fn leave(&self, hits: &[HitRecord]) {
        leave_in(self, &self.installation, hits).await;
    }

    async fn number(&self, sql: &'static str) -> i64 {
        match &self.ctx.store {
            Store::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_one(read).await.unwrap(),
            Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    /// Waits until `sql` says `expected`.
    async fn until(&self, sql: &'static str, expected: i64) {
        let deadline = Instant::now() + LIMIT;
        while self.number(sql).await != expected {
            let log = || self.installation.log();
            assert!(Instant::now() < deadline, "{sql}: {}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// As [`World::leave`], in the folder of another node.
async fn leave_in(world: &World, node: &Installation, hits: &[HitRecord]) {
    let folder = node.data_dir.join("intake");
    let intake = Intake::open(&folder, &world.ctx.keys, Limits::default());
    let intake = intake.await.unwrap();
    for hit in hits {
        intake.append(&hit.to_bytes()).await.unwrap();
    }
    intake.close().await;
}

/// A click as a person's browser makes it; each letter's from another network.
fn click(delivery: DeliveryId, link_no: u16, network: u8, at: Millis) -> HitRecord {
    let header = |field, text: &str| (field, text.to_owned());
    HitRecord {
        at,
        kind: HitKind::Click,
        delivery,
        link_no,
        destination: DestinationId(0),
        method: Method::Get,
        client: Some([203, 0, network, 7].into()),
        headers: vec![
            header(HeaderField::UserAgent, CHROME),
            header(HeaderField::Accept, "text/html,*/*;q=0.8"),
            header(HeaderField::AcceptLanguage, "de"),
            header(HeaderField::SecFetchMode, "navigate"),
            header(HeaderField::SecFetchDest, "document"),
            header(HeaderField::SecFetchUser, "?1"),
            header(HeaderField::SecFetchSite, "cross-site"),
        ],
    }
}

const CLICKS: &str = "SELECT COUNT(*) FROM events WHERE kind = 9";
const UNJUDGED: &str = "SELECT (SELECT seq FROM event_head) - seq FROM outbox_cursors
    WHERE listener = 'verdicts'";
const WAITING: &str = "SELECT COUNT(*) FROM firings WHERE state = 0";
const FIRED: &str = "SELECT COUNT(*) FROM firings WHERE state = 1";
const FIRED_ON_MACHINES: &str = "SELECT COUNT(*) FROM firings f
    WHERE f.state = 1 AND EXISTS (SELECT 1 FROM verdict_revisions v WHERE v.hit = f.hit)";
const SWEPT: &str = "SELECT COUNT(DISTINCT hit) FROM verdict_revisions WHERE verdict = 4";
const TOLD: &str = "SELECT COUNT(*) FROM outbox_cursors WHERE listener LIKE 'arrivals/%'";
const REVISIONS: &str = "SELECT COUNT(*) FROM verdict_revisions";

/// A person's click and the first click of a sweep; dies at `point`; the rest of the sweep is in
/// the intake when the process starts again, or before the hold is over.
async fn crash_at(engine: Engine, point: Point) {
    let world = World::new(engine, 1, 0).await;
    let person = world.linked("anna@buyer.example").await;
    let swept = world.linked("gate@fortress.example").await;
    let node = world.installation.serve(&[HOLDS]);
    world.settle(LIMIT).await;
    world.until(UNJUDGED, 0).await;
    node.kill();

    let at = world.ctx.clock.now().plus(60 * SECOND_MS);
    let first = [click(person, 1, 1, at), click(swept, 1, 2, at)];
    let later = |no| click(swept, no, 2, at.plus(100 * i64::from(no)));
    let rest: Vec<HitRecord> = (2..=LINKS).map(later).collect();
    world.leave(&first).await;
    let mut node = world
        .installation
        .serve(&[HOLDS, ("OTKLIK_FAULT", point.name())]);
    let dies_late = matches!(point, Point::Decided | Point::Fired);
    if dies_late {
        world.until(WAITING, 2).await;
        world.leave(&rest).await;
    }
    assert!(node.dies_within(LIMIT), "{point:?} is reached");
    if !dies_late {
        world.leave(&rest).await;
        // What was held is due at once when the process starts again.
        tokio::time::sleep(HOLD).await;
    }
    for _ in 0..2 {
        let node = world.installation.serve(&[HOLDS]);
        world.until(CLICKS, 1 + i64::from(LINKS)).await;
        world.until(UNJUDGED, 0).await;
        world.until(FIRED, 1).await;
        world.until(WAITING, 0).await;
        node.kill();
    }
    let machines = world.number(FIRED_ON_MACHINES).await;
    assert_eq!(machines, 0, "{engine:?} {point:?}");
    let (swept, revisions) = (world.number(SWEPT).await, world.number(REVISIONS).await);
    assert_eq!(
        (swept, revisions),
        (5, 5),
        "{engine:?} {point:?}: each once"
    );
    let told = firings::notices(&world.ctx.store, world.viewer.user, None, 10);
    let told: Vec<_> = told
        .await
        .unwrap()
        .into_iter()
        .map(|it| it.address)
        .collect();
    assert_eq!(told, ["anna@buyer.example"], "{engine:?} {point:?}");
    world.until(FIRED, 1).await;
}

async fn crash_everywhere(engine: Engine) {
    for point in Point::LEDGER {
        crash_at(engine, point).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_fires_once_wherever_the_process_dies_and_no_sweep_does_on_sqlite() {
    crash_everywhere(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_fires_once_wherever_the_process_dies_and_no_sweep_does_on_postgres() {
    crash_everywhere(Engine::Postgres).await;
}

/// Two nodes on one database: the first click of a sweep comes to one of them, the rest to the
/// other, which is killed before it has taken it and starts again after the hold is over.
#[tokio::test(flavor = "multi_thread")]
async fn no_click_fires_while_the_rest_of_its_sweep_lies_at_a_node_that_was_killed() {
    let world = World::new(Engine::Postgres, 1, 0).await;
    let person = world.linked("anna@buyer.example").await;
    let swept = world.linked("gate@fortress.example").await;
    let other = Installation::beside(&world.installation);
    let node = world.installation.serve(&[HOLDS]);
    let second = other.serve(&[HOLDS]);
    world.settle(LIMIT).await;
    world.until(TOLD, 2).await;
    second.kill();

    let at = world.ctx.clock.now().plus(60 * SECOND_MS);
    let later = |no| click(swept, no, 2, at.plus(100 * i64::from(no)));
    let rest: Vec<HitRecord> = (2..=LINKS).map(later).collect();
    leave_in(&world, &other, &rest).await;
    node.kill();
    world
        .leave(&[click(person, 1, 1, at), click(swept, 1, 2, at)])
        .await;
    let node = world.installation.serve(&[HOLDS]);
    world.until(WAITING, 2).await;
    tokio::time::sleep(HOLD + Duration::from_secs(3)).await;
    assert_eq!(world.number(WAITING).await, 2, "the other is waited for");
    let second = other.serve(&[HOLDS]);
    world.until(CLICKS, 1 + i64::from(LINKS)).await;
    world.until(WAITING, 0).await;
    assert_eq!(world.number(FIRED).await, 1);
    assert_eq!(world.number(FIRED_ON_MACHINES).await, 0);
    let told = firings::notices(&world.ctx.store, world.viewer.user, None, 10);
    assert_eq!(told.await.unwrap()[0].address, "anna@buyer.example");
    second.kill();
    node.kill();
}
