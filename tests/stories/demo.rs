//! The demo: what it promises to a newcomer, in one process on free ports.

use crate::support::world::letter;
use mail_parser::MessageParser;
use otklik::accept::{self, Content};
use otklik::cli::demo::{Demo, Options, Traffic, open, screen};
use otklik::demo::{PASSWORD, Told, workdays};
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::Millis;
use otklik::domain::event::{Detail, EventKind};
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

/// How often each kind of event happened, hits by their first verdicts. The product goes on judging
/// once it is open, so how much is revised by now is chance.
async fn counts(demo: &Demo) -> BTreeMap<String, usize> {
    let events = log::after(&demo.app.ctx.store, Seq(0), 100_000)
        .await
        .unwrap();
    let mut counts = BTreeMap::new();
    let told = events.into_iter();
    for event in told.filter(|event| event.event.kind != EventKind::Revised) {
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

/// The present verdicts of the clicks in this mail so far.
async fn clicks(demo: &Demo, delivery: DeliveryNo) -> Vec<Verdict> {
    let events = log::of_delivery(&demo.app.ctx.store, delivery)
        .await
        .unwrap();
    let mut clicks: BTreeMap<Seq, Verdict> = BTreeMap::new();
    for event in events {
        match event.event.detail {
            Detail::Hit { judgement, .. } if event.event.kind == EventKind::Clicked => {
                clicks.insert(event.seq, judgement.verdict);
            }
            Detail::Revision(it) => {
                clicks
                    .entry(it.hit)
                    .and_modify(|now| *now = it.judgement.verdict);
            }
            _ => {}
        }
    }
    clicks.into_values().collect()
}

/// Waits until click `place` in this mail is there and judged so.
async fn is_judged(demo: &Demo, delivery: DeliveryNo, place: usize, verdict: Verdict) {
    let found = async {
        while clicks(demo, delivery).await.get(place) != Some(&verdict) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let found = timeout(LONGEST, found).await;
    found.unwrap_or_else(|_| panic!("click {place} is not {verdict:?}"));
}

/// Follows `url` with the headers of the command that the demo prints; redirects are not followed.
async fn follow_as_told(demo: &Demo, url: &str) -> reqwest::Response {
    let screen = screen(demo);
    let command = screen.lines().find(|line| line.contains("curl -si"));
    let quoted: Vec<&str> = command.unwrap().split('\'').collect();
    let mut request = client().get(url).header("user-agent", quoted[1]);
    for header in quoted.iter().skip(3).step_by(2) {
        let (name, value) = header.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    request.send().await.unwrap()
}

fn client() -> reqwest::Client {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    browser.no_proxy().build().unwrap()
}

/// Signs in as the rep with `agent`, then follows `url` with the same: whoever tries the demo in one
/// browser.
async fn follow_signed_in(demo: &Demo, url: &str, agent: &str) {
    let sign_in = format!("{}sign-in", demo.url);
    let origin = demo.url.as_str().trim_end_matches('/');
    let form = format!("email=rita%40northlight.example&password={PASSWORD}");
    let answer = client().post(sign_in).header("user-agent", agent);
    let answer = answer
        .header("origin", origin)
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = answer.body(form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap();
    // Whoever is signed in looks at a page first.
    let page = client()
        .get(demo.url.as_str())
        .header("user-agent", agent)
        .header("cookie", cookie);
    assert_eq!(page.send().await.unwrap().status(), 200);
    let request = client().get(url).header("user-agent", agent);
    assert_eq!(request.send().await.unwrap().status(), 302);
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
    let deliveries = messages::deliveries(&ctx.store, accepted.id).await.unwrap();
    let no = deliveries[0].no;
    // At once it is a scanner's, two seconds later a person's, and from a browser that is signed in
    // it is one of us.
    follow_as_told(&demo, link).await;
    let clicked = ctx.clock.now();
    let handed_over = deliveries[0].handed_over_at.expect("it was caught");
    // A slow machine lets the two seconds pass.
    if clicked.since(handed_over) < 2_000 {
        is_judged(&demo, no, 0, Verdict::Scanner).await;
    }
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let answer = follow_as_told(&demo, link).await;
    assert_eq!(answer.status(), 302);
    let page = answer.headers()["location"].to_str().unwrap();
    assert_eq!(page, assets[0].url);
    assert_eq!(client().get(page).send().await.unwrap().status(), 200);
    is_judged(&demo, no, 1, Verdict::LikelyHuman).await;
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/152.0.0.0 Safari/537.36";
    follow_signed_in(&demo, link, agent).await;
    is_judged(&demo, no, 2, Verdict::Own).await;
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
