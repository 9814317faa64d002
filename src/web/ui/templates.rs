//! Templates: the list, the editor with a preview, a new version with each change.

use super::desk::{Answer, Desk, Sent, go_to, id_of, shown, shown_again};
use super::layout::{Here, csrf, page};
use super::letter::{self, Pictures};
use super::parts::{Errors, Form, empty, moment};
use crate::compose::merge::{Part, check_template};
use crate::domain::id::TemplateId;
use crate::store::templates::{self, Body, Template};
use crate::web::auth::{Fields, Librarian, Refusal};
use crate::web::error::Problem;
use actix_web::web::Path;
use maud::{Markup, html};

/// Templates on one page.
const PAGE: i64 = 200;

/// The editor's fields as typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    name: String,
    subject: String,
    html: String,
    text: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let raw = |name: &str| fields.get(name).unwrap_or("").replace("\r\n", "\n");
        Self {
            name: fields.text("name").to_owned(),
            subject: fields.text("subject").to_owned(),
            html: raw("html"),
            text: raw("text"),
        }
    }

    fn of_template(template: Template) -> Self {
        Self {
            name: template.name,
            subject: template.subject,
            html: template.html.unwrap_or_default(),
            text: template.text.unwrap_or_default(),
        }
    }
}

/// `GET /templates`
pub async fn list(desk: Desk) -> Answer {
    let found = templates::list(&desk.web.ctx.store, None, PAGE).await?;
    let lang = desk.lang();
    let may_edit = desk.viewer.may_edit_library();
    let step = may_edit.then_some(("/templates/new", lang.new_template()));
    let body = html! {
        div.lead {
            div { h1 { (lang.templates_title()) } p { (lang.templates_lead()) } }
            @if may_edit { a.button.go-on href="/templates/new" { (lang.new_template()) } }
        }
        @if found.is_empty() {
            (empty(lang.no_templates_title(), lang.no_templates_how(), step))
        } @else {
            table {
                thead { tr { th { (lang.title_name()) } th { (lang.subject()) } th { (lang.saved_on()) } th { span.hide { (lang.use_in_letter()) } } } }
                tbody { @for template in &found { (row(&desk, template)) } }
            }
        }
    };
    let title = lang.templates_title();
    Ok(shown(page(&desk.frame, Here::Templates, title, &body)))
}

fn row(desk: &Desk, template: &Template) -> Markup {
    let lang = desk.lang();
    html! {
        tr {
            td { a.open href=(format!("/templates/{}", template.id)) { (template.name) } span.sub { (lang.version_n(template.version)) } }
            td data-l=(lang.subject()) { (template.subject) }
            td data-l=(lang.saved_on()) { (moment(&desk.frame.when, template.changed_at)) }
            td { a.button href=(format!("/compose?template={}", template.id)) { (lang.use_in_letter()) } }
        }
    }
}

async fn found<P>(desk: &Desk<P>, path: &str) -> Result<Template, Refusal> {
    let id: TemplateId = id_of(path)?;
    let found = templates::lookup(&desk.web.ctx.store, id).await?;
    found.ok_or_else(|| Problem::not_found().into())
}

/// `GET /templates/new`
pub async fn new(desk: Desk<Librarian>) -> Answer {
    let body = editor(&desk, None, &Typed::default(), &Errors::default());
    let title = desk.lang().new_template();
    Ok(shown(page(&desk.frame, Here::Templates, title, &body)))
}

/// `GET /templates/{id}`: the editor for those who may, else the letter to read.
pub async fn show(desk: Desk, path: Path<String>) -> Answer {
    let template = found(&desk, &path).await?;
    let title = template.name.clone();
    let id = template.id;
    let body = if desk.viewer.may_edit_library() {
        editor(
            &desk,
            Some(id),
            &Typed::of_template(template),
            &Errors::default(),
        )
    } else {
        let lang = desk.lang();
        html! {
            div.lead {
                div { h1 { (template.name) } p { (template.subject) } }
                a.button.go-on href=(format!("/compose?template={id}")) { (lang.use_in_letter()) }
            }
            (letter::frame(&format!("/templates/{id}/preview"), lang.preview_frame()))
        }
    };
    Ok(shown(page(&desk.frame, Here::Templates, &title, &body)))
}

/// `GET /templates/{id}/preview`: the source as a document, its fields in their braces.
pub async fn preview(desk: Desk, path: Path<String>) -> Answer {
    let template = found(&desk, &path).await?;
    Ok(template.html.map_or_else(
        || letter::plain_document(&template.text.unwrap_or_default()),
        |html| letter::document(&html, Pictures::Left),
    ))
}

