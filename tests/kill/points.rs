//! Each named crash point, hit on purpose, and two rules broken on purpose.

use crate::support::engines::Engine;
use crate::world::{Count, World};
use otklik::faults::{Mutant, Point};
use std::collections::HashSet;
use std::time::Duration;

const MESSAGES: usize = 12;
const CONNECTIONS: usize = 2;

/// Dies at `point` for the third time, starts again, and counts.
async fn crash_at(engine: Engine, point: Point, variables: &[(&str, &str)]) -> Count {
    let world = World::new(engine, CONNECTIONS, 5).await;
    let accepted: HashSet<String> = world.fill(MESSAGES).await.into_iter().collect();
    // Claiming and making bytes is done for all at once.
    let nth = if matches!(point, Point::Claimed | Point::Begun) {
        1
    } else {
        3
    };
    let fault = format!("{}:{nth}", point.name());
    let mut all = vec![("OTKLIK_FAULT", fault.as_str())];
    all.extend_from_slice(variables);
    let mut node = world.installation.serve(&all);
    assert!(
        node.dies_within(Duration::from_mins(1)),
        "{point:?} is reached: {}",
        world.installation.log()
    );
    let node = world.installation.serve(variables);
    world.settle(Duration::from_mins(1)).await;
    node.kill();
    world.count(&accepted).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_named_point_loses_nothing_and_doubles_nothing() {
    for engine in Engine::BOTH {
        for point in Point::ALL {
            let count = crash_at(engine, point, &[]).await;
            println!("{engine:?} {point:?}: {count:?}");
            assert_eq!(count.accepted, MESSAGES);
            assert_eq!((count.lost, count.duplicates, count.unknown), (0, 0, 0));
            assert_eq!(count.failed, 0);
            let bounds = match point {
                // The other connection may have been further on.
                Point::Before | Point::Settled => 0..=CONNECTIONS,
                Point::HandedOver | Point::Answered => 1..=CONNECTIONS,
                _ => 0..=0,
            };
            assert!(bounds.contains(&count.uncertain), "{count:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_settles_before_the_body_is_caught_losing_mail() {
    let broken = [("OTKLIK_FAULT_MUTANT", Mutant::SettleBeforeBody.name())];
    let count = crash_at(Engine::Sqlite, Point::HandedOver, &broken).await;
    assert!(count.lost > 0, "{count:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_repeats_what_was_handed_over_is_caught_sending_twice() {
    let broken = [("OTKLIK_FAULT_MUTANT", Mutant::RetryHandedOver.name())];
    let count = crash_at(Engine::Sqlite, Point::Answered, &broken).await;
    assert!(count.duplicates > 0, "{count:?}");
}
