//! A server with its people and nothing else: no worker, so that what was written stays as it is.

use crate::support::engines::{Engine, folder};
use crate::support::people::People;
pub use crate::support::people::{PASSWORD, Person};
use otklik::config;
use otklik::ctx::Ctx;
use otklik::domain::clock::Clock;
use otklik::domain::keys::KeyRing;
use otklik::live::Live;
use otklik::store::log;
use otklik::web::{self, Parts, Web};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

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
        Self::on(engine, Clock::System).await
    }

    /// As its `clock` goes.
    pub async fn on(engine: Engine, clock: Clock) -> Self {
        let overrides = [
            ("data_dir", folder().display().to_string()),
            ("secret_key", KeyRing::generate([7; 32])),
        ];
        let mut settings = config::load(None, [], &overrides).unwrap().settings;
        let listener = web::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        settings.base_url = format!("http://{address}").parse().unwrap();
        settings.tracking_url = settings.base_url.clone();
        let store = engine.store();
        let ctx = Ctx {
            networks: otklik::networks::Networks::default(),
            settings: Arc::new(settings),
            store,
            keys: Arc::new(KeyRing::parse(&KeyRing::generate([7; 32])).unwrap()),
            clock,
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
        let People {
            admin,
            manager,
            marketer,
            rep,
            stranger,
        } = People::add(&ctx).await;
        Self {
            admin,
            manager,
            marketer,
            rep,
            stranger,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                // A connection that waits unused is closed by the server, perhaps just when it is wanted.
                .pool_max_idle_per_host(0)
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

    /// `PATCH` as `person`: status and body.
    pub async fn patch(&self, path: &str, person: &Person, body: &Value) -> (u16, Value) {
        answer(self.ask(&Method::PATCH, path, person).json(body)).await
    }

    /// `DELETE` as `person`: status and body.
    pub async fn delete(&self, path: &str, person: &Person) -> (u16, Value) {
        answer(self.ask(&Method::DELETE, path, person)).await
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
