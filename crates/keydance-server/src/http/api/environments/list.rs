//! `GET /environments`: the environments of the organisation.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::credential::Environment;

use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/environments", "listEnvironments", handler)
        .summary("Lists the environments of the organisation, by name")
        .query(&["page[number]", "page[size]"])
        .answers_list::<Environment>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
) -> Outcome<Response> {
    let environments = app.list_environments(&session).await?;
    Ok(answer::page_of(environments, query.page()))
}
