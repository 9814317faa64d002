//! Founds the simulated organisation: people, companies, contacts, library. The one place of the
//! simulation that writes to the store directly, as an administrator's import would.

use super::DemoError;
use super::cast::{self, ASSETS, COMPANIES, MEMBERS, NAMES};
use super::plan::owner_of;
use crate::compose::starter::STARTERS;
use crate::ctx::Ctx;
use crate::domain::address::EmailAddress;
use crate::domain::clock::{Millis, random_bytes};
use crate::domain::contact::TrackingChoice;
use crate::domain::gateway::Gateway;
use crate::domain::id::{AccountId, ContactId, ContentId, TeamId, TemplateId, TokenId, UserId};
use crate::domain::secret::Secret;
use crate::domain::viewer::{ReportLevel, Role, Viewer};
use crate::password;
use crate::store::accounts::{self, Account};
use crate::store::contacts::{self, ContactData};
use crate::store::content::{self, ContentData};
use crate::store::gateways;
use crate::store::settings::{self, Setting};
use crate::store::templates::{self, Body};
use crate::store::users::{self, NewUser};
use crate::store::{Tx, tokens};
use url::Url;

/// Everybody's password: the installation is on loopback and holds nothing real.
pub const PASSWORD: &str = "northlight";

/// What the simulation needs to know of the organisation it founded.
#[derive(Debug, Clone)]
pub struct World {
    /// Its members in the order of the cast; the reps come first.
    pub(super) members: Vec<Viewer>,
    /// The contacts in the order of their names.
    pub(super) contacts: Vec<ContactId>,
    /// The library in the order of the cast.
    pub(super) assets: Vec<ContentId>,
    /// The starter templates.
    pub(super) templates: Vec<TemplateId>,
    /// The simulated company's site.
    pub(super) site: Url,
}

/// How to sign in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// One address per role; all have [`PASSWORD`].
    pub sign_ins: Vec<(Role, String)>,
    /// An administrator's API token.
    pub token: String,
}

/// Founds the organisation in a fresh database; its library points to `site`.
pub async fn found(ctx: &Ctx, site: &Url) -> Result<World, DemoError> {
    let hash = tokio::task::spawn_blocking(|| password::hash(PASSWORD))
        .await
        .map_err(|error| DemoError::Work(error.to_string()))?
        .map_err(|error| DemoError::Cast(error.to_string()))?;
    let mut tx = ctx.store.begin().await?;
    organisation(ctx, &mut tx).await?;
    let mut teams = Vec::new();
    for name in cast::TEAMS {
        let team = TeamId(ctx.clock.fresh_id());
        users::add_team(&mut tx, team, name, ctx.clock.now()).await?;
        teams.push(team);
    }
    let mut members = Vec::new();
    for member in MEMBERS {
        let user = NewUser {
            id: UserId(ctx.clock.fresh_id()),
            email: address(&cast::member_address(member))?,
            name: member.name.to_owned(),
            role: member.role,
            team: member.team.map(|index| teams[index]),
            password_hash: Some(hash.clone()),
            language: "en".to_owned(),
        };
        users::add(&mut tx, &user, ctx.clock.now()).await?;
        members.push(Viewer {
            user: user.id,
            role: user.role,
            team: user.team,
            level: ReportLevel::Full,
        });
    }
    let contacts = people_outside(ctx, &mut tx, &members).await?;
    let assets = library(ctx, &mut tx, &members, site).await?;
    let templates = starters(ctx, &mut tx, &members).await?;
    tx.commit().await?;
    Ok(World {
        members,
        contacts,
        assets,
        templates,
        site: site.clone(),
    })
}

async fn organisation(ctx: &Ctx, tx: &mut Tx) -> Result<(), DemoError> {
    for (setting, value) in [
        (Setting::OrganisationName, cast::ORGANISATION),
        (Setting::PostalAddress, cast::POSTAL_ADDRESS),
        (Setting::Zone, cast::ZONE),
    ] {
        settings::set(tx, setting, value, ctx.clock.now()).await?;
    }
    Ok(())
}

