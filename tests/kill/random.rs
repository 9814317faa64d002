//! Kills at random while messages are posted and sent.

use crate::client::Client;
use crate::support::engines::Engine;
use crate::world::World;
use otklik::domain::delivery::DeliveryState;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// So few that the load of one kill keeps them busy for about as long as the process lives.
const CONNECTIONS: usize = 2;

/// How many kills found something in which state.
#[derive(Debug, Default)]
struct Fell {
    attempting: usize,
    handed_over: usize,
    after_250: usize,
}

struct Plan {
    kills: usize,
    messages: usize,
    /// Fewest kills that must fall into each state.
    least: usize,
}

fn plan() -> Plan {
    if std::env::var_os("OTKLIK_KILL_LONG").is_some() {
        Plan {
            kills: 200,
            messages: 5_000,
            least: 20,
        }
    } else {
        Plan {
            kills: 10,
            messages: 300,
            least: 0,
        }
    }
}

async fn run(engine: Engine) {
    let plan = plan();
    let world = Arc::new(World::new(engine, CONNECTIONS, 200).await);
    let allowed = Arc::new(AtomicUsize::new(0));
    let client = Client {
        allowed: Arc::clone(&allowed),
    };
    let posting = {
        let world = Arc::clone(&world);
        tokio::spawn(async move { client.post_all(&world, plan.messages, 4).await })
    };
    let seed = 1;
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut fell = Fell::default();
    for kill in 0..plan.kills {
        // The load lasts as long as the kills do, with a backlog from the start.
        allowed.store(
            (kill + 2) * plan.messages / (plan.kills + 1),
            Ordering::SeqCst,
        );
        let node = world.installation.serve(&[]);
        world.installation.wait_ready();
        tokio::time::sleep(Duration::from_millis(rng.u64(0..3_000))).await;
        let at = node.kill();
        classify(&world, at, &mut fell).await;
    }
    allowed.store(plan.messages, Ordering::SeqCst);
    let node = world.installation.serve(&[]);
    let accepted: HashSet<String> = posting.await.unwrap().into_iter().collect();
    world.settle(Duration::from_mins(10)).await;
    node.kill();
    let count = world.count(&accepted).await;
    println!(
        "{engine:?}, seed {seed}, {} kills: {count:?}; {fell:?}",
        plan.kills
    );
    assert_eq!(count.accepted, plan.messages);
    assert_eq!((count.lost, count.duplicates, count.unknown), (0, 0, 0));
    assert_eq!(count.failed, 0);
    assert!(count.uncertain <= plan.kills * CONNECTIONS);
    for seen in [fell.attempting, fell.handed_over, fell.after_250] {
        assert!(
            seen >= plan.least,
            "too few kills fell where they matter: {fell:?}"
        );
    }
}

/// What the kill at `at` left. A mail that was handed over and had its 250 by then is one whose
/// settlement the kill has cost.
async fn classify(world: &World, at: Instant, fell: &mut Fell) {
    let states = world.states().await;
    fell.attempting += usize::from(states.contains_key(&DeliveryState::Attempting));
    let Some(open) = states.get(&DeliveryState::HandedOver) else {
        return;
    };
    let answered = open
        .iter()
        .filter(|id| world.sink.had_answered(id, at))
        .count();
    fell.handed_over += usize::from(answered < open.len());
    fell.after_250 += usize::from(answered > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_lose_nothing_and_double_nothing_on_sqlite() {
    run(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_lose_nothing_and_double_nothing_on_postgresql() {
    run(Engine::Postgres).await;
}
