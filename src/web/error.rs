//! Every error an HTTP client can meet, in one table: code, status, stable `type`, title. The
//! answer is RFC 9457 `application/problem+json`. What went wrong inside is logged here, once, and
//! never told.

use crate::store::StoreError;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

/// What kind of error it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The body, the query or a path segment cannot be read at all.
    Malformed,
    /// It can be read, and something in it is not allowed.
    Validation,
    /// No credentials, or none that are valid now.
    Unauthenticated,
    /// The request came from another site, or without the form's token.
    CrossSite,
    /// Nothing there, or nothing that this caller may see: the same answer for both.
    NotFound,
    /// The path exists, the method does not.
    Method,
    /// The body was not sent in time.
    Timeout,
    /// The state of the thing does not allow this.
    Conflict,
    /// The body is larger than this endpoint takes.
    TooLarge,
    /// The body's type or encoding is not taken here.
    MediaType,
    /// The host is not one of ours.
    Misdirected,
    /// An `Idempotency-Key` was used before with another body.
    KeyReused,
    /// The target and headers are larger than is taken.
    HeadTooLarge,
    /// Too many tries.
    TooMany,
    /// A defect of ours.
    Internal,
    /// The store cannot be reached or has no room.
    Unavailable,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 16] = [
        Self::Malformed,
        Self::Validation,
        Self::Unauthenticated,
        Self::CrossSite,
        Self::NotFound,
        Self::Method,
        Self::Timeout,
        Self::Conflict,
        Self::TooLarge,
        Self::MediaType,
        Self::Misdirected,
        Self::KeyReused,
        Self::HeadTooLarge,
        Self::TooMany,
        Self::Internal,
        Self::Unavailable,
    ];

    /// Status, last part of the `type`, title.
    const fn row(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Malformed => (400, "malformed", "The request cannot be read"),
            Self::Validation => (422, "validation", "The request is not allowed as it stands"),
            Self::Unauthenticated => (401, "unauthenticated", "Sign in or send a valid token"),
            Self::CrossSite => (403, "cross-site", "The request came from another site"),
            Self::NotFound => (404, "not-found", "There is nothing here"),
            Self::Method => (405, "method", "This path does not take this method"),
            Self::Timeout => (408, "timeout", "The request was not complete in time"),
            Self::Conflict => (409, "conflict", "The present state does not allow this"),
            Self::TooLarge => (413, "too-large", "The body is too large"),
            Self::MediaType => (
                415,
                "media-type",
                "The body's type or encoding is not taken here",
            ),
            Self::Misdirected => (421, "misdirected", "This host is not served here"),
            Self::KeyReused => (
                422,
                "key-reused",
                "This Idempotency-Key came with another body before",
            ),
            Self::HeadTooLarge => (431, "head-too-large", "The request's headers are too large"),
            Self::TooMany => (429, "too-many", "Too many tries; wait a little"),
            Self::Internal => (500, "internal", "Something went wrong here"),
            Self::Unavailable => (503, "unavailable", "Not available now; try again"),
        }
    }

    /// The HTTP status.
    ///
    /// # Panics
    /// Never: the table holds valid statuses only.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().0).expect("the table holds valid statuses")
    }

    /// The stable `type`, relative to the installation: `/problems/validation`.
    pub fn type_uri(self) -> String {
        format!("/problems/{}", self.row().1)
    }

    /// The title, the same for every occurrence.
    pub const fn title(self) -> &'static str {
        self.row().2
    }
}

/// One field that is not allowed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Its path in the body, such as `attachments[0].name`.
    pub field: String,
    /// Why, as the end of a sentence that begins with the field.
    pub detail: String,
    /// A stable word for it, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

/// An error as it is told to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    retry_after_seconds: Option<u32>,
}

/// The body of `application/problem+json`.
#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
}

impl Problem {
    /// An error with nothing to add.
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            retry_after_seconds: None,
        }
    }

    /// Nothing there, or not for this caller.
    pub const fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// One field is not allowed.
    pub fn field(field: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self::fields(vec![FieldError {
            field: field.into(),
            detail: detail.to_string(),
            code: None,
        }])
    }

    /// Several fields are not allowed.
    pub const fn fields(errors: Vec<FieldError>) -> Self {
        Self {
            code: Code::Validation,
            detail: None,
            errors,
            retry_after_seconds: None,
        }
    }

    /// The present state does not allow it: `detail` says what the state is.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Code::Conflict).because(detail)
    }

    /// Adds a sentence for people.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds `Retry-After`.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// A defect of ours, logged with what happened; the client learns nothing of it.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(error = %error, "a request failed through a defect");
        Self::new(Code::Internal)
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The sentence for people, if there is more than the title.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The fields that are not allowed.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    fn body(&self) -> String {
        let body = Body {
            r#type: self.code.type_uri(),
            title: self.code.title(),
            status: self.code.row().0,
            detail: self.detail.as_deref(),
            errors: &self.errors,
        };
        serde_json::to_string(&body).expect("plain data has an encoding")
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.detail.as_deref().unwrap_or(self.code.title()))
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.code.status());
        // Some of these answers are made outside the middleware that sets these for others.
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        response.insert_header((CACHE_CONTROL, "no-store"));
        response.insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        if matches!(self.code, Code::Timeout | Code::TooLarge) {
            // The rest of the body may never end.
            response.force_close();
        }
        if self.code == Code::Unauthenticated {
            response.insert_header(("WWW-Authenticate", "Bearer"));
        }
        response.body(self.body())
    }
}

/// Seconds after which a client may ask a store that was out of reach again.
const STORE_RETRY_SECONDS: u32 = 2;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!(error = %error, "the store was out of reach for a request");
                Self::new(Code::Unavailable).retry_after(STORE_RETRY_SECONDS)
            }
            StoreError::Conflict { .. } => {
                Self::conflict("Something with the same name, address or external id exists.")
            }
            StoreError::Dangling => {
                Self::new(Code::Validation).because("Something this refers to does not exist.")
            }
            StoreError::Corrupt(_) | StoreError::Newer { .. } | StoreError::Refused(_) => {
                Self::internal(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_type_of_its_own() {
        let mut types: Vec<String> = Code::ALL.iter().map(|code| code.type_uri()).collect();
        types.sort();
        types.dedup();
        assert_eq!(types.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }

    #[test]
    fn a_problem_names_the_field_and_why() {
        let body = Problem::field("to[0]", "is not an address").body();
        assert_eq!(
            body,
            r#"{"type":"/problems/validation","title":"The request is not allowed as it stands","status":422,"errors":[{"field":"to[0]","detail":"is not an address"}]}"#
        );
    }

    #[test]
    fn what_the_database_said_is_not_told() {
        let problem = Problem::from(StoreError::Corrupt("secret".into()));
        assert_eq!(problem.code(), Code::Internal);
        assert!(!problem.body().contains("secret"));
    }
}
