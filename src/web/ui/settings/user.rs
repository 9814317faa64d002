//! A user as the administrator sees them: who they are, what they may do, and the link with which
//! they set their own password, shown once.

use super::super::desk::{Answer, Desk, Sent, go_to, id_of, shown, shown_again};
use super::super::layout::{Here, csrf, page};
use super::super::parts::{Errors, Form, tag};
use super::super::words::{Lang, Tone};
use crate::domain::address::{EmailAddress, HeaderText};
use crate::domain::id::{TeamId, UserId};
use crate::domain::viewer::Role;
use crate::store::users::{self, NewUser, Team, User, UserChange};
use crate::store::{StoreError, Tx};
use crate::web::auth::rights::{self, RightsError};
use crate::web::auth::{Administrator, Fields, Refusal, password_link};
use crate::web::error::Problem;
use actix_web::web::Path;
use maud::{Markup, html};

/// The form's fields as typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    name: String,
    email: String,
    role: String,
    team: String,
    language: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let text = |name| fields.text(name).to_owned();
        Self {
            name: text("name"),
            email: text("email"),
            role: text("role"),
            team: text("team"),
            language: text("language"),
        }
    }

    fn of_user(user: &User, teams: &[Team]) -> Self {
        let team = teams.iter().find(|team| Some(team.id) == user.team);
        Self {
            name: user.name.clone(),
            email: user.email.as_str().to_owned(),
            role: user.role.as_str().to_owned(),
            team: team.map_or_else(String::new, |team| team.name.clone()),
            language: user.language.clone(),
        }
    }
}

/// What the page shows beside the form.
#[derive(Default)]
struct Around<'a> {
    known: Option<&'a User>,
    /// A fresh link, for this one time.
    link: Option<String>,
}

/// `GET /settings/users/new`
pub async fn new(desk: Desk<Administrator>) -> Answer {
    let teams = users::teams(&desk.web.ctx.store).await?;
    let typed = Typed::default();
    let body = body(
        &desk,
        &Around::default(),
        &typed,
        &teams,
        &Errors::default(),
    );
    let title = desk.lang().new_user();
    Ok(shown(page(&desk.frame, Here::Settings, title, &body)))
}

/// `GET /settings/users/{id}`
pub async fn edit(desk: Desk<Administrator>, path: Path<String>) -> Answer {
    let user = found(&desk, &path).await?;
    show(&desk, &user, None).await
}

async fn show(desk: &Desk<Administrator>, user: &User, link: Option<String>) -> Answer {
    let teams = users::teams(&desk.web.ctx.store).await?;
    let around = Around {
        known: Some(user),
        link,
    };
    let typed = Typed::of_user(user, &teams);
    let body = body(desk, &around, &typed, &teams, &Errors::default());
    Ok(shown(page(&desk.frame, Here::Settings, &user.name, &body)))
}

async fn found(desk: &Desk<Administrator>, path: &str) -> Result<User, Refusal> {
    let id: UserId = id_of(path)?;
    let found = users::lookup(&desk.web.ctx.store, id).await?;
    found.ok_or_else(|| Problem::not_found().into())
}

/// `POST /settings/users/new`
pub async fn add(sent: Sent<Administrator>) -> Answer {
    let Sent { desk, fields } = sent;
    let typed = Typed::of(&fields);
    let lang = desk.lang();
    let mut errors = check(lang, &typed);
    let email = EmailAddress::parse(&typed.email);
    if email.is_err() {
        errors.add("email", lang.not_an_email());
    }
    let ctx = &desk.web.ctx;
    if let Ok(email) = email
        && errors.is_empty()
    {
        let now = ctx.clock.now();
        let mut tx = ctx.store.begin().await?;
        let new = NewUser {
            id: UserId(ctx.clock.fresh_id()),
            email,
            name: typed.name.clone(),
            role: Role::from_word(&typed.role).unwrap_or(Role::Rep),
            team: team(&desk, &mut tx, &typed.team).await?,
            password_hash: None,
            language: Lang::from_tag(&typed.language).tag().to_owned(),
        };
        match users::add(&mut tx, &new, now).await {
            Ok(_) => {
                tx.commit().await?;
                return Ok(go_to(&format!("/settings/users/{}?done=user", new.id)));
            }
            Err(StoreError::Conflict { .. }) => errors.add("email", lang.taken()),
            Err(error) => return Err(error.into()),
        }
    }
    again(&desk, None, &typed, &errors).await
}

