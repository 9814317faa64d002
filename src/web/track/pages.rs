//! The few pages a contact may see: a dead link, and leaving the list. They name nobody, ask for
//! nothing from elsewhere and hold no script; every answer is the same for every bad ticket.

use super::TrackState;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, html};

const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:32rem;\
padding:0 1.5rem;color:#1c2430;background:#fff}h1{font-size:1.5rem}button{font:inherit;\
padding:.6rem 1.2rem;border:1px solid #1c2430;border-radius:.4rem;background:#1c2430;color:#fff}\
@media(prefers-color-scheme:dark){body{color:#e8ebf0;background:#12161c}\
button{background:#e8ebf0;color:#12161c}}";

/// The words of these pages in one language.
struct Words {
    language: &'static str,
    dead_title: &'static str,
    dead_text: &'static str,
    abuse: &'static str,
    leave_title: &'static str,
    leave_text: &'static str,
    leave_button: &'static str,
    left_title: &'static str,
    left_text: &'static str,
    undo_button: &'static str,
    back_title: &'static str,
    back_text: &'static str,
    later_title: &'static str,
    later_text: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    dead_title: "This link leads nowhere",
    dead_text: "It may have been cut short on its way, or it is no longer in use.",
    abuse: "To report misuse of this address, write to",
    leave_title: "Unsubscribe",
    leave_text: "Press the button and you will get no more mail of this kind.",
    leave_button: "Unsubscribe",
    left_title: "You are unsubscribed",
    left_text: "You will get no more mail of this kind.",
    undo_button: "That was a mistake, subscribe me again",
    back_title: "You are subscribed again",
    back_text: "Your unsubscribe has been taken back.",
    later_title: "Please try again in a minute",
    later_text: "We could not save this just now, so nothing has changed.",
};

const RUSSIAN: Words = Words {
    language: "ru",
    dead_title: "Ссылка никуда не ведёт",
    dead_text: "Возможно, она дошла не целиком или больше не используется.",
    abuse: "Сообщить о злоупотреблении этим адресом:",
    leave_title: "Отписаться",
    leave_text: "Нажмите кнопку, и такие письма больше не придут.",
    leave_button: "Отписаться",
    left_title: "Вы отписаны",
    left_text: "Такие письма больше не придут.",
    undo_button: "Это ошибка, подпишите меня снова",
    back_title: "Вы снова подписаны",
    back_text: "Отписка отменена.",
    later_title: "Попробуйте через минуту",
    later_text: "Сейчас не удалось сохранить, ничего не изменилось.",
};

/// Russian when the browser names it before English, else English.
fn words(request: &HttpRequest) -> &'static Words {
    let languages = request
        .headers()
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let first = languages
        .split(',')
        .map(str::trim)
        .find(|language| language.starts_with("ru") || language.starts_with("en"));
    match first {
        Some(language) if language.starts_with("ru") => &RUSSIAN,
        _ => &ENGLISH,
    }
}

fn page(status: StatusCode, words: &Words, title: &str, body: &Markup) -> HttpResponse {
    let text = html! {
        (DOCTYPE)
        html lang=(words.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (body) } }
        }
    };
    super::answer(status, super::NO_STORE)
        .insert_header((CONTENT_SECURITY_POLICY, CSP))
        .content_type("text/html; charset=utf-8")
        .body(text.into_string())
}

/// The neutral 404: the same for a bad ticket, a blocked link and a key that is gone.
pub(super) fn dead_link(request: &HttpRequest, state: &TrackState) -> HttpResponse {
    let words = words(request);
    let body = html! {
        p { (words.dead_text) }
        @if let Some(contact) = &state.destinations.load().abuse_contact {
            p { (words.abuse) " " (contact) }
        }
    };
    page(StatusCode::NOT_FOUND, words, words.dead_title, &body)
}

/// The page with one button.
pub(super) fn leave(request: &HttpRequest) -> HttpResponse {
    let words = words(request);
    let body = html! {
        p { (words.leave_text) }
        form method="post" { button name="unsubscribe" value="1" { (words.leave_button) } }
    };
    page(StatusCode::OK, words, words.leave_title, &body)
}

/// Done, with a way back.
pub(super) fn left(request: &HttpRequest) -> HttpResponse {
    let words = words(request);
    let body = html! {
        p { (words.left_text) }
        form method="post" { button name="undo" value="1" { (words.undo_button) } }
    };
    page(StatusCode::OK, words, words.left_title, &body)
}

/// Undone.
pub(super) fn back(request: &HttpRequest) -> HttpResponse {
    let words = words(request);
    let body = html! { p { (words.back_text) } };
    page(StatusCode::OK, words, words.back_title, &body)
}

/// Nothing could be saved.
pub(super) fn later(request: &HttpRequest) -> HttpResponse {
    let words = words(request);
    let body = html! { p { (words.later_text) } };
    let mut response = page(
        StatusCode::SERVICE_UNAVAILABLE,
        words,
        words.later_title,
        &body,
    );
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("60"));
    response
}
