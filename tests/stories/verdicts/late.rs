//! What comes after a hit and changes its verdict: the rest of a sweep, and a reply.

use super::World;
use crate::support::engines::Engine;
use otklik::domain::clock::MINUTE_MS;
use otklik::domain::event::{Detail, EventKind, NewEvent};
use otklik::domain::verdict::{Rule, Verdict};
use otklik::store::log;
use otklik::store::rebuild::Next;
use otklik::store::verdicts::history::{Begin, Ended, rejudge_all};

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
        let ended = rejudge_all(store, clock, Begin::AtTheBeginning, |_, changes| {
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
