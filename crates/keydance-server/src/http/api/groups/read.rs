//! `GET /groups/{id}`: one group.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::group::Group;

use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/groups/{id}", "readGroup", handler)
        .summary("Reads a group")
        .answers::<Group>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
) -> Outcome<Response> {
    let (document, tag) = app.read_group(&session, id).await?;
    Ok(answer::tagged(document, tag))
}
