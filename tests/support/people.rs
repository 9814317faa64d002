//! One user of each role, with a token each and the same password.

use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::random_bytes;
use otklik::domain::id::{TeamId, TokenId, UserId};
use otklik::domain::secret::Secret;
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::password;
use otklik::store::settings::{self, Setting};
use otklik::store::tokens;
use otklik::store::users::{self, NewUser};
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

impl Person {
    /// Their id, as the API has it.
    pub fn id(&self) -> String {
        self.viewer.user.to_string()
    }
}

/// Everybody.
pub struct People {
    pub admin: Person,
    /// Of the same team as `marketer` and `rep`.
    pub manager: Person,
    pub marketer: Person,
    pub rep: Person,
    /// A rep of another team.
    pub stranger: Person,
}

impl People {
    /// Adds two teams and everybody to a fresh store.
    pub async fn add(ctx: &Ctx) -> Self {
        let (mine, other) = (team(ctx, "Team").await, team(ctx, "Other team").await);
        Self {
            admin: person(ctx, "admin", Role::Admin, None).await,
            manager: person(ctx, "manager", Role::Manager, Some(mine)).await,
            marketer: person(ctx, "marketer", Role::Marketer, Some(mine)).await,
            rep: person(ctx, "rep", Role::Rep, Some(mine)).await,
            stranger: person(ctx, "stranger", Role::Rep, Some(other)).await,
        }
    }
}

async fn team(ctx: &Ctx, name: &str) -> TeamId {
    let (id, now) = (TeamId(ctx.clock.fresh_id()), ctx.clock.now());
    let mut tx = ctx.store.begin().await.unwrap();
    users::add_team(&mut tx, id, name, now).await.unwrap();
    let address = "1 Test Street, Testville";
    settings::set(&mut tx, Setting::PostalAddress, address, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
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
    let (token, now) = (TokenId(secret.id()), ctx.clock.now());
    let mut tx = ctx.store.begin().await.unwrap();
    users::add(&mut tx, &user, now).await.unwrap();
    tokens::add(&mut tx, token, user.id, "test", &secret.hash(), now)
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
