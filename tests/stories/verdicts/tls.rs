//! What a browser sends over TLS alone: its absence speaks against a click only when a declared
//! proxy says that there was TLS.

use super::site::{NAVIGATION, Site};
use crate::support::engines::Engine;
use otklik::domain::clock::HOUR_MS;
use otklik::domain::verdict::{Rule, Verdict};
use reqwest::Method;

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_what_browsers_send_over_tls_is_none() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let mails = site.send(1).await;
        site.pass(HOUR_MS);
        // Agent, accept, language: no Sec-Fetch-*.
        let plain = &NAVIGATION[..3];
        for (n, scheme) in ["http", "https"].into_iter().enumerate() {
            let headers = [plain, &[("x-forwarded-proto", scheme)]].concat();
            let client = format!("203.0.{n}.7");
            site.fetch(Method::GET, &mails[0].links[n], &client, &headers)
                .await;
            site.settled().await;
            site.pass(HOUR_MS);
        }
        let told = site.hits(&mails[0]).await;
        let told: Vec<_> = told
            .into_iter()
            .map(|(_, verdict, rule)| (verdict, rule))
            .collect();
        let unknown = (Verdict::Unknown, Rule::None);
        let machine = (Verdict::Scanner, Rule::CHeaders);
        assert_eq!(told, [unknown, machine], "{engine:?}");
        site.stop().await;
    }
}
