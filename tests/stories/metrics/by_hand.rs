//! Ten deliveries and their clicks, counted by hand.

use super::{ask, at, content, in_berlin, query, small_plan};
use crate::load::rows;
use crate::load::{Batch, Sending};
use crate::support::engines::Engine;
use crate::support::sql::run;
use otklik::domain::clock::{DAY_MS, HOUR_MS, Millis};
use otklik::domain::event::{Detail, EventKind, NewEvent, Revision};
use otklik::domain::hit::{Agent, AgentClass, HeaderBits, HitFacts, Method, Network};
use otklik::domain::id::{DeliveryNo, Seq};
use otklik::domain::verdict::{Judgement, Rule, Verdict};
use otklik::report::query::{By, Query};
use otklik::report::{Row, note::Withheld};
use otklik::store::{Store, log};

async fn append(store: &Store, events: &[NewEvent]) -> Seq {
    let mut tx = store.begin().await.unwrap();
    let first = log::append(&mut tx, events).await.unwrap();
    tx.commit().await.unwrap();
    first
}

fn event(kind: EventKind, delivery: i64, at: Millis, detail: Detail) -> NewEvent {
    NewEvent {
        at,
        kind,
        delivery: Some(DeliveryNo(delivery)),
        contact: None,
        detail,
    }
}

fn judgement(verdict: Verdict) -> Judgement {
    Judgement {
        verdict,
        rule: Rule::HNav,
        params: Vec::new(),
    }
}

fn click(delivery: i64, at: Millis, link_no: u16, verdict: Verdict) -> NewEvent {
    let facts = HitFacts {
        method: Method::Get,
        network: Network::None,
        client: None,
        agent: Agent {
            class: AgentClass::Browser,
            family: String::new(),
            major: 0,
            system: String::new(),
        },
        bits: HeaderBits(0),
        listed: None,
        own: None,
    };
    let detail = Detail::Hit {
        link_no,
        facts,
        judgement: judgement(verdict),
    };
    event(EventKind::Clicked, delivery, at, detail)
}

/// Ten deliveries of one mail with content (link 1) and a signature (link 2), all sent at nine in
/// Berlin on 2 March: who counts where is said beside each.
#[tokio::test]
async fn ten_deliveries_come_to_the_figures_counted_by_hand() {
    for engine in Engine::BOTH {
        let store = engine.store();
        in_berlin(&store).await;
        rows::library(&store, &small_plan()).await;
        let sent = at("2026-03-02T08:00:00Z");
        let sendings = (1..=10).map(|no| Sending {
            no,
            at: sent,
            rep: 1,
            contact: no,
            template: None,
            purpose: 1,
            domain: "acme.example",
            // The ninth may not be tracked.
            tracks_clicks: no != 9,
            links: vec![(1, 0, Some(1), 1), (2, 3, None, 20_000)],
        });
        let batch = Batch {
            sendings: sendings.collect(),
            ..Batch::default()
        };
        rows::sendings(&store, &batch).await;
        let mut events: Vec<NewEvent> = (1..=10)
            .map(|no| event(EventKind::Sent, no, sent.plus(500), Detail::None))
            .collect();
        let week = 7 * DAY_MS;
        events.extend([
            // 1: a person after an hour, and again: one click-through.
            click(1, sent.plus(HOUR_MS), 1, Verdict::LikelyHuman),
            click(1, sent.plus(2 * HOUR_MS), 1, Verdict::LikelyHuman),
            // 2: a person in the last second of the horizon.
            click(2, sent.plus(week - 1_000), 1, Verdict::Human),
            // 3: a person, too late.
            click(3, sent.plus(week), 1, Verdict::Human),
            // 4: a scanner, then a person.
            click(4, sent.plus(1_000), 1, Verdict::Scanner),
            click(4, sent.plus(3 * HOUR_MS), 1, Verdict::LikelyHuman),
            // 5: a scanner alone.
            click(5, sent.plus(1_000), 1, Verdict::Scanner),
            // 6: a person, but on the signature.
            click(6, sent.plus(HOUR_MS), 2, Verdict::Human),
            // 7: nobody. 8: came back, although something had clicked.
            click(8, sent.plus(1_000), 1, Verdict::Scanner),
            event(EventKind::Bounced, 8, sent.plus(HOUR_MS), Detail::None),
            // 9: not tracked. 10: unknown, later found to be a person.
            click(10, sent.plus(5 * HOUR_MS), 1, Verdict::Unknown),
        ]);
        let first = append(&store, &events).await;
        let query = query("2026-03-02", "2026-03-03", By::Content);
        let now = at("2026-03-20T00:00:00Z");
        let before = ask(&store, &query, now).await;
        let figures = |row: &Row| (row.sent, row.of, row.n, row.machine);
        assert_eq!(
            figures(&before.rows[0]),
            (Some(10), 8, 3, Some(3)),
            "{engine:?}"
        );

        let revision = Revision {
            hit: Seq(first.0 + events.len() as i64 - 1),
            hit_at: sent.plus(5 * HOUR_MS),
            hit_kind: EventKind::Clicked,
            link_no: 1,
            number: 1,
            was: Verdict::Unknown,
            judgement: judgement(Verdict::LikelyHuman),
        };
        let revised = event(EventKind::Revised, 10, now, Detail::Revision(revision));
        append(&store, &[revised]).await;
        let report = ask(&store, &query, now).await;
        let row = &report.rows[0];
        assert_eq!(row.key, content(1).to_string());
        assert_eq!(figures(row), (Some(10), 8, 4, Some(2)), "{engine:?}");
        assert_eq!((row.rate, row.coverage), (Some(0.5), Some(0.8)));
        assert_eq!(
            (row.n_eff, row.withheld_reason),
            (8, Some(Withheld::TooFewContacts))
        );
        assert_eq!(row.p50_ms, None, "under six clicks no quantile is given");
        assert_eq!(report.watermark, first.0 + events.len() as i64);

        let raw = Query {
            counting: otklik::report::query::Counting::Raw,
            ..query.clone()
        };
        assert_eq!(ask(&store, &raw, now).await.rows[0].n, 5);
        // Five days after sending nothing may be judged.
        let young = ask(&store, &query, sent.plus(5 * DAY_MS)).await;
        let row = &young.rows[0];
        assert_eq!((row.of, row.rate, row.immature_n), (0, None, 10));
        // A hit that was answered and lost makes the whole cohort unmeasurable.
        lose_a_hit(&store, sent.plus(3 * DAY_MS)).await;
        let lossy = ask(&store, &query, now).await;
        let row = &lossy.rows[0];
        assert_eq!((row.of, row.rate, row.sent), (0, None, Some(10)));
        assert!(lossy.notes.iter().any(|note| note.code == "unrecorded"));
    }
}

async fn lose_a_hit(store: &Store, at: Millis) {
    let minute = at.0 / 60_000;
    let sql = format!("INSERT INTO unrecorded (source, minute, n) VALUES ('a', {minute}, 1)");
    run(store, &sql).await;
}
