//! Late judgement, overrules and the hold, on both engines: what the ledger says, the metric store
//! and the report say too, and nothing fires on a click that was a machine's when its hold ended.

use crate::support::engines::{Engine, folder};
use crate::support::world::{self, Sink};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::clock::{DAY_MS, MINUTE_MS, Millis, SECOND_MS};
use otklik::domain::event::{Detail, EventKind, NewEvent};
use otklik::domain::hit::{HeaderField, HitKind, HitRecord, Method};
use otklik::domain::id::{DeliveryId, DeliveryNo, MessageId, Seq};
use otklik::domain::link::DestinationId;
use otklik::domain::verdict::{Rule, Verdict};
use otklik::domain::viewer::Viewer;
use otklik::intake::{Intake, Limits};
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::rebuild::Next;
use otklik::store::verdicts::Lifted;
use otklik::store::verdicts::history::{Ended, rejudge_all};
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
        let header = |field, text: &str| (field, text.to_owned());
        let record = HitRecord {
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
        };
        self.intake.append(&record.to_bytes()).await.unwrap();
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

    /// Deliveries with a human click and with a machine's, by the metric store.
    async fn counted(&self) -> (i64, i64) {
        let of = |column| {
            format!(
                "SELECT CAST(SUM({column}) AS BIGINT) FROM click_rollups WHERE grain = 0 AND dim = 0 AND rep = 0"
            )
        };
        let (human, machine) = (of("human"), of("machine"));
        let store = &self.ctx.store;
        (scalar(store, &human).await, scalar(store, &machine).await)
    }

    /// The same recounted from the log in plain SQL.
    async fn recounted(&self) -> (i64, i64) {
        let of = |is_human: &str| {
            format!(
                "SELECT COUNT(DISTINCT e.delivery_no) FROM events e WHERE e.kind = 9 AND COALESCE(
                    (SELECT v.verdict FROM verdict_revisions v WHERE v.hit = e.seq
                        ORDER BY v.number DESC LIMIT 1), e.verdict) {is_human} (0, 1)"
            )
        };
        let store = &self.ctx.store;
        (
            scalar(store, &of("IN")).await,
            scalar(store, &of("NOT IN")).await,
        )
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

#[tokio::test]
async fn a_person_overrules_and_takes_it_back_and_figures_follow() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        world.click(1).await;
        world.work().await;
        let (hit, verdict, rule) = world.hits().await[0];
        assert_eq!((verdict, rule), (Verdict::LikelyHuman, Rule::HNav));
        assert_eq!(world.counted().await, (1, 0), "{engine:?}");

        assert!(world.overrule(hit, Verdict::Own).await);
        assert_eq!(world.hits().await, [(hit, Verdict::Own, Rule::Overruled)]);
        assert_eq!(world.counted().await, (0, 1), "{engine:?}");
        assert_eq!(world.recounted().await, (0, 1), "{engine:?}");
        // The rules see it again and leave it.
        let mut tx = world.ctx.store.begin().await.unwrap();
        let now = world.ctx.clock.now();
        let changed = ledger::rejudge_message(&mut tx, world.message, now).await;
        assert_eq!(changed.unwrap(), 0, "{engine:?}");
        tx.commit().await.unwrap();
        let told = ledger::ledger(&world.ctx.store, &world.rep, hit).await;
        let told = told.unwrap().unwrap();
        assert!(told.is_overruled());
        assert_eq!(told.present().by.as_deref(), Some("Rita Rep"));

        assert_eq!(world.lift(hit).await, Lifted::Yes);
        assert_eq!(world.lift(hit).await, Lifted::NotOverruled);
        assert_eq!(
            world.hits().await,
            [(hit, Verdict::LikelyHuman, Rule::HNav)]
        );
        assert_eq!(world.counted().await, (1, 0), "{engine:?}");
        assert!(!world.overrule(Seq(hit.0 + 1), Verdict::Own).await);
        let other = world::rep(&world.ctx, "other@example.org").await;
        let told = ledger::ledger(&world.ctx.store, &other, hit).await;
        assert_eq!(told.unwrap(), None, "{engine:?}: another rep's");
        world.end().await;
    }
}

