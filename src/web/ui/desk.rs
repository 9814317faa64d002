//! Where a handler of a page begins: who asks, in which language and zone, and what every page must
//! say on top. [`Desk`] for reads, [`Sent`] for forms, whose token is checked by then.

use super::layout::Frame;
use super::parts::When;
use super::words::{Lang, Zone};
use crate::domain::viewer::Viewer;
use crate::store::firings;
use crate::store::settings::{self, Setting};
use crate::store::users::User;
use crate::web::Web;
use crate::web::auth::{Anyone, Fields, Permission, Refusal, Signed, SignedForm};
use crate::web::error::Problem;
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use maud::Markup;
use std::marker::PhantomData;

/// What handlers of pages give.
pub type Answer = Result<HttpResponse, Refusal>;

/// A signed-in reader and the frame of their page.
#[derive(Debug)]
pub struct Desk<P = Anyone> {
    /// The server's state.
    pub web: Data<Web>,
    /// What they may see.
    pub viewer: Viewer,
    /// Who they are.
    pub user: User,
    /// What their page says around its own content.
    pub frame: Frame,
    permission: PhantomData<P>,
}

/// A form that a signed-in person sent.
#[derive(Debug)]
pub struct Sent<P = Anyone> {
    /// Who, and the frame of the page that answers.
    pub desk: Desk<P>,
    /// What.
    pub fields: Fields,
}

impl<P> Desk<P> {
    /// The reader's language.
    pub const fn lang(&self) -> Lang {
        self.frame.when.lang
    }

    async fn of(request: &HttpRequest, signed: Signed<P>) -> Result<Self, Refusal> {
        let web = request
            .app_data::<Data<Web>>()
            .cloned()
            .ok_or_else(|| Problem::internal("the server was built without its state"))?;
        let store = &web.ctx.store;
        let zone = settings::get(store, Setting::Zone).await?;
        let hold = settings::get(store, Setting::QueueHold).await?;
        let lang = Lang::from_tag(&signed.user.language);
        let frame = Frame {
            when: When {
                lang,
                zone: Zone::named(zone.as_deref().unwrap_or("UTC")),
                now: web.ctx.clock.now(),
            },
            name: signed.user.name.clone(),
            role: signed.viewer.role,
            form_token: signed.form_token,
            is_caught: web.ctx.settings.catches_mail(),
            hold,
            notices: firings::unseen(store, signed.user.id).await?,
            done: done(lang, request.query_string()),
        };
        Ok(Self {
            web,
            viewer: signed.viewer,
            user: signed.user,
            frame,
            permission: PhantomData,
        })
    }
}

impl<P: Permission> FromRequest for Desk<P> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed = Signed::<P>::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move { Self::of(&request, signed.await?).await })
    }
}

impl<P: Permission> FromRequest for Sent<P> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = SignedForm::<P>::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let form = form.await?;
            Ok(Self {
                desk: Desk::of(&request, form.signed).await?,
                fields: form.fields,
            })
        })
    }
}

/// What a page was redirected to say: `?done=saved`. Unknown words say nothing.
fn done(lang: Lang, query: &str) -> Option<String> {
    let word = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "done")
        .map(|(_, value)| value.into_owned())?;
    Some(
        match word.as_str() {
            "saved" => lang.saved(),
            "sent" => lang.sent_done(),
            "scheduled" => lang.scheduled_done(),
            "discarded" => lang.discarded(),
            "contact" => lang.contact_saved(),
            "erased" => lang.erased(),
            "content" => lang.content_saved(),
            "template" => lang.template_saved_plain(),
            "archived" => lang.archived(),
            "password" => lang.password_changed(),
            "settings" => lang.settings_saved(),
            "mailbox" => lang.mailbox_saved(),
            "user" => lang.user_saved(),
            "looked" => lang.domains_looked_done(),
            "unsuppressed" => lang.unsuppressed_done(),
            "suppressed" => lang.suppressed_done(),
            "lifted" => lang.hold_lifted(),
            "ended" => lang.nothing_to_do(),
            "accepted" => lang.asked_accepted_done(),
            "forgotten" => lang.asked_forgotten_done(),
            "dismissed" => lang.dismissed_done(),
            "given" => lang.handed_over_done(),
            "taken" => lang.taken_done(),
            "back" => lang.taken_back_done(),
            "logged" => lang.touch_logged(),
            "no-more" => lang.no_more_done(),
            "outcome" => lang.outcome_saved(),
            "connected" => lang.access_done_connected(),
            "disconnected" => lang.access_done_disconnected(),
            "stopped" => lang.stopped_done(),
            "again" => lang.sent_again_done(),
            "arrived" => lang.arrived_done(),
            "seen" => lang.notices_seen_done(),
            "overruled" => lang.verdict_overruled_done(),
            "ruled" => lang.verdict_lifted_done(),
            "unruled" => lang.verdict_not_overruled(),
            _ => return None,
        }
        .to_owned(),
    )
}

/// A page. Kept by nobody: it holds other people's names.
pub fn shown(markup: Markup) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(markup.into_string())
}

/// The same page again, since something in the form is wrong.
pub fn shown_again(markup: Markup) -> HttpResponse {
    HttpResponse::UnprocessableEntity()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(markup.into_string())
}

/// To another page after something was done, so that a reload does not do it again.
pub fn go_to(path: &str) -> HttpResponse {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .finish()
}

/// The fields of a query.
pub fn query(request: &HttpRequest) -> Fields {
    Fields::parse(request.query_string().as_bytes())
}

/// A trimmed field of a query that is not empty.
pub fn asked(fields: &Fields, name: &str) -> Option<String> {
    let text = fields.text(name);
    (!text.is_empty()).then(|| text.chars().take(200).collect())
}

/// An id from a path; what is none is nothing we have.
pub fn id_of<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse::<T>()
        .map_err(|_| Refusal::from(Problem::not_found()))
}
