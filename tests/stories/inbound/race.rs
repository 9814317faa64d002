//! An answer that races with sending: once it has committed, nothing more is handed over.

use super::{Desk, stored};
use crate::support::engines::Engine;
use crate::support::world::letter;
use otklik::accept;
use otklik::domain::event::EventKind;
use otklik::net::smtp::PhaseTimeouts;
use otklik::receive::{self, Way};
use otklik::store::messages;
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::time::Duration;

const MAILS: usize = 1_000;

async fn handed_over(desk: &Desk, all: &[otklik::domain::id::MessageId]) -> usize {
    let mut n = 0;
    for message in all {
        let found = messages::deliveries(&desk.ctx.store, *message)
            .await
            .unwrap();
        n += usize::from(found[0].handed_over_at.is_some());
    }
    n
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_handed_over_after_an_answer_has_committed() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let mut all = Vec::with_capacity(MAILS);
        for _ in 0..MAILS {
            let new = letter("anna@buyer.example");
            let accepted = accept::accept(&desk.ctx, &desk.viewer, new).await.unwrap();
            all.push(accepted.id);
        }
        let raw = desk.answer(1);
        let no = receive::take(&desk.ctx, raw.into(), desk.arrival(Way::Api)).await;
        let no = stored(no.unwrap());
        let timeouts = PhaseTimeouts::all(Duration::from_secs(20));
        let sender = Sender::new(desk.ctx.clone(), timeouts);
        let sending =
            tokio::spawn(async move { while sender.step().await.unwrap() == Progress::More {} });
        while desk.sink.mails().len() < MAILS / 10 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        receive::understand(&desk.ctx, no).await.unwrap();
        let before = handed_over(&desk, &all).await;
        sending.await.unwrap();
        assert_eq!(handed_over(&desk, &all).await, before, "{engine:?}");
        assert!(
            before < MAILS,
            "{engine:?}: the answer came in time for some"
        );
        assert!(desk.sink.mails().len() <= before + 1, "{engine:?}");
        let cancelled = desk.events(EventKind::Cancelled).await.len();
        assert_eq!(cancelled + before, MAILS, "{engine:?}");
    }
}
