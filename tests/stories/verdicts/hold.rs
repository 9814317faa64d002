//! The hold: a click fires once, when it is over, and only on what is a person's by then.

use super::{World, scalar};
use crate::support::engines::Engine;
use otklik::domain::clock::{DAY_MS, MINUTE_MS, Millis, SECOND_MS};
use otklik::domain::hit::{HitKind, Method};
use otklik::domain::verdict::Verdict;
use otklik::store::firings;
use otklik::store::verdicts::Lifted;
use otklik::work::{Progress, ingest};

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
