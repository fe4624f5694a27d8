//! `GET /audit/checkpoint`: the signed head of the log.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::audit::Checkpoint;

use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/audit/checkpoint", "readCheckpoint", handler)
        .summary("Signs the head of the log")
        .answers::<Checkpoint>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
) -> Outcome<Response> {
    Ok(answer::data(app.checkpoint(&session).await?))
}
