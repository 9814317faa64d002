//! Two nodes on one PostgreSQL, without a leader: each dies once, and nothing is lost or doubled.
//! And a mail that takes the process down is set aside after the third time.

use crate::node::Installation;
use crate::support::engines::Engine;
use crate::support::world::{letter, rep};
use crate::world::World;
use otklik::accept;
use otklik::domain::delivery::DeliveryState;
use std::collections::HashSet;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 4;
/// Mailboxes, so that both nodes have lanes at any time.
const REPS: usize = 6;

fn messages() -> usize {
    if std::env::var_os("OTKLIK_KILL_LONG").is_some() {
        10_000
    } else {
        3_000
    }
}

impl World {
    async fn reaches(&self, copies: usize) {
        let deadline = Instant::now() + Duration::from_mins(5);
        while self.sink.copies().len() < copies {
            let log = || self.installation.log();
            assert!(Instant::now() < deadline, "{copies} copies: {}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_die_in_turn_send_each_message_once() {
    let world = World::new(Engine::Postgres, CONNECTIONS, 20).await;
    let total = messages();
    let mut viewers = Vec::new();
    for n in 0..REPS {
        viewers.push(rep(&world.ctx, &format!("rep{n}@seller.example")).await);
    }
    let mut accepted = HashSet::with_capacity(total);
    for n in 0..total {
        let new = letter(&format!("contact{n}@buyer.example"));
        let done = accept::accept(&world.ctx, &viewers[n % REPS], new).await;
        accepted.insert(done.unwrap().message_id);
    }
    let other = Installation::beside(&world.installation);
    let a = world.installation.serve(&[]);
    let b = other.serve(&[]);
    world.reaches(total * 3 / 10).await;
    a.kill();
    world.reaches(total * 4 / 10).await;
    let a = world.installation.serve(&[]);
    world.reaches(total * 6 / 10).await;
    b.kill();
    world.settle(Duration::from_mins(5)).await;
    a.kill();
    let count = world.count(&accepted).await;
    println!("two nodes, 2 kills: {count:?}");
    assert_eq!(count.accepted, total);
    assert_eq!((count.lost, count.duplicates, count.unknown), (0, 0, 0));
    assert_eq!(count.failed, 0);
    assert!(count.uncertain <= 2 * REPS * CONNECTIONS, "{count:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_takes_the_process_down_three_times_is_set_aside_and_the_others_go() {
    for engine in Engine::BOTH {
        let world = World::new(engine, CONNECTIONS, 0).await;
        let ids = world.fill(101).await;
        // Dies while mails are made; from the second time on, the oldest alone is.
        for _ in 0..3 {
            let mut node = world.installation.serve(&[("OTKLIK_FAULT", "claimed:1")]);
            assert!(node.dies_within(Duration::from_mins(1)));
        }
        let node = world.installation.serve(&[]);
        world.settle(Duration::from_mins(2)).await;
        node.kill();
        let states = world.states().await;
        let held = &states[&DeliveryState::Held];
        assert_eq!(held, &HashSet::from([ids[0].clone()]), "{engine:?}");
        assert_eq!(states[&DeliveryState::Sent].len(), 100, "{engine:?}");
        assert_eq!(world.sink.copies().len(), 100);
    }
}
