//! A person's click is told as it happens: in the feed, and by the count on every page.

use super::site::Site;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use otklik::domain::clock::{HOUR_MS, MINUTE_MS};
use reqwest::{Method, Response};
use std::time::Duration;

const HANG: Duration = Duration::from_secs(20);

/// Reads a feed until `text` was told; gives all that was.
async fn told(feed: &mut Response, text: &str) -> String {
    let mut told = String::new();
    let reading = async {
        while !told.contains(text) {
            let chunk = feed.chunk().await.unwrap().expect("the feed goes on");
            told.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    let read = tokio::time::timeout(HANG, reading).await;
    read.unwrap_or_else(|_| panic!("{text} is told"));
    told
}

/// The count on a page; `None` while it is hidden.
fn badge(page: &str) -> Option<u32> {
    let (_, rest) = page.split_once("data-notices").unwrap();
    let (attributes, rest) = rest.split_once('>').unwrap();
    let count = rest.split('<').next().unwrap().parse().unwrap();
    (!attributes.contains("hidden")).then_some(count)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_click_reaches_the_feed_and_its_notice_the_badge_of_every_page() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let mails = site.send(2).await;
        let rep = Pages::sign_in(&site.app, &site.app.rep).await;
        let stranger = Pages::sign_in(&site.app, &site.app.stranger).await;
        for path in ["", "messages", "notices"] {
            assert_eq!(badge(&rep.read(path).await), None, "{engine:?} {path}");
        }
        let mut feed = site.app.get("api/v1/events/live", &site.app.rep).await;
        told(&mut feed, "event: notices\ndata: 0\n").await;

        site.pass(HOUR_MS);
        site.follow(&mails[0].links[0], "203.0.113.7").await;
        let text = told(&mut feed, "\"kind\":\"clicked\"").await;
        assert!(text.contains("likely_human"), "{engine:?}: {text}");
        assert!(text.contains(&mails[0].message), "{text}");
        site.settled().await;
        assert_eq!(badge(&rep.read("").await), None, "{engine:?}: held");
        site.pass(MINUTE_MS);
        told(&mut feed, "event: notices\ndata: 1\n").await;
        for path in ["", "messages", "notices"] {
            assert_eq!(badge(&rep.read(path).await), Some(1), "{engine:?} {path}");
        }
        assert_eq!(badge(&stranger.read("").await), None, "{engine:?}");

        // A gateway's click is told, and is nobody's news.
        let head = site.fetch(Method::HEAD, &mails[1].links[0], "198.51.100.9", &[]);
        assert_eq!(head.await.status(), 302);
        let text = told(&mut feed, "M-HEAD").await;
        assert!(text.contains("scanner"), "{engine:?}: {text}");
        site.pass(MINUTE_MS);
        site.follow(&mails[1].links[1], "203.0.114.7").await;
        site.settled().await;
        site.pass(MINUTE_MS);
        let text = told(&mut feed, "event: notices\ndata: 2\n").await;
        assert!(!text.contains("data: 3"), "{engine:?}: {text}");
        assert_eq!(
            rep.send("notices/seen", &[("through", "999999")]).await,
            "/notices?done=seen"
        );
        assert_eq!(badge(&rep.read("").await), None, "{engine:?}");
        site.stop().await;
    }
}
