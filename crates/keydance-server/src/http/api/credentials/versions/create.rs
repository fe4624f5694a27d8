//! `POST /credentials/{id}/versions`: a whole new value, in use at once or later.

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::credential::{NewVersion, Version};
use keydance_core::event::Action;

use crate::engine::Code;
use crate::engine::versions::VersionRequest;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/credentials/{id}/versions",
        "createVersion",
        handler,
    )
    .summary("Makes a version with a whole new value, in use at once or later")
    .records(Action::CredentialVersionCreated)
    .body::<NewVersion>()
    .status(201)
    .answers::<Version>()
    .codes(&[
        Code::AuthClientNotFound,
        Code::IdempotencyMismatch,
        Code::MaskedValue,
        Code::NotOwner,
        Code::UnknownEnvironment,
        Code::VersionState,
    ])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let request = VersionRequest::parse(body.fields)?;
    let created = app.create_version(&session, id.parse().ok(), request, body.once);
    Ok(answer::once(created.await?, StatusCode::CREATED))
}
