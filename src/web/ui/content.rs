//! The content library: what is shown to contacts, and how often people follow it.

use super::desk::{Answer, Desk, Sent, asked, go_to, id_of, query, shown, shown_again};
use super::layout::{Here, csrf, page};
use super::parts::{Errors, Form, empty, moment, share_cell, why_tag};
use super::report::share_of;
use super::words::Tone;
use crate::domain::id::ContentId;
use crate::domain::link::location;
use crate::report::query::{By, Query};
use crate::report::{ContentVerdict, Row};
use crate::store::content::{self, Content, ContentData};
use crate::store::{reports, zone};
use crate::web::auth::{Librarian, Refusal};
use crate::web::error::Problem;
use actix_web::HttpRequest;
use actix_web::web::Path;
use maud::{Markup, html};

/// Assets on one page.
const PAGE: i64 = 200;

/// `GET /content?q=`
pub async fn list(desk: Desk, request: HttpRequest) -> Answer {
    let search = asked(&query(&request), "q");
    let ctx = &desk.web.ctx;
    let found = content::list(&ctx.store, search.as_deref(), None, PAGE).await?;
    let now = desk.frame.when.now;
    let today = zone::of(&ctx.store).await?.day_of(now);
    let asked = Query {
        by: By::Content,
        ..Query::default_for(today)
    };
    // A report that cannot be given leaves its column empty; the library is there all the same.
    let rows = match reports::click_through(&ctx.store, &desk.viewer, &asked, now).await {
        Ok(report) => report.rows,
        Err(reports::ReportError::Store(error)) => return Err(error.into()),
        Err(_) => Vec::new(),
    };
    let body = list_body(&desk, search.as_deref(), &found, &rows);
    let title = desk.lang().content_title();
    Ok(shown(page(&desk.frame, Here::Content, title, &body)))
}

fn list_body(desk: &Desk, search: Option<&str>, found: &[Content], rows: &[Row]) -> Markup {
    let lang = desk.lang();
    let may_edit = desk.viewer.may_edit_library();
    let step = may_edit.then_some(("/content/new", lang.new_content()));
    let how = if may_edit {
        lang.no_content_how()
    } else {
        lang.content_only_by_library()
    };
    html! {
        div.lead {
            div { h1 { (lang.content_title()) } p { (lang.content_lead()) } }
            @if may_edit { a.button.go-on href="/content/new" { (lang.new_content()) } }
        }
        form.bar role="search" {
            input name="q" type="search" value=[search] aria-label=(lang.title_name()) placeholder=(lang.search_hint()) data-find;
            button { (lang.filter()) }
        }
        @if found.is_empty() && search.is_none() {
            (empty(lang.no_content_title(), how, step))
        } @else if found.is_empty() {
            (empty(lang.no_match_title(), lang.no_match_how(), None))
        } @else {
            table {
                thead { tr { th { (lang.title_name()) } th.num { (lang.per_exposure()) } th { (lang.verdict_label()) } th { (lang.added()) } th { span.hide { (lang.edit()) } } } }
                tbody {
                    @for asset in found {
                        @let row = rows.iter().find(|row| row.key == asset.id.to_string());
                        tr {
                            td {
                                a.open href=(format!("/reports/click-through?by=rep&content={}", asset.id)) { (asset.name) }
                                span.sub { (asset.url) }
                            }
                            td.num data-l=(lang.per_exposure()) {
                                @match row { Some(row) => (share_cell(lang, &share_of(lang, row), 1.0)), None => { span.few { (lang.none_yet()) } } }
                            }
                            td data-l=(lang.verdict_label()) { @if let Some(verdict) = row.and_then(|row| row.verdict) { (verdict_tag(desk, verdict)) } }
                            td data-l=(lang.added()) { (moment(&desk.frame.when, asset.created_at)) }
                            td {
                                a href=(format!("/compose?content={}", asset.id)) { (lang.insert_in_letter()) }
                                @if may_edit { " · " a href=(format!("/content/{}", asset.id)) { (lang.edit()) } }
                            }
                        }
                    }
                }
            }
            p.help { (lang.last_90_days()) }
        }
    }
}

