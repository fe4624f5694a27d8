//! What sits at the root: version, health, and the OpenAPI document.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::http::{App, answer, openapi};

/// `GET /`: the version.
pub(crate) async fn version() -> Response {
    answer::data(json!({ "version": env!("CARGO_PKG_VERSION") }))
}

/// `GET /healthcheck`, `GET /livez`: the process is there. Touches nothing.
pub(crate) async fn live() -> &'static str {
    "OK"
}

/// `GET /readyz`: whether requests can be served now.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let health = app.health().await;
    let status = if health.is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(health.document())).into_response()
}

/// `GET /openapi.json`: this API, described.
pub(crate) async fn openapi(State(app): State<App>) -> Response {
    Json(openapi::document(&app.settings().api_base)).into_response()
}
