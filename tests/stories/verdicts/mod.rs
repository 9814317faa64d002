//! Late judgement, overrules and the hold, on both engines: what the ledger says, the metric store
//! and the report say too, and nothing fires on a click that was a machine's when its hold ended.

mod badge;
mod evidence;
mod exchangers;
mod fanout;
mod gateways;
mod history;
mod hold;
mod late;
mod nodes;
mod off;
mod overrule;
mod own;
mod parked;
mod site;
mod tls;

use crate::support::engines::{Engine, folder};
use crate::support::world::{self, Sink};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::clock::MINUTE_MS;
use otklik::domain::event::Detail;
use otklik::domain::hit::{HeaderField, HitKind, HitRecord, Method};
use otklik::domain::id::{DeliveryId, DeliveryNo, MessageId, Seq};
use otklik::domain::link::DestinationId;
use otklik::domain::verdict::{Rule, Verdict};
use otklik::domain::viewer::Viewer;
use otklik::intake::{Intake, Limits};
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::verdicts::Lifted;
use otklik::store::{Store, firings, log, verdicts as ledger};
use otklik::work::send::Sender;
use otklik::work::verdicts::Follower;
use otklik::work::{Progress, ingest};
use std::time::Duration;

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/146.0.7777.77 Safari/537.36";

/// A letter with links that was sent, and an intake for its hits.
struct World {
    ctx: Ctx,
    rep: Viewer,
    message: MessageId,
    delivery: DeliveryId,
    no: DeliveryNo,
    intake: Intake,
    follower: Follower,
    _sink: Sink,
}

impl World {
    async fn new(engine: Engine) -> Self {
        let sink = Sink::greedy().await;
        let ctx = world::ctx(engine, world::settings(Some(sink.url.clone()))).await;
        let rep = world::rep(&ctx, "rita@example.org").await;
        let mut letter = world::letter("anna@example.com");
        let link = |n| format!("<p><a href=\"https://shop.example/{n}\">page {n}</a></p>");
        let links = (1..=5).map(link).collect::<Vec<_>>().concat();
        letter.content = accept::Content::Own {
            subject: "Our call".to_owned(),
            html: Some(links),
            text: None,
        };
        let accepted = accept::accept(&ctx, &rep, letter).await.unwrap();
        let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(5)));
        while sender.step().await.unwrap() == Progress::More {}
        let intake = Intake::open(&folder(), &ctx.keys, Limits::default()).await;
        let no = scalar(&ctx.store, "SELECT no FROM deliveries").await;
        ctx.clock.advance(MINUTE_MS);
        let world = Self {
            rep,
            message: accepted.id,
            delivery: accepted.deliveries[0].id,
            no: DeliveryNo(no),
            intake: intake.unwrap(),
            follower: Follower::default(),
            ctx,
            _sink: sink,
        };
        world.work().await;
        world
    }

    /// A click on link `no` as a person's browser makes it.
    async fn click(&self, no: u16) {
        self.hit(HitKind::Click, no, Method::Get).await;
    }

    async fn hit(&self, kind: HitKind, link_no: u16, method: Method) {
        self.hit_on(self.delivery, kind, link_no, method).await;
    }

    async fn hit_on(&self, delivery: DeliveryId, kind: HitKind, link_no: u16, method: Method) {
        let record = self.record(delivery, kind, link_no, method);
        self.intake.append(&record.to_bytes()).await.unwrap();
    }

    /// A hit of this moment.
    fn record(
        &self,
        delivery: DeliveryId,
        kind: HitKind,
        link_no: u16,
        method: Method,
    ) -> HitRecord {
        let header = |field, text: &str| (field, text.to_owned());
        HitRecord {
            at: self.ctx.clock.now(),
            kind,
            delivery,
            link_no,
            destination: DestinationId(0),
            method,
            client: Some("203.0.113.7".parse().unwrap()),
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

    /// Takes what the intake holds and judges it.
    async fn work(&self) {
        while ingest::step(&self.ctx, &self.intake).await.unwrap() == Progress::More {}
        self.judge().await;
    }

    /// Judges what is in the log, and lets fire what may.
    async fn judge(&self) {
        let (ctx, intake) = (&self.ctx, &self.intake);
        while self.follower.step(ctx, intake).await.unwrap() == Progress::More {}
    }

    /// Each hit with its present verdict.
    async fn hits(&self) -> Vec<(Seq, Verdict, Rule)> {
        let events = log::after(&self.ctx.store, Seq(0), 10_000).await.unwrap();
        let mut hits = Vec::new();
        for event in events {
            match event.event.detail {
                Detail::Hit { judgement, .. } => {
                    hits.push((event.seq, judgement.verdict, judgement.rule));
                }
                Detail::Revision(it) => {
                    let hit = hits.iter_mut().find(|(seq, ..)| *seq == it.hit).unwrap();
                    *hit = (it.hit, it.judgement.verdict, it.judgement.rule);
                }
                _ => {}
            }
        }
        hits
    }

    /// See [`counted`].
    async fn counted(&self) -> (i64, i64) {
        counted(&self.ctx.store).await
    }

    /// See [`recounted`].
    async fn recounted(&self) -> (i64, i64) {
        recounted(&self.ctx.store).await
    }

    async fn overrule(&self, hit: Seq, verdict: Verdict) -> bool {
        let mut tx = self.ctx.store.begin().await.unwrap();
        let now = self.ctx.clock.now();
        let done = ledger::overrule(&mut tx, &self.rep, hit, verdict, "Rita Rep", now).await;
        tx.commit().await.unwrap();
        done.unwrap()
    }

    async fn lift(&self, hit: Seq) -> Lifted {
        let mut tx = self.ctx.store.begin().await.unwrap();
        let lifted = ledger::lift(&mut tx, &self.rep, hit, self.ctx.clock.now()).await;
        tx.commit().await.unwrap();
        lifted.unwrap()
    }

    async fn notices(&self) -> Vec<firings::Notice> {
        let user = self.rep.user;
        firings::notices(&self.ctx.store, user, None, 100)
            .await
            .unwrap()
    }

    async fn end(self) {
        self.intake.close().await;
        self.ctx.store.close().await;
    }
}

/// Deliveries with a human click and with a machine's, by the metric store.
async fn counted(store: &Store) -> (i64, i64) {
    let of = |column| {
        format!(
            "SELECT CAST(COALESCE(SUM({column}), 0) AS BIGINT) FROM click_rollups
            WHERE grain = 0 AND dim = 0 AND rep = 0"
        )
    };
    let (human, machine) = (of("human"), of("machine"));
    (scalar(store, &human).await, scalar(store, &machine).await)
}

/// The same recounted from the log in plain SQL.
async fn recounted(store: &Store) -> (i64, i64) {
    let of = |is_human: &str| {
        format!(
            "SELECT COUNT(DISTINCT e.delivery_no) FROM events e WHERE e.kind = 9 AND COALESCE(
                (SELECT v.verdict FROM verdict_revisions v WHERE v.hit = e.seq
                    ORDER BY v.number DESC LIMIT 1), e.verdict) {is_human} (0, 1)"
        )
    };
    (
        scalar(store, &of("IN")).await,
        scalar(store, &of("NOT IN")).await,
    )
}

async fn scalar(store: &Store, sql: &str) -> i64 {
    match store {
        Store::Sqlite { read, .. } => sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
            .fetch_one(read)
            .await
            .unwrap(),
        Store::Postgres(pool) => sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
            .fetch_one(pool)
            .await
            .unwrap(),
    }
}
