//! Gateways that fetch everything in many mails at once: nobody is unsubscribed, and what people
//! did is counted as before.

use super::site::{Site, human};
use crate::support::engines::Engine;
use otklik::domain::clock::{HOUR_MS, MINUTE_MS};
use reqwest::Method;
use serde_json::Value;

const MAILS: usize = 500;
/// Every so many letters have a reader who follows a link.
const READ: usize = 12;
const SCANNERS: usize = 100;
const ROUNDS: usize = 100;

/// Within one moment of the application's clock, a hundred gateways with the headers of a browser
/// fetch every link, the pixel and both unsubscribe links of 500 letters by GET and by HEAD, and
/// those of one letter a hundred times more. Some letters had a reader two minutes before.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_gateways_unsubscribe_nobody_and_change_no_figure_of_people() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let mails = site.send(MAILS).await;
        site.pass(HOUR_MS);
        for (n, mail) in mails.iter().enumerate().step_by(READ) {
            let client = format!("203.0.{}.7", n % 250);
            site.follow(&mail.links[n % mail.links.len()], &client)
                .await;
        }
        site.hold_is_over().await;
        let readers = MAILS.div_ceil(READ) as i64;
        assert_eq!(site.fired().await, readers, "{engine:?}");
        assert_eq!(site.counted().await, [(readers, 0); 3], "{engine:?}");
        let (total, links) = (site.report("total").await, site.report("link").await);

        site.pass(MINUTE_MS);
        let mut requests = Vec::new();
        let mut scan = |n: usize, times: usize| {
            let client = format!("198.18.{}.9", n % SCANNERS);
            for _ in 0..times {
                for url in mails[n].everything() {
                    for method in [Method::GET, Method::HEAD] {
                        requests.push((method, url.clone(), client.clone()));
                    }
                }
            }
        };
        (0..MAILS).for_each(|n| scan(n, 1));
        scan(0, ROUNDS);
        let hits = requests.len() as i64;
        site.fetch_all(requests).await;
        site.hold_is_over().await;

        let count = |sql| super::scalar(site.store(), sql);
        let recorded = count("SELECT COUNT(*) FROM events WHERE kind IN (8, 9)").await;
        // Looking at an unsubscribe page leaves no trace at all.
        let of_pages = hits * 2 / 8;
        assert_eq!(recorded, readers + hits - of_pages, "{engine:?}");
        assert_eq!(count("SELECT COUNT(*) FROM suppressions").await, 0);
        assert_eq!(
            count("SELECT COUNT(*) FROM events WHERE kind = 14").await,
            0
        );
        let listed = site.app.get("api/v1/suppressions", &site.app.admin).await;
        let listed: Value = listed.json().await.unwrap();
        assert_eq!(listed["items"].as_array().unwrap().len(), 0);

        let (now, now_links) = (site.report("total").await, site.report("link").await);
        assert_eq!(now[0]["machine"], MAILS, "{engine:?}");
        assert_eq!(human(now), human(total), "{engine:?}");
        assert_eq!(human(now_links), human(links), "{engine:?}");
        let all = (readers, MAILS as i64);
        assert_eq!(site.counted().await, [all; 3], "{engine:?}");
        assert_eq!(site.fired().await, readers, "{engine:?}: nothing more");
        site.stop().await;
    }
}
