//! A server with its people and nothing else: no worker, so that what was written stays as it is.

use crate::support::engines::{Engine, folder};
use otklik::config;
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::{Clock, random_bytes};
use otklik::domain::id::{TeamId, TokenId, UserId};
use otklik::domain::keys::KeyRing;
use otklik::domain::secret::Secret;
use otklik::domain::viewer::Role;
use otklik::live::Live;
use otklik::password;
use otklik::store::settings::{self, Setting};
use otklik::store::users::{self, NewUser};
use otklik::store::{PoolSizes, Store, log, tokens};
use otklik::web::{self, Parts, Web};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "a long enough password";

/// A user and their token.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: UserId,
    pub role: Role,
    pub email: String,
    pub token: String,
}

/// A running server.
pub struct Site {
    pub ctx: Ctx,
    pub address: SocketAddr,
    pub admin: Person,
    /// Of the same team as `marketer` and `rep`.
    pub manager: Person,
    pub marketer: Person,
    pub rep: Person,
    /// A rep of another team.
    pub stranger: Person,
    /// Follows no redirects and keeps no cookies.
    pub http: reqwest::Client,
    stop: CancellationToken,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Site {
    pub async fn start(engine: Engine) -> Self {
        let overrides = [
            ("data_dir", folder().display().to_string()),
            ("secret_key", KeyRing::generate([7; 32])),
        ];
        let mut settings = config::load(None, [], &overrides).unwrap().settings;
        let listener = web::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        settings.base_url = format!("http://{address}").parse().unwrap();
        settings.tracking_url = settings.base_url.clone();
        let store = Store::open(&engine.url(), PoolSizes::default()).unwrap();
        store.migrate().await.unwrap();
        let ctx = Ctx {
            networks: otklik::networks::Networks::default(),
            settings: Arc::new(settings),
            store,
            keys: Arc::new(KeyRing::parse(&KeyRing::generate([7; 32])).unwrap()),
            clock: Clock::System,
            node: "test".into(),
        };
        let stop = CancellationToken::new();
        let live = Live::new();
        tokio::spawn(live.clone().run(ctx.clone(), stop.clone()));
        let parts = Parts {
            web: Web::new(ctx.clone(), live),
            roles: config::Roles::ALL,
            tracking: Arc::new(|_| {}),
            workers: 2,
            grace: Duration::from_secs(1),
        };
        tokio::spawn(web::serve(listener, parts, stop.clone()));
        let (team, other) = (add_team(&ctx, "Team").await, add_team(&ctx, "Other").await);
        Self {
            admin: add_person(&ctx, "admin", Role::Admin, None).await,
            manager: add_person(&ctx, "manager", Role::Manager, Some(team)).await,
            marketer: add_person(&ctx, "marketer", Role::Marketer, Some(team)).await,
            rep: add_person(&ctx, "rep", Role::Rep, Some(team)).await,
            stranger: add_person(&ctx, "stranger", Role::Rep, Some(other)).await,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .build()
                .unwrap(),
            ctx,
            address,
            stop,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request to the API as `person`.
    pub fn ask(&self, method: &Method, path: &str, person: &Person) -> RequestBuilder {
        self.http
            .request(method.clone(), self.url(&format!("/api/v1{path}")))
            .bearer_auth(&person.token)
    }

    /// `GET` as `person`: status and body.
    pub async fn get(&self, path: &str, person: &Person) -> (u16, Value) {
        answer(self.ask(&Method::GET, path, person)).await
    }

    /// `POST` as `person`: status and body.
    pub async fn post(&self, path: &str, person: &Person, body: &Value) -> (u16, Value) {
        answer(self.ask(&Method::POST, path, person).json(body)).await
    }

    /// What was written in all, for "nothing happened".
    pub async fn head(&self) -> i64 {
        log::head(&self.ctx.store).await.unwrap().0
    }

    /// A contact of `person`.
    pub async fn contact(&self, person: &Person, email: &str) -> Uuid {
        let body = json!({"name": "Anna", "emails": [email]});
        let (status, made) = self.post("/contacts", person, &body).await;
        assert_eq!(status, 201, "{made}");
        id(&made)
    }

    /// A message of `person` that waits.
    pub async fn message(&self, person: &Person, to: &str) -> Uuid {
        let body = json!({"to": to, "subject": "Hello", "text": "Hello there"});
        let (status, made) = self.post("/messages", person, &body).await;
        assert_eq!(status, 202, "{made}");
        id(&made)
    }
}

/// The `id` of what was made.
pub fn id(made: &Value) -> Uuid {
    made["id"].as_str().unwrap().parse().unwrap()
}

/// Status and body; a body that is no JSON as a string.
pub async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (status, body)
}

async fn add_team(ctx: &Ctx, name: &str) -> TeamId {
    let (id, now) = (TeamId(ctx.clock.fresh_id()), ctx.clock.now());
    let mut tx = ctx.store.begin().await.unwrap();
    users::add_team(&mut tx, id, name, now).await.unwrap();
    let postal = "1 Test Street, Testville";
    settings::set(&mut tx, Setting::PostalAddress, postal, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn add_person(ctx: &Ctx, name: &str, role: Role, team: Option<TeamId>) -> Person {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(|| password::hash(PASSWORD).unwrap());
    let email = format!("{name}@team.example");
    let user = NewUser {
        id: UserId(ctx.clock.fresh_id()),
        email: EmailAddress::parse(&email).unwrap(),
        name: name.to_owned(),
        role,
        team,
        password_hash: Some(hash.clone()),
        language: "en".to_owned(),
    };
    let secret = Secret::new(ctx.clock.fresh_id(), random_bytes());
    let mut tx = ctx.store.begin().await.unwrap();
    let (token, now) = (TokenId(secret.id()), ctx.clock.now());
    users::add(&mut tx, &user, now).await.unwrap();
    tokens::add(&mut tx, token, user.id, "test", &secret.hash(), now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Person {
        id: user.id,
        role,
        email,
        token: secret.token_text(),
    }
}
