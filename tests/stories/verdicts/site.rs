//! The whole application behind a proxy, on a clock of our own: letters that were sent and caught,
//! hits as browsers and gateways make them, and the same told by ledger, metric store and report.

use crate::lifecycle::until;
use crate::support::app::TestApp;
use crate::support::engines::{Engine, folder};
use crate::support::world::START;
use futures_util::StreamExt as _;
use otklik::app::{self, App, Schema};
use otklik::config::{self, Roles, Settings};
use otklik::domain::clock::{Clock, DAY_MS, MINUTE_MS};
use otklik::domain::event::Detail;
use otklik::domain::id::Seq;
use otklik::domain::keys::KeyRing;
use otklik::domain::verdict::{Rule, Verdict};
use otklik::shutdown::Shutdown;
use otklik::store::{Store, caught, hits, log, messages, outbox};
use otklik::track::proxies::Proxies;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;

pub const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/146.0.7777.77 Safari/537.36";

/// What Chrome sends when a person follows a link in a web mail.
pub const NAVIGATION: [(&str, &str); 7] = [
    ("user-agent", CHROME),
    ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("accept-language", "de-DE,de;q=0.9"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-user", "?1"),
    ("sec-fetch-site", "cross-site"),
];

/// Links of a letter.
pub const LINKS: usize = 5;
/// Requests and mails under way at the same time.
const AT_ONCE: usize = 16;

/// One letter as its recipient has it.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub message: String,
    pub message_id: String,
    pub no: i64,
    /// The links of the text.
    pub links: Vec<String>,
    pub pixel: String,
    /// What leads to the page that unsubscribes: the footer's link and the header's.
    pub leave: Vec<String>,
}

impl Mail {
    /// Everything a gateway finds in it.
    pub fn everything(&self) -> impl Iterator<Item = &String> {
        let pixel = std::iter::once(&self.pixel);
        self.links.iter().chain(pixel).chain(&self.leave)
    }
}

pub struct Site {
    pub app: TestApp,
    /// The same store as it is looked at nine days later, when the figures of the first day are old
    /// enough to be shown: a node that serves pages and API alone.
    later: App,
}

impl Site {
    pub async fn start(engine: Engine) -> Self {
        Self::with(engine, |_| {}).await
    }

    pub async fn with(engine: Engine, change: impl FnOnce(&mut Settings)) -> Self {
        let app = TestApp::with(engine, Clock::manual(START), |settings| {
            settings.trusted_proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
            change(settings);
        });
        let app = app.await;
        let later = later(&app).await;
        Self { app, later }
    }

    pub async fn stop(self) {
        self.later.stop().await.unwrap();
        self.app.stop().await;
    }

    pub fn store(&self) -> &Store {
        &self.app.ctx.store
    }

    pub fn pass(&self, ms: i64) {
        self.app.ctx.clock.advance(ms);
    }

    /// Sends a letter to each of `count` contacts, and gives them in that order once all are caught.
    pub async fn send(&self, count: usize) -> Vec<Mail> {
        let link = |n| format!("<p><a href=\"https://shop.example/{n}\">page {n}</a></p>");
        let html: String = (1..=LINKS).map(link).collect();
        let accepted: Vec<Value> = futures_util::stream::iter(0..count)
            .map(|n| self.accept(n, html.clone()))
            .buffered(AT_ONCE)
            .collect()
            .await;
        let found = until("all mail", async || {
            let list = caught::list(self.store(), None, None, 1_000).await.unwrap();
            (list.len() == count).then_some(list)
        })
        .await;
        let mut bytes = HashMap::new();
        for mail in found {
            let raw = caught::bytes(self.store(), mail.no).await.unwrap();
            bytes.insert(mail.recipient, raw.unwrap());
        }
        let mut mails = Vec::with_capacity(count);
        for (n, accepted) in accepted.iter().enumerate() {
            let to = address(n);
            mails.push(self.read(accepted, &bytes[&to], to).await);
        }
        self.settled().await;
        mails
    }

