//! `POST /persons/{id}/freeze`: holds a person off, at once.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::principal::Person;
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/persons/{id}/freeze",
        "freezePerson",
        handler,
    )
    .summary("Freezes a person: access tokens and executions end at once")
    .access(Access::Permission(Permission::PersonsManage))
    .records(Action::PersonFrozen)
    .answers::<Person>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
) -> Outcome<Response> {
    let (person, tag) = app.freeze_person(&session, id).await?;
    Ok(answer::tagged(person, tag))
}
