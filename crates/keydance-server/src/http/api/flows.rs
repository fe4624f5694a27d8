//! `/flows`: documents of integration flows, under the guard.

pub(crate) mod block;
pub(crate) mod check;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod patch;
pub(crate) mod put;
pub(crate) mod read;
pub(crate) mod recheck;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use keydance_api::flow::Flow;
use keydance_core::id::FlowId;
use serde_json::{Map, Value, json};

use crate::engine::flows::{ActingFor, Persist};
use crate::engine::{Code, Error};
use crate::http::body::Body;
use crate::http::paging::Query;
use crate::http::problem::Outcome;

/// What storing a flow can come to, besides what every route can answer.
pub(super) const PERSIST_CODES: &[Code] = &[
    Code::AlreadyExists,
    Code::FlowGuardDenied,
    Code::FlowHasExecutions,
    Code::IdempotencyMismatch,
    Code::MissingPermission,
    Code::NotOwner,
    Code::OwnerNotAllowed,
    Code::PreconditionFailed,
    Code::ReferenceNotAnId,
];

/// An id of a flow; text of any other form is unknown.
pub(super) fn flow_id(text: &str) -> Outcome<FlowId> {
    Ok(text.parse().map_err(|_| Error::not_found("flow"))?)
}

/// The principal a flow repository speaks for.
pub(super) fn acting_for(headers: &HeaderMap) -> Outcome<ActingFor> {
    let Some(header) = headers.get("x-keydance-actor") else {
        return Ok(ActingFor::Caller);
    };
    let id = header
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("USER:"));
    match id.filter(|id| !id.is_empty()) {
        Some(id) => Ok(ActingFor::Principal(id.to_owned())),
        None => Err(Error::invalid_field("X-Keydance-Actor", "must be USER: and an id").into()),
    }
}

/// A document to be stored, from a request.
pub(super) fn persist(body: &mut Body, headers: &HeaderMap, query: &Query) -> Outcome<Persist> {
    let document: Map<String, Value> = std::mem::take(&mut body.fields);
    Ok(Persist {
        document,
        acting_for: acting_for(headers)?,
        if_match: body.if_match,
        end_executions: query.is_on("endExecutions"),
    })
}

/// The answer with a flow: `{"data": …, "meta": {}}` and its entity tag.
pub(super) fn answer(status: StatusCode, flow: impl serde::Serialize) -> Response {
    (status, Json(json!({ "data": flow, "meta": {} }))).into_response()
}

/// The same with the revision as a tag.
pub(super) fn tagged(status: StatusCode, flow: &Flow, tag: i64) -> Response {
    let mut response = answer(status, flow);
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
