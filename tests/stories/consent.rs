//! Consent withdrawn between rendering and the hand-over: the bytes that were made with it do not
//! leave, and what leaves instead records nothing.

use crate::support::engines::Engine;
use crate::support::world::{Answer, Sink, ctx, letter, rep, settings};
use otklik::accept;
use otklik::config::Settings;
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::HOUR_MS;
use otklik::domain::contact::{Consent, PrivacyPreset, TrackingChoice};
use otklik::domain::id::ContactId;
use otklik::domain::viewer::Viewer;
use otklik::net::catcher::Refusal;
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::contacts::{self, ContactData};
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The HTML of every body that left, accepted or not.
type Bodies = Arc<Mutex<Vec<String>>>;

/// Refuses each first try for now, so that the next one has its bytes already.
async fn sink(bodies: &Bodies) -> Sink {
    let kept = Arc::clone(bodies);
    Sink::start(Arc::new(move |_, bytes| {
        let mut bodies = kept.lock().unwrap();
        let mail = mail_parser::MessageParser::default().parse(bytes).unwrap();
        bodies.push(mail.body_html(0).unwrap().into_owned());
        match bodies.len() {
            1 => Answer::Refuse(Refusal::ForNow("greylisted".to_owned())),
            _ => Answer::Take,
        }
    }))
    .await
}

async fn says(
    ctx: &Ctx,
    viewer: &Viewer,
    word: Option<bool>,
    known: Option<ContactId>,
) -> ContactId {
    let now = ctx.clock.now();
    let data = ContactData {
        name: "Anna".to_owned(),
        emails: vec![EmailAddress::parse("anna@buyer.example").unwrap()],
        owner: Some(viewer.user),
        tracking: TrackingChoice {
            opens: word,
            clicks: word,
        },
        consent: word.map(|_| Consent {
            at: now,
            source: "a call".to_owned(),
            wording: String::new(),
        }),
        ..ContactData::default()
    };
    let found = match known {
        Some(id) => contacts::lookup(&ctx.store, viewer, id).await.unwrap(),
        None => None,
    };
    let mut tx = ctx.store.begin().await.unwrap();
    let id = if let Some(contact) = found {
        let updated = contacts::update(&mut tx, contact.no, &data, now).await;
        assert!(updated.unwrap());
        contact.id
    } else {
        let id = ContactId(ctx.clock.fresh_id());
        contacts::add(&mut tx, id, &data, now).await.unwrap();
        id
    };
    tx.commit().await.unwrap();
    id
}

async fn drain(ctx: &Ctx) {
    let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(5)));
    while sender.step().await.unwrap() == Progress::More {}
}

/// The body made with consent, and the one that left after `change`.
async fn bodies(engine: Engine, preset: PrivacyPreset, change: Change) -> Vec<String> {
    let bodies = Bodies::default();
    let sink = sink(&bodies).await;
    let own = |privacy| Settings {
        privacy,
        ..settings(Some(sink.url.clone()))
    };
    let mut ctx = ctx(engine, own(preset)).await;
    let viewer = rep(&ctx, "rita@seller.example").await;
    let contact = says(&ctx, &viewer, Some(true), None).await;
    let new = letter("anna@buyer.example");
    accept::accept(&ctx, &viewer, new).await.unwrap();
    drain(&ctx).await;
    match change {
        Change::Word(word) => {
            says(&ctx, &viewer, word, Some(contact)).await;
        }
        // Presets change with a restart; the bytes in the store outlive it.
        Change::Preset(preset) => ctx.settings = Arc::new(own(preset)),
    }
    ctx.clock.advance(HOUR_MS);
    drain(&ctx).await;
    drain(&ctx).await;
    bodies.lock().unwrap().clone()
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Word(Option<bool>),
    Preset(PrivacyPreset),
}

#[tokio::test]
async fn no_body_that_records_leaves_after_consent_is_gone() {
    for engine in Engine::BOTH {
        for (preset, change) in [
            (PrivacyPreset::On, Change::Word(Some(false))),
            (PrivacyPreset::Consent, Change::Word(Some(false))),
            (PrivacyPreset::Consent, Change::Word(None)),
            (PrivacyPreset::On, Change::Preset(PrivacyPreset::Off)),
        ] {
            let left = bodies(engine, preset, change).await;
            assert_eq!(left.len(), 2, "{engine:?} {change:?}");
            let records = |body: &str| ["/o/", "/c/"].map(|path| body.contains(path));
            assert_eq!(records(&left[0]), [true, true]);
            assert_eq!(records(&left[1]), [false, false], "{engine:?} {change:?}");
        }
    }
}
