//! `DELETE /groups/{id}/members/{type}/{memberId}`: takes somebody out of a group.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::groups::MemberRequest;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::DELETE,
        "/groups/{id}/members/{type}/{memberId}",
        "removeGroupMember",
        handler,
    )
    .summary("Takes somebody out of a group; executions they may not run any more end")
    .access(Access::Permission(Permission::GroupsManage))
    .records(Action::GroupMemberRemoved)
    .status(204)
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path((group, word, member)): Path<(String, String, String)>,
) -> Outcome<Response> {
    let request = MemberRequest::parse(group, &word, member)?;
    app.remove_member(&session, request).await?;
    Ok(answer::nothing())
}
