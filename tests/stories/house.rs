//! The pages with which an administrator looks after the installation: mailboxes, people, links.

use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::letter;
use otklik::accept;
use otklik::config::Roles;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::Clock;
use otklik::domain::event::EventKind;
use otklik::domain::id::Seq;
use otklik::domain::viewer::Role;
use otklik::store::{log, mailboxes, messages, users};
use reqwest::Method;
use serde_json::{Value, json};

async fn app(engine: Engine) -> TestApp {
    TestApp::with(engine, Clock::System, |settings| {
        settings.roles = Roles {
            work: false,
            ..Roles::ALL
        };
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_is_added_paused_and_its_secret_never_shown() {
    for engine in Engine::BOTH {
        let app = app(engine).await;
        let admin = Pages::sign_in(&app, &app.admin).await;
        let wrong = [
            ("address", "nobody"),
            ("smtp_url", "https://x"),
            ("gap", "soon"),
        ];
        let page = admin.refused("settings/mailboxes/new", &wrong).await;
        assert!(page.contains("e-address") && page.contains("value=\"soon\""));
        let good = [
            ("address", "sales@seller.example"),
            ("profile", "google"),
            ("smtp_url", "smtps://sales@mail.seller.example:465"),
            ("secret", "hunter22222"),
            ("daily_cap", "300"),
            ("gap", "7"),
        ];
        admin.send("settings/mailboxes/new", &good).await;
        let page = admin.refused("settings/mailboxes/new", &good).await;
        assert!(page.contains("e-address"), "{engine:?}: it is taken");
        let list = mailboxes::list(&app.ctx.store, &app.admin.viewer, None, 9).await;
        let mailbox = list.unwrap().remove(0);
        let data = &mailbox.data;
        assert_eq!((data.daily_cap, data.gap_ms), (Some(300), 7_000));
        assert_eq!(data.user, None, "everybody's");
        assert!(data.secret.is_some());
        let path = format!("settings/mailboxes/{}", mailbox.id);
        let page = admin.read(&path).await;
        assert!(page.contains("***") && !page.contains("hunter22222"));
        admin.send(&path, &[("do", "pause")]).await;
        assert!(admin.read("settings").await.contains("paused by admin"));
        admin.send(&path, &[("do", "resume")]).await;
        let rep = Pages::sign_in(&app, &app.rep).await;
        assert_eq!(
            rep.get(&path).await.status(),
            404,
            "it is not theirs to change"
        );
        assert_eq!(rep.post(&path, &[("do", "pause")]).await.status(), 404);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_added_and_sets_their_own_password_once() {
    for engine in Engine::BOTH {
        let app = app(engine).await;
        let admin = Pages::sign_in(&app, &app.admin).await;
        let fields = [
            ("name", "Nina"),
            ("email", "nina@team.example"),
            ("role", "manager"),
            ("team", "A new team"),
            ("language", "ru"),
        ];
        let to = admin.send("settings/users/new", &fields).await;
        let path = to[1..].split('?').next().unwrap().to_owned();
        let page = admin.refused("settings/users/new", &fields).await;
        assert!(page.contains("e-email"), "{engine:?}: the address is taken");
        let email = EmailAddress::parse("nina@team.example").unwrap();
        let found = users::lookup_email(&app.ctx.store, &email).await.unwrap();
        let nina = found.unwrap();
        assert!(nina.role == Role::Manager && nina.team.is_some());

        let page = admin.post(&path, &[("do", "link")]).await.text().await;
        let page = page.unwrap();
        let (_, rest) = page.split_once("/set-password/").unwrap();
        let link = format!("set-password/{}", rest.split('<').next().unwrap());
        let stranger = Pages::nobody(&app);
        stranger.read(&link).await;
        stranger.refused(&link, &[("new", "short")]).await;
        stranger
            .send(&link, &[("new", "a long enough password")])
            .await;
        assert_eq!(stranger.get(&link).await.status(), 404, "once");
        let person = otklik_person(&app, &nina.email);
        Pages::sign_in(&app, &person).await;
        admin.send(&path, &[("do", "disable")]).await;
        let fields = [
            ("email", "nina@team.example"),
            ("password", "a long enough password"),
        ];
        assert_eq!(stranger.post("sign-in", &fields).await.status(), 401);

        let own = format!("settings/users/{}", app.admin.viewer.user);
        let page = admin.refused(&own, &[("do", "disable")]).await;
        assert!(page.contains("e-role"), "the last administrator stays");
        app.stop().await;
    }
}

fn otklik_person(app: &TestApp, email: &EmailAddress) -> crate::support::app::Person {
    crate::support::app::Person {
        email: email.as_str().to_owned(),
        ..app.manager.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_links_are_blocked_and_moved_by_those_who_look_after_content() {
    for engine in Engine::BOTH {
        let app = app(engine).await;
        let marketer = Pages::sign_in(&app, &app.marketer).await;
        let path = "settings/links";
        let wrong = [("do", "block"), ("ref", "prices"), ("reason", "")];
        let page = marketer.refused(path, &wrong).await;
        assert!(page.contains("e-ref") && page.contains("e-reason"));
        let target = "https://shop.example/prices";
        let block = [("do", "block"), ("ref", target), ("reason", "recalled")];
        marketer.send(path, &block).await;
        let moved = [
            ("do", "move"),
            ("destination", target),
            ("url", "https://shop.example/new"),
        ];
        marketer.send(path, &moved).await;
        let page = marketer.read(path).await;
        assert!(page.contains("recalled") && page.contains("https://shop.example/new"));
        let key = [
            ("do", "block"),
            ("kind", "key"),
            ("ref", "1"),
            ("reason", "x"),
        ];
        assert_eq!(marketer.post(path, &key).await.status(), 404);
        let id = otklik::domain::link::DestinationId::of(target)
            .0
            .to_string();
        marketer
            .send(path, &[("do", "unblock"), ("ref", &id)])
            .await;
        marketer
            .send(path, &[("do", "restore"), ("destination", &id)])
            .await;
        assert!(!marketer.read(path).await.contains("recalled"));
        let rep = Pages::sign_in(&app, &app.rep).await;
        assert_eq!(rep.get(path).await.status(), 404);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_reps_contact_is_an_address_without_a_name_and_erasing_asks_first() {
    for engine in Engine::BOTH {
        let app = app(engine).await;
        let body = json!({"name": "Secret Sara", "emails": ["sara@buyer.example"]});
        let made = app.post("api/v1/contacts", &app.stranger, &body).await;
        let made: Value = made.json().await.unwrap();
        let new = letter("sara@buyer.example");
        let accepted = accept::accept(&app.ctx, &app.rep.viewer, new)
            .await
            .unwrap();
        let rep = Pages::sign_in(&app, &app.rep).await;
        for path in ["", "messages", &format!("messages/{}", accepted.id)] {
            let page = rep.read(path).await;
            assert!(!page.contains("Secret Sara"), "{engine:?} /{path}");
        }
        for path in [
            "api/v1/messages".to_owned(),
            format!("api/v1/messages/{}", accepted.id),
        ] {
            let text = app.get(&path, &app.rep).await.text().await.unwrap();
            assert!(text.contains("sara@buyer.example") && !text.contains("Secret Sara"));
        }
        let id = made["id"].as_str().unwrap();
        let owner = Pages::sign_in(&app, &app.stranger).await;
        let path = format!("contacts/{id}/erase");
        assert_eq!(rep.get(&path).await.status(), 404);
        assert!(owner.read(&path).await.contains("Secret Sara"));
        owner.send(&path, &[]).await;
        assert_eq!(owner.get(&format!("contacts/{id}")).await.status(), 404);
        let left = messages::deliveries(&app.ctx.store, accepted.id)
            .await
            .unwrap();
        assert_eq!(left[0].address, "");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lifting_a_suppression_is_in_the_log() {
    for engine in Engine::BOTH {
        let app = app(engine).await;
        let body = json!({"address": "anna@buyer.example"});
        app.post("api/v1/suppressions", &app.rep, &body).await;
        let list = app.get("api/v1/suppressions", &app.admin).await;
        let list: Value = list.json().await.unwrap();
        let id = list["items"][0]["id"].as_str().unwrap();
        let path = format!("api/v1/suppressions/{id}");
        let answer = app.ask(Method::DELETE, &path, &app.admin).send().await;
        assert_eq!(answer.unwrap().status(), 204);
        let events = log::after(&app.ctx.store, Seq(0), 100).await.unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event.event.kind).collect();
        let expected = [EventKind::Suppressed, EventKind::Resubscribed];
        assert_eq!(kinds, expected, "{engine:?}");
        app.stop().await;
    }
}
