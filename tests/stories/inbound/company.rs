//! A mail that answers nothing of ours, from somebody at a company we wrote to: its page says what
//! it may be about.

use super::posted::Posted;
use crate::support::engines::Engine;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_to_a_colleague_stands_beside_a_mail_that_answers_nothing() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let body = json!({"name": "Ben", "emails": ["ben@buyer.example"]});
        let made = desk.app.post("api/v1/contacts", &desk.app.rep, &body).await;
        assert_eq!(made.status(), 201);
        let letter = desk.sent("anna@buyer.example").await;
        let raw = |n: u32, from: &str| {
            format!(
                "From: Ben <{from}>\r\nTo: {}\r\nSubject: Prices\r\nMessage-ID: <{n}@buyer.example>\r\n\r\nWhat do ten of them cost?\r\n",
                desk.app.rep.email
            )
        };
        // Whoever is known already is no riddle.
        let known = desk.post(&raw(1, "ben@buyer.example")).await;
        assert!(known["same_company"].is_null(), "{engine:?}: {known}");
        let shown = desk.post(&raw(2, "carl@buyer.example")).await;
        assert_eq!(shown["same_company"], letter.id.to_string(), "{engine:?}");
        let thread = format!("threads/{}", shown["thread"]);
        let page = desk.page(&desk.app.rep, &thread).await;
        assert!(page.contains("Answers no letter of ours."), "{page}");
        let link = format!("href=\"/messages/{}\"", letter.id);
        assert!(page.contains(&link), "{engine:?}: {page}");
        let language = json!({"language": "ru"});
        let path = format!("api/v1/users/{}", desk.app.rep.viewer.user);
        let set = desk.app.ask(Method::PATCH, &path, &desk.app.admin);
        let set = set.json(&language).send().await.unwrap();
        assert!(set.status().is_success(), "{}", set.status());
        let page = desk.page(&desk.app.rep, &thread).await;
        assert!(page.contains("открыть это письмо"), "{engine:?}: {page}");
        desk.app.stop().await;
    }
}
