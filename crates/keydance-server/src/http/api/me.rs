//! `GET /me`: who the caller is and what the access token used permits.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::principal::Me;

use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/me", "me", handler)
        .summary("Says who the caller is")
        .answers::<Me>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
) -> Outcome<Response> {
    Ok(answer::data(app.me(&session).await?))
}
