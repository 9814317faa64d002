//! The mail catcher: mail that would have left, as the contact would read it.

use super::desk::{Answer, Desk, asked, id_of, query, shown};
use super::layout::{Here, page};
use super::letter::{self, Pictures};
use super::parts::{empty, moment};
use crate::store::pages::caught::{self, Caught, Listed};
use crate::web::auth::Refusal;
use crate::web::error::Problem;
use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use mail_parser::MessageParser;
use maud::{Markup, html};

/// Mails on one page.
const PAGE: usize = 50;

/// `GET /caught?q=&message=&before=`
pub async fn list(desk: Desk, request: HttpRequest) -> Answer {
    let fields = query(&request);
    let search = asked(&fields, "q");
    let message = asked(&fields, "message");
    let before = fields.text("before").parse::<i64>().ok();
    let wanted = caught::Wanted {
        search: search.as_deref(),
        message: message.as_deref(),
        before,
    };
    let store = &desk.web.ctx.store;
    let mut found = caught::list(store, &desk.viewer, wanted, PAGE as i64 + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let body = list_body(&desk, search.as_deref(), &found, has_more);
    let title = desk.lang().caught_title();
    Ok(shown(page(&desk.frame, Here::Caught, title, &body)))
}

fn list_body(desk: &Desk, search: Option<&str>, found: &[Listed], has_more: bool) -> Markup {
    let lang = desk.lang();
    html! {
        div.lead { div { h1 { (lang.caught_title()) } p { (lang.caught_lead()) } } }
        form.bar role="search" {
            input name="q" type="search" value=[search] aria-label=(lang.recipient_label()) placeholder=(lang.search_hint()) data-find;
            button { (lang.filter()) }
        }
        @if found.is_empty() {
            (empty(lang.no_caught_title(), lang.no_caught_how(), Some(("/compose", lang.nav_compose()))))
        } @else {
            table {
                thead { tr { th { (lang.subject()) } th { (lang.recipient_label()) } th { (lang.sender()) } th { (lang.caught_at()) } } }
                tbody {
                    @for mail in found {
                        tr {
                            td { a.open href=(format!("/caught/{}", mail.no)) { @if mail.subject.trim().is_empty() { (lang.no_subject()) } @else { (mail.subject) } } }
                            td data-l=(lang.recipient_label()) { (mail.recipient) }
                            td data-l=(lang.sender()) { (mail.sender) }
                            td data-l=(lang.caught_at()) { (moment(&desk.frame.when, mail.at)) }
                        }
                    }
                }
            }
            @if has_more && let Some(last) = found.last() {
                p { a.button href=(format!("/caught?before={}&q={}", last.no, super::today::escaped(search.unwrap_or("")))) { (lang.older()) } }
            }
        }
    }
}

async fn lookup(desk: &Desk, path: &str) -> Result<Caught, Refusal> {
    let no: i64 = id_of(path)?;
    let found = caught::lookup(&desk.web.ctx.store, &desk.viewer, no).await?;
    found.ok_or_else(|| Problem::not_found().into())
}

/// `GET /caught/{no}?pictures=1`
pub async fn show(desk: Desk, path: Path<String>, request: HttpRequest) -> Answer {
    let mail = lookup(&desk, &path).await?;
    let lang = desk.lang();
    let has_pictures = query(&request).text("pictures") == "1";
    let parsed = MessageParser::default().parse(&mail.bytes);
    let text = parsed
        .as_ref()
        .and_then(|parsed| parsed.body_text(0))
        .unwrap_or_default();
    let src = format!(
        "/caught/{}/html?pictures={}",
        mail.no,
        i32::from(has_pictures)
    );
    let body = html! {
        div.lead {
            div {
                h1 { @if mail.subject.trim().is_empty() { (lang.no_subject()) } @else { (mail.subject) } }
                p { (mail.sender) " → " (mail.recipient) ", " (moment(&desk.frame.when, mail.at)) }
            }
            div.acts {
                @if has_pictures { span.soft { (lang.pictures_shown()) } }
                @else { a.button href=(format!("/caught/{}?pictures=1", mail.no)) { (lang.show_pictures()) } }
                a.button href=(format!("/caught/{}/raw", mail.no)) { (lang.raw_mail()) }
            }
        }
        (letter::frame(&src, lang.mail_frame()))
        details { summary { (lang.text_part()) } div.panel { pre { (text) } } }
    };
    let title = desk.lang().caught_title();
    Ok(shown(page(&desk.frame, Here::Caught, title, &body)))
}

/// `GET /caught/{no}/html`: the inside of the frame.
pub async fn inside(desk: Desk, path: Path<String>, request: HttpRequest) -> Answer {
    let mail = lookup(&desk, &path).await?;
    let pictures = if query(&request).text("pictures") == "1" {
        Pictures::Loaded
    } else {
        Pictures::Left
    };
    let parsed = MessageParser::default().parse(&mail.bytes);
    let html = parsed.as_ref().and_then(|parsed| parsed.body_html(0));
    Ok(html.map_or_else(
        || letter::plain_document(&String::from_utf8_lossy(&mail.bytes)),
        |html| letter::document(&html, pictures),
    ))
}

/// `GET /caught/{no}/raw`: as it came over the wire.
pub async fn raw(desk: Desk, path: Path<String>) -> Answer {
    let mail = lookup(&desk, &path).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(mail.bytes))
}