/// `POST /templates/new`
pub async fn add(sent: Sent<Librarian>) -> Answer {
    save(sent, None).await
}

/// `POST /templates/{id}` with `do` = save or archive.
pub async fn change(sent: Sent<Librarian>, path: Path<String>) -> Answer {
    let template = found(&sent.desk, &path).await?;
    if sent.fields.text("do") == "archive" {
        let ctx = &sent.desk.web.ctx;
        let mut tx = ctx.store.begin().await?;
        templates::archive(&mut tx, template.id, ctx.clock.now()).await?;
        tx.commit().await?;
        return Ok(go_to("/templates?done=archived"));
    }
    save(sent, Some(template)).await
}

async fn save(sent: Sent<Librarian>, known: Option<Template>) -> Answer {
    let Sent { desk, fields } = sent;
    let typed = Typed::of(&fields);
    let errors = check(&desk, &typed);
    if !errors.is_empty() {
        let id = known.map(|template| template.id);
        let body = editor(&desk, id, &typed, &errors);
        let title = desk.lang().edit_template();
        return Ok(shown_again(page(
            &desk.frame,
            Here::Templates,
            title,
            &body,
        )));
    }
    let ctx = &desk.web.ctx;
    let now = ctx.clock.now();
    let part = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
    let body = Body {
        subject: typed.subject.clone(),
        html: part(&typed.html),
        text: part(&typed.text),
    };
    let mut tx = ctx.store.begin().await?;
    let id = if let Some(template) = known {
        templates::rename(&mut tx, template.id, &typed.name).await?;
        templates::add_version(&mut tx, template.no, &body, Some(desk.user.id), now).await?;
        template.id
    } else {
        let id = TemplateId(ctx.clock.fresh_id());
        templates::add(&mut tx, id, &typed.name, Some(desk.user.id), &body, now).await?;
        id
    };
    tx.commit().await?;
    Ok(go_to(&format!("/templates/{id}?done=template")))
}

fn check<P>(desk: &Desk<P>, typed: &Typed) -> Errors {
    let lang = desk.lang();
    let mut errors = Errors::default();
    for (field, text) in [("name", &typed.name), ("subject", &typed.subject)] {
        if text.is_empty() {
            errors.add(field, lang.required());
        } else if text.chars().count() > 500 {
            errors.add(field, lang.too_long());
        }
    }
    if typed.html.trim().is_empty() && typed.text.trim().is_empty() {
        errors.add("html", lang.needs_a_body());
    }
    for (field, part, text) in [
        ("subject", Part::Subject, &typed.subject),
        ("html", Part::Html, &typed.html),
        ("text", Part::Text, &typed.text),
    ] {
        if let Err(wrong) = check_template(part, text) {
            let what = format!("{} ({})", wrong.reason, wrong.line);
            errors.add(field, lang.template_wrong(&what));
        }
    }
    errors
}

fn editor<P>(desk: &Desk<P>, id: Option<TemplateId>, typed: &Typed, errors: &Errors) -> Markup {
    let lang = desk.lang();
    let form = Form { errors };
    let action = id.map_or_else(
        || "/templates/new".to_owned(),
        |id| format!("/templates/{id}"),
    );
    html! {
        div.lead {
            div { h1 { (if id.is_some() { lang.edit_template() } else { lang.new_template() }) } p { (lang.templates_lead()) } }
            @if let Some(id) = id { a.button href=(format!("/compose?template={id}")) { (lang.use_in_letter()) } }
        }
        (errors.summary(lang))
        form method="post" action=(action) {
            (csrf(&desk.frame))
            div.panel {
                (form.line("text", "name", lang.title_name(), &typed.name, "", "required autocomplete=off"))
                (form.line("text", "subject", lang.field_subject(), &typed.subject, "", "required autocomplete=off"))
                (form.area("code", "html", lang.field_html(), &typed.html, lang.field_html_help()))
                (form.area("code short", "text", lang.field_text(), &typed.text, lang.field_text_help()))
                (super::compose::merge_help(lang))
            }
            div.acts {
                button.go-on name="do" value="save" { (lang.save()) }
                a.button href="/templates" { (lang.cancel()) }
                @if id.is_some() { button.danger name="do" value="archive" { (lang.archive()) } }
            }
        }
        @if let Some(id) = id {
            h2 { (lang.preview()) }
            (letter::frame(&format!("/templates/{id}/preview"), lang.preview_frame()))
        }
    }
}
