//! A contact's form: read as it was typed, parsed with every error named, shown again unchanged.

use super::desk::{Answer, Desk, Sent, go_to, id_of, query, shown, shown_again};
use super::layout::{Here, csrf, page};
use super::pairs;
use super::parts::{Errors, Form};
use super::words::Lang;
use crate::domain::address::EmailAddress;
use crate::domain::clock::Millis;
use crate::domain::contact::{Consent, TrackingChoice};
use crate::domain::id::ContactId;
use crate::store::StoreError;
use crate::store::contacts::{self, Contact, ContactData};
use crate::store::pages::companies;
use crate::web::auth::Fields;
use crate::web::error::Problem;
use actix_web::HttpRequest;
use actix_web::web::Path;
use maud::{Markup, html};

/// The form's fields as typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    name: String,
    emails: String,
    account: String,
    zone: String,
    language: String,
    decides: String,
    fields: String,
    opens: String,
    clicks: String,
    consent_source: String,
    consent_wording: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let text = |name| fields.text(name).to_owned();
        Self {
            name: text("name"),
            emails: text("emails"),
            account: text("account"),
            zone: text("zone"),
            language: text("language"),
            decides: text("decides"),
            fields: text("fields"),
            opens: text("opens"),
            clicks: text("clicks"),
            consent_source: text("consent_source"),
            consent_wording: text("consent_wording"),
        }
    }

    fn of_contact(contact: &Contact) -> Self {
        let data = &contact.data;
        let emails: Vec<&str> = data.emails.iter().map(EmailAddress::as_str).collect();
        let choice = |choice: Option<bool>| choice_word(choice).to_owned();
        let consent = data.consent.as_ref();
        Self {
            name: data.name.clone(),
            emails: emails.join("\n"),
            account: contact.account_name.clone().unwrap_or_default(),
            zone: data.zone.clone().unwrap_or_default(),
            language: data.language.clone().unwrap_or_default(),
            decides: choice(data.decision_maker),
            fields: pairs::written(&data.fields),
            opens: choice(data.tracking.opens),
            clicks: choice(data.tracking.clicks),
            consent_source: consent.map_or_else(String::new, |consent| consent.source.clone()),
            consent_wording: consent.map_or_else(String::new, |consent| consent.wording.clone()),
        }
    }
}

const fn choice_word(choice: Option<bool>) -> &'static str {
    match choice {
        None => "",
        Some(true) => "yes",
        Some(false) => "no",
    }
}

