//! Who asks, as an argument of handlers: [`Signed`] for pages, [`Caller`] for the API. What they
//! must be allowed is in the type, so that a handler cannot forget to ask.

use super::super::error::{Code, Problem};
use super::super::state::Web;
use super::{cookie, seen};
use crate::domain::id::{SessionId, TokenId, UserId};
use crate::domain::keys::Purpose;
use crate::domain::secret::Secret;
use crate::domain::viewer::{Role, Viewer};
use crate::store::users::User;
use crate::store::{sessions, tokens, users};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, LOCATION};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::LocalBoxFuture;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::marker::PhantomData;
use subtle::ConstantTimeEq as _;

/// What a viewer must be allowed to get past an argument.
pub trait Permission: 'static {
    /// Whether `viewer` is.
    fn holds(viewer: &Viewer) -> bool;
}

/// Everybody who is signed in.
#[derive(Debug, Clone, Copy)]
pub struct Anyone;
/// Those who look after templates and content.
#[derive(Debug, Clone, Copy)]
pub struct Librarian;
/// Those who look after the installation.
#[derive(Debug, Clone, Copy)]
pub struct Administrator;

impl Permission for Anyone {
    fn holds(_: &Viewer) -> bool {
        true
    }
}

impl Permission for Librarian {
    fn holds(viewer: &Viewer) -> bool {
        viewer.may_edit_library()
    }
}

/// Those who look after a team or the installation.
#[derive(Debug, Clone, Copy)]
pub struct Lead;

impl Permission for Lead {
    fn holds(viewer: &Viewer) -> bool {
        matches!(viewer.role, Role::Manager | Role::Admin)
    }
}

impl Permission for Administrator {
    fn holds(viewer: &Viewer) -> bool {
        viewer.may_administer()
    }
}

/// A person signed in with a session: the argument of every page.
#[derive(Debug, Clone)]
pub struct Signed<P = Anyone> {
    /// What they may see.
    pub viewer: Viewer,
    /// Who they are.
    pub user: User,
    /// Their session.
    pub session: SessionId,
    /// The hidden field `form_token` of each of their forms.
    pub form_token: String,
    permission: PhantomData<P>,
}

impl<P> Signed<P> {
    /// Whether `given` is this session's form token.
    pub fn is_form_token(&self, given: &str) -> bool {
        self.form_token.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// A token's or a session's user: the argument of every API handler.
#[derive(Debug, Clone)]
pub struct Caller<P = Anyone> {
    /// What they may see.
    pub viewer: Viewer,
    /// Who they are.
    pub user: User,
    permission: PhantomData<P>,
}

/// Why a page is not shown: sign in first, or as the API would say.
#[derive(Debug)]
pub enum Refusal {
    /// To the sign-in page, and then back to this path.
    SignIn(String),
    /// Anything else.
    Problem(Problem),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SignIn(_) => f.write_str("sign in first"),
            Self::Problem(problem) => problem.fmt(f),
        }
    }
}

impl<E: Into<Problem>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn(_) => StatusCode::SEE_OTHER,
            Self::Problem(problem) => problem.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::SignIn(path) => {
                let query: String = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("return_to", path)
                    .finish();
                HttpResponse::SeeOther()
                    .insert_header((LOCATION, format!("/sign-in?{query}")))
                    .insert_header((CACHE_CONTROL, "no-store"))
                    .finish()
            }
            Self::Problem(problem) => problem.error_response(),
        }
    }
}

impl<P: Permission> FromRequest for Signed<P> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let web = state(&request)?;
            let Some((user, session)) = by_session(&web, &request).await? else {
                return Err(Refusal::SignIn(path_to_return_to(&request)));
            };
            let viewer = user.viewer(web.ctx.settings.report_level);
            if !P::holds(&viewer) {
                return Err(Problem::not_found().into());
            }
            seen::note(&web, &request, user.id).await;
            Ok(Self {
                form_token: form_token(&web, session),
                viewer,
                user,
                session,
                permission: PhantomData,
            })
        })
    }
}

