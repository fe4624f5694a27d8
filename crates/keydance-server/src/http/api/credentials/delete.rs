//! `DELETE /credentials/{id}`: the credential, or the caller's own entry among its owners.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use keydance_core::event::Action;

use super::force;
use crate::engine::Code;
use crate::engine::credentials::Deletion;
use crate::http::body::if_match;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::DELETE,
        "/credentials/{id}",
        "deleteCredential",
        handler,
    )
    .summary("Deletes a credential; with other owners, removes the caller from them")
    .records(Action::CredentialDeleted)
    .query(&["entire", "force"])
    .status(204)
    .codes(&[
        Code::CredentialInUse,
        Code::LastOwner,
        Code::NoPersonalOwnership,
        Code::NotOwner,
        Code::OwnerInUse,
        Code::PreconditionFailed,
    ])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Outcome<Response> {
    let deletion = Deletion {
        entire: query.is_on("entire"),
        force: force(&query),
        if_match: if_match(&headers)?,
    };
    let effect = app.delete_credential(&session, id.parse().ok(), deletion);
    let effect = HeaderValue::from_static(effect.await?.as_str());
    let mut response = answer::nothing();
    response.headers_mut().insert("x-keydance-effect", effect);
    Ok(response)
}
