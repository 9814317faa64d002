//! What exists under `/api/v1`, read from the description: which methods a path takes.

use super::super::error::{Code, Problem};
use super::docs::description;
use actix_web::http::header::ALLOW;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use utoipa::openapi::path::PathItem;

/// The answer for a path that does not exist, or does not take the method.
pub(super) async fn no_such_operation(request: HttpRequest) -> HttpResponse {
    let path = request.path().trim_start_matches("/api/v1");
    let allowed = methods(path);
    if allowed.is_empty() {
        return Problem::not_found().error_response();
    }
    let mut response = Problem::new(Code::Method).error_response();
    if let Ok(value) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

fn methods(path: &str) -> Vec<&'static str> {
    let found = description().paths.paths.iter();
    found
        .filter(|(template, _)| matches(template, path))
        .flat_map(|(_, item)| methods_of(item))
        .collect()
}

fn methods_of(item: &PathItem) -> Vec<&'static str> {
    [
        ("GET", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ]
    .into_iter()
    .filter_map(|(method, there)| there.then_some(method))
    .collect()
}

/// Whether `path` is one that `template` describes: `{…}` stands for one segment.
fn matches(template: &str, path: &str) -> bool {
    let (mut want, mut have) = (template.split('/'), path.split('/'));
    loop {
        match (want.next(), have.next()) {
            (None, None) => return true,
            (Some(want), Some(have)) if want == have || want.starts_with('{') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_by_its_template() {
        assert!(matches("/contacts/{id}", "/contacts/7"));
        assert!(!matches("/contacts/{id}", "/contacts"));
        assert!(!matches("/contacts/{id}", "/contacts/7/timeline"));
        assert_eq!(methods("/contacts/7"), ["GET", "PATCH", "DELETE"]);
        assert!(methods("/opportunities").is_empty());
    }
}
