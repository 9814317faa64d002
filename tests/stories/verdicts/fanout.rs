//! One network that follows the links of many.

use super::World;
use crate::support::engines::Engine;
use crate::support::world;
use otklik::accept;
use otklik::domain::clock::{MINUTE_MS, SECOND_MS};
use otklik::domain::hit::{HitKind, Method};
use otklik::domain::verdict::Verdict;
use otklik::net::smtp::PhaseTimeouts;
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::time::Duration;

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
