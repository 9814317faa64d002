//! Request bodies: bounded, typed, and refused with the field that is wrong.

use super::error::{Code, Problem};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Bytes a JSON body may have.
pub const JSON_LIMIT: usize = 256 * 1024;
/// Bytes a message with its attachments may have, as JSON.
pub const MESSAGE_LIMIT: usize = 25 * 1024 * 1024;

/// Reads a body of at most `limit` bytes.
pub async fn read(mut payload: Payload, limit: usize) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::new(Code::Malformed).because("The body ended before its announced length.")
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// The length that a request announces, before anything of it is read.
pub fn announced(request: &HttpRequest) -> Option<usize> {
    let value = request.headers().get(CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

/// The refusal of a body that is over `limit` bytes.
pub fn too_large(limit: usize) -> Problem {
    Problem::new(Code::TooLarge).because(format!("At most {limit} bytes are taken here."))
}

/// A JSON body of at most `LIMIT` bytes.
#[derive(Debug)]
pub struct Json<T, const LIMIT: usize = JSON_LIMIT> {
    /// What it says.
    pub value: T,
    /// SHA-256 of its bytes, by which a repeated request is known again.
    pub hash: [u8; 32],
}

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for Json<T, LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let is_json = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(is_json);
        let announced = announced(request);
        let payload = payload.take();
        Box::pin(async move {
            // Also what keeps a plain form of another site out: it cannot set this type.
            if !is_json {
                return Err(
                    Problem::new(Code::MediaType).because("Send the body as application/json.")
                );
            }
            if announced.is_some_and(|length| length > LIMIT) {
                return Err(too_large(LIMIT));
            }
            let bytes = read(payload, LIMIT).await?;
            Ok(Self {
                value: parse(&bytes)?,
                hash: Sha256::digest(&bytes).into(),
            })
        })
    }
}

fn is_json(value: &str) -> bool {
    let essence = value.split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Reads JSON; an error names the field by its path.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            Problem::field(field_of(&path, &inner), reason(&inner))
        } else {
            Problem::new(Code::Malformed).because(format!("The body is no JSON: {inner}."))
        }
    })?;
    reader.end().map_err(|error| {
        Problem::new(Code::Malformed).because(format!("The body is no JSON: {error}."))
    })?;
    Ok(value)
}

/// The path, with the name of a field that should not be there, or is missing, at its end.
fn field_of(path: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let missing = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    match (path, missing) {
        (".", Some(name)) => name.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
        (path, None) => path.to_owned(),
    }
}

/// What serde says, without its position in the text.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    if text.starts_with("unknown field") {
        return "is not a field that is known here".to_owned();
    }
    if text.starts_with("missing field") {
        return "is missing".to_owned();
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Outer {
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Inner {
        n: u8,
    }

    fn problem(text: &str) -> Problem {
        parse::<Outer>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn an_error_names_the_field_by_its_path() {
        let field = |text: &str| problem(text).errors()[0].field.clone();
        assert_eq!(field(r#"{"inner":[{"n":1},{"n":"x"}]}"#), "inner[1].n");
        assert_eq!(field(r#"{"inner":[{"n":1,"m":2}]}"#), "inner[0].m");
        assert_eq!(field(r#"{"inner":[{}]}"#), "inner[0].n");
        assert_eq!(field("{}"), "inner");
        assert_eq!(field(r#"{"inner":[{"n":999}]}"#), "inner[0].n");
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for text in ["", "{", "[}", r#"{"inner":[]} x"#, "\u{0}"] {
            assert_eq!(problem(text).code(), Code::Malformed, "{text:?}");
        }
    }
}
