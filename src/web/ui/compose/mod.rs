//! Writing a letter. Everything works as plain form posts: each button sends the whole form, which
//! is saved as a draft before anything else happens, so that nothing typed is lost. The script of
//! the page only saves more often and adds files.

mod draft;
mod files;
mod form;
mod list;
mod send;

pub use files::{add_file, preview_document};
pub use form::merge_help;
pub use list::list;

use super::desk::{Answer, Desk, Sent, asked, go_to, id_of, query, shown, shown_again};
use super::layout::{Here, page};
use super::parts::Errors;
use crate::accept::{Preview, dry_run};
use crate::compose::merge::{Part, check_template};
use crate::domain::clock::Millis;
use crate::domain::finding::Finding;
use crate::domain::id::{ContentId, InboundId, MailboxId, TemplateId};
use crate::store::content::{self, Content};
use crate::store::mailboxes::{self, Mailbox};
use crate::store::pages::{drafts, inbox};
use crate::store::templates::{self, Template};
use crate::web::auth::Refusal;
use crate::web::error::Problem;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use draft::{Draft, File, form_name};
use maud::Markup;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Templates, assets and mailboxes offered.
const OFFERED: i64 = 200;

/// Everything the page of a draft shows.
struct Sheet {
    id: Uuid,
    draft: Draft,
    files: Vec<(String, File)>,
    templates: Vec<Template>,
    library: Vec<Content>,
    mailboxes: Vec<Mailbox>,
    saved_at: Option<Millis>,
    errors: Errors,
    /// What preflight says, once it was asked.
    findings: Option<Vec<Finding>>,
    preview: Option<Preview>,
}

async fn sheet(desk: &Desk, id: Uuid, draft: Draft) -> Result<Sheet, Refusal> {
    let store = &desk.web.ctx.store;
    let saved = drafts::lookup(store, desk.user.id, &form_name(id)).await?;
    Ok(Sheet {
        id,
        files: draft::files(store, desk.user.id, id).await?,
        templates: templates::list(store, None, OFFERED).await?,
        library: content::list(store, None, None, OFFERED).await?,
        mailboxes: mailboxes::list(store, &desk.viewer, None, OFFERED).await?,
        saved_at: saved.map(|saved| saved.saved_at),
        draft,
        errors: Errors::default(),
        findings: None,
        preview: None,
    })
}

fn rendered(desk: &Desk, sheet: &Sheet) -> Markup {
    let body = form::body(desk, sheet);
    page(
        &desk.frame,
        Here::Compose,
        desk.lang().compose_title(),
        &body,
    )
}

/// `GET /compose?to=&template=&content=&reply_to=`: a fresh draft under an id of its own.
pub async fn begin(desk: Desk, request: HttpRequest) -> Answer {
    let id = desk.web.ctx.clock.fresh_id();
    let query = request.query_string();
    Ok(go_to(&format!("/compose/{id}?{query}")))
}

/// `GET /compose/{id}`
pub async fn show(desk: Desk, path: Path<String>, request: HttpRequest) -> Answer {
    let id: Uuid = id_of(&path)?;
    let store = &desk.web.ctx.store;
    let draft = match Draft::load(store, desk.user.id, id).await? {
        Some(draft) => draft,
        None => begun(&desk, &request).await?,
    };
    let sheet = sheet(&desk, id, draft).await?;
    Ok(shown(rendered(&desk, &sheet)))
}

/// A draft as the link that began it wants it.
async fn begun(desk: &Desk, request: &HttpRequest) -> Result<Draft, Refusal> {
    let fields = query(request);
    let mut draft = Draft {
        to: asked(&fields, "to").unwrap_or_default(),
        template: asked(&fields, "template").unwrap_or_default(),
        reply_to: asked(&fields, "reply_to").unwrap_or_default(),
        answers: asked(&fields, "answers").unwrap_or_default(),
        ..Draft::default()
    };
    if let Ok(asset) = fields.text("content").parse::<ContentId>() {
        insert(desk, &mut draft, asset).await?;
    }
    name_vars(desk, &mut draft).await?;
    if let Ok(earlier) = draft.reply_to.parse() {
        let found = crate::store::messages::lookup(&desk.web.ctx.store, &desk.viewer, earlier);
        if let Some(message) = found.await? {
            draft.subject = again(&message.subject);
        }
    }
    answer(desk, &mut draft).await?;
    Ok(draft)
}

/// An answer begins with whom it is for, the subject, and what they wrote, quoted below.
async fn answer(desk: &Desk, draft: &mut Draft) -> Result<(), Refusal> {
    let Ok(id) = draft.answers.parse::<InboundId>() else {
        return Ok(());
    };
    let store = &desk.web.ctx.store;
    let Some(mail) = inbox::answerable(store, &desk.viewer, id).await? else {
        draft.answers.clear();
        return Ok(());
    };
    let sender = mail.sender.unwrap_or_default();
    draft.subject = again(mail.subject.as_deref().unwrap_or(""));
    let when = desk.lang().full_time(mail.at, &desk.frame.when.zone);
    let text = mail.text.unwrap_or_default();
    let quoted = maud::html! {
        p {} "\n"
        p { (desk.lang().on_they_wrote(&when, &sender)) } "\n"
        blockquote {
            @for line in text.trim().lines() { (line) br; "\n" }
        }
        "\n"
    };
    draft.html = quoted.into_string();
    draft.to = sender;
    Ok(())
}

