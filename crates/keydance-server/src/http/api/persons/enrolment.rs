//! `POST /persons/{id}/enrolment`: a code with which a person gets an access token, shown once.

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::principal::{Enrolment, NewEnrolment as Document};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::engine::enrolment::NewEnrolment;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/persons/{id}/enrolment",
        "startEnrolment",
        handler,
    )
    .summary("Gives out a code with which a person gets an access token")
    .access(Access::Permission(Permission::PersonsManage))
    .records(Action::PersonEnrolmentStarted)
    .body::<Document>()
    .status(201)
    .answers::<Enrolment>()
    .codes(&[Code::AlreadyExists, Code::IdempotencyMismatch])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let new = NewEnrolment::parse(&body.fields)?;
    let created = app.start_enrolment(&session, id, new, body.once).await?;
    Ok(answer::once(created, StatusCode::CREATED))
}