fn choice(word: &str) -> Option<bool> {
    match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Parses what was typed over what was there; errors carry the field they belong to.
fn parse(lang: Lang, typed: &Typed, was: ContactData, now: Millis) -> Result<ContactData, Errors> {
    let mut errors = Errors::default();
    if typed.name.is_empty() {
        errors.add("name", lang.required());
    } else if typed.name.chars().count() > 200 {
        errors.add("name", lang.too_long());
    }
    let mut emails = Vec::new();
    for line in typed.emails.split(['\n', ',', ';']).map(str::trim) {
        if line.is_empty() {
            continue;
        }
        match EmailAddress::parse(line) {
            Ok(email) if emails.contains(&email) => {}
            Ok(email) => emails.push(email),
            Err(_) => errors.add("emails", format!("{line}: {}", lang.not_an_email())),
        }
    }
    if typed.emails.is_empty() {
        errors.add("emails", lang.required());
    }
    if !typed.zone.is_empty() && jiff::tz::TimeZone::get(&typed.zone).is_err() {
        errors.add("zone", lang.not_a_zone());
    }
    let fields = pairs::read(&typed.fields);
    if let Err(line) = &fields {
        errors.add("fields", format!("{line}: {}", lang.name_value()));
    }
    let tracking = TrackingChoice {
        opens: choice(&typed.opens),
        clicks: choice(&typed.clicks),
    };
    let changed = tracking != was.tracking
        || typed.consent_source != was.consent.as_ref().map_or("", |consent| &consent.source)
        || typed.consent_wording != was.consent.as_ref().map_or("", |consent| &consent.wording);
    let says_yes = tracking.opens == Some(true) || tracking.clicks == Some(true);
    if says_yes && typed.consent_source.is_empty() {
        errors.add("consent_source", lang.consent_needed());
    }
    let Ok(fields) = fields else {
        return Err(errors);
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let consent = if !changed {
        was.consent
    } else if typed.consent_source.is_empty() {
        None
    } else {
        Some(Consent {
            at: now,
            source: typed.consent_source.clone(),
            wording: typed.consent_wording.clone(),
        })
    };
    Ok(ContactData {
        name: typed.name.clone(),
        emails,
        zone: some(&typed.zone),
        language: some(&typed.language),
        decision_maker: choice(&typed.decides),
        fields,
        tracking,
        consent,
        ..was
    })
}

/// `GET /contacts/new?emails=`
pub async fn new(desk: Desk, request: HttpRequest) -> Answer {
    let typed = Typed {
        emails: query(&request).text("emails").to_owned(),
        ..Typed::default()
    };
    let body = body(&desk, None, &typed, &Errors::default());
    let title = desk.lang().new_contact();
    Ok(shown(page(&desk.frame, Here::Contacts, title, &body)))
}

/// `GET /contacts/{id}/edit`
pub async fn edit(desk: Desk, path: Path<String>) -> Answer {
    let contact = found(&desk, &path).await?;
    let typed = Typed::of_contact(&contact);
    let body = body(&desk, Some(contact.id), &typed, &Errors::default());
    let title = desk.lang().edit_contact();
    Ok(shown(page(&desk.frame, Here::Contacts, title, &body)))
}

/// The contact of a path, within the reader's reach.
pub async fn found(desk: &Desk, path: &str) -> Result<Contact, crate::web::auth::Refusal> {
    let id: ContactId = id_of(path)?;
    let found = contacts::lookup(&desk.web.ctx.store, &desk.viewer, id).await?;
    found.ok_or_else(|| Problem::not_found().into())
}

/// `POST /contacts/new`
pub async fn add(sent: Sent) -> Answer {
    let was = ContactData {
        owner: Some(sent.desk.user.id),
        ..ContactData::default()
    };
    save(sent, None, was).await
}

/// `POST /contacts/{id}/edit`
pub async fn change(sent: Sent, path: Path<String>) -> Answer {
    let contact = found(&sent.desk, &path).await?;
    save(sent, Some(contact.clone()), contact.data).await
}

async fn save(sent: Sent, known: Option<Contact>, was: ContactData) -> Answer {
    let Sent { desk, fields } = sent;
    let lang = desk.lang();
    let typed = Typed::of(&fields);
    let again = |errors: &Errors| {
        let id = known.as_ref().map(|contact| contact.id);
        let body = body(&desk, id, &typed, errors);
        shown_again(page(
            &desk.frame,
            Here::Contacts,
            lang.edit_contact(),
            &body,
        ))
    };
    let ctx = &desk.web.ctx;
    let now = ctx.clock.now();
    let mut data = match parse(lang, &typed, was, now) {
        Ok(data) => data,
        Err(errors) => return Ok(again(&errors)),
    };
    let mut tx = ctx.store.begin().await?;
    data.account = if typed.account.is_empty() {
        None
    } else {
        let fresh = crate::domain::id::AccountId(ctx.clock.fresh_id());
        Some(companies::by_name_or_add(&mut tx, &typed.account, fresh, now).await?)
    };
    let done = if let Some(contact) = &known {
        let done = contacts::update(&mut tx, contact.no, &data, now).await;
        done.map(|_| contact.id)
    } else {
        let id = ContactId(ctx.clock.fresh_id());
        contacts::add(&mut tx, id, &data, now).await.map(|_| id)
    };
    match done {
        Ok(id) => {
            tx.commit().await?;
            Ok(go_to(&format!("/contacts/{id}?done=contact")))
        }
        Err(StoreError::Conflict { .. }) => {
            let mut errors = Errors::default();
            errors.add("emails", lang.taken());
            Ok(again(&errors))
        }
        Err(error) => Err(error.into()),
    }
}

fn body(desk: &Desk, id: Option<ContactId>, typed: &Typed, errors: &Errors) -> Markup {
    let lang = desk.lang();
    let form = Form { errors };
    let option = |value: &str, words: &str| (value.to_owned(), words.to_owned());
    let allows = [
        option("", lang.by_organisation()),
        option("yes", lang.allowed()),
        option("no", lang.not_allowed()),
    ];
    let known = [
        option("", lang.not_known()),
        option("yes", lang.yes()),
        option("no", lang.no()),
    ];
    let action = id.map_or_else(
        || "/contacts/new".to_owned(),
        |id| format!("/contacts/{id}/edit"),
    );
    html! {
        h1 { (if id.is_some() { lang.edit_contact() } else { lang.new_contact() }) }
        (errors.summary(lang))
        form.panel method="post" action=(action) {
            (csrf(&desk.frame))
            (form.line("text", "name", lang.name(), &typed.name, "", "required autocomplete=off"))
            (form.area("short", "emails", lang.emails(), &typed.emails, lang.emails_help()))
            div.pair {
                (form.line("text", "account", lang.company(), &typed.account, "", "autocomplete=off"))
                (form.choice("decides", lang.decides(), &known, &typed.decides, ""))
                (form.line("text", "zone", lang.zone(), &typed.zone, lang.zone_help(), "autocomplete=off"))
                (form.line("text", "language", lang.language(), &typed.language, "", "autocomplete=off"))
            }
            (form.area("short", "fields", lang.fields(), &typed.fields, lang.fields_help()))
            h2 { (lang.tracking_choice()) }
            div.pair {
                (form.choice("opens", lang.allow_opens(), &allows, &typed.opens, ""))
                (form.choice("clicks", lang.allow_clicks(), &allows, &typed.clicks, ""))
                (form.line("text", "consent_source", lang.consent_source(), &typed.consent_source, "", "autocomplete=off"))
                (form.line("text", "consent_wording", lang.consent_wording(), &typed.consent_wording, "", "autocomplete=off"))
            }
            div.acts {
                button.go-on { (lang.save()) }
                a.button href=(id.map_or_else(|| "/contacts".to_owned(), |id| format!("/contacts/{id}"))) { (lang.cancel()) }
            }
        }
    }
}
