//! The event log: order, order of commits, and that what was appended comes back.

use crate::support::engines::Engine;
use otklik::domain::clock::Millis;
use otklik::domain::event::{Detail, EventKind, NewEvent, Revision};
use otklik::domain::hit::{Agent, AgentClass, HeaderBits, HitFacts, Method, Network};
use otklik::domain::id::{DeliveryNo, Seq};
use otklik::domain::verdict::{Judgement, Rule, Verdict};
use otklik::store::log;

fn judgement(verdict: Verdict) -> Judgement {
    Judgement {
        verdict,
        rule: Rule::HNav,
        params: vec!["Chrome".to_owned()],
    }
}

fn events() -> Vec<NewEvent> {
    let base = NewEvent {
        at: Millis(1_000),
        kind: EventKind::Queued,
        delivery: Some(DeliveryNo(7)),
        contact: None,
        detail: Detail::None,
    };
    let facts = HitFacts {
        method: Method::Get,
        network: Network::V4([192, 0, 2]),
        client: Some(42),
        agent: Agent {
            class: AgentClass::Browser,
            family: "Chrome".to_owned(),
            major: 140,
            system: "Windows".to_owned(),
        },
        bits: HeaderBits(HeaderBits::NAVIGATE),
        listed: None,
        own: None,
    };
    let reason = Detail::Reason {
        code: "mailbox_full".to_owned(),
        text: "452 'später'".to_owned(),
    };
    vec![
        base.clone(),
        NewEvent {
            kind: EventKind::Deferred,
            detail: reason,
            ..base.clone()
        },
        NewEvent {
            kind: EventKind::Clicked,
            detail: Detail::Hit {
                link_no: 2,
                facts,
                judgement: judgement(Verdict::LikelyHuman),
            },
            ..base.clone()
        },
        NewEvent {
            kind: EventKind::Revised,
            detail: Detail::Revision(Revision {
                hit: Seq(3),
                hit_at: Millis(1_000),
                hit_kind: EventKind::Clicked,
                link_no: 2,
                number: 1,
                was: Verdict::LikelyHuman,
                judgement: judgement(Verdict::Scanner),
            }),
            ..base
        },
    ]
}

#[tokio::test]
async fn what_is_appended_comes_back_in_order() {
    for engine in Engine::BOTH {
        let store = engine.store();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(log::append(&mut tx, &events()).await.unwrap(), Seq(1));
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(log::append(&mut tx, &events()[..1]).await.unwrap(), Seq(5));
        tx.rollback().await.unwrap();

        assert_eq!(
            log::head(&store).await.unwrap(),
            Seq(4),
            "a rollback gives its numbers back"
        );
        let read = log::of_delivery(&store, DeliveryNo(7)).await.unwrap();
        let seqs: Vec<i64> = read.iter().map(|event| event.seq.0).collect();
        assert_eq!(seqs, [1, 2, 3, 4]);
        let read: Vec<NewEvent> = read.into_iter().map(|event| event.event).collect();
        assert_eq!(read, events(), "{engine:?}");
        assert_eq!(log::after(&store, Seq(2), 1).await.unwrap()[0].seq, Seq(3));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_behind_the_head_never_misses_an_event_that_commits_late() {
    for engine in Engine::BOTH {
        let store = engine.store();
        let writers: Vec<_> = (0..4)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    for _ in 0..25 {
                        let mut tx = store.begin().await.unwrap();
                        log::append(&mut tx, &events()[..2]).await.unwrap();
                        tokio::task::yield_now().await;
                        tx.commit().await.unwrap();
                    }
                })
            })
            .collect();
        let mut seen = Vec::new();
        while seen.len() < 200 {
            let after = seen.last().copied().unwrap_or(Seq(0));
            seen.extend(
                log::after(&store, after, 50)
                    .await
                    .unwrap()
                    .iter()
                    .map(|event| event.seq),
            );
        }
        for writer in writers {
            writer.await.unwrap();
        }
        let expected: Vec<Seq> = (1..=200).map(Seq).collect();
        assert_eq!(seen, expected, "{engine:?}");
    }
}
