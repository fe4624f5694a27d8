//! `GET /groups/{id}/members`: who is in a group, or was at a moment.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::group::Membership;

use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::GET,
        "/groups/{id}/members",
        "listGroupMembers",
        handler,
    )
    .summary("Lists who is in a group, or was at a moment")
    .query(&["at", "page[number]", "page[size]"])
    .answers_list::<Membership>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    query: Query,
) -> Outcome<Response> {
    let (at, page) = (query.time("at")?, query.page());
    let members = app.list_members(&session, id, at).await?;
    let total = i64::try_from(members.len()).unwrap_or(i64::MAX);
    let place = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let before = place((page.number - 1).saturating_mul(page.size));
    let members = members.into_iter().skip(before).take(place(page.size));
    Ok(answer::page(members.collect(), total, page))
}