/// `POST /settings/users/{id}` with `do` = save, disable, enable or link.
pub async fn change(sent: Sent<Administrator>, path: Path<String>) -> Answer {
    let Sent { desk, fields } = sent;
    let user = found(&desk, &path).await?;
    let ctx = &desk.web.ctx;
    let now = ctx.clock.now();
    let mut typed = Typed::of(&fields);
    let mut change = UserChange {
        name: user.name.clone(),
        role: user.role,
        team: user.team,
        language: user.language.clone(),
        disabled_at: user.disabled_at,
    };
    let mut errors = Errors::default();
    let mut tx = ctx.store.begin().await?;
    match fields.text("do") {
        "link" => {
            let token = password_link::mint(&ctx.keys, &user, now);
            let base = ctx.settings.base_url.as_str().trim_end_matches('/');
            return show(&desk, &user, Some(format!("{base}/set-password/{token}"))).await;
        }
        "disable" => change.disabled_at = user.disabled_at.or(Some(now)),
        "enable" => change.disabled_at = None,
        _ => {
            errors = check(desk.lang(), &typed);
            if errors.is_empty() {
                change.name.clone_from(&typed.name);
                change.role = Role::from_word(&typed.role).unwrap_or(user.role);
                change.team = team(&desk, &mut tx, &typed.team).await?;
                Lang::from_tag(&typed.language)
                    .tag()
                    .clone_into(&mut change.language);
            }
        }
    }
    if errors.is_empty() {
        match rights::change_user(&mut tx, &user, &change, None, now).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(go_to(&format!("/settings/users/{}?done=user", user.id)));
            }
            Err(RightsError::LastAdministrator) => {
                errors.add("role", desk.lang().last_administrator());
            }
            Err(RightsError::Store(error)) => return Err(error.into()),
        }
    }
    if typed.email.is_empty() {
        typed = Typed {
            email: user.email.as_str().to_owned(),
            ..typed
        };
    }
    again(&desk, Some(&user), &typed, &errors).await
}

fn check(lang: Lang, typed: &Typed) -> Errors {
    let mut errors = Errors::default();
    if typed.name.is_empty() {
        errors.add("name", lang.required());
    } else if HeaderText::parse(&typed.name).is_err() || typed.name.chars().count() > 200 {
        errors.add("name", lang.too_long());
    }
    if typed.team.chars().count() > 200 {
        errors.add("team", lang.too_long());
    }
    errors
}

/// The team of that name, made where there is none; no name is no team.
async fn team(
    desk: &Desk<Administrator>,
    tx: &mut Tx,
    name: &str,
) -> Result<Option<TeamId>, StoreError> {
    if name.is_empty() {
        return Ok(None);
    }
    let ctx = &desk.web.ctx;
    let teams = users::teams(&ctx.store).await?;
    if let Some(team) = teams.iter().find(|team| team.name == name) {
        return Ok(Some(team.id));
    }
    let id = TeamId(ctx.clock.fresh_id());
    users::add_team(tx, id, name, ctx.clock.now()).await?;
    Ok(Some(id))
}

async fn again(
    desk: &Desk<Administrator>,
    known: Option<&User>,
    typed: &Typed,
    errors: &Errors,
) -> Answer {
    let teams = users::teams(&desk.web.ctx.store).await?;
    let around = Around { known, link: None };
    let body = body(desk, &around, typed, &teams, errors);
    let title = known.map_or(desk.lang().new_user(), |user| &user.name);
    Ok(shown_again(page(&desk.frame, Here::Settings, title, &body)))
}

fn body(
    desk: &Desk<Administrator>,
    around: &Around<'_>,
    typed: &Typed,
    teams: &[Team],
    errors: &Errors,
) -> Markup {
    let lang = desk.lang();
    let form = Form { errors };
    let roles = Role::ALL.map(|role| (role.as_str().to_owned(), lang.role(role).to_owned()));
    let languages = [
        ("en".to_owned(), lang.english().to_owned()),
        ("ru".to_owned(), lang.russian().to_owned()),
    ];
    let action = around.known.map_or_else(
        || "/settings/users/new".to_owned(),
        |user| format!("/settings/users/{}", user.id),
    );
    html! {
        h1 {
            @match around.known {
                Some(user) => {
                    (user.name) " "
                    @if user.disabled_at.is_some() { (tag(lang.disabled(), Tone::Warn)) }
                }
                None => { (lang.new_user()) }
            }
        }
        (errors.summary(lang))
        @if let Some(link) = &around.link {
            div.panel role="status" {
                p { (lang.link_once()) }
                p { code { (link) } }
            }
        }
        form.panel method="post" action=(action) {
            (csrf(&desk.frame))
            div.pair {
                (form.line("text", "name", lang.name(), &typed.name, "", "required autocomplete=off"))
                @if around.known.is_some() {
                    div.field { label { (lang.email()) } p { (typed.email) } }
                } @else {
                    (form.line("email", "email", lang.email(), &typed.email, lang.user_email_help(), "required autocomplete=off"))
                }
                (form.choice("role", lang.role_label(), &roles, &typed.role, ""))
                (form.line("text", "team", lang.team(), &typed.team, lang.team_help(), "list=teams autocomplete=off"))
                (form.choice("language", lang.page_language(), &languages, &typed.language, ""))
            }
            datalist id="teams" { @for team in teams { option value=(team.name) {} } }
            div.acts {
                button.go-on name="do" value="save" { (lang.save()) }
                a.button href="/settings" { (lang.cancel()) }
                @if let Some(user) = around.known {
                    @if user.disabled_at.is_some() {
                        button name="do" value="enable" formnovalidate { (lang.let_sign_in()) }
                    } @else {
                        button name="do" value="link" formnovalidate { (lang.make_password_link()) }
                        button.danger name="do" value="disable" formnovalidate { (lang.let_not_sign_in()) }
                    }
                }
            }
        }
    }
}
