//! The whole application in this process: random ports, a fresh database on either engine, mail
//! into its own catcher, one user per role with a token each.

use super::engines::{Engine, folder};
use super::people::People;
pub use super::people::{PASSWORD, Person};
use otklik::app::{self, App, Schema};
use otklik::config::{self, Settings};
use otklik::ctx::Ctx;
use otklik::domain::clock::Clock;
use otklik::domain::keys::KeyRing;
use otklik::intake::Intake;
use otklik::shutdown::Shutdown;
use reqwest::{Method, RequestBuilder, Response};

/// A running application with its people.
pub struct TestApp {
    pub ctx: Ctx,
    pub intake: Intake,
    /// Where it is served, with a slash at the end.
    pub url: String,
    pub admin: Person,
    /// Of the same team as `marketer` and `rep`.
    pub manager: Person,
    pub marketer: Person,
    pub rep: Person,
    /// A rep of another team.
    pub stranger: Person,
    /// Follows no redirects and keeps no cookies.
    pub http: reqwest::Client,
    app: App,
}

impl TestApp {
    /// Everything runs, on the system's clock.
    pub async fn start(engine: Engine) -> Self {
        Self::with(engine, Clock::System, |_| {}).await
    }

    /// As `change` sets it, on `clock`. With the role `work` taken away nothing is sent by itself.
    pub async fn with(engine: Engine, clock: Clock, change: impl FnOnce(&mut Settings)) -> Self {
        let overrides = [
            ("data_dir", folder().display().to_string()),
            ("database_url", engine.url()),
            ("listen", "127.0.0.1:0".to_owned()),
            ("catcher_listen", "127.0.0.1:0".to_owned()),
            ("secret_key", KeyRing::generate([7; 32])),
            ("grace_seconds", "5".to_owned()),
        ];
        let mut loaded = config::load(None, [], &overrides).unwrap();
        change(&mut loaded.settings);
        let app = app::start(loaded, clock, Schema::Migrate, Shutdown::new())
            .await
            .unwrap();
        let ctx = app.ctx.clone();
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
            intake: app.intake(),
            url: format!("http://{}/", app.address),
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                // A connection that waits unused is closed by the server, perhaps just when it is wanted.
                .pool_max_idle_per_host(0)
                .build()
                .unwrap(),
            ctx,
            app,
        }
    }

    /// A request to `path` (no slash in front) with the token of `person`.
    pub fn ask(&self, method: Method, path: &str, person: &Person) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&person.token)
    }

    /// `GET path` as `person`.
    pub async fn get(&self, path: &str, person: &Person) -> Response {
        self.ask(Method::GET, path, person).send().await.unwrap()
    }

    /// `POST path` as `person` with a JSON body.
    pub async fn post(&self, path: &str, person: &Person, body: &serde_json::Value) -> Response {
        let request = self.ask(Method::POST, path, person).json(body);
        request.send().await.unwrap()
    }

    /// Asks for a stop and waits for it.
    pub async fn stop(self) {
        self.app.stop().await.unwrap();
    }
}
