//! One network that follows the links of many, over HTTP: a sign against it that needs a second
//! one, which is counted back when a person's word is taken back.

use super::site::{Mail, NAVIGATION, Site};
use crate::support::engines::Engine;
use otklik::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use otklik::domain::id::Seq;
use otklik::domain::verdict::{Rule, Verdict};
use otklik::store::rebuild::Next;
use otklik::store::verdicts::history::{Begin, Ended, rejudge_all};
use reqwest::{Method, StatusCode};
use serde_json::json;

const HUMAN: (Verdict, Rule) = (Verdict::LikelyHuman, Rule::HNav);
/// One probable sign condemns nobody, and keeps the click from counting as a person's.
const ALONE: (Verdict, Rule) = (Verdict::Unknown, Rule::GFanout);
const OUTLOOK: &str = "Mozilla/4.0 (compatible; ms-office; MSOffice 16)";

impl Site {
    async fn told(&self, mails: &[Mail]) -> Vec<Vec<(Verdict, Rule)>> {
        let mut told = Vec::new();
        for mail in mails {
            let hits = self.hits(mail).await.into_iter();
            told.push(hits.map(|(_, verdict, rule)| (verdict, rule)).collect());
        }
        told
    }

    async fn decide(&self, hit: Seq, verdict: Option<&str>) {
        let path = format!("api/v1/events/{hit}/verdict");
        let method = if verdict.is_some() {
            Method::PUT
        } else {
            Method::DELETE
        };
        let mut request = self.app.ask(method, &path, &self.app.rep);
        if let Some(verdict) = verdict {
            request = request.json(&json!({"verdict": verdict}));
        }
        assert!(request.send().await.unwrap().status().is_success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_recipients_of_one_network_in_a_minute_are_a_fan_out_and_four_are_an_office() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let mails = site.send(5).await;
        site.pass(HOUR_MS);
        // From one /24, each from another address; the pictures as well.
        for (n, mail) in mails.iter().enumerate() {
            let client = format!("198.51.100.{n}");
            let agent = [("user-agent", OUTLOOK)];
            let picture = site.fetch(Method::GET, &mail.pixel, &client, &agent).await;
            assert_eq!(picture.status(), StatusCode::OK);
        }
        site.settled().await;
        let opens = site.told(&mails).await;
        for (n, mail) in mails.iter().enumerate().take(4) {
            site.follow(&mail.links[0], &format!("198.51.100.{n}"))
                .await;
            site.settled().await;
            site.pass(5 * SECOND_MS);
        }
        assert_eq!(site.counted().await, [(4, 0); 3], "{engine:?}: an office");
        site.follow(&mails[4].links[0], "198.51.100.99").await;
        site.settled().await;
        for (told, before) in site.told(&mails).await.iter().zip(&opens) {
            assert_eq!(told[..1], before[..], "{engine:?}: opens are exempt");
            assert_eq!(told[1..], [ALONE], "{engine:?}");
        }
        assert_eq!(site.counted().await, [(0, 5); 3], "{engine:?}");
        site.hold_is_over().await;
        assert_eq!(site.fired().await, 0, "{engine:?}");

        // Ten minutes later one of them comes back, from the same office.
        site.pass(10 * MINUTE_MS);
        site.follow(&mails[2].links[3], "198.51.100.2").await;
        site.settled().await;
        assert_eq!(site.told(&mails).await[2][2], HUMAN, "{engine:?}");
        assert_eq!(site.counted().await, [(1, 5); 3], "{engine:?}");

        // A word against the rules, and taken back long after, when nobody remembers the minute.
        site.pass(DAY_MS);
        let hit = site.hits(&mails[0]).await[1].0;
        site.decide(hit, Some("human")).await;
        assert_eq!(site.counted().await, [(2, 4); 3], "{engine:?}");
        site.decide(hit, None).await;
        assert_eq!(site.told(&mails).await[0][1], ALONE, "{engine:?}");
        assert_eq!(site.counted().await, [(1, 5); 3], "{engine:?}");
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_second_sign_it_is_a_scanner_and_what_a_person_lifts_is_counted_again() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let mails = site.send(6).await;
        // So soon after sending that hardly anybody has read it; alone it is outweighed.
        site.pass(4 * SECOND_MS);
        for (n, mail) in mails[..5].iter().enumerate() {
            site.follow(&mail.links[n], &format!("198.51.100.{n}"))
                .await;
            site.pass(SECOND_MS);
        }
        // Another network at the same time has nothing to do with it.
        site.follow(&mails[5].links[0], "203.0.113.7").await;
        site.settled().await;
        let both = (Verdict::Scanner, Rule::GFanout);
        let told = site.told(&mails).await.concat();
        assert_eq!(told, [both, both, both, both, both, HUMAN], "{engine:?}");
        assert_eq!(site.counted().await, [(1, 5); 3], "{engine:?}");

        // Long after, when nobody remembers the minute.
        site.pass(DAY_MS);
        for n in [0, 4] {
            let hit = site.hits(&mails[n]).await[0].0;
            site.decide(hit, Some("human")).await;
            let overruled = (Verdict::Human, Rule::Overruled);
            assert_eq!(site.told(&mails[n..=n]).await[0], [overruled], "{engine:?}");
            assert_eq!(site.counted().await, [(2, 4); 3], "{engine:?}");
            site.decide(hit, None).await;
            assert_eq!(site.told(&mails[n..=n]).await[0], [both], "{engine:?}");
            assert_eq!(site.counted().await, [(1, 5); 3], "{engine:?}");
            let ledger = site.ledger(hit).await;
            let reasons = |number: usize| &ledger["history"][number]["reasons"];
            assert_eq!(reasons(1), reasons(3), "{engine:?}: the same clicks again");
        }
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lifts_no_click_of_a_fan_out_and_judging_again_agrees() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let mails = site.send(6).await;
        site.pass(HOUR_MS);
        // Clicks that say too little of themselves to be anybody's.
        for (n, mail) in mails.iter().enumerate() {
            let client = if n == 5 {
                "203.0.113.7"
            } else {
                "198.51.100.7"
            };
            let answer = site.fetch(Method::GET, &mail.links[0], client, &NAVIGATION[..3]);
            assert_eq!(answer.await.status(), StatusCode::FOUND);
        }
        site.settled().await;
        let unknown = (Verdict::Unknown, Rule::None);
        let told = site.told(&mails).await.concat();
        assert_eq!(
            told,
            [ALONE, ALONE, ALONE, ALONE, ALONE, unknown],
            "{engine:?}"
        );

        site.pass(4 * MINUTE_MS);
        site.reply(&mails[0]).await;
        site.reply(&mails[5]).await;
        site.settled().await;
        let lifted = (Verdict::Human, Rule::HAction);
        let expected = [ALONE, ALONE, ALONE, ALONE, ALONE, lifted];
        assert_eq!(site.told(&mails).await.concat(), expected, "{engine:?}");
        let (store, clock) = (site.store(), &site.app.ctx.clock);
        let mut changed = 0;
        let ended = rejudge_all(store, clock, Begin::AtTheBeginning, |_, changes| {
            changed += changes.len();
            Next::Continue
        });
        assert_eq!(
            (ended.await.unwrap(), changed),
            (Ended::Done, 0),
            "{engine:?}"
        );
        assert_eq!(site.counted().await, [(1, 5); 3], "{engine:?}");
        site.stop().await;
    }
}
