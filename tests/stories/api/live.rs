//! The live feed: what happens is told, to those who may know, and nothing is told twice.

use super::site::{Person, Site};
use crate::support::engines::Engine;
use reqwest::Response;
use std::time::Duration;

/// A hang is a failure; nothing here waits this long.
const HANG: Duration = Duration::from_secs(20);

async fn feed(site: &Site, person: &Person, last: Option<&str>) -> Response {
    let mut request = site
        .http
        .get(site.url("/api/v1/events/live"))
        .bearer_auth(&person.token);
    if let Some(last) = last {
        request = request.header("Last-Event-ID", last);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response
}

/// Reads until `text` was told.
async fn until(response: &mut Response, text: &str) -> String {
    let mut told = String::new();
    let reading = async {
        while !told.contains(text) {
            let chunk = response.chunk().await.unwrap().expect("the feed goes on");
            told.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    tokio::time::timeout(HANG, reading)
        .await
        .expect("it is told");
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_tells_what_happens_and_goes_on_where_it_left_off() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let mut stranger = feed(&site, &site.stranger, None).await;
        let mut rep = feed(&site, &site.rep, None).await;
        let hello = until(&mut rep, "welcome").await;
        let start = hello
            .split("id: ")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .to_owned();
        let first = site.message(&site.rep, "anna@client.example").await;
        let told = until(&mut rep, &first.to_string()).await;
        assert!(told.contains("\"kind\":\"queued\""), "{told}");

        let own = site.message(&site.stranger, "own@other.example").await;
        let told = until(&mut stranger, &own.to_string()).await;
        assert!(
            !told.contains(&first.to_string()),
            "{engine:?}: another team's is not told"
        );

        let mut again = feed(&site, &site.rep, Some(&start)).await;
        until(&mut again, &first.to_string()).await;
    }
}
