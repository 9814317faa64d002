//! A mail that went on to somebody else: clicks of another hand, and clicks after somebody showed the
//! link in a chat, are told as probably forwarded, on the message's page and in the API.

use super::readers::{CHROME, FIREFOX, Mail, Readers, SLACK};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use otklik::domain::clock::{HOUR_MS, MINUTE_MS};
use otklik::domain::hit::Method::Get;
use serde_json::json;

const HERE: &str = "203.0.113.7";
const THERE: &str = "198.51.100.20";

async fn forwarded(readers: &Readers, mail: &Mail) -> i64 {
    let told = readers.api(&format!("messages/{}", mail.message)).await;
    told["deliveries"][0]["clicks_forwarded"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_hand_and_a_shared_link_are_told_as_probably_forwarded() {
    for engine in Engine::BOTH {
        let readers = Readers::start(engine).await;
        let to = ["anna@acme.example", "bob@acme.example", "cara@acme.example"];
        let mails = readers.send(&to).await;
        let [passed_on, shared, kept] = mails.as_slice() else {
            panic!("three letters");
        };
        // Anna follows a link; an hour later another program in another network does.
        let at = HOUR_MS;
        readers.ask(passed_on, at, 1, (Get, CHROME, HERE)).await;
        readers
            .ask(passed_on, 2 * at, 1, (Get, FIREFOX, THERE))
            .await;
        // Bob shows it in a chat, which fetches a preview; then somebody follows it.
        readers.ask(shared, at, 1, (Get, CHROME, HERE)).await;
        let later = at + 5 * MINUTE_MS;
        readers
            .ask(shared, later, 1, (Get, SLACK, "192.0.2.44"))
            .await;
        let then = later + MINUTE_MS;
        readers.ask(shared, then, 1, (Get, CHROME, THERE)).await;
        // Cara comes back with the same program from elsewhere.
        readers.ask(kept, at, 1, (Get, CHROME, HERE)).await;
        readers.ask(kept, 2 * at, 1, (Get, CHROME, THERE)).await;
        readers.judged_at(3 * at).await;

        assert_eq!(forwarded(&readers, passed_on).await, 1, "{engine:?}");
        assert_eq!(forwarded(&readers, shared).await, 1, "{engine:?}");
        assert_eq!(forwarded(&readers, kept).await, 0, "{engine:?}");
        let pages = Pages::sign_in(&readers.app, &readers.app.rep).await;
        for (mail, is_told) in [(passed_on, true), (shared, true), (kept, false)] {
            let page = pages.read(&format!("messages/{}", mail.message)).await;
            assert_eq!(page.contains("probably forwarded"), is_told, "{page}");
        }
        // The preview is a machine's click, and says that the link was shared.
        let page = pages.read(&format!("messages/{}", shared.message)).await;
        assert!(page.contains("link preview"), "{page}");
        let told = readers.api(&format!("messages/{}", shared.message)).await;
        let clicks = &told["deliveries"][0]["links"][0]["clicks"];
        assert_eq!(
            (&clicks["human"], &clicks["machine"]),
            (&json!(2), &json!(1))
        );
        readers.app.stop().await;
    }
}
