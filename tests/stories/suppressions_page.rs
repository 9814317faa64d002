//! The suppression list over its pages: who stands there and why, who may look, and what lifts an
//! entry.

use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::{START, letter};
use otklik::accept::accept;
use otklik::config::Roles;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::Clock;
use otklik::domain::event::EventKind;
use otklik::domain::id::{ContactId, Seq, SuppressionId};
use otklik::domain::suppression::{AddressHasher, SuppressionReason};
use otklik::store::contacts::{self, ContactData};
use otklik::store::log;
use otklik::store::messages;
use otklik::store::suppressions::{self, NewSuppression};

async fn quiet(engine: Engine) -> TestApp {
    TestApp::with(engine, Clock::manual(START), |settings| {
        settings.roles = Roles {
            work: false,
            ..Roles::ALL
        };
    })
    .await
}

async fn contact(app: &TestApp, name: &str) -> ContactId {
    let ctx = &app.ctx;
    let id = ContactId(ctx.clock.fresh_id());
    let address = format!("{}@buyer.example", name.to_lowercase());
    let data = ContactData {
        name: name.to_owned(),
        emails: vec![EmailAddress::parse(&address).unwrap()],
        owner: Some(app.rep.viewer.user),
        ..ContactData::default()
    };
    let mut tx = ctx.store.begin().await.unwrap();
    contacts::add(&mut tx, id, &data, ctx.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A letter to `name`, and the stop that it brought about.
async fn stopped(app: &TestApp, name: &str, reason: SuppressionReason) -> SuppressionId {
    let ctx = &app.ctx;
    let mut new = letter(&format!("{}@buyer.example", name.to_lowercase()));
    if let otklik::accept::Content::Own { subject, .. } = &mut new.content {
        *subject = format!("A letter to {name}");
    }
    let sent = accept(ctx, &app.rep.viewer, new).await.unwrap();
    let deliveries = messages::deliveries(&ctx.store, sent.id).await.unwrap();
    let address = EmailAddress::parse(&format!("{}@buyer.example", name.to_lowercase())).unwrap();
    let id = SuppressionId(ctx.clock.fresh_id());
    let new = NewSuppression {
        id,
        hash: AddressHasher::new(&ctx.keys).hash(&address),
        address: &address,
        reason,
        delivery: Some(deliveries[0].no),
        contact: None,
        created_by: None,
        at: ctx.clock.now(),
    };
    let mut tx = ctx.store.begin().await.unwrap();
    suppressions::suppress(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn lifts(app: &TestApp) -> usize {
    let events = log::after(&app.ctx.store, Seq(0), 1_000).await.unwrap();
    let lifts = events
        .iter()
        .filter(|event| event.event.kind == EventKind::Resubscribed);
    lifts.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_who_since_when_and_by_which_letter_and_is_searched() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let admin = Pages::sign_in(&app, &app.admin).await;
        let empty = admin.read("settings/suppressions").await;
        assert!(empty.contains("Everybody may be written to."), "{engine:?}");
        let anna = contact(&app, "Anna").await;
        stopped(&app, "Anna", SuppressionReason::Unsubscribed).await;
        stopped(&app, "Boris", SuppressionReason::HardBounce).await;
        let page = admin.read("settings/suppressions").await;
        for part in ["anna@buyer.example", "A letter to Anna", "mail comes back"] {
            assert!(page.contains(part), "{engine:?} {part}");
        }
        let page = admin.read("settings/suppressions?q=ann").await;
        assert!(
            page.contains("anna@") && !page.contains("boris@"),
            "{engine:?}"
        );
        let page = admin.read("settings/suppressions?reason=hard_bounce").await;
        assert!(
            !page.contains("anna@") && page.contains("boris@"),
            "{engine:?}"
        );
        let added = admin
            .send(
                "settings/suppressions",
                &[("address", "carl@buyer.example")],
            )
            .await;
        assert!(added.ends_with("done=suppressed"));
        let page = admin.read("settings/suppressions").await;
        assert!(page.contains("put there by admin"), "{engine:?}");
        let refused = admin
            .refused("settings/suppressions", &[("address", "carl")])
            .await;
        assert!(refused.contains("value=\"carl\""), "nothing typed is lost");

        let rep = Pages::sign_in(&app, &app.rep).await;
        for person in [&app.rep, &app.marketer, &app.manager] {
            let pages = Pages::sign_in(&app, person).await;
            let answer = pages.get("settings/suppressions").await;
            assert_ne!(answer.status(), 200, "{engine:?} {}", person.email);
        }
        let page = rep.read(&format!("contacts/{anna}")).await;
        for part in [
            "unsubscribed",
            "A letter to Anna",
            "An administrator can lift it",
        ] {
            assert!(page.contains(part), "{engine:?} {part}");
        }

        // Erased, and still found by the whole address.
        erase_contact(&app, anna).await;
        let page = admin
            .read("settings/suppressions?q=anna@buyer.example")
            .await;
        assert!(page.contains("erased address"), "{engine:?}");
        app.stop().await;
    }
}

async fn erase_contact(app: &TestApp, id: ContactId) {
    let pages = Pages::sign_in(app, &app.admin).await;
    pages.send(&format!("contacts/{id}/erase"), &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_contact_asked_for_is_lifted_by_their_consent_alone() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let admin = Pages::sign_in(&app, &app.admin).await;
        for (name, reason) in [
            ("Anna", SuppressionReason::Unsubscribed),
            ("Olga", SuppressionReason::Complained),
        ] {
            let id = contact(&app, name).await;
            let entry = stopped(&app, name, reason).await;
            let path = format!("settings/suppressions/{entry}");
            let api = format!("api/v1/{}", path.trim_start_matches("settings/"));
            let answer = app.ask(reqwest::Method::DELETE, &api, &app.admin).send();
            assert_eq!(answer.await.unwrap().status(), 409, "{engine:?} {name}");
            let why = [("why", "They would surely want it.")];
            let refused = admin.refused(&path, &why).await;
            assert!(refused.contains("their new consent"), "{engine:?}");
            let before = lifts(&app).await;
            let consent = [
                ("source", "on the telephone"),
                ("wording", "Do write again"),
            ];
            admin.send(&path, &consent).await;
            assert_eq!(lifts(&app).await, before + 1, "{engine:?} {name}");
            let found = contacts::lookup(&app.ctx.store, &app.admin.viewer, id).await;
            let consent = found.unwrap().unwrap().data.consent.unwrap();
            assert_eq!(consent.source, "on the telephone", "{engine:?}");
            assert_eq!(admin.get(&path).await.status(), 404, "it is no more");
        }
        let back = stopped(&app, "Boris", SuppressionReason::HardBounce).await;
        let path = format!("settings/suppressions/{back}");
        admin.refused(&path, &[("why", " ")]).await;
        admin
            .send(&path, &[("why", "The mailbox works again")])
            .await;
        assert_eq!(lifts(&app).await, 3, "{engine:?}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_stops_mail_to_their_own_contact_and_to_nobody_elses() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let anna = contact(&app, "Anna").await;
        let path = format!("contacts/{anna}/stop");
        let stranger = Pages::sign_in(&app, &app.stranger).await;
        let address = [("address", "anna@buyer.example")];
        assert_eq!(stranger.post(&path, &address).await.status(), 404);
        let rep = Pages::sign_in(&app, &app.rep).await;
        let other = [("address", "else@buyer.example")];
        assert_eq!(rep.post(&path, &other).await.status(), 404, "{engine:?}");
        rep.send(&path, &address).await;
        let page = rep.read(&format!("contacts/{anna}")).await;
        assert!(page.contains("put there by rep"), "{engine:?}");
        app.stop().await;
    }
}
