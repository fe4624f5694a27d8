//! `DELETE /tokens/{id}`: revokes an access token and those issued with it.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_core::event::Action;

use crate::engine::Code;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::DELETE, "/tokens/{id}", "revokeToken", handler)
        .summary("Revokes an access token and those issued with it, from the next request on")
        .records(Action::TokenRevoked)
        .status(204)
        .codes(&[Code::MissingPermission])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
) -> Outcome<Response> {
    app.revoke_token(&session, id).await?;
    Ok(answer::nothing())
}
