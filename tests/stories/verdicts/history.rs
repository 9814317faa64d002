//! History judged again.

use super::World;
use crate::support::engines::Engine;
use otklik::domain::clock::DAY_MS;
use otklik::domain::verdict::Rule;
use otklik::store::rebuild::Next;
use otklik::store::verdicts::history::{Begin, Ended, rejudge_all};
use otklik::work::{Progress, ingest};

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
        let later = Begin::Since(clock.now().plus(DAY_MS));
        let all = Begin::AtTheBeginning;
        let mut rules = Vec::new();
        for begin in [later, all, all] {
            let ended = rejudge_all(store, clock, begin, |_, changes| {
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
