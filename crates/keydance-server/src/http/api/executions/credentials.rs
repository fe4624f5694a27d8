//! `GET /executions/{id}/credentials`: what an execution may fetch, without values.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::execution::ExecutionCredential;

use crate::engine::Code;
use crate::http::caller::{Bearer, counted_from};
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::GET,
        "/executions/{id}/credentials",
        "listExecutionCredentials",
        handler,
    )
    .summary("Lists what an execution may fetch, for its own token")
    .access(Access::Execution)
    .answers_list::<ExecutionCredential>()
    .codes(&[Code::FlowBlocked])
}

async fn handler(
    State(app): State<App>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Outcome<Response> {
    let listed = app
        .execution_credentials(bearer.token, id.parse().ok(), &bearer.context)
        .await;
    let entries = listed.map_err(|error| counted_from(&app, bearer.address, error))?;
    let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let page = keydance_store::page::PageRequest {
        number: 1,
        size: count.max(1),
    };
    Ok(answer::page(entries, count, page))
}
