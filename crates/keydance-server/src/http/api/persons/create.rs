//! `POST /persons`: a new person, who gets in by an enrolment.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::principal::{NewPerson as Document, Person};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::engine::persons::NewPerson;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::POST, "/persons", "createPerson", handler)
        .summary("Makes a person")
        .access(Access::Permission(Permission::PersonsManage))
        .records(Action::PersonCreated)
        .body::<Document>()
        .status(201)
        .answers::<Person>()
        .codes(&[Code::AlreadyExists, Code::IdempotencyMismatch])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    body: Body,
) -> Outcome<Response> {
    let new = NewPerson::parse(&body.fields)?;
    let created = app.create_person(&session, new, body.once).await?;
    Ok(answer::once(created, StatusCode::CREATED))
}