async fn people_outside(
    ctx: &Ctx,
    tx: &mut Tx,
    members: &[Viewer],
) -> Result<Vec<ContactId>, DemoError> {
    let now = ctx.clock.now();
    let mut companies = Vec::new();
    for (index, company) in COMPANIES.iter().enumerate() {
        let account = Account {
            id: AccountId(ctx.clock.fresh_id()),
            name: company.name.to_owned(),
            domain: Some(company.domain.to_owned()),
            owner_id: Some(members[owner_of(index)].user),
            source: None,
            external_id: None,
            created_at: now,
        };
        accounts::add(tx, &account).await?;
        // The DNS knows none of them, and is never asked.
        let gateway = Gateway::of_exchangers(&[(10, company.exchanger.to_owned())]);
        gateways::learn(tx, company.domain, gateway, now, Millis(i64::MAX)).await?;
        companies.push(account.id);
    }
    let mut found = Vec::new();
    for (index, name) in NAMES.iter().enumerate() {
        let data = ContactData {
            name: (*name).to_owned(),
            emails: vec![address(&cast::contact_address(index))?],
            account: Some(companies[index % companies.len()]),
            owner: Some(members[owner_of(index)].user),
            decision_maker: Some(index % 3 == 0),
            tracking: tracking(index),
            ..ContactData::default()
        };
        let id = ContactId(ctx.clock.fresh_id());
        contacts::add(tx, id, &data, now).await?;
        found.push(id);
    }
    Ok(found)
}

/// A few have asked not to be followed: their mail has no picture and plain links.
fn tracking(index: usize) -> TrackingChoice {
    let word = cast::objects(index).then_some(false);
    TrackingChoice {
        opens: word,
        clicks: word,
    }
}

async fn library(
    ctx: &Ctx,
    tx: &mut Tx,
    members: &[Viewer],
    site: &Url,
) -> Result<Vec<ContentId>, DemoError> {
    let mut found = Vec::new();
    for asset in ASSETS {
        let data = ContentData {
            name: asset.name.to_owned(),
            url: format!("{site}{}", asset.path),
            owner: keeper(members),
        };
        let id = ContentId(ctx.clock.fresh_id());
        content::add(tx, id, &data, ctx.clock.now()).await?;
        found.push(id);
    }
    Ok(found)
}

async fn starters(
    ctx: &Ctx,
    tx: &mut Tx,
    members: &[Viewer],
) -> Result<Vec<TemplateId>, DemoError> {
    let mut found = Vec::new();
    for starter in STARTERS {
        let body = Body {
            subject: starter.subject.to_owned(),
            html: Some(starter.html.to_owned()),
            text: Some(starter.text.to_owned()),
        };
        let id = TemplateId(ctx.clock.fresh_id());
        let now = ctx.clock.now();
        templates::add(tx, id, starter.name, keeper(members), &body, now).await?;
        found.push(id);
    }
    Ok(found)
}

/// The marketer looks after the library.
fn keeper(members: &[Viewer]) -> Option<UserId> {
    members
        .iter()
        .find(|member| member.role == Role::Marketer)
        .map(|member| member.user)
}

fn address(text: &str) -> Result<EmailAddress, DemoError> {
    EmailAddress::parse(text).map_err(|error| DemoError::Cast(format!("{text}: {error}")))
}

/// One sign-in per role, and a token for the administrator.
pub async fn credentials(ctx: &Ctx, world: &World) -> Result<Credentials, DemoError> {
    let mut sign_ins: Vec<(Role, String)> = Vec::new();
    for member in MEMBERS {
        if sign_ins.iter().all(|(role, _)| *role != member.role) {
            sign_ins.push((member.role, cast::member_address(member)));
        }
    }
    let administrator = world
        .members
        .iter()
        .find(|member| member.role == Role::Admin)
        .ok_or_else(|| DemoError::Cast("nobody administers".to_owned()))?;
    let secret = Secret::new(ctx.clock.fresh_id(), random_bytes());
    let id = TokenId(secret.id());
    let mut tx = ctx.store.begin().await?;
    let now = ctx.clock.now();
    tokens::add(&mut tx, id, administrator.user, "demo", &secret.hash(), now).await?;
    let hint = serde_json::json!({ "password": PASSWORD, "people": sign_ins }).to_string();
    settings::set(&mut tx, Setting::Demo, &hint, now).await?;
    tx.commit().await?;
    Ok(Credentials {
        sign_ins,
        token: secret.token_text(),
    })
}
