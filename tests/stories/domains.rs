//! How the domains we write from stand in the DNS: only those whose mail leaves are looked at, and
//! what was found stands in the settings and in the report on deliverability.

use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::{START, ctx, letter, rep, settings};
use otklik::accept::accept;
use otklik::config::{DkimKey, Roles};
use otklik::domain::clock::Clock;
use otklik::posture::{self, Found, Kind, Records};
use std::sync::Mutex;

fn are(texts: &[&str]) -> Records {
    Records::Are(texts.iter().map(|text| (*text).to_owned()).collect())
}

/// A DNS of our own.
fn answer(name: &str) -> Records {
    match name {
        "seller.example" => are(&["v=spf1 mx -all"]),
        "_dmarc.seller.example" => Records::None,
        _ => Records::Unknown("nobody is there".to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_is_looked_at_and_what_is_caught_is_not() {
    for engine in Engine::BOTH {
        for (relay, domains) in [(Some("smtp://127.0.0.1:1"), 1), (None, 0)] {
            let ctx = ctx(engine, settings(relay.map(str::to_owned))).await;
            let viewer = rep(&ctx, "rita@seller.example").await;
            accept(&ctx, &viewer, letter("anna@buyer.example"))
                .await
                .unwrap();
            let asked: Mutex<Vec<String>> = Mutex::default();
            let look = posture::look_by(&ctx, |name| {
                let records = answer(&name);
                asked.lock().unwrap().push(name);
                std::future::ready(records)
            });
            let found = look.await.unwrap();
            assert_eq!(found.domains.len(), domains, "{engine:?}");
            if domains == 0 {
                assert!(asked.lock().unwrap().is_empty(), "nobody is asked");
                continue;
            }
            let of = |kind: Kind| {
                let needs = &found.domains[0].needs;
                let need = needs.iter().find(|need| need.kind == kind);
                need.unwrap().found.clone()
            };
            assert_eq!(of(Kind::Spf), Found::Good(String::new()));
            assert_eq!(of(Kind::Dmarc), Found::Missing);
            assert_eq!(of(Kind::Dkim), Found::SignedElsewhere);
            assert_eq!(of(Kind::OneClick), Found::SignedElsewhere);
            posture::keep(&ctx, &found).await.unwrap();
            assert_eq!(posture::last(&ctx).await.unwrap(), Some(found));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_stands_in_the_settings_and_beside_deliverability() {
    for engine in Engine::BOTH {
        let app = TestApp::with(engine, Clock::manual(START), |settings| {
            settings.roles = Roles {
                work: false,
                ..Roles::ALL
            };
        })
        .await;
        let admin = Pages::sign_in(&app, &app.admin).await;
        let page = admin.read("settings/domains").await;
        assert!(page.contains("No mail leaves"), "{engine:?}");
        let world = ctx(engine, settings(Some("smtp://127.0.0.1:1".to_owned()))).await;
        let viewer = rep(&world, "rita@seller.example").await;
        accept(&world, &viewer, letter("anna@buyer.example"))
            .await
            .unwrap();
        let look = posture::look_by(&world, |name| std::future::ready(answer(&name)));
        posture::keep(&app.ctx, &look.await.unwrap()).await.unwrap();
        let page = admin.read("settings/domains").await;
        for part in [
            "Something needs doing: seller.example.",
            "Publish a TXT record at _dmarc.seller.example",
            "No key of this installation signs",
        ] {
            assert!(page.contains(part), "{engine:?} {part}: {page}");
        }
        let manager = Pages::sign_in(&app, &app.manager).await;
        let report = manager.read("reports/deliverability").await;
        assert!(report.contains("_dmarc.seller.example"), "{engine:?}");
        assert!(
            report.contains("An administrator looks after"),
            "{engine:?}"
        );
        assert_ne!(manager.get("settings/domains").await.status(), 200);
        app.stop().await;
    }
}

/// A key and its public half (RFC 8410, 10.3).
const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
const PUBLIC: &str = "v=DKIM1; k=ed25519; p=Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
const WRAPPED: &str = "v=DKIM1; p=MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

/// What is found of a domain below another one, with a key of ours.
async fn found_of(
    ctx: &otklik::ctx::Ctx,
    answer: impl Fn(&str) -> Records,
) -> Vec<(String, Found)> {
    let look = posture::look_by(ctx, |name| std::future::ready(answer(&name)));
    let found = look.await.unwrap();
    assert_eq!(found.domains.len(), 1);
    posture::keep(ctx, &found).await.unwrap();
    assert_eq!(posture::last(ctx).await.unwrap().as_ref(), Some(&found));
    let needs = found.domains.into_iter().next().unwrap().needs;
    needs
        .into_iter()
        .map(|need| (need.name, need.found))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_below_another_has_its_policy_and_two_records_or_another_key_are_told() {
    let good = |text: &str| Found::Good(text.to_owned());
    for engine in Engine::BOTH {
        let mut settings = settings(Some("smtp://127.0.0.1:1".to_owned()));
        settings.dkim = vec![DkimKey {
            domain: "mail.seller.example".to_owned(),
            selector: "s1".to_owned(),
            pem: PEM.into(),
        }];
        let ctx = ctx(engine, settings).await;
        let key = "s1._domainkey.mail.seller.example";
        let found = found_of(&ctx, |name| match name {
            "mail.seller.example" => are(&["v=spf1 mx -all", "site=1", "v=spf1 a -all"]),
            "_dmarc.seller.example" => are(&["v=DMARC1; p=reject; sp=quarantine"]),
            _ if name == key => are(&[PUBLIC]),
            _ => Records::None,
        });
        let found = found.await;
        let spf = ("mail.seller.example".to_owned(), Found::Several);
        assert_eq!(found[0], spf, "{engine:?}");
        let dmarc = ("_dmarc.seller.example".to_owned(), good("quarantine"));
        assert_eq!(found[1], dmarc, "{engine:?}");
        assert_eq!(found[2], (key.to_owned(), good("")), "{engine:?}");

        let other = PUBLIC.replace("Gb9E", "Gb9F");
        for (records, expected) in [
            (are(&[WRAPPED]), good("")),
            (are(&[&other]), Found::OtherKey),
            (are(&["v=DKIM1; k=ed25519; p="]), Found::Missing),
        ] {
            let found = found_of(&ctx, |name| match name {
                "_dmarc.mail.seller.example" => are(&["v=DMARC1; p=none"]),
                "_dmarc.seller.example" => are(&["v=DMARC1; p=reject"]),
                _ if name == key => records.clone(),
                _ => Records::Unknown("nobody is there".to_owned()),
            });
            let found = found.await;
            let own = ("_dmarc.mail.seller.example".to_owned(), good("none"));
            assert_eq!(found[1], own, "{engine:?}");
            assert_eq!(found[2].1, expected, "{engine:?} {records:?}");
        }
    }
}
