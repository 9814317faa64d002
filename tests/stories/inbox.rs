//! The inbox over its pages: who waits, the longest first; what one press does about it, and who
//! may.

use crate::support::app::{Person, TestApp};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::START;
use otklik::config::Roles;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::{Clock, MINUTE_MS};
use otklik::domain::id::{ContactId, ThreadNo, TouchId};
use otklik::domain::touch::{Channel, Direction, Outcome};
use otklik::store::contacts::{self, ContactData};
use otklik::store::{threads, touches};
use reqwest::Method;

async fn quiet(engine: Engine) -> TestApp {
    TestApp::with(engine, Clock::manual(START), |settings| {
        settings.roles = Roles {
            work: false,
            ..Roles::ALL
        };
    })
    .await
}

struct Waiting {
    contact: ContactId,
    touch: TouchId,
    thread: ThreadNo,
}

/// A contact of `owner` writes to us now.
async fn writes(app: &TestApp, name: &str, owner: Option<&Person>) -> Waiting {
    let ctx = &app.ctx;
    let now = ctx.clock.now();
    let contact = ContactId(ctx.clock.fresh_id());
    let address = format!("{}@buyer.example", name.to_lowercase());
    let data = ContactData {
        name: name.to_owned(),
        emails: vec![EmailAddress::parse(&address).unwrap()],
        owner: owner.map(|owner| owner.viewer.user),
        ..ContactData::default()
    };
    let mut tx = ctx.store.begin().await.unwrap();
    contacts::add(&mut tx, contact, &data, now).await.unwrap();
    tx.commit().await.unwrap();
    let found = contacts::lookup(&ctx.store, &app.admin.viewer, contact).await;
    let no = found.unwrap().unwrap().no;
    let mut tx = ctx.store.begin().await.unwrap();
    let thread = threads::of_inbound(&mut tx, None, Some(no), now)
        .await
        .unwrap();
    let touch = TouchId(ctx.clock.fresh_id());
    let new = touches::NewTouch {
        thread: Some(thread),
        suggestion: Some((Outcome::Interested, "send me the price list".to_owned())),
        ..touches::NewTouch::new(touch, no, Channel::Email, Direction::In, now, now)
    };
    touches::record_in(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    Waiting {
        contact,
        touch,
        thread,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_stands_in_the_inbox_of_whose_turn_it_is_until_somebody_acts() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let rep = Pages::sign_in(&app, &app.rep).await;
        assert!(rep.read("inbox").await.contains("Nobody waits for you."));
        let anna = writes(&app, "Anna", Some(&app.rep)).await;
        app.ctx.clock.advance(20 * MINUTE_MS);
        let boris = writes(&app, "Boris", Some(&app.rep)).await;
        app.ctx.clock.advance(45 * MINUTE_MS);

        let page = rep.read("inbox").await.replace('\u{a0}', " ");
        assert!(page.contains("2 people wait for an answer; the longest for 1 h 5 min."));
        assert!(page.contains("5 min over the hour") && page.contains("15 min left of the hour"));
        assert!(page.find("Anna") < page.find("Boris"), "the longest first");
        let stranger = Pages::sign_in(&app, &app.stranger).await;
        assert!(!stranger.read("inbox").await.contains("Anna"));
        let done = format!("inbox/{}/done", anna.touch);
        assert_eq!(stranger.post(&done, &[]).await.status(), 404);
        let manager = Pages::sign_in(&app, &app.manager).await;
        assert!(manager.read("inbox?whose=all").await.contains("Anna"));

        let to = rep.send(&done, &[]).await;
        assert!(!rep.read("inbox").await.contains("Anna"), "{engine:?}");
        let page = rep.read(to.trim_start_matches('/')).await;
        assert!(
            page.contains(&format!("/inbox/{}/back", anna.touch)),
            "it can be undone"
        );
        rep.send(&format!("inbox/{}/back", anna.touch), &[]).await;
        assert!(rep.read("inbox").await.contains("Anna"));

        let stranger_id = app.stranger.viewer.user.to_string();
        let give = format!("inbox/{}/hand-over", boris.touch);
        rep.send(&give, &[("to", &stranger_id)]).await;
        assert!(!rep.read("inbox").await.contains("Boris"), "{engine:?}");
        assert!(stranger.read("inbox").await.contains("Boris"));

        let logged = format!("contacts/{}/touches", anna.contact);
        rep.send(&logged, &[("result", "voicemail")]).await;
        let page = rep.read("inbox").await;
        assert!(page.contains("Anna") && page.contains("not answered yet"));
        rep.send(&logged, &[("result", "connected"), ("note", "Spoke.")])
            .await;
        assert!(
            !rep.read("inbox").await.contains("Anna"),
            "a connected call answers"
        );
        assert_eq!(rep.send(&done, &[]).await, "/inbox?done=ended");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nobodys_is_taken_from_the_queue_and_becomes_theirs() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let clara = writes(&app, "Clara", None).await;
        let rep = Pages::sign_in(&app, &app.rep).await;
        let stranger = Pages::sign_in(&app, &app.stranger).await;
        assert!(!rep.read("inbox").await.contains("Clara"));
        assert!(rep.read("inbox?whose=queue").await.contains("Clara"));
        rep.send(&format!("inbox/{}/take", clara.touch), &[]).await;
        assert!(rep.read("inbox").await.contains("Clara"), "{engine:?}");
        let queue = stranger.read("inbox?whose=queue").await;
        assert!(!queue.contains("Clara"), "{engine:?}: gone from the queue");
        let path = format!("api/v1/contacts/{}", clara.contact);
        let answer = app.ask(Method::GET, &path, &app.rep).send().await.unwrap();
        let contact: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(contact["owner"], app.rep.viewer.user.to_string());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_open_to_those_who_look_after_the_contact_and_says_how_it_went() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let anna = writes(&app, "Anna", Some(&app.rep)).await;
        let rep = Pages::sign_in(&app, &app.rep).await;
        let path = format!("threads/{}", anna.thread);
        let page = rep.read(&path).await;
        assert!(page.contains("Anna") && page.contains("No answer needed"));
        let stranger = Pages::sign_in(&app, &app.stranger).await;
        assert_eq!(stranger.get(&path).await.status(), 404);
        let outcome = format!("touches/{}/outcome", anna.touch);
        assert_eq!(
            stranger
                .post(&outcome, &[("outcome", "refused")])
                .await
                .status(),
            404
        );
        assert_eq!(
            rep.post(&outcome, &[("outcome", "no such")]).await.status(),
            422
        );
        rep.send(&outcome, &[("outcome", "interested")]).await;
        let found = touches::lookup(&app.ctx.store, &app.rep.viewer, anna.touch).await;
        assert_eq!(found.unwrap().unwrap().outcome, Some(Outcome::Interested));
        let bad = format!("contacts/{}/touches", anna.contact);
        let late = [("result", "connected"), ("at", "2999-01-01T10:00")];
        assert_eq!(rep.post(&bad, &late).await.status(), 422);
        assert_eq!(rep.post(&bad, &[]).await.status(), 422);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_comes_in_is_read_answered_and_stands_in_their_thread() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let anna = writes(&app, "Anna", Some(&app.rep)).await;
        let rep = Pages::sign_in(&app, &app.rep).await;
        rep.send(&format!("inbox/{}/done", anna.touch), &[]).await;
        app.ctx.clock.advance(MINUTE_MS);
        let mail = "From: Anna <anna@buyer.example>\r\nTo: rep@team.example\r\n\
            Subject: Prices\r\nMessage-ID: <one@buyer.example>\r\n\
            Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nContent-Type: text/html\r\n\r\n\
            <p>What does the large one cost?</p><script>alert(1)</script>\
            <img src=\"https://pixel.example/p.gif\">\r\n";
        let request = app.ask(Method::POST, "api/v1/inbound", &app.admin);
        let request = request.header("Content-Type", "message/rfc822").body(mail);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 202, "{engine:?}");
        let made: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(made["kind"], "enquiry");
        let id = made["id"].as_str().unwrap();

        let page = rep.read("inbox").await;
        assert!(page.contains("What does the large one cost?"), "{engine:?}");
        let inside = rep.read(&format!("inbound/{id}/html")).await;
        assert!(inside.contains("large one") && !inside.contains("script"));
        assert!(!inside.contains("pixel.example"), "nothing is fetched");
        let stranger = Pages::sign_in(&app, &app.stranger).await;
        let theirs = stranger.get(&format!("inbound/{id}/html")).await;
        assert_eq!(theirs.status(), 404);

        let letter = serde_json::json!({"to": "anna@buyer.example", "subject": "Re: Prices",
            "text": "It costs one thousand.", "reply_to_inbound": id});
        let made = app.post("api/v1/messages", &app.rep, &letter).await;
        assert_eq!(made.status(), 202, "{engine:?}");
        let made: serde_json::Value = made.json().await.unwrap();
        let path = format!("api/v1/messages/{}", made["id"].as_str().unwrap());
        let shown = app.get(&path, &app.rep).await;
        let shown: serde_json::Value = shown.json().await.unwrap();
        assert_eq!(shown["class"], "correspondence", "{shown}");
        let other = app.post("api/v1/messages", &app.stranger, &letter).await;
        assert_eq!(other.status(), 422, "not theirs to answer");
        app.stop().await;
    }
}
