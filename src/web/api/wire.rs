//! Values as they come and go over the API, and the checks many handlers share. All errors of a
//! body are collected, so that a client mends them in one go.

use super::super::error::{FieldError, Problem};
use crate::domain::address::{EmailAddress, HeaderText};
use crate::domain::clock::Millis;
use crate::domain::link;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::future::{Ready, ready};
use uuid::Uuid;

/// Distinguishes a field that is absent (`None`) from one that is `null` (`Some(None)`).
pub(super) fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Errors of one body so far.
#[derive(Debug, Default)]
pub(super) struct Checks(Vec<FieldError>);

impl Checks {
    /// Notes that `field` is wrong.
    pub(super) fn wrong(&mut self, field: impl Into<String>, detail: impl std::fmt::Display) {
        self.0.push(FieldError {
            field: field.into(),
            detail: detail.to_string(),
            code: None,
        });
    }

    /// A name or another single line that must not be empty.
    pub(super) fn line(&mut self, field: &str, text: &str) -> String {
        let text = self.line_or_empty(field, text);
        if text.is_empty() {
            self.wrong(field, "must not be empty");
        }
        text
    }

    /// A single line: at most 998 bytes, no control characters.
    pub(super) fn line_or_empty(&mut self, field: &str, text: &str) -> String {
        match HeaderText::parse(text) {
            Ok(text) => text.into(),
            Err(error) => {
                self.wrong(field, error);
                String::new()
            }
        }
    }

    /// A single line that may be absent; an empty one counts as absent.
    pub(super) fn optional(&mut self, field: &str, text: Option<String>) -> Option<String> {
        let text = text.map(|text| self.line_or_empty(field, &text));
        text.filter(|text| !text.is_empty())
    }

    /// An e-mail address.
    pub(super) fn email(&mut self, field: &str, text: &str) -> Option<EmailAddress> {
        EmailAddress::parse(text)
            .map_err(|error| self.wrong(field, error))
            .ok()
    }

    /// An `http` or `https` URL, as it was written.
    pub(super) fn url(&mut self, field: &str, text: &str) -> String {
        let text = self.line(field, text);
        if !text.is_empty() && link::location(&text).is_none() {
            self.wrong(field, "is not an http or https URL");
        }
        text
    }

    /// A time.
    pub(super) fn time(&mut self, field: &str, text: &str) -> Option<Millis> {
        let time = Millis::parse_rfc3339(text);
        if time.is_none() {
            self.wrong(
                field,
                "is not an RFC 3339 time such as 2026-11-24T09:00:00Z",
            );
        }
        time
    }

    /// An IANA time zone.
    pub(super) fn zone(&mut self, field: &str, name: Option<String>) -> Option<String> {
        let name = self.optional(field, name)?;
        if jiff::tz::TimeZone::get(&name).is_err() {
            self.wrong(field, "is not an IANA time zone such as Europe/Berlin");
        }
        Some(name)
    }

    /// A language tag such as `de` or `pt-BR`.
    pub(super) fn language(&mut self, field: &str, tag: Option<String>) -> Option<String> {
        let tag = self.optional(field, tag)?;
        let plain = tag.len() <= 35 && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !plain {
            self.wrong(field, "is not a language tag such as de");
        }
        Some(tag)
    }

    /// `Ok` when nothing was wrong.
    pub(super) fn end(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Problem::fields(self.0))
        }
    }
}

/// The id in the path. A text that is no id names nothing: 404, as for an id that is not there.
#[derive(Debug, Clone, Copy)]
pub(super) struct PathId(pub Uuid);

impl FromRequest for PathId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").unwrap_or("");
        ready(
            Uuid::parse_str(id)
                .map(Self)
                .map_err(|_| Problem::not_found()),
        )
    }
}

/// The query string; an unknown parameter is refused by name.
#[derive(Debug)]
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = actix_web::web::Query::<T>::from_query(request.query_string());
        ready(
            query
                .map(|query| Self(query.into_inner()))
                .map_err(|error| {
                    let text = error.to_string();
                    let name = text.split('`').nth(1).unwrap_or("query").to_owned();
                    Problem::field(name, text.replace('`', "\""))
                }),
        )
    }
}
