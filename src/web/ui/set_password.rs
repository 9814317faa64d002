//! The page behind a password link: somebody sets their own password, and signs in with it.

use super::desk::{Answer, go_to};
use super::fault::language;
use super::layout::gate;
use super::parts::{Errors, Form};
use super::words::Lang;
use crate::store::users::{self, User};
use crate::web::Web;
use crate::web::auth::{self, Fields, Refusal, password_link};
use crate::web::error::Problem;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use maud::html;

/// `GET /set-password/{token}`
pub async fn show(web: Data<Web>, request: HttpRequest, token: Path<String>) -> Answer {
    let user = user_of(&web, &token).await?;
    let lang = language(&request);
    Ok(page(
        StatusCode::OK,
        lang,
        &user,
        &token,
        &Errors::default(),
    ))
}

/// `POST /set-password/{token}`
pub async fn submit(
    web: Data<Web>,
    request: HttpRequest,
    token: Path<String>,
    fields: Fields,
) -> Answer {
    let user = user_of(&web, &token).await?;
    let lang = language(&request);
    let new = fields.get("new").unwrap_or("").to_owned();
    let Ok(hash) = auth::hash(&web, new).await else {
        let mut errors = Errors::default();
        errors.add("new", lang.new_password_help());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(page(status, lang, &user, &token, &errors));
    };
    auth::set_password(&web, user.id, &hash).await?;
    Ok(go_to("/sign-in"))
}

/// The user of a link that can be used now; any other link names nothing.
async fn user_of(web: &Web, token: &str) -> Result<User, Refusal> {
    let nothing = || Refusal::from(Problem::not_found());
    let id = password_link::claimed_user(token).ok_or_else(nothing)?;
    let user = users::lookup(&web.ctx.store, id).await?;
    let now = web.ctx.clock.now();
    user.filter(|user| user.disabled_at.is_none())
        .filter(|user| password_link::holds(&web.ctx.keys, user, token, now))
        .ok_or_else(nothing)
}

fn page(status: StatusCode, lang: Lang, user: &User, token: &str, errors: &Errors) -> HttpResponse {
    let form = Form { errors };
    let body = html! {
        h1 { (lang.set_password()) }
        p.soft { (user.email.as_str()) }
        (errors.summary(lang))
        form.panel method="post" action=(format!("/set-password/{token}")) {
            (form.line("password", "new", lang.new_password(), "", lang.new_password_help(),
                "required autocomplete=new-password autofocus"))
            button.go-on { (lang.set_password()) }
        }
    };
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(gate(lang, lang.set_password(), &body).into_string())
}
