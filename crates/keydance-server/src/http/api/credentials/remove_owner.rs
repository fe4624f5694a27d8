//! `DELETE /credentials/{id}/owners`: one owner less.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use keydance_api::credential::Credential;
use keydance_core::event::Action;

use super::{force, owner};
use crate::engine::Code;
use crate::engine::credentials::Removal;
use crate::http::body::if_match;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::DELETE,
        "/credentials/{id}/owners",
        "removeOwner",
        handler,
    )
    .summary("Removes an owner from a credential")
    .records(Action::CredentialOwnerRemoved)
    .query(&["id", "type", "force"])
    .answers::<Credential>()
    .codes(&[
        Code::LastOwner,
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
    let removal = Removal {
        owner: owner(&query, "id")?,
        force: force(&query),
        if_match: if_match(&headers)?,
    };
    let changed = app.remove_owner(&session, id.parse().ok(), removal).await?;
    let tag = changed.tag;
    Ok(answer::tagged(changed, tag))
}