/// The judgement on an asset, with what it means.
pub fn verdict_tag<P>(desk: &Desk<P>, verdict: ContentVerdict) -> Markup {
    let lang = desk.lang();
    match verdict {
        ContentVerdict::Works => why_tag(lang.works(), Tone::Good, lang.works_why()),
        ContentVerdict::Quiet => why_tag(lang.quiet(), Tone::Warn, lang.quiet_why()),
        ContentVerdict::TooEarly => html! { span.few { (lang.too_early()) } },
    }
}

/// `GET /content/new`
pub async fn new(desk: Desk<Librarian>) -> Answer {
    let body = form_body(&desk, None, "", "", &Errors::default());
    let title = desk.lang().new_content();
    Ok(shown(page(&desk.frame, Here::Content, title, &body)))
}

/// `GET /content/{id}`
pub async fn edit(desk: Desk<Librarian>, path: Path<String>) -> Answer {
    let asset = found(&desk, &path).await?;
    let body = form_body(
        &desk,
        Some(asset.id),
        &asset.name,
        &asset.url,
        &Errors::default(),
    );
    let title = desk.lang().edit_content();
    Ok(shown(page(&desk.frame, Here::Content, title, &body)))
}

async fn found(desk: &Desk<Librarian>, path: &str) -> Result<Content, Refusal> {
    let id: ContentId = id_of(path)?;
    let found = content::lookup(&desk.web.ctx.store, id).await?;
    found.ok_or_else(|| Problem::not_found().into())
}

/// `POST /content/new`
pub async fn add(sent: Sent<Librarian>) -> Answer {
    save(sent, None).await
}

/// `POST /content/{id}` with `do` = save or archive.
pub async fn change(sent: Sent<Librarian>, path: Path<String>) -> Answer {
    let asset = found(&sent.desk, &path).await?;
    if sent.fields.text("do") == "archive" {
        let ctx = &sent.desk.web.ctx;
        let mut tx = ctx.store.begin().await?;
        content::archive(&mut tx, asset.id, ctx.clock.now()).await?;
        tx.commit().await?;
        return Ok(go_to("/content?done=archived"));
    }
    save(sent, Some(asset)).await
}

async fn save(sent: Sent<Librarian>, known: Option<Content>) -> Answer {
    let Sent { desk, fields } = sent;
    let lang = desk.lang();
    let (name, url) = (fields.text("name"), fields.text("url"));
    let mut errors = Errors::default();
    if name.is_empty() {
        errors.add("name", lang.required());
    } else if name.chars().count() > 200 {
        errors.add("name", lang.too_long());
    }
    if location(url).is_none() {
        errors.add("url", lang.not_a_url());
    } else if url.len() > 1_500 {
        errors.add("url", lang.too_long());
    }
    if !errors.is_empty() {
        let id = known.map(|asset| asset.id);
        let body = form_body(&desk, id, name, url, &errors);
        let title = lang.edit_content();
        return Ok(shown_again(page(&desk.frame, Here::Content, title, &body)));
    }
    let ctx = &desk.web.ctx;
    let owner = known
        .as_ref()
        .map_or(Some(desk.user.id), |asset| asset.owner_id);
    let data = ContentData {
        name: name.to_owned(),
        url: url.to_owned(),
        owner,
    };
    let mut tx = ctx.store.begin().await?;
    if let Some(asset) = known {
        content::update(&mut tx, asset.id, &data).await?;
    } else {
        let id = ContentId(ctx.clock.fresh_id());
        content::add(&mut tx, id, &data, ctx.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(go_to("/content?done=content"))
}

fn form_body(
    desk: &Desk<Librarian>,
    id: Option<ContentId>,
    name: &str,
    url: &str,
    errors: &Errors,
) -> Markup {
    let lang = desk.lang();
    let form = Form { errors };
    let action = id.map_or_else(|| "/content/new".to_owned(), |id| format!("/content/{id}"));
    html! {
        h1 { (if id.is_some() { lang.edit_content() } else { lang.new_content() }) }
        (errors.summary(lang))
        form.panel method="post" action=(action) {
            (csrf(&desk.frame))
            (form.line("text", "name", lang.title_name(), name, "", "required autocomplete=off"))
            (form.line("url", "url", lang.address(), url, "", "required autocomplete=off"))
            div.acts {
                button.go-on name="do" value="save" { (lang.save()) }
                a.button href="/content" { (lang.cancel()) }
                @if id.is_some() { button.danger name="do" value="archive" title=(lang.archive_ask()) { (lang.archive()) } }
            }
        }
    }
}
