//! Letters that were sent, and readers who ask for their pictures and links at chosen times: an
//! application on a clock moved by hand.

use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::world::{START, letter};
use otklik::accept::{self, Content};
use otklik::config::{Roles, Settings};
use otklik::domain::clock::Clock;
use otklik::domain::contact::PrivacyPreset;
use otklik::domain::event::{Detail, EventKind, NewEvent};
use otklik::domain::hit::{HeaderField, HitKind, HitRecord, Method};
use otklik::domain::id::{DeliveryId, DeliveryNo, MessageId};
use otklik::domain::link::DestinationId;
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::{Store, log, messages};
use otklik::work::send::Sender;
use otklik::work::verdicts::Follower;
use otklik::work::{Progress, ingest};
use serde_json::Value;
use std::time::Duration;

pub const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/152.0.0.0 Safari/537.36";
pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
pub const OUTLOOK: &str = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0.18025; ms-office; MSOffice 16)";
pub const GMAIL: &str =
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
pub const YAHOO: &str = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html";
pub const SLACK: &str = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)";

/// Who asks: method, agent, address.
pub type Who = (Method, &'static str, &'static str);

/// A letter to one recipient.
pub struct Mail {
    pub message: MessageId,
    pub delivery: DeliveryId,
    pub no: DeliveryNo,
}

pub struct Readers {
    pub app: TestApp,
    follower: Follower,
}

impl Readers {
    /// An application in which nothing happens by itself.
    pub async fn start(engine: Engine) -> Self {
        Self::with(engine, |_| {}).await
    }

    /// The same where no more is recorded than `privacy` allows.
    pub async fn under(engine: Engine, privacy: PrivacyPreset) -> Self {
        Self::with(engine, |settings| settings.privacy = privacy).await
    }

    /// The same with other settings.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Settings)) -> Self {
        let app = TestApp::with(engine, Clock::manual(START), |settings| {
            settings.roles = Roles {
                work: false,
                ..Roles::ALL
            };
            change(settings);
        });
        Self {
            app: app.await,
            follower: Follower::default(),
        }
    }

    /// Letters with three links each to all of `to`, sent now.
    pub async fn send(&self, to: &[&str]) -> Vec<Mail> {
        let ctx = &self.app.ctx;
        let link = |n| format!("<p><a href=\"https://shop.example/{n}\">page {n}</a></p>");
        let html: String = (1..=3).map(link).collect();
        let mut sent = Vec::new();
        for to in to {
            let mut letter = letter(to);
            letter.content = Content::Own {
                subject: "Our call".to_owned(),
                html: Some(html.clone()),
                text: None,
            };
            let accepted = accept::accept(ctx, &self.app.rep.viewer, letter).await;
            sent.push(accepted.unwrap().id);
        }
        let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(5)));
        while sender.step().await.unwrap() == Progress::More {}
        let mut mails = Vec::new();
        for message in sent {
            let deliveries = messages::deliveries(&ctx.store, message).await.unwrap();
            assert!(deliveries[0].tracks_opens && deliveries[0].handed_over_at.is_some());
            mails.push(Mail {
                message,
                delivery: deliveries[0].id,
                no: deliveries[0].no,
            });
        }
        mails
    }

    /// Asks `after_ms` from the start for link `link_no` of `mail`, or for its picture when 0.
    pub async fn ask(&self, mail: &Mail, after_ms: i64, link_no: u16, who: Who) {
        let (method, agent, address) = who;
        let header = |field, text: &str| (field, text.to_owned());
        let mut headers = vec![header(HeaderField::UserAgent, agent)];
        if link_no > 0 && matches!(agent, CHROME | FIREFOX) {
            headers.extend([
                header(HeaderField::Accept, "text/html,*/*;q=0.8"),
                header(HeaderField::AcceptLanguage, "de"),
                header(HeaderField::SecFetchMode, "navigate"),
                header(HeaderField::SecFetchDest, "document"),
                header(HeaderField::SecFetchUser, "?1"),
            ]);
        }
        let record = HitRecord {
            at: START.plus(after_ms),
            kind: if link_no == 0 {
                HitKind::Open
            } else {
                HitKind::Click
            },
            delivery: mail.delivery,
            link_no,
            destination: DestinationId(0),
            method,
            client: Some(address.parse().unwrap()),
            headers,
        };
        self.app.intake.append(&record.to_bytes()).await.unwrap();
    }

    /// Something that happened to `mail` beside hits.
    pub async fn happen(&self, mail: &Mail, after_ms: i64, kind: EventKind) {
        let event = NewEvent {
            at: START.plus(after_ms),
            kind,
            delivery: Some(mail.no),
            contact: None,
            detail: Detail::None,
        };
        let mut tx = self.app.ctx.store.begin().await.unwrap();
        log::append(&mut tx, &[event]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Takes in and judges all that was asked, `after_ms` from the start.
    pub async fn judged_at(&self, after_ms: i64) {
        let (ctx, intake) = (&self.app.ctx, &self.app.intake);
        let now = ctx.clock.now();
        ctx.clock.advance(START.plus(after_ms).since(now));
        while ingest::step(ctx, intake).await.unwrap() == Progress::More {}
        while self.follower.step(ctx, intake).await.unwrap() == Progress::More {}
    }

    /// What `GET /api/v1/{path}` says to the manager.
    pub async fn api(&self, path: &str) -> Value {
        let answer = self
            .app
            .get(&format!("api/v1/{path}"), &self.app.manager)
            .await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

/// One number by plain SQL.
pub async fn scalar(store: &Store, sql: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match store {
        Store::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_one(read).await.unwrap(),
        Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
    }
}
