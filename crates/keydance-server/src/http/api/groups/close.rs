//! `DELETE /groups/{id}`: closes a group that owns nothing.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::http::body::if_match;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::DELETE, "/groups/{id}", "closeGroup", handler)
        .summary("Closes a group that owns nothing; its id is not used again")
        .access(Access::Permission(Permission::GroupsManage))
        .records(Action::GroupDeleted)
        .status(204)
        .codes(&[Code::OwnerInUse, Code::PreconditionFailed])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Outcome<Response> {
    app.close_group(&session, id, if_match(&headers)?).await?;
    Ok(answer::nothing())
}
