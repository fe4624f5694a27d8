//! `GET /audit/consistency`: the proof that the log only grew.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::audit::ConsistencyProof;
use keydance_core::problem::REQUIRED;

use crate::engine::Error;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/audit/consistency", "proveGrowth", handler)
        .summary("Proves that the log of a size is the beginning of that of a later size")
        .query(&["from", "to"])
        .answers::<ConsistencyProof>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
) -> Outcome<Response> {
    let from = query.number("from")?;
    let from = from.ok_or_else(|| Error::invalid_field("from", REQUIRED))?;
    let to = query.number("to")?;
    Ok(answer::data(app.prove_growth(&session, from, to).await?))
}
