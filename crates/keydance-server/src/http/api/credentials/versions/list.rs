//! `GET /credentials/{id}/versions`: what a credential held and holds, without the values.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::credential::Version;

use crate::engine::Code;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::GET,
        "/credentials/{id}/versions",
        "listVersions",
        handler,
    )
    .summary("Lists the versions of a credential, oldest first, without their values")
    .query(&["page[number]", "page[size]"])
    .answers_list::<Version>()
    .codes(&[Code::NotOwner])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    query: Query,
) -> Outcome<Response> {
    let versions = app.list_versions(&session, id.parse().ok()).await?;
    Ok(answer::page_of(versions, query.page()))
}
