//! `POST /persons/{id}/unfreeze`: lets a person back in.

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
        "/persons/{id}/unfreeze",
        "unfreezePerson",
        handler,
    )
    .summary("Lets a frozen person back in")
    .access(Access::Permission(Permission::PersonsManage))
    .records(Action::PersonUnfrozen)
    .answers::<Person>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
) -> Outcome<Response> {
    let (person, tag) = app.unfreeze_person(&session, id).await?;
    Ok(answer::tagged(person, tag))
}