/// `Re:` once, whatever was there.
fn again(subject: &str) -> String {
    let bare = subject.trim();
    if bare
        .get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("re:"))
    {
        bare.to_owned()
    } else {
        format!("Re: {bare}")
    }
}

/// `POST /compose/{id}` with `do` = save, preview, insert, drop, discard or send.
pub async fn act(sent: Sent, path: Path<String>) -> Answer {
    let id: Uuid = id_of(&path)?;
    let Sent { desk, fields } = sent;
    let mut draft = Draft::of(&fields);
    let ctx = &desk.web.ctx;
    let word = fields.text("do");
    if let Some(message) = send::already(&desk, id).await? {
        return Ok(go_to(&format!("/messages/{message}")));
    }
    if word == "discard" {
        let mut tx = ctx.store.begin().await?;
        drafts::forget(&mut tx, desk.user.id, &form_name(id)).await?;
        tx.commit().await?;
        return Ok(go_to("/drafts?done=discarded"));
    }
    if word == "insert"
        && let Ok(asset) = fields.text("asset").parse::<ContentId>()
    {
        insert(&desk, &mut draft, asset).await?;
    }
    name_vars(&desk, &mut draft).await?;
    save(&desk, id, &draft).await?;
    if let Some(file) = word.strip_prefix("drop:") {
        let mut tx = ctx.store.begin().await?;
        let form = format!("{}/{file}", form_name(id));
        drafts::forget_one(&mut tx, desk.user.id, &form).await?;
        tx.commit().await?;
    }
    match word {
        "save" => Ok(HttpResponse::NoContent().finish()),
        "preview" => preview(&desk, id, draft).await,
        "send" => send::send(&desk, id, draft).await,
        _ => Ok(go_to(&format!("/compose/{id}"))),
    }
}

async fn save(desk: &Desk, id: Uuid, draft: &Draft) -> Result<(), Refusal> {
    let ctx = &desk.web.ctx;
    let data = serde_json::to_string(draft).map_err(Problem::internal)?;
    let mut tx = ctx.store.begin().await?;
    let now = ctx.clock.now();
    drafts::save(&mut tx, desk.user.id, &form_name(id), &data, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a link to an asset at the end of the letter and notes that the letter presents it.
async fn insert(desk: &Desk, draft: &mut Draft, asset: ContentId) -> Result<(), Refusal> {
    let Some(found) = content::lookup(&desk.web.ctx.store, asset).await? else {
        return Ok(());
    };
    let link = maud::html! { p { a href=(found.url) { (found.name) } } };
    if !draft.html.is_empty() && !draft.html.ends_with('\n') {
        draft.html.push('\n');
    }
    draft.html.push_str(&link.into_string());
    draft.html.push('\n');
    let id = asset.to_string();
    if !draft.assets.contains(&id) {
        draft.assets.push(id);
    }
    Ok(())
}

/// Names the values a chosen template wants, one on each line, where nothing was typed yet.
async fn name_vars(desk: &Desk, draft: &mut Draft) -> Result<(), Refusal> {
    let Ok(id) = draft.template.parse::<TemplateId>() else {
        return Ok(());
    };
    if !draft.vars.trim().is_empty() {
        return Ok(());
    }
    let Some(template) = templates::lookup(&desk.web.ctx.store, id).await? else {
        return Ok(());
    };
    let parts = [
        (Part::Subject, Some(template.subject)),
        (Part::Html, template.html),
        (Part::Text, template.text),
    ];
    let mut wanted = BTreeSet::new();
    for (part, source) in parts {
        let fields = check_template(part, source.as_deref().unwrap_or("")).unwrap_or_default();
        wanted.extend(
            fields
                .iter()
                .filter_map(|field| field.strip_prefix("vars."))
                .map(|name| format!("{name} = ")),
        );
    }
    draft.vars = wanted.into_iter().collect::<Vec<_>>().join("\n");
    Ok(())
}

async fn preview(desk: &Desk, id: Uuid, draft: Draft) -> Answer {
    let mut sheet = sheet(desk, id, draft).await?;
    match sheet
        .draft
        .parse(desk.lang(), &desk.frame.when.zone, &sheet.files)
    {
        Err(errors) => sheet.errors = errors,
        Ok(new) => match dry_run(&desk.web.ctx, &desk.viewer, new).await {
            Ok(preview) => {
                sheet.findings = Some(preview.findings.clone());
                sheet.preview = Some(preview);
            }
            Err(error) => send::refused(desk, &mut sheet, error)?,
        },
    }
    Ok(if sheet.errors.is_empty() {
        shown(rendered(desk, &sheet))
    } else {
        shown_again(rendered(desk, &sheet))
    })
}

/// An id in a field, for lists of options.
fn same<T: std::str::FromStr + PartialEq>(text: &str, id: &T) -> bool {
    text.parse::<T>().is_ok_and(|parsed| parsed == *id)
}

/// The template that is chosen.
fn chosen(sheet: &Sheet) -> Option<&Template> {
    let of = |template: &&Template| same::<TemplateId>(&sheet.draft.template, &template.id);
    sheet.templates.iter().find(of)
}

/// The mailbox that is chosen.
fn mailbox(sheet: &Sheet) -> Option<&Mailbox> {
    let of = |mailbox: &&Mailbox| same::<MailboxId>(&sheet.draft.mailbox, &mailbox.id);
    sheet.mailboxes.iter().find(of)
}
