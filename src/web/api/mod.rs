//! The JSON API under `/api/v1`.

use actix_web::web::ServiceConfig;

/// Adds the API's routes.
pub(super) fn configure(_config: &mut ServiceConfig) {}
