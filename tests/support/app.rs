//! The whole application in this process: random ports, a fresh database on either engine, mail
//! into its own catcher, one user per role with a token each.

use super::engines::{Engine, folder};
use otklik::app::{self, App, Schema};
use otklik::config::{self, Settings};
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::{Clock, random_bytes};
use otklik::domain::id::{TeamId, TokenId, UserId};
use otklik::domain::keys::KeyRing;
use otklik::domain::secret::Secret;
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::intake::Intake;
use otklik::password;
use otklik::shutdown::Shutdown;
use otklik::store::settings::{self, Setting};
use otklik::store::tokens;
use otklik::store::users::{self, NewUser};
use reqwest::{Method, RequestBuilder, Response};
use std::sync::OnceLock;

/// Everybody's password.
pub const PASSWORD: &str = "a long enough password";

/// A user and what they sign in with.
#[derive(Debug, Clone)]
pub struct Person {
    pub viewer: Viewer,
    pub email: String,
    pub token: String,
}

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
        let team = team(&ctx, "Team").await;
        let other = team_of_stranger(&ctx).await;
        Self {
            admin: person(&ctx, "admin", Role::Admin, None).await,
            manager: person(&ctx, "manager", Role::Manager, Some(team)).await,
            marketer: person(&ctx, "marketer", Role::Marketer, Some(team)).await,
            rep: person(&ctx, "rep", Role::Rep, Some(team)).await,
            stranger: person(&ctx, "stranger", Role::Rep, Some(other)).await,
            intake: app.intake(),
            url: format!("http://{}/", app.address),
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
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

async fn team(ctx: &Ctx, name: &str) -> TeamId {
    let id = TeamId(ctx.clock.fresh_id());
    let mut tx = ctx.store.begin().await.unwrap();
    let now = ctx.clock.now();
    users::add_team(&mut tx, id, name, now).await.unwrap();
    let address = "1 Test Street, Testville";
    settings::set(&mut tx, Setting::PostalAddress, address, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn team_of_stranger(ctx: &Ctx) -> TeamId {
    team(ctx, "Other team").await
}

async fn person(ctx: &Ctx, name: &str, role: Role, team: Option<TeamId>) -> Person {
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
    let now = ctx.clock.now();
    users::add(&mut tx, &user, now).await.unwrap();
    let id = TokenId(secret.id());
    tokens::add(&mut tx, id, user.id, "test", &secret.hash(), now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Person {
        viewer: Viewer {
            user: user.id,
            role,
            team,
            level: ReportLevel::Full,
        },
        email,
        token: secret.token_text(),
    }
}