#[tokio::test]
async fn a_click_fires_once_when_its_hold_is_over_and_only_if_a_person_still_made_it() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        world.click(1).await;
        world.work().await;
        world.ctx.clock.advance(29 * SECOND_MS);
        world.work().await;
        assert_eq!(world.notices().await, [], "{engine:?}: held");
        world.ctx.clock.advance(SECOND_MS);
        world.work().await;
        world.work().await;
        let told = world.notices().await;
        assert_eq!(told.len(), 1, "{engine:?}");
        assert_eq!(told[0].label.as_deref(), Some("page 1"));
        assert_eq!(told[0].message, world.message);
        let unseen = firings::unseen(&world.ctx.store, world.rep.user).await;
        assert_eq!(unseen.unwrap(), 1);

        // An hour later, and overruled within the hold: nothing fires.
        world.ctx.clock.advance(60 * MINUTE_MS);
        world.click(2).await;
        world.work().await;
        let second = world.hits().await[1].0;
        assert!(world.overrule(second, Verdict::Scanner).await);
        world.ctx.clock.advance(MINUTE_MS);
        world.work().await;
        assert_eq!(world.notices().await.len(), 1, "{engine:?}");
        // Lifted afterwards: still nothing, and what fired before is marked once it is revised.
        assert_eq!(world.lift(second).await, Lifted::Yes);
        world.ctx.clock.advance(MINUTE_MS);
        world.work().await;
        assert_eq!(world.notices().await.len(), 1, "{engine:?}");
        assert!(world.overrule(told[0].hit, Verdict::Scanner).await);
        let told = world.notices().await;
        assert_eq!(told[0].revised_to, Some(Verdict::Scanner), "{engine:?}");
        let since = Millis(0);
        let shares = firings::shares(&world.ctx.store, &world.rep, since)
            .await
            .unwrap();
        assert_eq!(
            (shares.len(), shares[0].fired, shares[0].revised),
            (1, 1, 1)
        );

        // Opens fire nothing, nor does a click that comes out of a long-lost intake.
        world.hit(HitKind::Open, 0, Method::Get).await;
        world.click(3).await;
        world.ctx.clock.advance(2 * DAY_MS);
        world.work().await;
        world.ctx.clock.advance(MINUTE_MS);
        world.work().await;
        assert_eq!(world.notices().await.len(), 1, "{engine:?}");

        let mut tx = world.ctx.store.begin().await.unwrap();
        let now = world.ctx.clock.now();
        let seen = firings::see(&mut tx, world.rep.user, told[0].hit, now).await;
        assert!(seen.unwrap());
        tx.commit().await.unwrap();
        let unseen = firings::unseen(&world.ctx.store, world.rep.user).await;
        assert_eq!(unseen.unwrap(), 0, "{engine:?}");
        world.end().await;
    }
}

#[tokio::test]
async fn a_reply_in_the_log_makes_its_message_be_judged_again() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        world.click(1).await;
        world.work().await;
        let mut tx = world.ctx.store.begin().await.unwrap();
        let reply = NewEvent {
            at: world.ctx.clock.now().plus(MINUTE_MS),
            kind: EventKind::Replied,
            delivery: Some(world.no),
            contact: None,
            detail: Detail::None,
        };
        log::append(&mut tx, &[reply]).await.unwrap();
        tx.commit().await.unwrap();
        world.work().await;
        let (_, verdict, _) = world.hits().await[0];
        assert!(verdict.counts_as_human(), "{engine:?}");
        assert_eq!(world.counted().await, world.recounted().await);
        world.end().await;
    }
}

