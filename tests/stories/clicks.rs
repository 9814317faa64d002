//! From a mail that was sent to a verdict with its rule, and what of a hit may not be kept: told
//! over HTTP with the headers that people and machines really send.

use crate::lifecycle::until;
use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::world::letter;
use otklik::accept;
use otklik::config::Settings;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::{Clock, DAY_MS};
use otklik::domain::contact::PrivacyPreset;
use otklik::domain::event::{Detail, EventKind};
use otklik::domain::id::{ContactId, DeliveryId, Seq};
use otklik::domain::link::DestinationId;
use otklik::domain::ticket::TicketKeys;
use otklik::domain::verdict::{Rule, Verdict};
use otklik::store::{caught, contacts, hits, log};
use otklik::track::proxies::Proxies;
use reqwest::{Method, Response};
use std::path::{Path, PathBuf};

const ADDRESS: &str = "olga@contact.example";
const TARGET: &str = "https://shop.example/prices";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/146.0.7777.77 Safari/537.36";
const GMAIL: &str = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 \
    (via ggpht.com GoogleImageProxy)";
const GMAIL_AHEAD: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0";
/// What Chrome sends when a person follows a link in a web mail.
const NAVIGATION: [(&str, &str); 8] = [
    ("user-agent", CHROME),
    (
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ),
    ("accept-language", "de-DE,de;q=0.9"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-user", "?1"),
    ("sec-fetch-site", "cross-site"),
    ("referer", "https://mail.example/inbox/of-olga"),
];

/// An application behind a proxy, with one mail that was sent and caught.
struct World {
    app: TestApp,
    delivery: DeliveryId,
    html: String,
}

impl World {
    async fn new(engine: Engine, change: impl FnOnce(&mut Settings)) -> Self {
        let app = TestApp::with(engine, Clock::System, |settings| {
            settings.trusted_proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
            change(settings);
        })
        .await;
        let new = letter(&format!("Olga <{ADDRESS}>"));
        let accepted = accept::accept(&app.ctx, &app.rep.viewer, new).await;
        let mail = until("the mail", async || {
            let list = caught::list(&app.ctx.store, Some(ADDRESS), None, 1);
            list.await.unwrap().pop()
        })
        .await;
        let bytes = caught::bytes(&app.ctx.store, mail.no).await.unwrap();
        let parser = mail_parser::MessageParser::default();
        let html = parser
            .parse(&bytes.unwrap())
            .unwrap()
            .body_html(0)
            .unwrap()
            .into_owned();
        Self {
            delivery: accepted.unwrap().deliveries[0].id,
            app,
            html,
        }
    }

    /// The address in the mail that holds `part`.
    fn address(&self, part: &str) -> Option<&str> {
        self.html.split('"').find(|text| text.contains(part))
    }

    /// A request as a proxy hands it on.
    async fn fetch(&self, method: Method, url: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.app.http.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("x-forwarded-for", "203.0.113.77");
        request.send().await.unwrap()
    }

    /// Waits until the store has taken all there is and the intake holds nothing.
    async fn drained(&self) {
        until("the drain", async || {
            for source in self.app.intake.sources() {
                let place = hits::place(&self.app.ctx.store, source.id).await.unwrap();
                if place < source.last {
                    return None;
                }
            }
            Some(())
        })
        .await;
    }

    /// Kind, verdict and rule of each recorded hit, in the log's order.
    async fn hits(&self) -> Vec<(EventKind, Verdict, Rule)> {
        let events = log::after(&self.app.ctx.store, Seq(0), 1_000)
            .await
            .unwrap();
        let hit = |event: otklik::domain::event::Event| match event.event.detail {
            Detail::Hit { judgement, .. } => {
                Some((event.event.kind, judgement.verdict, judgement.rule))
            }
            _ => None,
        };
        events.into_iter().filter_map(hit).collect()
    }

    async fn contact(&self) -> contacts::Contact {
        let address = EmailAddress::parse(ADDRESS).unwrap();
        let store = &self.app.ctx.store;
        let id: ContactId = contacts::by_address(store, &address)
            .await
            .unwrap()
            .unwrap();
        let found = contacts::lookup(store, &self.app.admin.viewer, id).await;
        found.unwrap().unwrap()
    }

    /// Where it keeps what it keeps, with the database's on SQLite.
    fn folders(&self) -> Vec<PathBuf> {
        let settings = &self.app.ctx.settings;
        let file = settings.database_url.strip_prefix("sqlite://");
        let beside = file.and_then(|file| Path::new(file).parent());
        [Some(settings.data_dir.as_path()), beside]
            .into_iter()
            .flatten()
            .map(Path::to_path_buf)
            .collect()
    }

    /// Asserts that a link and a pixel are answered as always.
    async fn serves(&self, link: &str, pixel: &str, headers: &[(&str, &str)]) {
        let answer = self.fetch(Method::GET, link, headers).await;
        assert_eq!(answer.status(), 302);
        assert_eq!(answer.headers()["location"], TARGET);
        let answer = self.fetch(Method::GET, pixel, headers).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.bytes().await.unwrap().len(), 43);
    }

    /// The figure of this name among the process's.
    async fn figure(&self, name: &str) -> String {
        let text = self
            .app
            .get("metrics", &self.app.admin)
            .await
            .text()
            .await
            .unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim().to_owned()
    }
}