    async fn accept(&self, n: usize, html: String) -> Value {
        let body = json!({"to": address(n), "subject": format!("Our call, {n}"), "html": html});
        let answer = patiently(|| {
            self.app
                .ask(Method::POST, "api/v1/messages", &self.app.rep)
                .header("Idempotency-Key", format!("letter-{n}"))
                .json(&body)
        });
        let answer = answer.await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        answer.json().await.unwrap()
    }

    async fn read(&self, accepted: &Value, raw: &[u8], to: String) -> Mail {
        let mail = mail_parser::MessageParser::default().parse(raw).unwrap();
        let html = mail.body_html(0).unwrap();
        let all = |part: &str| -> Vec<String> {
            let texts = html.split('"').filter(|text| text.contains(part));
            texts.map(str::to_owned).collect()
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let message = text(&accepted["id"]);
        let of_message = otklik::domain::id::MessageId(message.parse().unwrap());
        let found = messages::deliveries(self.store(), of_message)
            .await
            .unwrap();
        let head = String::from_utf8_lossy(raw).replace("\r\n ", "");
        let header = head
            .lines()
            .find_map(|line| line.strip_prefix("List-Unsubscribe: <"))
            .and_then(|rest| rest.split('>').next());
        let mut leave = all("/u/");
        leave.extend(header.map(|url| url.trim().to_owned()));
        let mail = Mail {
            to,
            message,
            message_id: text(&accepted["message_id"]),
            no: found[0].no.0,
            links: all("/c/"),
            pixel: all("/o/").remove(0),
            leave,
        };
        assert_eq!((mail.links.len(), mail.leave.len()), (LINKS, 2), "{html}");
        mail
    }

    /// A request as a proxy hands it on from `client`.
    pub async fn fetch(
        &self,
        method: Method,
        url: &str,
        client: &str,
        headers: &[(&str, &str)],
    ) -> Response {
        patiently(|| {
            let mut request = self.app.http.request(method.clone(), url);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.header("x-forwarded-for", client)
        })
        .await
    }

    /// A link followed as a person follows it.
    pub async fn follow(&self, url: &str, client: &str) {
        let answer = self.fetch(Method::GET, url, client, &NAVIGATION).await;
        assert_eq!(answer.status(), StatusCode::FOUND);
    }

    /// The contact's answer comes in.
    pub async fn reply(&self, mail: &Mail) {
        let raw = format!(
            "From: Anna <{to}>\r\nTo: {}\r\nSubject: Re: Our call\r\nMessage-ID: <1.{to}>\r\nIn-Reply-To: <{}>\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\n\r\nYes, Tuesday suits me very well.\r\n",
            self.app.rep.email,
            mail.message_id,
            to = mail.to
        );
        let request = self.app.ask(Method::POST, "api/v1/inbound", &self.app.rep);
        let request = request.header("content-type", "message/rfc822").body(raw);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::ACCEPTED);
    }

    /// Many requests, several at a time.
    pub async fn fetch_all(&self, requests: Vec<(Method, String, String)>) {
        let asked = requests.len();
        let done = futures_util::stream::iter(requests)
            .map(|(method, url, client)| async move {
                let answer = self.fetch(method, &url, &client, &NAVIGATION).await;
                let status = answer.status();
                assert!(status.is_success() || status.is_redirection(), "{status}");
                answer.bytes().await.unwrap();
            })
            .buffer_unordered(AT_ONCE)
            .count()
            .await;
        assert_eq!(done, asked);
    }

    /// Waits until all that arrived is in the log and judged.
    pub async fn settled(&self) {
        until("the judgement", async || {
            for source in self.app.intake.sources() {
                if hits::place(self.store(), source.id).await.unwrap() < source.last {
                    return None;
                }
            }
            let judged = outbox::place(self.store(), "verdicts").await.unwrap();
            (judged == log::head(self.store()).await.unwrap()).then_some(())
        })
        .await;
    }

