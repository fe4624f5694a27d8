//! `PATCH /groups/{id}`: another name for a group.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::group::{Group, GroupChange as Document};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::engine::fields;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::PATCH, "/groups/{id}", "renameGroup", handler)
        .summary("Renames a group")
        .access(Access::Permission(Permission::GroupsManage))
        .records(Action::GroupUpdated)
        .body::<Document>()
        .answers::<Group>()
        .codes(&[Code::PreconditionFailed])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let change = fields::name(&body.fields, "name")?;
    let (document, tag) = app
        .rename_group(&session, id, change, body.if_match)
        .await?;
    Ok(answer::tagged(document, tag))
}
