//! `POST /environments`: another place for values.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::credential::{Environment, NewEnvironment as Document};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::engine::environments::NewEnvironment;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::POST, "/environments", "createEnvironment", handler)
        .summary("Adds an environment")
        .access(Access::Permission(Permission::EnvironmentsManage))
        .records(Action::EnvironmentCreated)
        .body::<Document>()
        .status(201)
        .answers::<Environment>()
        .codes(&[Code::AlreadyExists, Code::IdempotencyMismatch])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    body: Body,
) -> Outcome<Response> {
    let new = NewEnvironment::parse(&body.fields)?;
    let created = app.create_environment(&session, new, body.once).await?;
    Ok(answer::once(created, StatusCode::CREATED))
}