    /// The hits on `mail` with their present verdicts, as the ledger is read over HTTP.
    pub async fn hits(&self, mail: &Mail) -> Vec<(Seq, Verdict, Rule)> {
        let no = otklik::domain::id::DeliveryNo(mail.no);
        let events = log::of_delivery(self.store(), no).await.unwrap();
        let mut found = Vec::new();
        for event in events {
            if !matches!(event.event.detail, Detail::Hit { .. }) {
                continue;
            }
            let ledger = self.ledger(event.seq).await;
            let last = ledger["history"].as_array().unwrap().last().unwrap();
            assert_eq!(last["verdict"], ledger["verdict"]);
            let verdict = serde_json::from_value(ledger["verdict"].clone()).unwrap();
            let rule = Rule::ALL.into_iter().find(|rule| rule.id() == last["rule"]);
            found.push((event.seq, verdict, rule.unwrap()));
        }
        found
    }

    /// All verdicts of a hit.
    pub async fn ledger(&self, hit: Seq) -> Value {
        let path = format!("api/v1/events/{hit}/verdict");
        let answer = self.app.get(&path, &self.app.rep).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    /// The rows of click-through for the letters of the first day, `by` something.
    pub async fn report(&self, by: &str) -> Vec<Value> {
        let url = format!(
            "http://{}/api/v1/reports/click-through?by={by}&from=2026-05-04&to=2026-05-05",
            self.later.address
        );
        let request = self.app.http.get(url).bearer_auth(&self.app.admin.token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let report: Value = answer.json().await.unwrap();
        report["rows"].as_array().unwrap().clone()
    }

    /// Letters with a person's click and with a machine's: of the report, of the metric store, and
    /// recounted from the log in plain SQL.
    pub async fn counted(&self) -> [(i64, i64); 3] {
        let rows = self.report("total").await;
        let of_report = (
            rows[0]["n"].as_i64().unwrap(),
            rows[0]["machine"].as_i64().unwrap(),
        );
        let store = self.store();
        [
            of_report,
            super::counted(store).await,
            super::recounted(store).await,
        ]
    }

    /// Lets the hold of what was clicked run out.
    pub async fn hold_is_over(&self) {
        self.settled().await;
        self.pass(MINUTE_MS);
        until("the decisions", async || {
            let waiting = "SELECT COUNT(*) FROM firings WHERE state = 0";
            (super::scalar(self.store(), waiting).await == 0).then_some(())
        })
        .await;
    }

    pub async fn fired(&self) -> i64 {
        super::scalar(self.store(), "SELECT COUNT(*) FROM firings WHERE state = 1").await
    }
}

/// The answer to a request. On a busy machine a connection may be given up before all of it has
/// come (408): then nothing was done, and it is asked again.
async fn patiently(request: impl Fn() -> RequestBuilder) -> Response {
    loop {
        let answer = request().send().await.unwrap();
        if answer.status() != StatusCode::REQUEST_TIMEOUT {
            return answer;
        }
    }
}

async fn later(app: &TestApp) -> App {
    let here = &app.ctx.settings;
    let overrides = [
        ("data_dir", folder().display().to_string()),
        ("database_url", here.database_url.clone()),
        ("listen", "127.0.0.1:0".to_owned()),
        ("secret_key", KeyRing::generate([7; 32])),
    ];
    let mut loaded = config::load(None, [], &overrides).unwrap();
    loaded.settings.roles = Roles {
        web: true,
        track: false,
        work: false,
    };
    let clock = Clock::manual(START.plus(9 * DAY_MS));
    let started = app::start(loaded, clock, Schema::Expect, Shutdown::new());
    started.await.unwrap()
}

fn address(n: usize) -> String {
    format!("contact{n}@buyer{n}.example")
}

/// The figures of people: all but what counts machines.
pub fn human(mut rows: Vec<Value>) -> Vec<Value> {
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("machine");
        if let Some(opens) = row.get_mut("opens") {
            opens.as_object_mut().unwrap().remove("machine");
        }
    }
    rows
}
