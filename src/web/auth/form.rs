//! A form sent by a signed-in person: read, and its token checked before anything is done.

use super::super::body;
use super::super::error::{Code, Problem};
use super::caller::{Anyone, Permission, Refusal, Signed};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

/// Bytes a form may have.
const FORM_LIMIT: usize = 1024 * 1024;

/// The fields of a form, in the order of the page; a name may come more than once.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn parse(bytes: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The first value of `name`, if there is one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first value of `name` trimmed; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).map_or("", str::trim)
    }

    /// Every value of `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every field with its value.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// Fields sent by no signed-in person, such as the sign-in form: bounded, not checked.
impl FromRequest for Fields {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        let announced = body::announced(request);
        let payload = payload.take();
        Box::pin(async move {
            if !is_form {
                return Err(Problem::new(Code::MediaType));
            }
            if announced.is_some_and(|length| length > FORM_LIMIT) {
                return Err(body::too_large(FORM_LIMIT));
            }
            Ok(Self::parse(&body::read(payload, FORM_LIMIT).await?))
        })
    }
}

/// A form with its sender, whose token was right.
#[derive(Debug, Clone)]
pub struct SignedForm<P = Anyone> {
    /// Who sent it.
    pub signed: Signed<P>,
    /// What they sent.
    pub fields: Fields,
}

impl<P: Permission> FromRequest for SignedForm<P> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed = Signed::<P>::from_request(request, payload);
        let fields = Fields::from_request(request, payload);
        Box::pin(async move {
            let signed = signed.await?;
            let fields = fields.await?;
            if !signed.is_form_token(fields.text("form_token")) {
                return Err(Problem::new(Code::CrossSite)
                    .because("The form is out of date; open it again.")
                    .into());
            }
            Ok(Self { signed, fields })
        })
    }
}
