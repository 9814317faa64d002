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

#[tokio::test(flavor = "multi_thread")]
async fn a_lift_by_consent_overwrites_nothing_that_is_written_meanwhile() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let (ctx, viewer) = (&app.ctx, &app.admin.viewer);
        let admin = Pages::sign_in(&app, &app.admin).await;
        let anna = contact(&app, "Anna").await;
        let entry = stopped(&app, "Anna", SuppressionReason::Unsubscribed).await;
        let path = format!("settings/suppressions/{entry}");
        let mut tx = ctx.store.begin().await.unwrap();
        log::append(&mut tx, &[]).await.unwrap();
        let found = contacts::lookup_for_update(&mut tx, viewer, anna).await;
        let found = found.unwrap().unwrap();
        let named = ContactData {
            name: "Anna Karenina".to_owned(),
            ..found.data
        };
        let now = ctx.clock.now();
        contacts::update(&mut tx, found.no, &named, now)
            .await
            .unwrap();
        let consent = [("source", "by telephone"), ("wording", "Do write again")];
        let release = async {
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            tx.commit().await.unwrap();
        };
        let (to, ()) = tokio::join!(admin.send(&path, &consent), release);
        assert!(to.ends_with("done=unsuppressed"), "{engine:?} {to}");
        let found = contacts::lookup(&ctx.store, viewer, anna).await;
        let data = found.unwrap().unwrap().data;
        assert_eq!(data.name, "Anna Karenina", "{engine:?}");
        assert_eq!(data.consent.unwrap().source, "by telephone", "{engine:?}");
        app.stop().await;
    }
}

/// Puts an address on the list that was said `ms` before now.
async fn said_before(app: &TestApp, address: &str, ms: i64) {
    let ctx = &app.ctx;
    let address = EmailAddress::parse(address).unwrap();
    let new = NewSuppression {
        id: SuppressionId(ctx.clock.fresh_id()),
        hash: AddressHasher::new(&ctx.keys).hash(&address),
        address: &address,
        reason: SuppressionReason::Unsubscribed,
        delivery: None,
        contact: None,
        created_by: None,
        at: ctx.clock.now().plus(-ms),
    };
    let mut tx = ctx.store.begin().await.unwrap();
    suppressions::suppress(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_read_page_by_page_and_each_entry_once() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        // Said at one time, and earlier or later than what was put there before: an unsubscribe
        // may have waited while the store was down.
        for (n, ms) in [0, 9_000, 9_000, 1, 60_000, 9_000, 0]
            .into_iter()
            .enumerate()
        {
            app.ctx.clock.advance(1);
            said_before(&app, &format!("p{n}@buyer.example"), ms).await;
        }
        for limit in 1..=3 {
            let (mut seen, mut next) = (Vec::new(), String::new());
            loop {
                let path = format!("api/v1/suppressions?limit={limit}{next}");
                let answer = app.get(&path, &app.admin).await;
                let list: serde_json::Value = answer.json().await.unwrap();
                for entry in list["items"].as_array().unwrap() {
                    seen.push(entry["address"].as_str().unwrap().to_owned());
                }
                match list["next"].as_str() {
                    Some(cursor) => next = format!("&cursor={cursor}"),
                    None => break,
                }
                assert!(seen.len() < 20, "{engine:?} {limit}: without end {seen:?}");
            }
            let all: Vec<String> = (0..7)
                .rev()
                .map(|n| format!("p{n}@buyer.example"))
                .collect();
            assert_eq!(seen, all, "{engine:?} {limit}");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_outweighs_what_stood_on_the_list_and_a_complaint_outweighs_all() {
    use SuppressionReason::{Complained, HardBounce, Manual, Unsubscribed};
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let admin = Pages::sign_in(&app, &app.admin).await;
        let stands = async || {
            let list = suppressions::list(&app.ctx.store, None, 10).await.unwrap();
            assert_eq!(list.len(), 1, "{engine:?}");
            list[0].reason.clone()
        };
        let entry = stopped(&app, "Anna", HardBounce).await;
        stopped(&app, "Anna", Manual).await;
        assert_eq!(stands().await, "hard_bounce", "{engine:?}");
        stopped(&app, "Anna", Unsubscribed).await;
        assert_eq!(stands().await, "unsubscribed", "{engine:?}");
        // And so an administrator's own reason lifts it no more.
        let path = format!("settings/suppressions/{entry}");
        let why = [("why", "The mailbox works again")];
        let refused = admin.refused(&path, &why).await;
        assert!(refused.contains("new consent"), "{engine:?}");
        stopped(&app, "Anna", Complained).await;
        stopped(&app, "Anna", Unsubscribed).await;
        assert_eq!(stands().await, "complained", "{engine:?}");
        app.stop().await;
    }
}
