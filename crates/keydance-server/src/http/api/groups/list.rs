//! `GET /groups`: the groups of the organisation.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::group::Group;

use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/groups", "listGroups", handler)
        .summary("Lists the groups of the organisation")
        .query(&["page[number]", "page[size]"])
        .answers_list::<Group>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
) -> Outcome<Response> {
    query.only_filters(&[])?;
    let wanted = query.page();
    let page = app.list_groups(&session, wanted).await?;
    Ok(answer::page(page.entries, page.total, wanted))
}
