//! Settings: one's own language and password; for the administrator the organisation, and what
//! stands elsewhere: users, mailboxes, blocked destinations.

use super::desk::{Answer, Desk, Sent, go_to, shown, shown_again};
use super::layout::{Here, csrf, page, sign_out};
use super::parts::{Errors, Form, moment, why_tag};
use super::words::{Lang, Tone};
use crate::domain::contact::PrivacyPreset;
use crate::domain::day::Zone;
use crate::store::destinations::{self, Block};
use crate::store::mailboxes::{self, Mailbox};
use crate::store::settings::{self, Setting};
use crate::store::users::{self, User, UserChange};
use crate::web::auth::{self, Administrator, ChangeError};
use maud::{Markup, html};

/// Users and mailboxes shown.
const SHOWN: i64 = 200;

/// What an administrator sees beside their own things.
struct House {
    values: [(Setting, &'static str, String); 4],
    users: Vec<User>,
    mailboxes: Vec<Mailbox>,
    blocked: Vec<Block>,
}

/// The settings that are edited here, with their field names.
const EDITED: [(Setting, &str); 4] = [
    (Setting::OrganisationName, "organisation"),
    (Setting::PostalAddress, "postal"),
    (Setting::Zone, "zone"),
    (Setting::AbuseContact, "abuse"),
];

/// `GET /settings`
pub async fn show(desk: Desk) -> Answer {
    let house = house(&desk).await?;
    let body = body(&desk, house.as_ref(), &Errors::default());
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
        mailboxes: mailboxes::list(store, &desk.viewer, None, SHOWN).await?,
        blocked: destinations::blocked(store).await?,
    }))
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
    let body = body(&desk, house.as_ref(), &errors);
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
    if !errors.is_empty() {
        let mut house = house(&desk).await?;
        if let Some(house) = &mut house {
            for (_, name, value) in &mut house.values {
                fields.text(name).clone_into(value);
            }
        }
        let body = body(&desk, house.as_ref(), &errors);
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

fn body<P>(desk: &Desk<P>, house: Option<&House>, errors: &Errors) -> Markup {
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
            }
            button { (lang.save()) }
            h2 { (lang.privacy()) }
            p { (privacy) " " span.soft { (lang.privacy_set_where()) } }
        }
        h2 { (lang.users()) }
        (users_table(desk, &house.users))
        h2 { (lang.mailboxes()) }
        (mailboxes_table(lang, &house.mailboxes))
        h2 { (lang.blocked()) }
        (blocked_table(desk, &house.blocked))
    }
}

fn users_table<P>(desk: &Desk<P>, users: &[User]) -> Markup {
    let lang = desk.lang();
    html! {
        table {
            thead { tr { th { (lang.name()) } th { (lang.email()) } th { (lang.role_label()) } th { (lang.added()) } } }
            tbody {
                @for user in users {
                    tr {
                        td { (user.name) @if user.disabled_at.is_some() { span.sub { (lang.disabled()) } } }
                        td data-l=(lang.email()) { (user.email.as_str()) }
                        td data-l=(lang.role_label()) { (lang.role(user.role)) }
                        td data-l=(lang.added()) { (moment(&desk.frame.when, user.created_at)) }
                    }
                }
            }
        }
    }
}

fn mailboxes_table(lang: Lang, mailboxes: &[Mailbox]) -> Markup {
    html! {
        @if mailboxes.is_empty() { p.panel.soft { (lang.no_mailboxes()) } } @else {
            table {
                thead { tr { th { (lang.email()) } th { (lang.provider()) } th.num { (lang.daily_cap()) } } }
                tbody {
                    @for mailbox in mailboxes {
                        @let data = &mailbox.data;
                        tr {
                            td {
                                (data.address.as_str()) " "
                                @if let Some(reason) = &data.paused_reason { (why_tag(lang.paused(), Tone::Warn, reason)) }
                            }
                            td data-l=(lang.provider()) { (data.profile.as_str()) }
                            td.num data-l=(lang.daily_cap()) { @if let Some(cap) = data.daily_cap { (lang.integer(cap)) } }
                        }
                    }
                }
            }
        }
    }
}

fn blocked_table<P>(desk: &Desk<P>, blocked: &[Block]) -> Markup {
    let lang = desk.lang();
    html! {
        @if blocked.is_empty() { p.panel.soft { (lang.no_blocked()) } } @else {
            table {
                thead { tr { th { (lang.link()) } th { (lang.reason()) } th { (lang.since()) } } }
                tbody {
                    @for block in blocked {
                        tr {
                            td { (block.kind) " " (block.r#ref) }
                            td data-l=(lang.reason()) { (block.reason) }
                            td data-l=(lang.since()) { (moment(&desk.frame.when, block.created_at)) }
                        }
                    }
                }
            }
        }
    }
}
