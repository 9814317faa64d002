//! Starting and stopping: what a process promises to its operator.

use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::world::letter;
use otklik::accept;
use otklik::domain::event::EventKind;
use otklik::domain::id::Seq;
use otklik::domain::viewer::Role;
use otklik::store::{caught, events};
use std::time::Duration;

/// Longer than anything here takes on a busy machine.
const HANG: Duration = Duration::from_mins(1);

pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = tokio::time::timeout(HANG, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    found
        .await
        .unwrap_or_else(|_| panic!("{what} did not happen"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_caught_opened_and_clicked_and_the_click_is_an_event() {
    for engine in Engine::BOTH {
        let app = TestApp::start(engine).await;
        let mut new = letter("Olga <olga@contact.example>");
        new.content = accept::Content::Own {
            subject: "Hello".to_owned(),
            html: Some("<p><a href=\"https://example.org/a?b=1&amp;c\">x</a></p>".to_owned()),
            text: None,
        };
        accept::accept(&app.ctx, &app.rep.viewer, new)
            .await
            .unwrap();
        let mail = until("the mail", async || {
            let list = caught::list(&app.ctx.store, Some("olga@contact.example"), None, 1);
            list.await.unwrap().pop()
        })
        .await;
        let bytes = caught::bytes(&app.ctx.store, mail.no)
            .await
            .unwrap()
            .unwrap();
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let html = parsed.body_html(0).unwrap().into_owned();
        let link = html.split('"').find(|part| part.contains("/c/")).unwrap();
        let answer = app.http.get(link).send().await.unwrap();
        assert_eq!(answer.status(), 302, "{engine:?}");
        assert_eq!(answer.headers()["location"], "https://example.org/a?b=1&c");
        until("the click", async || {
            let page = events::after(&app.ctx.store, &app.rep.viewer, Seq(0), 100);
            page.await
                .unwrap()
                .events
                .into_iter()
                .find(|told| told.event.event.kind == EventKind::Clicked)
        })
        .await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_the_process_are_for_the_administrator_alone() {
    let app = TestApp::start(Engine::Sqlite).await;
    for person in [
        &app.admin,
        &app.manager,
        &app.marketer,
        &app.rep,
        &app.stranger,
    ] {
        let expected = if person.viewer.role == Role::Admin {
            200
        } else {
            404
        };
        let status = app.get("metrics", person).await.status();
        assert_eq!(status, expected, "{}", person.email);
    }
    let empty = serde_json::json!({});
    let nothing = app.post("no/such/path", &app.admin, &empty).await;
    assert!(nothing.status().is_client_error());
    assert_eq!(app.intake.unrecorded(), 0);
    app.stop().await;
}