/// The answer's status and headers, but for those of one answer alone.
fn told(answer: &Response) -> Vec<(String, String)> {
    let mut told = vec![("status".to_owned(), answer.status().to_string())];
    for (name, value) in answer.headers() {
        if name != "date" && name != "x-request-id" {
            told.push((name.to_string(), value.to_str().unwrap().to_owned()));
        }
    }
    told.sort();
    told
}

/// Whether a file below `folder` holds `bytes`.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, bytes);
        }
        let found = std::fs::read(&path).unwrap_or_default();
        found.windows(bytes.len()).any(|part| part == bytes)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_machines_are_answered_alike_and_told_apart_and_nobody_is_named() {
    use EventKind::{Clicked, Opened};
    for engine in Engine::BOTH {
        let world = World::new(engine, |_| {}).await;
        let link = world.address("/c/").unwrap();
        let pixel = world.address("/o/").unwrap();
        let ahead = [&NAVIGATION[..], &[("sec-purpose", "prefetch;prerender")]].concat();
        let agent = |agent: &'static str| vec![("user-agent", agent)];
        let clicks = [
            (
                Method::GET,
                NAVIGATION.to_vec(),
                Verdict::LikelyHuman,
                Rule::HNav,
            ),
            (
                Method::HEAD,
                NAVIGATION.to_vec(),
                Verdict::Scanner,
                Rule::MHead,
            ),
            (Method::GET, ahead, Verdict::Prefetch, Rule::PfHeader),
            (
                Method::GET,
                agent("curl/8.5.0"),
                Verdict::Scanner,
                Rule::BDeclared,
            ),
            (Method::GET, Vec::new(), Verdict::Scanner, Rule::BEmpty),
        ];
        let opens = [
            (
                Method::GET,
                agent("Mozilla/5.0"),
                Verdict::Prefetch,
                Rule::OMpp,
            ),
            (Method::GET, agent(GMAIL), Verdict::Proxy, Rule::OGproxy),
            (
                Method::GET,
                agent(GMAIL_AHEAD),
                Verdict::Prefetch,
                Rule::OGprefetch,
            ),
            (
                Method::HEAD,
                agent("Mozilla/5.0"),
                Verdict::Scanner,
                Rule::MHead,
            ),
        ];
        let mut expected = Vec::new();
        for (url, kind, asked) in [(link, Clicked, &clicks[..]), (pixel, Opened, &opens[..])] {
            let mut first = None;
            for (method, headers, verdict, rule) in asked {
                let answer = world.fetch(method.clone(), url, headers).await;
                let told = told(&answer);
                assert_eq!(
                    first.get_or_insert_with(|| told.clone()),
                    &told,
                    "{headers:?}"
                );
                expected.push((kind, *verdict, *rule));
            }
        }
        world.drained().await;
        assert_eq!(world.hits().await, expected, "{engine:?}");
        until("the intake to be empty", async || {
            world.app.intake.sources().is_empty().then_some(())
        })
        .await;
        let kept = |bytes: &[u8]| world.folders().iter().any(|folder| holds(folder, bytes));
        for secret in [
            &b"203.0.113.77"[..],
            &[203, 0, 113, 77],
            CHROME.as_bytes(),
            GMAIL.as_bytes(),
            b"7777.77",
            b"inbox/of-olga",
        ] {
            let text = String::from_utf8_lossy(secret);
            assert!(!kept(secret), "{engine:?}: {text} was kept");
        }
        if engine == Engine::Sqlite {
            assert!(kept(TARGET.as_bytes()), "the search finds what is there");
        }
        world.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_objects_or_withdraws_after_sending_is_served_and_not_recorded() {
    for engine in Engine::BOTH {
        let world = World::new(engine, |_| {}).await;
        let link = world.address("/c/").unwrap();
        let pixel = world.address("/o/").unwrap();
        world.serves(link, pixel, &[("sec-gpc", "1")]).await;
        world.serves(link, pixel, &[("dnt", "1")]).await;
        world.drained().await;
        assert_eq!(world.hits().await, [], "{engine:?}");
        assert_eq!(world.figure("otklik_objected_hits").await, "4");
        let report = world
            .app
            .get("api/v1/reports/click-through", &world.app.admin)
            .await;
        let report: serde_json::Value = report.json().await.unwrap();
        let notes = report["notes"].as_array().unwrap();
        let note = notes.iter().find(|note| note["code"] == "objected");
        assert_eq!(note.unwrap()["params"][0], "2", "{engine:?}");

        let path = format!("api/v1/contacts/{}", world.contact().await.id);
        let no = serde_json::json!({"tracking": {"opens": false, "clicks": false}});
        let asked = world
            .app
            .ask(Method::PATCH, &path, &world.app.admin)
            .json(&no);
        assert_eq!(asked.send().await.unwrap().status(), 200);
        world.serves(link, pixel, &NAVIGATION).await;
        world.serves(link, pixel, &[("sec-gpc", "1")]).await;
        world.drained().await;
        assert_eq!(world.hits().await, [], "{engine:?}");
        assert_eq!(world.contact().await.last_open_day, None);
        assert_eq!(world.figure("otklik_objected_hits").await, "4");
        assert_eq!(world.figure("otklik_unrecorded_hits").await, "0");
        until("the intake to be empty", async || {
            world.app.intake.sources().is_empty().then_some(())
        })
        .await;
        world.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_hygiene_an_open_leaves_its_day_and_with_privacy_off_nothing_is_left() {
    for engine in Engine::BOTH {
        let world = World::new(engine, |settings| settings.privacy = PrivacyPreset::Hygiene).await;
        let (link, pixel) = (world.address("/c/").unwrap(), world.address("/o/").unwrap());
        world.serves(link, pixel, &NAVIGATION).await;
        world.drained().await;
        let click = (EventKind::Clicked, Verdict::LikelyHuman, Rule::HNav);
        assert_eq!(world.hits().await, [click], "{engine:?}");
        let today = world.app.ctx.clock.now().0.div_euclid(DAY_MS);
        assert_eq!(world.contact().await.last_open_day, Some(today));
        world.app.stop().await;

        let world = World::new(engine, |settings| settings.privacy = PrivacyPreset::Off).await;
        assert_eq!(world.address("/c/"), None);
        assert_eq!(world.address("/o/"), None);
        assert_eq!(world.address(TARGET), Some(TARGET));
        let tickets = TicketKeys::new(&world.app.ctx.keys);
        let to = DestinationId::of(TARGET);
        let link = tickets.sign_click(world.delivery, 1, to, TARGET).unwrap();
        let pixel = tickets.sign_open(world.delivery);
        let url = &world.app.url;
        let (link, pixel) = (format!("{url}c/{link}"), format!("{url}o/{pixel}.gif"));
        world.serves(&link, &pixel, &NAVIGATION).await;
        world.drained().await;
        assert_eq!(world.hits().await, [], "{engine:?}");
        assert_eq!(world.contact().await.last_open_day, None);
        world.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_an_old_tracking_host_go_on_working_and_nothing_else_of_it_does() {
    let world = World::new(Engine::Sqlite, |_| {}).await;
    let (link, pixel) = (world.address("/c/").unwrap(), world.address("/o/").unwrap());
    let old = [("host", "t.old-name.example"), ("user-agent", "curl/8.5.0")];
    world.serves(link, pixel, &old).await;
    let leave = TicketKeys::new(&world.app.ctx.keys).sign_unsubscribe(world.delivery);
    let url = &world.app.url;
    let page = world
        .fetch(Method::GET, &format!("{url}u/{leave}"), &old)
        .await;
    assert_eq!(page.status(), 200);
    assert!(!page.text().await.unwrap().contains("old-name"));
    let dead = world
        .fetch(Method::GET, &format!("{url}c/{leave}"), &old)
        .await;
    assert_eq!(dead.status(), 404);
    for path in ["sign-in", "api/v1/contacts", "metrics"] {
        let other = world
            .fetch(Method::GET, &format!("{url}{path}"), &old)
            .await;
        assert_eq!(other.status(), 421, "{path}");
    }
    world.app.stop().await;
}
