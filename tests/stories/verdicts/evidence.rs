//! Evidence that comes late, over HTTP: within seconds the ledger, the metric store and the report
//! say the same, which is what a recount says.

use super::site::{Mail, NAVIGATION, Site};
use crate::metrics_rebuild::tables;
use crate::support::engines::Engine;
use otklik::domain::clock::{HOUR_MS, MINUTE_MS};
use otklik::domain::id::Seq;
use otklik::domain::verdict::{Rule, Verdict};
use otklik::store::rebuild::{Next, Rebuilt, rebuild};
use otklik::work::{ingest, understand, verdicts};
use reqwest::{Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Within which a change must be seen everywhere.
const LIMIT: Duration = Duration::from_secs(5);
/// How long the product rests at the most between a hit or a mail and the report that shows it: the
/// intake is looked at, or the mail understood, and the log followed. The rest is work.
const RESTS_MS: u128 =
    ingest::IDLE.as_millis() + understand::IDLE.as_millis() + verdicts::IDLE.as_millis();
const _: () = assert!(RESTS_MS * 4 <= LIMIT.as_millis());

/// A clock that stands while the machine does not let this process run: of an interval it counts
/// twice what was meant to pass at the most. On a machine with nothing else to do it is the time.
#[derive(Clone, Default)]
struct Pace(Arc<AtomicU64>);

impl Pace {
    fn begin() -> Self {
        const TICK: Duration = Duration::from_millis(10);
        let pace = Self::default();
        let passed = Arc::downgrade(&pace.0);
        tokio::spawn(async move {
            let mut last = Instant::now();
            loop {
                tokio::time::sleep(TICK).await;
                let Some(passed) = passed.upgrade() else {
                    return;
                };
                let tick = last.elapsed().min(2 * TICK);
                last = Instant::now();
                passed.fetch_add(tick.as_micros() as u64, Ordering::Relaxed);
            }
        });
        pace
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

impl Site {
    /// Waits until ledger, store, recount and report say so of `mail` and of all letters.
    async fn shows(
        &self,
        mail: &Mail,
        verdicts: &[(Verdict, Rule)],
        counted: (i64, i64),
    ) -> Vec<Seq> {
        let pace = Pace::begin();
        loop {
            let hits = self.hits(mail).await;
            let now: Vec<_> = hits
                .iter()
                .map(|(_, verdict, rule)| (*verdict, *rule))
                .collect();
            let figures = self.counted().await;
            if now == verdicts && figures == [counted; 3] {
                return hits.into_iter().map(|(seq, ..)| seq).collect();
            }
            assert!(
                pace.elapsed() < LIMIT,
                "{now:?} instead of {verdicts:?}, {figures:?} instead of {counted:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_sweep_and_a_reply_are_seen_everywhere_within_seconds() {
    const HUMAN: (Verdict, Rule) = (Verdict::LikelyHuman, Rule::HNav);
    const SWEPT: (Verdict, Rule) = (Verdict::Scanner, Rule::GBurst);
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let mails = site.send(3).await;
        let [swept, replied, read] = &mails[..] else {
            panic!("three letters");
        };
        site.pass(HOUR_MS);
        site.follow(&read.links[0], "203.0.113.7").await;
        site.shows(read, &[HUMAN], (1, 0)).await;

        // The first of a sweep looks like anybody's click.
        site.follow(&swept.links[0], "198.51.100.9").await;
        let first = site.shows(swept, &[HUMAN], (2, 0)).await;
        for link in &swept.links[1..] {
            site.pass(400);
            site.follow(link, "198.51.100.9").await;
        }
        let hits = site.shows(swept, &[SWEPT; 5], (1, 1)).await;
        assert_eq!(hits[0], first[0]);
        let ledger = site.ledger(first[0]).await;
        let history = ledger["history"].as_array().unwrap();
        assert_eq!(history.len(), 2, "{engine:?}: {ledger}");
        assert_eq!(history[0]["rule"], "H-NAV");
        let reason = history[1]["reasons"][0].as_str().unwrap();
        assert!(reason.contains('5') && reason.contains("1.6"), "{reason}");

        // A click that says too little of itself, and a reply that speaks for it.
        let plain: Vec<_> = NAVIGATION[..3].to_vec();
        let answer = site.fetch(Method::GET, &replied.links[0], "203.0.114.7", &plain);
        assert_eq!(answer.await.status(), StatusCode::FOUND);
        let unknown = (Verdict::Unknown, Rule::None);
        site.shows(replied, &[unknown], (1, 2)).await;
        site.pass(4 * MINUTE_MS);
        site.reply(replied).await;
        let lifted = (Verdict::Human, Rule::HAction);
        site.shows(replied, &[lifted], (2, 1)).await;

        // Only what a person made by the end of its hold has fired.
        site.hold_is_over().await;
        assert_eq!(site.fired().await, 1, "{engine:?}");
        let before = tables(site.store()).await;
        let done = rebuild(site.store(), |_| Next::Continue).await.unwrap();
        assert!(matches!(done, Rebuilt::Done(_)));
        assert!(
            tables(site.store()).await == before,
            "{engine:?}: rows differ"
        );
        assert_eq!(site.counted().await, [(2, 1); 3], "{engine:?}");
        site.stop().await;
    }
}