#[tokio::test]
async fn a_sweep_that_ends_late_takes_the_first_clicks_with_it_and_nothing_fires() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        world.click(1).await;
        world.work().await;
        assert_eq!(world.counted().await, (1, 0), "{engine:?}");
        for no in 2..=5 {
            world.ctx.clock.advance(100);
            world.click(no).await;
        }
        world.work().await;
        let hits = world.hits().await;
        assert_eq!(hits.len(), 5);
        for (_, verdict, rule) in &hits {
            assert_eq!(
                (*verdict, *rule),
                (Verdict::Scanner, Rule::GBurst),
                "{engine:?}"
            );
        }
        assert_eq!(world.counted().await, (0, 1), "{engine:?}");
        assert_eq!(world.recounted().await, (0, 1), "{engine:?}");
        world.ctx.clock.advance(MINUTE_MS);
        world.work().await;
        assert_eq!(world.notices().await, [], "{engine:?}");

        // Judged again from the log it comes to the same.
        let (store, clock) = (&world.ctx.store, &world.ctx.clock);
        let mut changed = 0;
        let ended = rejudge_all(store, clock, None, |_, changes| {
            changed += changes.len();
            Next::Continue
        });
        assert_eq!(
            (ended.await.unwrap(), changed),
            (Ended::Done, 0),
            "{engine:?}"
        );
        world.end().await;
    }
}

#[tokio::test]
async fn nothing_fires_while_hits_of_the_hold_wait_in_the_intake() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        world.click(1).await;
        world.work().await;
        // The rest of the sweep came at once, and ingest is far behind.
        for no in 2..=5 {
            world.ctx.clock.advance(100);
            world.click(no).await;
        }
        world.ctx.clock.advance(MINUTE_MS);
        world.judge().await;
        let waiting = "SELECT COUNT(*) FROM firings WHERE state = 0";
        assert_eq!(scalar(&world.ctx.store, waiting).await, 1, "{engine:?}");
        assert_eq!(world.notices().await, [], "{engine:?}");
        // It may have been taken and not judged: no more then.
        while ingest::step(&world.ctx, &world.intake).await.unwrap() == Progress::More {}
        world.judge().await;
        let dropped = "SELECT COUNT(*) FROM firings WHERE state = 2";
        assert_eq!(scalar(&world.ctx.store, dropped).await, 1, "{engine:?}");
        assert_eq!(world.notices().await, [], "{engine:?}");
        world.end().await;
    }
}

#[tokio::test]
async fn history_judged_again_puts_right_what_no_neighbour_was_asked_for() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        // Taken in by a program that judged each hit by itself.
        for no in 1..=5 {
            world.click(no).await;
        }
        while ingest::step(&world.ctx, &world.intake).await.unwrap() == Progress::More {}
        assert_eq!(world.counted().await, (1, 0), "{engine:?}");
        let (store, clock) = (&world.ctx.store, &world.ctx.clock);
        let later = Some(clock.now().plus(DAY_MS));
        let mut rules = Vec::new();
        for from in [later, None, None] {
            let ended = rejudge_all(store, clock, from, |_, changes| {
                rules.extend(changes.iter().map(|change| change.now.rule));
                Next::Continue
            });
            assert_eq!(ended.await.unwrap(), Ended::Done);
        }
        assert_eq!(rules, [Rule::GBurst; 5], "{engine:?}");
        assert_eq!(world.counted().await, (0, 1), "{engine:?}");
        assert_eq!(world.recounted().await, (0, 1), "{engine:?}");
        world.end().await;
    }
}

#[tokio::test]
async fn one_network_that_follows_the_links_of_many_is_a_machine_to_the_first_of_them_too() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let mut more = Vec::new();
        for n in 0..5 {
            let letter = world::letter(&format!("contact{n}@example.net"));
            let accepted = accept::accept(&world.ctx, &world.rep, letter)
                .await
                .unwrap();
            more.push(accepted.deliveries[0].id);
        }
        let sender = Sender::new(
            world.ctx.clone(),
            PhaseTimeouts::all(Duration::from_secs(5)),
        );
        while sender.step().await.unwrap() == Progress::More {}
        world.ctx.clock.advance(10 * MINUTE_MS);
        for delivery in more {
            world.hit_on(delivery, HitKind::Click, 1, Method::Get).await;
            world.ctx.clock.advance(SECOND_MS);
            world.work().await;
        }
        let hits = world.hits().await;
        assert_eq!(hits.len(), 5, "{engine:?}");
        let verdicts: Vec<Verdict> = hits.iter().map(|(_, verdict, _)| *verdict).collect();
        assert_eq!(verdicts[0], verdicts[4], "{engine:?}: {hits:?}");
        assert_eq!(world.counted().await, world.recounted().await);
        world.end().await;
    }
}
