//! One request to a token endpoint: no redirects, a time limit, a bounded answer.

use oauth2::{HttpRequest, HttpResponse};
use std::sync::OnceLock;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(20);
/// A token is some kilobytes at most.
const LONGEST_ANSWER_BYTES: usize = 64 * 1_024;

/// Why there was no answer. It does not quote the request, which holds secrets.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("the provider cannot be reached")]
    Unreachable,
    #[error("the provider's answer is too long or malformed")]
    Nonsense,
}

pub(super) async fn send(request: HttpRequest) -> Result<HttpResponse, HttpError> {
    static CLIENT: OnceLock<Option<reqwest::Client>> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(LIMIT)
            .build()
            .ok()
    });
    let client = client.as_ref().ok_or(HttpError::Unreachable)?;
    let (parts, body) = request.into_parts();
    let asked = client
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .body(body);
    let mut answer = asked.send().await.map_err(|_| HttpError::Unreachable)?;
    let status = answer.status();
    let mut bytes = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|_| HttpError::Unreachable)? {
        bytes.extend_from_slice(&part);
        if bytes.len() > LONGEST_ANSWER_BYTES {
            return Err(HttpError::Nonsense);
        }
    }
    let mut response = oauth2::http::Response::builder().status(status);
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    response.body(bytes).map_err(|_| HttpError::Nonsense)
}
