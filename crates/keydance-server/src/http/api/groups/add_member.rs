//! `PUT /groups/{id}/members/{type}/{memberId}`: puts somebody into a group.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::group::{Membership, NewMembership};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::groups::{MemberRequest, NewMember};
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::PUT,
        "/groups/{id}/members/{type}/{memberId}",
        "addGroupMember",
        handler,
    )
    .summary("Puts a person, a machine identity or another group into a group")
    .access(Access::Permission(Permission::GroupsManage))
    .records(Action::GroupMemberAdded)
    .body::<NewMembership>()
    .answers::<Membership>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path((group, word, member)): Path<(String, String, String)>,
    body: Body,
) -> Outcome<Response> {
    let request = MemberRequest::parse(group, &word, member)?;
    let new = NewMember::parse(&body.fields)?;
    let membership = app.add_member(&session, request, new).await?;
    Ok(answer::data(membership))
}