impl<P: Permission> FromRequest for Caller<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let web = state(&request)?;
            let known = request.extensions().get::<Known>().cloned();
            let user = match known {
                Some(Known(user)) => user,
                None => authenticate(&web, &request).await?,
            };
            let viewer = user.viewer(web.ctx.settings.report_level);
            if !P::holds(&viewer) {
                return Err(Problem::not_found());
            }
            Ok(Self {
                viewer,
                user,
                permission: PhantomData,
            })
        })
    }
}

/// The user whom [`first`] found, for the arguments after it.
#[derive(Clone)]
struct Known(User);

/// A middleware that asks who calls before anything of the body is read: arguments of a handler
/// are made side by side, and nobody unknown shall make us read 25 MB.
pub async fn first(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let caller = Caller::<Anyone>::from_request(request.request(), &mut Payload::None).await;
    match caller {
        Err(problem) => Ok(request.into_response(problem.error_response())),
        Ok(caller) => {
            request.extensions_mut().insert(Known(caller.user));
            Ok(next.call(request).await?.map_into_boxed_body())
        }
    }
}

/// The user of the token or, without one, of the session.
async fn authenticate(web: &Web, request: &HttpRequest) -> Result<User, Problem> {
    let user = if request.headers().contains_key(AUTHORIZATION) {
        by_token(web, request).await?
    } else {
        by_session(web, request).await?.map(|(user, _)| user)
    };
    user.ok_or(Problem::new(Code::Unauthenticated))
}

fn state(request: &HttpRequest) -> Result<Data<Web>, Problem> {
    let found = request.app_data::<Data<Web>>().cloned();
    found.ok_or_else(|| Problem::internal("the server was built without its state"))
}

/// The user of the bearer token, if it is one that is valid now.
async fn by_token(web: &Web, request: &HttpRequest) -> Result<Option<User>, Problem> {
    let header = request.headers().get(AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or("");
    let bearer = text
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, token)| Secret::parse(token.trim()));
    let Some(secret) = bearer else {
        return Ok(None);
    };
    let id = TokenId(secret.id());
    let found = tokens::lookup(&web.ctx.store, id).await?;
    let Some(token) = found.filter(|token| secret.matches(&token.hash)) else {
        return Ok(None);
    };
    let now = web.ctx.clock.now();
    if token.is_use_news(now) {
        // A token that cannot be marked as used still works: reading needs no disk space.
        if let Err(error) = mark_used(web, id).await {
            tracing::warn!(error = %error, "the last use of a token was not noted");
        }
    }
    active(web, token.user_id).await
}

async fn mark_used(web: &Web, id: TokenId) -> Result<(), crate::store::StoreError> {
    let mut tx = web.ctx.store.begin().await?;
    tokens::used(&mut tx, id, web.ctx.clock.now()).await?;
    tx.commit().await
}

/// The user of the session cookie, if it is one that is valid now.
async fn by_session(
    web: &Web,
    request: &HttpRequest,
) -> Result<Option<(User, SessionId)>, Problem> {
    let Some(secret) = cookie::secret_in(web, request) else {
        return Ok(None);
    };
    let id = SessionId(secret.id());
    let found = sessions::lookup(&web.ctx.store, id, web.ctx.clock.now()).await?;
    let Some(session) = found.filter(|session| secret.matches(&session.hash)) else {
        return Ok(None);
    };
    Ok(active(web, session.user_id).await?.map(|user| (user, id)))
}

async fn active(web: &Web, id: UserId) -> Result<Option<User>, Problem> {
    let user = users::lookup(&web.ctx.store, id).await?;
    Ok(user.filter(|user| user.disabled_at.is_none()))
}

/// The token in the forms of one session: a MAC of its id, so that nothing more is kept.
fn form_token(web: &Web, session: SessionId) -> String {
    let (_, key) = web.ctx.keys.signing(Purpose::Session);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(b"otklik/form/1");
    mac.update(session.0.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// A form that was sent cannot be returned to; a page can.
fn path_to_return_to(request: &HttpRequest) -> String {
    let uri = request.uri();
    if request.method() == actix_web::http::Method::GET {
        super::own_path(uri.path_and_query().map_or("/", |path| path.as_str())).to_owned()
    } else {
        "/".to_owned()
    }
}
