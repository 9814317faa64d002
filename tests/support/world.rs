//! A process without its HTTP: a context over a fresh store, a rep, and a sink for its mail.

use super::engines::{Engine, folder};
use otklik::accept::{Content, NewMessage};
use otklik::config::{LogFormat, OAuthApps, Roles, Settings, UncertainPolicy};
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::{Clock, Millis};
use otklik::domain::contact::{PrivacyPreset, TrackingChoice};
use otklik::domain::id::UserId;
use otklik::domain::keys::KeyRing;
use otklik::domain::message::UrlTextPolicy;
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::net::catcher::{self, CatcherSettings, Refusal};
use otklik::store::settings::{self, Setting};
use otklik::store::users::{self, NewUser};
use otklik::track::proxies::Proxies;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// 2026-05-04T08:00:00Z.
pub const START: Millis = Millis(1_777_881_600_000);

/// Settings of a fresh installation that hands its mail to `smtp_url`.
pub fn settings(smtp_url: Option<String>) -> Settings {
    Settings {
        database_url: String::new(),
        data_dir: folder(),
        listen: ([127, 0, 0, 1], 0).into(),
        metrics_listen: None,
        base_url: "https://otklik.example.org".parse().unwrap(),
        tracking_url: "https://t.example.org".parse().unwrap(),
        smtp_url,
        roles: Roles::ALL,
        trusted_proxies: Proxies::default(),
        privacy: PrivacyPreset::On,
        report_level: ReportLevel::Team,
        hold_seconds: 30,
        uncertain: UncertainPolicy::Keep,
        connections_per_mailbox: 8,
        intake_cap_bytes: 1 << 20,
        untracked_hosts: Vec::new(),
        dkim: Vec::new(),
        keep_bytes_days: 30,
        client_hash_days: 30,
        networks_dir: folder(),
        oauth: OAuthApps::default(),
        catcher_listen: None,
        lmtp_listen: None,
        grace_seconds: 5,
        log_format: LogFormat::Text,
        log_level: "off".to_owned(),
    }
}

/// A context over a fresh store with a clock that stands still.
pub async fn ctx(engine: Engine, settings: Settings) -> Ctx {
    let store = engine.store();
    let ctx = Ctx {
        networks: otklik::networks::Networks::default(),
        settings: Arc::new(settings),
        store,
        keys: Arc::new(KeyRing::parse(&KeyRing::generate([7; 32])).unwrap()),
        clock: Clock::manual(START),
        node: "node-a".into(),
    };
    postal_address(&ctx).await;
    ctx
}

/// Sets the address without which no outreach goes.
pub async fn postal_address(ctx: &Ctx) {
    let mut tx = ctx.store.begin().await.unwrap();
    let address = "1 Main Street, Springfield";
    settings::set(&mut tx, Setting::PostalAddress, address, START)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// A rep with their own view.
pub async fn rep(ctx: &Ctx, email: &str) -> Viewer {
    let id = UserId(ctx.clock.fresh_id());
    let mut tx = ctx.store.begin().await.unwrap();
    let user = NewUser {
        id,
        email: EmailAddress::parse(email).unwrap(),
        name: "Rita Rep".to_owned(),
        role: Role::Rep,
        team: None,
        password_hash: None,
        language: "en".to_owned(),
    };
    users::add(&mut tx, &user, ctx.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    Viewer {
        user: id,
        role: Role::Rep,
        team: None,
        level: ReportLevel::Team,
    }
}

/// A short tracked letter.
pub fn letter(to: &str) -> NewMessage {
    NewMessage {
        to: to.to_owned(),
        cc: Vec::new(),
        bcc: Vec::new(),
        mailbox: None,
        content: Content::Own {
            subject: "Our call".to_owned(),
            html: Some(
                "<p>Here are <a href=\"https://shop.example/prices\">the prices</a>.</p>"
                    .to_owned(),
            ),
            text: None,
        },
        assets: Vec::new(),
        attachments: Vec::new(),
        send_at: None,
        reply_to_message: None,
        reply_to_inbound: None,
        tracking: TrackingChoice::default(),
        url_text: UrlTextPolicy::Track,
    }
}

/// What a sink answers to one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Take,
    Refuse(Refusal),
    /// Nothing, for this long.
    Hang(std::time::Duration),
}

/// A mail's recipients, comma-separated, and its bytes.
pub type Received = (String, Vec<u8>);

/// Decides on a mail by its recipient and bytes.
pub type Decide = Arc<dyn Fn(&str, &[u8]) -> Answer + Send + Sync>;

/// A server that takes mail and remembers it.
#[derive(Clone)]
pub struct Sink {
    pub url: String,
    mails: Arc<Mutex<Vec<Received>>>,
    stop: CancellationToken,
}

impl Sink {
    pub async fn start(decide: Decide) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let sink = Self {
            url,
            mails: Arc::default(),
            stop: CancellationToken::new(),
        };
        let mails = Arc::clone(&sink.mails);
        let taken = move |envelope: catcher::ReceivedEnvelope, bytes: Vec<u8>| {
            let (mails, decide) = (Arc::clone(&mails), Arc::clone(&decide));
            async move {
                let to = envelope.recipients.join(",");
                match decide(&to, &bytes) {
                    Answer::Take => {}
                    Answer::Refuse(refusal) => return Err(refusal),
                    Answer::Hang(time) => tokio::time::sleep(time).await,
                }
                mails.lock().unwrap().push((to, bytes));
                Ok(())
            }
        };
        let stop = sink.stop.clone();
        tokio::spawn(catcher::serve(
            listener,
            CatcherSettings::default(),
            stop,
            taken,
        ));
        sink
    }

    /// A sink that takes everything.
    pub async fn greedy() -> Self {
        Self::start(Arc::new(|_, _| Answer::Take)).await
    }

    /// The mails taken so far, with their recipients.
    pub fn mails(&self) -> Vec<Received> {
        self.mails.lock().unwrap().clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if Arc::strong_count(&self.mails) <= 2 {
            self.stop.cancel();
        }
    }
}
