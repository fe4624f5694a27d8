//! `GET /tokens`: the caller's own access tokens.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::token::AccessToken;

use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/tokens", "listTokens", handler)
        .summary("Lists the access tokens the caller has had, without the tokens themselves")
        .query(&["page[number]", "page[size]"])
        .answers_list::<AccessToken>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
) -> Outcome<Response> {
    query.only_filters(&[])?;
    let wanted = query.page();
    let page = app.list_tokens(&session, wanted).await?;
    Ok(answer::page(page.entries, page.total, wanted))
}
