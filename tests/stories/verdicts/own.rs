//! A signed-in rep who follows a link of their own mail is not its reader.

use super::site::{CHROME, NAVIGATION, Site, human};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use otklik::domain::clock::{DAY_MS, HOUR_MS};
use otklik::domain::verdict::{Rule, Verdict};
use reqwest::Method;

const DESK: &str = "192.0.2.44";

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_who_follows_their_own_link_is_known_by_address_and_browser_for_a_day() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let mails = site.send(2).await;
        let (mail, other) = (&mails[0], &mails[1]);
        site.pass(HOUR_MS);
        site.follow(&other.links[0], "203.0.113.7").await;
        site.hold_is_over().await;
        let before = site.report("total").await;
        assert_eq!(before[0]["n"], 1, "{engine:?}");

        let seen = [("user-agent", CHROME), ("x-forwarded-for", DESK)];
        let pages = Pages::sign_in_as_seen(&site.app, &site.app.rep, &seen).await;
        pages.read(&format!("messages/{}", mail.message)).await;
        site.pass(HOUR_MS);
        site.follow(&mail.links[0], DESK).await;
        let pixel = site.fetch(Method::GET, &mail.pixel, DESK, &NAVIGATION[..1]);
        assert_eq!(pixel.await.status(), 200);
        site.settled().await;
        let own = (Verdict::Own, Rule::SelfNet);
        let hits = site.hits(mail).await;
        let told: Vec<_> = hits
            .iter()
            .map(|(_, verdict, rule)| (*verdict, *rule))
            .collect();
        assert_eq!(told, [own, own], "{engine:?}");
        let page = pages.read(&format!("messages/{}", mail.message)).await;
        assert!(page.contains("The same address and browser as one of us"));
        site.hold_is_over().await;
        assert_eq!(site.fired().await, 1, "{engine:?}: no news");
        let after = site.report("total").await;
        assert_eq!(human(after), human(before), "{engine:?}");

        // The same address with another browser, and the same browser elsewhere, are not theirs.
        let mut firefox = NAVIGATION;
        firefox[0].1 = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0";
        site.fetch(Method::GET, &mail.links[1], DESK, &firefox)
            .await;
        site.follow(&mail.links[2], "203.0.115.7").await;
        // Nor is the same place once the session was not used for a day.
        site.pass(DAY_MS + HOUR_MS);
        site.follow(&mail.links[3], DESK).await;
        site.settled().await;
        for (_, verdict, rule) in &site.hits(mail).await[2..] {
            assert_eq!((*verdict, *rule), (Verdict::LikelyHuman, Rule::HNav));
        }
        site.stop().await;
    }
}
