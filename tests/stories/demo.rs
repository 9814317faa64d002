//! The demo: what it promises to a newcomer, in one process on free ports.

use otklik::cli::demo::{Demo, Options, Traffic, open};
use otklik::demo::{Told, workdays};
use otklik::domain::clock::Millis;
use otklik::domain::event::Detail;
use otklik::domain::id::Seq;
use otklik::shutdown::Shutdown;
use otklik::store::log;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn options(seed: u64) -> Options {
    Options {
        listen: ([127, 0, 0, 1], 0).into(),
        data: None,
        seed,
        days: 4,
        end: workdays::end_of_last(Millis::parse_rfc3339("2026-11-24T13:00:00Z").unwrap()),
        traffic: Traffic::None,
    }
}

async fn opened(options: Options) -> (Demo, Told) {
    let mut last = Told::default();
    let demo = open(options, Shutdown::new(), |told| last = told)
        .await
        .unwrap();
    (demo.expect("nobody asked it to stop"), last)
}

/// How often each kind of event happened, hits by their verdicts.
async fn counts(demo: &Demo) -> BTreeMap<String, usize> {
    let events = log::after(&demo.app.ctx.store, Seq(0), 100_000)
        .await
        .unwrap();
    let mut counts = BTreeMap::new();
    for event in events {
        let word = match (event.event.kind, event.event.detail) {
            (kind, Detail::Hit { judgement, .. }) => format!("{kind:?} {:?}", judgement.verdict),
            (kind, _) => format!("{kind:?}"),
        };
        *counts.entry(word).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_has_people_and_machines_in_its_figures_and_leaves_nothing_behind() {
    let (demo, told) = opened(options(1)).await;
    let counts = counts(&demo).await;
    assert_eq!(told.messages, told.of);
    assert_eq!(counts["Queued"], told.messages, "{counts:?}");
    for word in [
        "Sent",
        "Clicked LikelyHuman",
        "Clicked Scanner",
        "Opened Proxy",
    ] {
        assert!(
            counts.get(word).is_some_and(|n| *n > 0),
            "{word}: {counts:?}"
        );
    }
    let folder = demo.app.ctx.settings.data_dir.clone();
    assert!(folder.join("otklik.db").exists());
    demo.app.shutdown.ask();
    demo.until_stopped().await.unwrap();
    assert!(!folder.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_seed_tells_one_story() {
    let mut stories = Vec::new();
    for seed in [7, 7, 8] {
        let (demo, _) = opened(options(seed)).await;
        stories.push(counts(&demo).await);
        demo.app.shutdown.ask();
        demo.until_stopped().await.unwrap();
    }
    assert_eq!(stories[0], stories[1]);
    assert_ne!(stories[0], stories[2]);
}

#[tokio::test]
async fn a_folder_with_something_in_it_is_left_alone() {
    let options = Options {
        data: Some(PathBuf::from(env!("CARGO_MANIFEST_DIR"))),
        ..options(1)
    };
    let Err(failure) = open(options, Shutdown::new(), |_| {}).await else {
        panic!("the sources are no place for a demo");
    };
    assert!(format!("{failure:?}").contains("not empty"), "{failure:?}");
}
