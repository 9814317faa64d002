//! The API's description (OpenAPI 3.1) and its browsable form, both from inside the binary.

use super::super::body::JSON_LIMIT;
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::ServiceConfig;
use std::sync::LazyLock;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{Components, Info, OpenApi};
use utoipa_swagger_ui::{Config, SwaggerUi};

static DESCRIPTION: LazyLock<OpenApi> = LazyLock::new(describe);

/// The description of every operation.
pub fn description() -> &'static OpenApi {
    &DESCRIPTION
}

fn describe() -> OpenApi {
    let mut api = super::Described::openapi();
    api.info = Info::new("otklik", env!("CARGO_PKG_VERSION"));
    api.info.description = Some(format!(
        "Errors are RFC 9457 `application/problem+json` with a stable `type`. Lists are `{{items, \
         next}}`; give `next` back as `cursor`. Creating POSTs take `Idempotency-Key`. Times are \
         RFC 3339 in UTC, ids UUIDs. JSON bodies have at most {JSON_LIMIT} bytes, messages 25 MB."
    ));
    api.servers = Some(vec![Server::new("/api/v1")]);
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = api.components.get_or_insert_with(Components::new);
    components.add_security_scheme("token", bearer);
    api.security = Some(vec![SecurityRequirement::new(
        "token",
        Vec::<String>::new(),
    )]);
    api
}

pub(super) async fn openapi() -> HttpResponse {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        serde_json::to_string(description()).expect("the description has an encoding")
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(TEXT.as_str())
}

pub(super) fn configure(config: &mut ServiceConfig) {
    let page = SwaggerUi::new("/api/docs/{_:.*}").config(Config::from("/api/v1/openapi.json"));
    config.service(page);
}
