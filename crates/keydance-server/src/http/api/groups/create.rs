//! `POST /groups`: a new group, with nobody in it.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::group::{Group, NewGroup as Document};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::engine::groups::NewGroup;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::POST, "/groups", "createGroup", handler)
        .summary("Makes a group")
        .access(Access::Permission(Permission::GroupsManage))
        .records(Action::GroupCreated)
        .body::<Document>()
        .status(201)
        .answers::<Group>()
        .codes(&[Code::AlreadyExists, Code::IdempotencyMismatch])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    body: Body,
) -> Outcome<Response> {
    let new = NewGroup::parse(&body.fields)?;
    let created = app.create_group(&session, new, body.once).await?;
    Ok(answer::once(created, StatusCode::CREATED))
}
