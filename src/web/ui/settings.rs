//! Settings: one's own language and password; for the administrator the organisation, and what
//! stands on pages of their own: users, mailboxes, links that were sent.

mod domains;
mod links;
mod mailbox;
mod mailbox_form;
mod suppressions;
mod tables;
mod user;

pub use domains::table as domains_table;
pub use suppressions::{by_hand, cause};

use super::desk::{Answer, Desk, Sent, go_to, shown, shown_again};
use super::layout::{Here, csrf, page, sign_out};
use super::parts::{Errors, Form};
use super::words::Lang;
use crate::domain::contact::PrivacyPreset;
use crate::domain::day::Zone;
use crate::store::mailboxes::{self, Mailbox};
use crate::store::settings::{self, Setting};
use crate::store::users::{self, User, UserChange};
use crate::web::auth::{self, Administrator, ChangeError};
use actix_web::web::{self, ServiceConfig};
use mailbox_form::number;
use maud::{Markup, html};

/// Users and mailboxes shown.
const SHOWN: i64 = 200;

/// What an administrator sees beside their own things.
struct House {
    values: [(Setting, &'static str, String); 6],
    users: Vec<User>,
}

/// The settings that are edited here, with their field names.
const EDITED: [(Setting, &str); 6] = [
    (Setting::OrganisationName, "organisation"),
    (Setting::PostalAddress, "postal"),
    (Setting::Zone, "zone"),
    (Setting::AbuseContact, "abuse"),
    (Setting::DomainPerHour, "domain_hour"),
    (Setting::DomainGapSeconds, "domain_gap"),
];

/// Adds the pages below the settings.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/settings/mailboxes/new", web::get().to(mailbox::new))
        .route("/settings/mailboxes/new", web::post().to(mailbox::add))
        .route("/settings/mailboxes/{id}", web::get().to(mailbox::edit))
        .route("/settings/mailboxes/{id}", web::post().to(mailbox::change))
        .route("/settings/users/new", web::get().to(user::new))
        .route("/settings/users/new", web::post().to(user::add))
        .route("/settings/users/{id}", web::get().to(user::edit))
        .route("/settings/users/{id}", web::post().to(user::change))
        .route("/settings/suppressions", web::get().to(suppressions::list))
        .route("/settings/suppressions", web::post().to(suppressions::add))
        .route(
            "/settings/suppressions/{id}",
            web::get().to(suppressions::show),
        )
        .route(
            "/settings/suppressions/{id}",
            web::post().to(suppressions::lift),
        )
        .route("/settings/domains", web::get().to(domains::show))
        .route("/settings/domains", web::post().to(domains::look))
        .route("/settings/links", web::get().to(links::show))
        .route("/settings/links", web::post().to(links::change));
}

/// `GET /settings`
pub async fn show(desk: Desk) -> Answer {
    let house = house(&desk).await?;
    let mailboxes = own_and_shared(&desk).await?;
    let body = body(&desk, house.as_ref(), &mailboxes, &Errors::default());
    let title = desk.lang().settings_title();
    Ok(shown(page(&desk.frame, Here::Settings, title, &body)))
}

async fn house<P>(desk: &Desk<P>) -> Result<Option<House>, crate::store::StoreError> {
    if !desk.viewer.may_administer() {
        return Ok(None);
    }
    let store = &desk.web.ctx.store;
    let mut values = EDITED.map(|(setting, name)| (setting, name, String::new()));
    for (setting, _, value) in &mut values {
        *value = settings::get(store, *setting).await?.unwrap_or_default();
    }
    Ok(Some(House {
        values,
        users: users::list(store, None, SHOWN).await?,
    }))
}

async fn own_and_shared<P>(desk: &Desk<P>) -> Result<Vec<Mailbox>, crate::store::StoreError> {
    mailboxes::list(&desk.web.ctx.store, &desk.viewer, None, SHOWN).await
}

/// `POST /settings/language`
pub async fn language(sent: Sent) -> Answer {
    let desk = &sent.desk;
    let change = UserChange {
        name: desk.user.name.clone(),
        role: desk.user.role,
        team: desk.user.team,
        language: Lang::from_tag(sent.fields.text("language"))
            .tag()
            .to_owned(),
        disabled_at: desk.user.disabled_at,
    };
    let mut tx = desk.web.ctx.store.begin().await?;
    users::update(&mut tx, desk.user.id, &change).await?;
    tx.commit().await?;
    Ok(go_to("/settings?done=saved"))
}

/// `POST /settings/password`
pub async fn password(sent: Sent) -> Answer {
    let Sent { desk, fields } = sent;
    let lang = desk.lang();
    let typed = |name: &str| fields.get(name).unwrap_or("").to_owned();
    let (present, new) = (typed("present"), typed("new"));
    let mut errors = Errors::default();
    match auth::change_password(&desk.web, &desk.user, present, new).await {
        Ok(cookie) => {
            let mut response = go_to("/settings?done=password");
            response.add_cookie(&cookie).ok();
            return Ok(response);
        }
        Err(ChangeError::Store(error)) => return Err(error.into()),
        Err(ChangeError::Wrong) => errors.add("present", lang.wrong_password()),
        Err(ChangeError::New(_)) => errors.add("new", lang.new_password_help()),
    }
    let house = house(&desk).await?;
    let mailboxes = own_and_shared(&desk).await?;
    let body = body(&desk, house.as_ref(), &mailboxes, &errors);
    let title = lang.settings_title();
    Ok(shown_again(page(&desk.frame, Here::Settings, title, &body)))
}

/// `POST /settings/organisation`
pub async fn organisation(sent: Sent<Administrator>) -> Answer {
    let Sent { desk, fields } = sent;
    let lang = desk.lang();
    let mut errors = Errors::default();
    let zone = fields.text("zone");
    if !zone.is_empty() && Zone::parse(zone).is_none() {
        errors.add("zone", lang.not_a_zone());
    }
    for (name, most) in [("domain_hour", 100_000), ("domain_gap", 3_600)] {
        if number(fields.text(name), &(1..=most)).is_err() {
            errors.add(name, lang.from_to(1, most));
        }
    }
    if !errors.is_empty() {
        let mut house = house(&desk).await?;
        if let Some(house) = &mut house {
            for (_, name, value) in &mut house.values {
                fields.text(name).clone_into(value);
            }
        }
        let mailboxes = own_and_shared(&desk).await?;
        let body = body(&desk, house.as_ref(), &mailboxes, &errors);
        let title = lang.settings_title();
        return Ok(shown_again(page(&desk.frame, Here::Settings, title, &body)));
    }
    let ctx = &desk.web.ctx;
    let mut tx = ctx.store.begin().await?;
    for (setting, name) in EDITED {
        match fields.text(name) {
            "" => settings::clear(&mut tx, setting).await?,
            value => settings::set(&mut tx, setting, value, ctx.clock.now()).await?,
        }
    }
    tx.commit().await?;
    Ok(go_to("/settings?done=settings"))
}

fn body<P>(
    desk: &Desk<P>,
    house: Option<&House>,
    mailboxes: &[Mailbox],
    errors: &Errors,
) -> Markup {
    let lang = desk.lang();
    let form = Form { errors };
    let languages = [
        ("en".to_owned(), lang.english().to_owned()),
        ("ru".to_owned(), lang.russian().to_owned()),
    ];
    html! {
        h1 { (lang.settings_title()) }
        (errors.summary(lang))
        div.pair {
            form.panel method="post" action="/settings/language" {
                h2 { (lang.you()) }
                p { (desk.user.name) " · " span.soft { (desk.user.email.as_str()) " · " (lang.role(desk.user.role)) } }
                (csrf(&desk.frame))
                (form.choice("language", lang.page_language(), &languages, lang.tag(), ""))
                button { (lang.save()) }
            }
            form.panel method="post" action="/settings/password" {
                h2 { (lang.change_password()) }
                (csrf(&desk.frame))
                (form.line("password", "present", lang.present_password(), "", "", "required autocomplete=current-password"))
                (form.line("password", "new", lang.new_password(), "", lang.new_password_help(), "required autocomplete=new-password"))
                button { (lang.change_password()) }
            }
        }
        @if let Some(house) = house { (house_body(desk, house, form)) }
        h2 { (lang.mailboxes()) }
        (tables::mailboxes(lang, &desk.viewer, mailboxes))
        p { a.button href="/settings/mailboxes/new" { (lang.new_mailbox()) } }
        @if desk.viewer.may_administer() {
            h2 { (lang.domains_title()) }
            p { a.button href="/settings/domains" { (lang.domains_open()) } }
            h2 { (lang.suppressions_title()) }
            p { a.button href="/settings/suppressions" { (lang.suppressions_open()) } }
        }
        @if desk.viewer.may_edit_library() {
            h2 { (lang.sent_links()) }
            p { a.button href="/settings/links" { (lang.sent_links_open()) } }
        }
        (sign_out(&desk.frame))
    }
}

fn house_body<P>(desk: &Desk<P>, house: &House, form: Form<'_>) -> Markup {
    let lang = desk.lang();
    let value = |wanted: &str| {
        let found = house.values.iter().find(|(_, name, _)| *name == wanted);
        found.map_or("", |(_, _, value)| value.as_str())
    };
    let privacy = match desk.web.ctx.settings.privacy {
        PrivacyPreset::On => lang.privacy_on(),
        PrivacyPreset::Consent => lang.privacy_consent(),
        PrivacyPreset::Hygiene => lang.privacy_hygiene(),
        PrivacyPreset::Off => lang.privacy_off(),
    };
    html! {
        form.panel method="post" action="/settings/organisation" {
            h2 { (lang.organisation()) }
            (csrf(&desk.frame))
            div.pair {
                (form.line("text", "organisation", lang.organisation_name(), value("organisation"), "", ""))
                (form.line("text", "postal", lang.postal_address(), value("postal"), lang.postal_address_help(), ""))
                (form.line("text", "zone", lang.organisation_zone(), value("zone"), lang.zone_help(), ""))
                (form.line("text", "abuse", lang.abuse_contact(), value("abuse"), lang.abuse_help(), ""))
                (form.line("text", "domain_hour", lang.domain_hour(), value("domain_hour"), lang.domain_hour_help(), "inputmode=numeric"))
                (form.line("text", "domain_gap", lang.domain_gap(), value("domain_gap"), lang.domain_gap_help(), "inputmode=numeric"))
            }
            button { (lang.save()) }
            h2 { (lang.privacy()) }
            p { (privacy) " " span.soft { (lang.privacy_set_where()) } }
        }
        h2 { (lang.users()) }
        (tables::users(desk, &house.users))
        p { a.button href="/settings/users/new" { (lang.new_user()) } }
    }
}
