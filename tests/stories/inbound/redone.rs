//! All that follows from a mail follows in one transaction: a process that dies before it commits
//! leaves the mail stored and nothing else, and whoever takes it up again does it all, once.

use super::posted::{Letter, answer, feedback, report};
use crate::support::engines::Engine;
use crate::support::process::{Installation, key};
use crate::support::world::{self, Sink, letter, rep, settings};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::clock::Clock;
use otklik::domain::event::EventKind;
use otklik::domain::id::Seq;
use otklik::domain::keys::KeyRing;
use otklik::faults::Point;
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::{Store, log, messages, suppressions};
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::sync::Arc;
use std::time::Duration;

const ANNA: &str = "anna@buyer.example";
const MACHINE: &str = "Auto-Submitted: auto-replied\r\n";

/// A mail with consequences, and what must stand once afterwards: the event that tells of it, the
/// state of what waited, the reason on the suppression list.
struct Case {
    name: &'static str,
    raw: fn(&Letter) -> String,
    event: EventKind,
    waiting: &'static str,
    suppressed: Option<&'static str>,
}

const CASES: [Case; 7] = [
    Case {
        name: "reply",
        raw: |letter| answer(1, letter, ANNA, "", "Yes, Tuesday suits me."),
        event: EventKind::Replied,
        waiting: "cancelled",
        suppressed: None,
    },
    Case {
        name: "out of office",
        raw: |letter| answer(2, letter, ANNA, MACHINE, "I am out of the office."),
        event: EventKind::OutOfOffice,
        waiting: "held",
        suppressed: None,
    },
    Case {
        name: "unsubscribe",
        raw: |letter| answer(3, letter, ANNA, "", "Unsubscribe"),
        event: EventKind::Unsubscribed,
        waiting: "cancelled",
        suppressed: Some("unsubscribed"),
    },
    Case {
        name: "left",
        raw: |letter| answer(4, letter, ANNA, MACHINE, "Anna no longer works at Buyer."),
        event: EventKind::ContactLeft,
        waiting: "cancelled",
        suppressed: Some("contact_left"),
    },
    Case {
        name: "complaint",
        raw: |letter| feedback(5, letter, "abuse"),
        event: EventKind::Complained,
        waiting: "cancelled",
        suppressed: Some("complained"),
    },
    Case {
        name: "hard bounce",
        raw: |letter| report(6, letter, "failed", "5.1.1", "550 5.1.1 user unknown"),
        event: EventKind::Bounced,
        waiting: "cancelled",
        suppressed: Some("hard_bounce"),
    },
    Case {
        name: "block",
        raw: |letter| report(7, letter, "failed", "5.7.1", "554 5.7.1 blocked using zen"),
        event: EventKind::Bounced,
        waiting: "scheduled",
        suppressed: None,
    },
];

/// The same database in this process, with a message to Anna that left and one that waits.
struct World {
    ctx: Ctx,
    left: Letter,
    waits: Letter,
    _sink: Sink,
}

impl World {
    async fn open(installation: &Installation, ring: &str) -> Self {
        let sink = Sink::greedy().await;
        let store = Store::open(
            &installation.database_url,
            otklik::store::PoolSizes::default(),
        );
        let ctx = Ctx {
            networks: otklik::networks::Networks::default(),
            settings: Arc::new(settings(Some(sink.url.clone()))),
            store: store.unwrap(),
            keys: Arc::new(KeyRing::parse(ring).unwrap()),
            clock: Clock::System,
            node: "node-a".into(),
        };
        world::postal_address(&ctx).await;
        let viewer = rep(&ctx, "rep@team.example").await;
        let accept = async |new| {
            let accepted = accept::accept(&ctx, &viewer, new).await.unwrap();
            Letter {
                id: accepted.id,
                header: accepted.message_id,
                to: ANNA.to_owned(),
            }
        };
        let left = accept(letter(ANNA)).await;
        let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(20)));
        while sender.step().await.unwrap() == Progress::More {}
        let mut later = letter(ANNA);
        later.send_at = Some(ctx.clock.now().plus(86_400_000));
        let waits = accept(later).await;
        Self {
            ctx,
            left,
            waits,
            _sink: sink,
        }
    }

    /// The state of what waits, the reason on the list, and how often the event was told.
    async fn standing(&self, kind: EventKind) -> (String, Option<String>, usize) {
        let store = &self.ctx.store;
        let waits = messages::deliveries(store, self.waits.id).await.unwrap();
        let list = suppressions::list(store, None, 10).await.unwrap();
        let events = log::after(store, Seq(0), 10_000).await.unwrap();
        let told = events.iter().filter(|event| event.event.kind == kind);
        (
            waits[0].state.as_str().to_owned(),
            list.first().map(|entry| entry.reason.clone()),
            told.count(),
        )
    }
}

#[test]
fn a_crash_in_the_middle_leaves_the_mail_alone_and_all_of_it_is_done_once_afterwards() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for engine in Engine::BOTH {
        for case in &CASES {
            let ring = key(7);
            let installation = Installation::fresh(engine).set("OTKLIK_SECRET_KEY", &ring);
            assert!(installation.run(&["migrate"]).status.success());
            let world = runtime.block_on(World::open(&installation, &ring));
            let raw = (case.raw)(&world.left);
            let name = case.name;
            for point in [Point::Received, Point::Followed] {
                let dying = installation.clone().set("OTKLIK_FAULT", point.name());
                let run = dying.run_with(&["ingest", "-"], &raw);
                assert!(!run.status.success(), "{engine:?} {name} at {point:?}");
                let standing = runtime.block_on(world.standing(case.event));
                let nothing = ("scheduled".to_owned(), None, 0);
                assert_eq!(standing, nothing, "{engine:?} {name} at {point:?}");
            }
            let dying = installation
                .clone()
                .set("OTKLIK_FAULT", Point::Understood.name());
            let run = dying.run_with(&["ingest", "-"], &raw);
            assert!(!run.status.success(), "{engine:?} {name}");
            let suppressed = case.suppressed.map(str::to_owned);
            let done = (case.waiting.to_owned(), suppressed, 1);
            let standing = runtime.block_on(world.standing(case.event));
            assert_eq!(standing, done, "{engine:?} {name}");
            let run = installation.run_with(&["ingest", "-"], &raw);
            assert!(run.status.success(), "{engine:?} {name} {run:?}");
            let standing = runtime.block_on(world.standing(case.event));
            assert_eq!(standing, done, "{engine:?} {name}: once");
            runtime.block_on(world.ctx.store.close());
        }
    }
}
