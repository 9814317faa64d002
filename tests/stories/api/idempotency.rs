//! The same request many times makes one thing.

use super::site::{Site, answer};
use crate::support::engines::Engine;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_requests_at_once_make_one_thing_and_get_one_answer() {
    let contact = json!({"name": "Anna", "emails": ["anna@client.example"]});
    let message = json!({"to": "anna@client.example", "subject": "Hello", "text": "Hello"});
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        for (path, body) in [("/contacts", &contact), ("/messages", &message)] {
            let ask = || {
                let request = site.ask(&Method::POST, path, &site.rep);
                answer(request.header("Idempotency-Key", "k-1").json(body))
            };
            let answers = futures_util::future::join_all((0..50).map(|_| ask())).await;
            let first = &answers[0];
            assert!(
                first.0 == 201 || first.0 == 202,
                "{engine:?} {path}: {first:?}"
            );
            assert!(
                answers.iter().all(|other| other == first),
                "{engine:?} {path}"
            );
            assert_eq!(&ask().await, first, "{engine:?} {path}");
            let (_, list) = site.get(path, &site.rep).await;
            assert_eq!(
                list["items"].as_array().map(Vec::len),
                Some(1),
                "{engine:?} {path}"
            );

            let changed = if path == "/contacts" {
                json!({"name": "Ben", "emails": ["ben@client.example"]})
            } else {
                json!({"to": "ben@client.example", "subject": "Hello", "text": "Hello"})
            };
            let request = site.ask(&Method::POST, path, &site.rep);
            let (status, problem) =
                answer(request.header("Idempotency-Key", "k-1").json(&changed)).await;
            assert_eq!(
                (status, &problem["type"]),
                (422, &json!("/problems/key-reused"))
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_leaves_its_key_free_and_a_key_is_its_users_own() {
    let site = Site::start(Engine::Sqlite).await;
    let ask = |person, body: Value| {
        let request = site.ask(&Method::POST, "/contacts", person);
        answer(request.header("Idempotency-Key", "k").json(&body))
    };
    let (status, _) = ask(&site.rep, json!({"name": "", "emails": ["a@b.example"]})).await;
    assert_eq!(status, 422);
    let (status, _) = ask(&site.rep, json!({"name": "A", "emails": ["a@b.example"]})).await;
    assert_eq!(status, 201);
    let (status, _) = ask(
        &site.stranger,
        json!({"name": "C", "emails": ["c@b.example"]}),
    )
    .await;
    assert_eq!(status, 201);
}
