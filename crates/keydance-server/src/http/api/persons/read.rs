//! `GET /persons/{id}`: one person.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::principal::Person;

use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/persons/{id}", "readPerson", handler)
        .summary("Reads a person")
        .answers::<Person>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
) -> Outcome<Response> {
    let (document, tag) = app.read_person(&session, id).await?;
    Ok(answer::tagged(document, tag))
}
