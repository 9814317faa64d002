//! Signing in and out.

use super::demo::Hint;
use super::desk::{Answer, go_to, query};
use super::fault::language;
use super::layout::gate;
use super::parts::{Errors, Form};
use super::words::Lang;
use crate::web::Web;
use crate::web::auth::{self, Fields, SignInError, SignedForm};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

/// `GET /sign-in`
pub async fn show(web: Data<Web>, request: HttpRequest) -> HttpResponse {
    let fields = query(&request);
    let return_to = auth::own_path(fields.text("return_to"));
    let lang = language(&request);
    // Without the database there is a page all the same.
    let hint = Hint::read(&web.ctx.store).await.ok().flatten();
    let page = page(lang, "", return_to, &Errors::default(), hint.as_ref());
    answer(StatusCode::OK, page)
}

/// `POST /sign-in`
pub async fn submit(web: Data<Web>, request: HttpRequest, fields: Fields) -> Answer {
    let lang = language(&request);
    let email = fields.text("email");
    let return_to = auth::own_path(fields.text("return_to"));
    let password = fields.get("password").unwrap_or("");
    let mut errors = Errors::default();
    let status = match auth::sign_in(&web, &request, email, password).await {
        Ok(cookie) => {
            let mut response = go_to(return_to);
            // A cookie of our own making is a valid header.
            response.add_cookie(&cookie).ok();
            return Ok(response);
        }
        Err(SignInError::Store(error)) => return Err(error.into()),
        Err(SignInError::Wrong) => {
            errors.add("", lang.sign_in_wrong());
            StatusCode::UNAUTHORIZED
        }
        Err(SignInError::TooMany(_)) => {
            errors.add("", lang.sign_in_slow());
            StatusCode::TOO_MANY_REQUESTS
        }
    };
    Ok(answer(status, page(lang, email, return_to, &errors, None)))
}

/// `POST /sign-out`
pub async fn sign_out(web: Data<Web>, request: HttpRequest, _: SignedForm) -> Answer {
    let cookie = auth::sign_out(&web, &request).await?;
    let mut response = go_to("/sign-in");
    response.add_cookie(&cookie).ok();
    Ok(response)
}

fn answer(status: StatusCode, page: Markup) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page.into_string())
}

fn page(lang: Lang, email: &str, return_to: &str, errors: &Errors, hint: Option<&Hint>) -> Markup {
    let form = Form { errors };
    let body = html! {
        h1 { "otklik" }
        p.soft { (lang.sign_in_lead()) }
        (errors.summary(lang))
        form.panel method="post" action="/sign-in" {
            input type="hidden" name="return_to" value=(return_to);
            (form.line("email", "email", lang.email(), email, "", "required autocomplete=username autofocus"))
            (form.line("password", "password", lang.password(), "", "", "required autocomplete=current-password"))
            button.go-on { (lang.sign_in()) }
        }
        @if let Some(hint) = hint { (hint.gate(lang)) }
    };
    gate(lang, lang.sign_in(), &body)
}
