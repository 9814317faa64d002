//! What a person decides against the rules, and takes back: the ledger and the figures follow.

use super::World;
use crate::support::engines::Engine;
use crate::support::world;
use otklik::domain::id::Seq;
use otklik::domain::verdict::{Rule, Verdict};
use otklik::store::verdicts::{self as ledger, Lifted};

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
