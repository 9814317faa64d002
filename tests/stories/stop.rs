//! Stopping under load: in order after the first signal, at once after the second.

use crate::support::engines::Engine;
use crate::support::process::{HANG, Installation};
use crate::support::world::{Answer, Sink, letter};
use otklik::accept;
use otklik::app;
use otklik::config;
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::Clock;
use otklik::domain::delivery::DeliveryState;
use otklik::domain::id::UserId;
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::store::messages::{self, Filter};
use otklik::store::settings::{self, Setting};
use otklik::store::users::{self, NewUser};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// What is written and then sent over the stops.
const MESSAGES: usize = 120;

/// A context on the database of `installation`, beside its process.
async fn beside(installation: &Installation, smtp_url: &str) -> (Ctx, Viewer) {
    let mut overrides = vec![
        ("data_dir", installation.folder.display().to_string()),
        ("database_url", installation.database_url.clone()),
        ("smtp_url", smtp_url.to_owned()),
    ];
    if installation.database_url.starts_with("postgres") {
        overrides.push(("secret_key", crate::support::process::key(1)));
    }
    let loaded = config::load(None, [], &overrides).unwrap();
    let ctx = app::open(&loaded, Clock::System).unwrap();
    app::prepare(&ctx, app::Schema::Migrate).await.unwrap();
    let user = NewUser {
        id: UserId(ctx.clock.fresh_id()),
        email: EmailAddress::parse("rita@seller.example").unwrap(),
        name: "Rita".to_owned(),
        role: Role::Rep,
        team: None,
        password_hash: None,
        language: "en".to_owned(),
    };
    let mut tx = ctx.store.begin().await.unwrap();
    let now = ctx.clock.now();
    users::add(&mut tx, &user, now).await.unwrap();
    settings::set(&mut tx, Setting::PostalAddress, "1 Test Street", now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let viewer = Viewer {
        user: user.id,
        role: Role::Rep,
        team: None,
        level: ReportLevel::Team,
    };
    (ctx, viewer)
}

async fn states(ctx: &Ctx, viewer: &Viewer) -> HashMap<DeliveryState, usize> {
    let filter = Filter::default();
    let list = messages::list(&ctx.store, viewer, &filter, None, 1_000);
    let mut states = HashMap::new();
    for listed in list.await.unwrap() {
        *states.entry(listed.state).or_default() += 1;
    }
    states
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(HANG, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what} did not happen");
}

/// Waits until a delivery is in `state`.
async fn comes_to(ctx: &Ctx, viewer: &Viewer, state: DeliveryState) {
    until(&format!("{state:?}"), async || {
        states(ctx, viewer).await.contains_key(&state)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_ends_what_is_under_way_and_the_next_start_goes_on() {
    for engine in Engine::BOTH {
        let sink = Sink::start(Arc::new(|_, _| Answer::Hang(Duration::from_millis(60)))).await;
        let installation = Installation::fresh(engine).set("OTKLIK_SMTP_URL", &sink.url);
        let (ctx, viewer) = beside(&installation, &sink.url).await;
        for n in 0..MESSAGES {
            let new = letter(&format!("c{n}@buyer.example"));
            accept::accept(&ctx, &viewer, new).await.unwrap();
        }
        for round in 0..3 {
            let mut serving = installation.serve();
            let goal = sink.mails().len() + 8;
            until("some mail", async || sink.mails().len() >= goal).await;
            serving.signal("TERM");
            assert_eq!(serving.ended().code(), Some(0), "{engine:?} {round}");
            let states = states(&ctx, &viewer).await;
            let open = [
                DeliveryState::Attempting,
                DeliveryState::HandedOver,
                DeliveryState::Uncertain,
            ];
            assert!(
                open.iter().all(|state| !states.contains_key(state)),
                "{states:?}"
            );
            assert_eq!(
                states[&DeliveryState::Sent],
                sink.mails().len(),
                "{states:?}"
            );
        }
        let _serving = installation.serve();
        until("the rest", async || {
            states(&ctx, &viewer).await.get(&DeliveryState::Sent) == Some(&MESSAGES)
        })
        .await;
        assert_eq!(sink.mails().len(), MESSAGES, "each once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_stops_at_once_and_what_was_handed_over_is_uncertain() {
    let sink = Sink::start(Arc::new(|_, _| Answer::Hang(Duration::from_mins(10)))).await;
    let installation = Installation::fresh(Engine::Sqlite).set("OTKLIK_SMTP_URL", &sink.url);
    let (ctx, viewer) = beside(&installation, &sink.url).await;
    accept::accept(&ctx, &viewer, letter("anna@buyer.example"))
        .await
        .unwrap();
    let mut serving = installation.serve();
    comes_to(&ctx, &viewer, DeliveryState::HandedOver).await;
    serving.signal("TERM");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(
        serving.is_running(),
        "the first signal waits for what is under way"
    );
    serving.signal("TERM");
    assert_eq!(serving.ended().code(), Some(1));

    let mut serving = installation.serve();
    comes_to(&ctx, &viewer, DeliveryState::Uncertain).await;
    serving.signal("INT");
    assert_eq!(serving.ended().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_ended_within_the_grace_is_uncertain_and_the_status_is_0() {
    let sink = Sink::start(Arc::new(|_, _| Answer::Hang(Duration::from_mins(10)))).await;
    let installation = Installation::fresh(Engine::Sqlite)
        .set("OTKLIK_SMTP_URL", &sink.url)
        .set("OTKLIK_GRACE_SECONDS", "1");
    let (ctx, viewer) = beside(&installation, &sink.url).await;
    accept::accept(&ctx, &viewer, letter("anna@buyer.example"))
        .await
        .unwrap();
    let mut serving = installation.serve();
    comes_to(&ctx, &viewer, DeliveryState::HandedOver).await;
    serving.signal("TERM");
    assert_eq!(serving.ended().code(), Some(0));
    assert!(
        states(&ctx, &viewer)
            .await
            .contains_key(&DeliveryState::Uncertain)
    );
}
