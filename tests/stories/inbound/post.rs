//! `POST /inbound` and what is read of it afterwards.

use crate::support::app::TestApp;
use crate::support::engines::Engine;
use reqwest::{Method, StatusCode};
use serde_json::Value;

const MAIL: &str = "From: Nora <nora@new.example>\r\nTo: sales@team.example\r\nSubject: A price, please\r\nMessage-ID: <1@new.example>\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\n\r\nWhat does it cost for fifty people?\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_mail_is_answered_with_what_it_is_and_posted_again_is_the_same() {
    for engine in Engine::BOTH {
        let app = TestApp::start(engine).await;
        let post = |body: &'static str, media_type: &'static str| {
            let request = app.ask(Method::POST, "api/v1/inbound", &app.rep);
            request.header("content-type", media_type).body(body).send()
        };
        let answer = post(MAIL, "message/rfc822").await.unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{engine:?}");
        let first: Value = answer.json().await.unwrap();
        assert_eq!(first["kind"], "enquiry", "{first}");
        assert_eq!(first["from"], "nora@new.example");
        assert!(first["text"].as_str().unwrap().contains("fifty people"));
        assert!(first["contact"].is_string(), "{first}");
        let again: Value = post(MAIL, "message/rfc822")
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(again, first);

        for (body, media_type, status) in
            [(MAIL, "application/json", 415), ("", "message/rfc822", 422)]
        {
            let answer = post(body, media_type).await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{media_type}");
        }

        let id = first["id"].as_str().unwrap();
        // Nobody owns it: it waits in the queue of all who answer, until one takes it.
        for (person, status) in [(&app.stranger, 200), (&app.marketer, 404)] {
            let read = app.get(&format!("api/v1/inbound/{id}"), person).await;
            assert_eq!(read.status().as_u16(), status);
        }
        let path = format!("api/v1/inbound/{id}/take");
        for (person, status) in [(&app.rep, 200), (&app.manager, 409), (&app.stranger, 404)] {
            let taken = app.ask(Method::POST, &path, person).send().await.unwrap();
            assert_eq!(taken.status().as_u16(), status, "{engine:?}");
        }
        let raw = app.get(&format!("api/v1/inbound/{id}/raw"), &app.rep).await;
        assert_eq!(raw.headers()["content-type"], "message/rfc822");
        assert_eq!(raw.text().await.unwrap(), MAIL);
        let list = app.get("api/v1/inbound?kind=enquiry", &app.rep).await;
        let list: Value = list.json().await.unwrap();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        app.stop().await;
    }
}
