//! Caps by recipient domain: what an administrator sets holds for each mailbox, the rest waits and
//! says why, and goes by itself.

use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::{START, letter};
use otklik::accept::accept;
use otklik::config::Roles;
use otklik::domain::clock::{Clock, HOUR_MS};
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::caught;
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::time::Duration;

async fn drain(app: &TestApp) {
    let sender = Sender::new(app.ctx.clone(), PhaseTimeouts::all(Duration::from_secs(20)));
    while sender.step().await.unwrap() == Progress::More {}
}

/// How many mails were caught for each of two domains.
async fn caught(app: &TestApp) -> (usize, usize) {
    let all = caught::list(&app.ctx.store, None, None, 100).await.unwrap();
    let to = |domain: &str| {
        let theirs = all.iter().filter(|mail| mail.recipient.ends_with(domain));
        theirs.count()
    };
    (to("@buyer.example"), to("@other.example"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_gets_what_its_cap_allows_and_the_rest_says_why_it_waits() {
    for engine in Engine::BOTH {
        let app = TestApp::with(engine, Clock::manual(START), |settings| {
            settings.roles = Roles {
                work: false,
                ..Roles::ALL
            };
        })
        .await;
        let admin = Pages::sign_in(&app, &app.admin).await;
        let fields = [("postal", "1 Main Street"), ("domain_hour", "none")];
        let refused = admin.refused("settings/organisation", &fields).await;
        assert!(refused.contains("must be a whole number from 1"));
        let fields = [("postal", "1 Main Street"), ("domain_hour", "2")];
        admin.send("settings/organisation", &fields).await;
        for n in 0..5 {
            let to = letter(&format!("contact{n}@buyer.example"));
            accept(&app.ctx, &app.rep.viewer, to).await.unwrap();
        }
        let other = letter("anna@other.example");
        accept(&app.ctx, &app.rep.viewer, other).await.unwrap();
        drain(&app).await;
        assert_eq!(caught(&app).await, (2, 1), "{engine:?}");
        let rep = Pages::sign_in(&app, &app.rep).await;
        let page = rep.read("messages?state=waiting").await;
        let why = "The limit for this recipient domain is reached; the rest follows by itself.";
        assert_eq!(page.matches(why).count(), 3, "{engine:?}: {page}");
        for expected in [(4, 1), (5, 1)] {
            app.ctx.clock.advance(HOUR_MS * 11 / 10);
            drain(&app).await;
            assert_eq!(caught(&app).await, expected, "{engine:?}");
        }
        assert!(!rep.read("messages?state=waiting").await.contains(why));
        app.stop().await;
    }
}
