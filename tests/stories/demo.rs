//! The demo: what it promises to a newcomer, in one process on free ports.

use crate::support::world::letter;
use mail_parser::MessageParser;
use otklik::accept::{self, Content};
use otklik::cli::demo::{Demo, Options, Traffic, open};
use otklik::demo::{Told, workdays};
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::Millis;
use otklik::domain::event::Detail;
use otklik::domain::id::{DeliveryNo, Seq};
use otklik::domain::verdict::Verdict;
use otklik::domain::viewer::ReportLevel;
use otklik::shutdown::Shutdown;
use otklik::store::{caught, content, log, messages, users};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::timeout;

/// A wait that no machine needs; beyond it something hangs.
const LONGEST: Duration = Duration::from_secs(30);

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
    // The reps answer as well.
    assert!(counts["Queued"] > told.messages, "{counts:?}");
    for word in [
        "Sent",
        "Clicked LikelyHuman",
        "Clicked Scanner",
        "Opened Proxy",
        "Replied",
        "OutOfOffice",
        "Touched",
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

/// The mail to `recipient`, once it is caught.
async fn caught_mail(demo: &Demo, recipient: &str, subject: &str) -> String {
    let store = &demo.app.ctx.store;
    loop {
        let mails = caught::list(store, Some(recipient), None, 50)
            .await
            .unwrap();
        if let Some(mail) = mails.iter().find(|mail| mail.subject == subject) {
            let bytes = caught::bytes(store, mail.no).await.unwrap().unwrap();
            let parsed = MessageParser::default().parse(&bytes).unwrap();
            return parsed.body_html(0).unwrap().into_owned();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether a person has clicked in this mail.
async fn is_clicked(demo: &Demo, delivery: DeliveryNo) -> bool {
    let events = log::of_delivery(&demo.app.ctx.store, delivery)
        .await
        .unwrap();
    events.iter().any(|event| match &event.event.detail {
        Detail::Hit { judgement, .. } => judgement.verdict == Verdict::LikelyHuman,
        _ => false,
    })
}

/// As a browser asks when a person follows a link; redirects are not followed.
async fn follow(url: &str) -> reqwest::Response {
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let request = browser.get(url).header(
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    );
    [
        ("accept", "text/html,*/*;q=0.8"),
        ("accept-language", "en"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-user", "?1"),
        ("sec-fetch-site", "cross-site"),
    ]
    .into_iter()
    .fold(request, |request, (name, value)| {
        request.header(name, value)
    })
    .send()
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_writes_reads_the_mail_clicks_and_the_click_is_there() {
    let (demo, _) = opened(options(3)).await;
    let ctx = &demo.app.ctx;
    let rita = EmailAddress::parse("rita@northlight.example").unwrap();
    let rita = users::lookup_email(&ctx.store, &rita)
        .await
        .unwrap()
        .unwrap();
    let to = otklik::demo::cast::contact_address(0);
    let assets = content::list(&ctx.store, None, None, 10).await.unwrap();
    let mut new = letter(&to);
    new.content = Content::Own {
        subject: "My own try".to_owned(),
        html: Some(format!(
            "<p><a href=\"{}\">Look here</a></p>",
            assets[0].url
        )),
        text: None,
    };
    let accepted = accept::accept(ctx, &rita.viewer(ReportLevel::Full), new)
        .await
        .unwrap();

    let mail = caught_mail(&demo, &to, "My own try");
    let mail = timeout(LONGEST, mail).await.expect("the mail is caught");
    let start = mail
        .find(&format!("{}c/", demo.url))
        .expect("a tracked link");
    let link = mail[start..].split('"').next().unwrap();
    let answer = follow(link).await;
    assert_eq!(answer.status(), 302);
    let page = answer.headers()["location"].to_str().unwrap();
    assert_eq!(page, assets[0].url);
    assert_eq!(follow(page).await.status(), 200);

    let deliveries = messages::deliveries(&ctx.store, accepted.id).await.unwrap();
    let clicked = async {
        while !is_clicked(&demo, deliveries[0].no).await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(LONGEST, clicked).await.expect("the click arrives");
    demo.app.shutdown.ask();
    demo.until_stopped().await.unwrap();
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
