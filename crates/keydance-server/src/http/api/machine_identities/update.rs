//! `PATCH /machine-identities/{id}`: another name or other permissions.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::principal::{MachineIdentity, MachineIdentityChange as Document};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::engine::machine_identities::MachineChange;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::PATCH,
        "/machine-identities/{id}",
        "changeMachineIdentity",
        handler,
    )
    .summary("Changes name or permissions of a machine identity")
    .access(Access::Permission(Permission::MachinesManage))
    .records(Action::MachineIdentityUpdated)
    .body::<Document>()
    .answers::<MachineIdentity>()
    .codes(&[Code::PreconditionFailed])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let change = MachineChange::parse(&body.fields)?;
    let (document, tag) = app
        .change_machine(&session, id, change, body.if_match)
        .await?;
    Ok(answer::tagged(document, tag))
}
