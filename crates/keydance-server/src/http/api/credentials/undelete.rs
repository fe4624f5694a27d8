//! `POST /credentials/{id}/undelete`: a deleted credential comes back.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::credential::{Credential, Undeletion};
use keydance_core::event::Action;
use keydance_core::owners;
use keydance_core::permission::Permission;
use keydance_core::problem::REQUIRED;

use super::changed;
use crate::engine::{Code, Error};
use crate::http::App;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/credentials/{id}/undelete",
        "undeleteCredential",
        handler,
    )
    .summary("Brings a deleted credential back, for the owner that is named")
    .access(Access::Permission(Permission::Undelete))
    .records(Action::CredentialUndeleted)
    .body::<Undeletion>()
    .answers::<Credential>()
    .codes(&[
        Code::IdempotencyMismatch,
        Code::LastOwner,
        Code::OwnerNotAllowed,
    ])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let owner = body.fields.get("owner");
    let owner = owner.ok_or_else(|| Error::invalid_field("owner", REQUIRED))?;
    let owner = owners::entry(owner, &session.caller.identity).map_err(Error::from)?;
    let answer = app.undelete_credential(&session, id.parse().ok(), owner, body.once);
    Ok(changed(answer.await?))
}
