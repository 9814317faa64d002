//! History judged again.

use super::{World, counted, scalar};
use crate::load::{self, Plan};
use crate::support::engines::Engine;
use crate::support::process::Installation;
use otklik::domain::clock::{Clock, DAY_MS, Millis};
use otklik::domain::verdict::Rule;
use otklik::store::rebuild::Next;
use otklik::store::verdicts::history::{Begin, Ended, rejudge_all, stopped};
use otklik::store::{Store, log};
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

/// Deliveries with a click by a person and by a machine on a link that counts within a week, in
/// plain SQL: of measurable mail alone, as the metric store has it.
async fn recounted_on_links(store: &Store) -> (i64, i64) {
    let of = |is_human: &str| {
        format!(
            "SELECT COUNT(DISTINCT d.no) FROM events e
            JOIN deliveries d ON d.no = e.delivery_no
            JOIN links l ON l.delivery_no = d.no AND l.no = e.link_no
            WHERE e.kind = 9 AND l.role IN (0, 1, 2) AND e.at < d.handed_over_at + 604800000
                AND d.track_clicks = 1
                AND NOT EXISTS (SELECT 1 FROM events b WHERE b.delivery_no = d.no AND b.kind = 7)
                AND COALESCE((SELECT v.verdict FROM verdict_revisions v WHERE v.hit = e.seq
                    ORDER BY v.number DESC LIMIT 1), e.verdict) {is_human} (0, 1)"
        )
    };
    (
        scalar(store, &of("IN")).await,
        scalar(store, &of("NOT IN")).await,
    )
}

fn plan() -> Plan {
    Plan {
        seed: 5,
        deliveries: 3_500,
        reps: 3,
        contents: 5,
        templates: 2,
        contacts: 300,
        days: 30,
        start: Millis::parse_rfc3339("2026-02-10T00:00:00Z").unwrap(),
    }
}

#[tokio::test]
async fn a_run_that_is_stopped_goes_on_where_it_was_and_ends_as_if_it_had_not_been() {
    for engine in Engine::BOTH {
        let store = engine.store();
        load::load(&store, plan(), 700, |_, _| {}).await;
        let clock = Clock::manual(Millis::parse_rfc3339("2026-06-01T00:00:00Z").unwrap());
        let revised = "SELECT COUNT(*) FROM verdict_revisions";
        let drawn = scalar(&store, revised).await;
        assert_eq!(stopped(&store).await.unwrap(), None, "{engine:?}");
        let (mut runs, mut changed) = (0, 0);
        let mut begin = Begin::AtTheBeginning;
        loop {
            runs += 1;
            let mut pieces = 0;
            let ended = rejudge_all(&store, &clock, begin, |walked, changes| {
                assert!(walked.at <= walked.head);
                changed += changes.len() as i64;
                pieces += 1;
                // Each run is stopped one piece later than the one before.
                if pieces < runs {
                    Next::Continue
                } else {
                    Next::Stop
                }
            });
            if ended.await.unwrap() == Ended::Done {
                break;
            }
            begin = Begin::Again(stopped(&store).await.unwrap().unwrap());
        }
        assert_eq!(stopped(&store).await.unwrap(), None, "{engine:?}");
        assert!(runs > 2 && changed > 1_000, "{engine:?}: {runs} {changed}");
        let now = scalar(&store, revised).await;
        assert_eq!(now - drawn, changed, "{engine:?}: each once");
        assert_eq!(counted(&store).await, recounted_on_links(&store).await);
        let again = rejudge_all(&store, &clock, Begin::AtTheBeginning, |_, changes| {
            assert!(changes.is_empty());
            Next::Continue
        });
        assert_eq!(again.await.unwrap(), Ended::Done, "{engine:?}");
    }
}

/// A run that was stopped knows from when on hits were meant, and up to which event.
#[tokio::test]
async fn a_run_since_a_day_is_finished_as_it_was_begun() {
    for engine in Engine::BOTH {
        let mut changed = Vec::new();
        // The same history twice: judged in one go, and with a stop after the first piece.
        for is_stopped in [false, true] {
            let store = engine.store();
            load::load(&store, plan(), 700, |_, _| {}).await;
            let clock = Clock::manual(Millis::parse_rfc3339("2026-06-01T00:00:00Z").unwrap());
            let from = Millis::parse_rfc3339("2026-03-01T00:00:00Z").unwrap();
            let head = log::head(&store).await.unwrap();
            let mut hits = Vec::new();
            let mut judge = async |begin, stop: bool| {
                let ended = rejudge_all(&store, &clock, begin, |walked, changes| {
                    assert_eq!(walked.head, head, "{engine:?}");
                    hits.extend(changes.iter().map(|change| (change.hit.seq, change.hit.at)));
                    if stop { Next::Stop } else { Next::Continue }
                });
                ended.await.unwrap()
            };
            let ended = judge(Begin::Since(from), is_stopped).await;
            if is_stopped {
                assert_eq!(ended, Ended::Stopped, "{engine:?}");
                let run = stopped(&store).await.unwrap().unwrap();
                assert_eq!((run.upto, run.from), (head, from), "{engine:?}");
                assert_eq!(judge(Begin::Again(run), false).await, Ended::Done);
            }
            assert!(hits.iter().all(|(_, at)| *at >= from), "{engine:?}");
            hits.sort_unstable();
            changed.push(hits);
            assert_eq!(stopped(&store).await.unwrap(), None, "{engine:?}");
            let all = rejudge_all(&store, &clock, Begin::AtTheBeginning, |_, changes| {
                let is_earlier = changes.iter().all(|change| change.hit.at < from);
                assert!(is_earlier, "{engine:?}");
                Next::Continue
            });
            assert_eq!(all.await.unwrap(), Ended::Done);
        }
        assert!(changed[0].len() > 300, "{engine:?}: {}", changed[0].len());
        assert_eq!(changed[0], changed[1], "{engine:?}");
    }
}

#[test]
fn the_command_says_what_changed_and_goes_on_only_from_where_it_was_stopped() {
    let installation = Installation::fresh(Engine::Sqlite);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let done = installation.run(&["rejudge"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(text(&done.stdout), "No verdict changed.\n");
    let nothing = installation.run(&["rejudge", "--resume"]);
    assert!(!nothing.status.success());
    assert!(text(&nothing.stderr).contains("no run was stopped"));
    let both = installation.run(&["rejudge", "--resume", "--from", "2026-01-01"]);
    assert!(!both.status.success());
}
