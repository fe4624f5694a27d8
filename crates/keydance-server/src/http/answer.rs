//! Successful answers.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use keydance_api::{Data, List, Meta};
use keydance_store::page::PageRequest;
use serde::Serialize;

use crate::engine::idempotency::Answer;

/// One document.
pub(crate) fn data<T: Serialize>(document: T) -> Response {
    Json(Data { data: document }).into_response()
}

/// One document with its entity tag.
pub(crate) fn tagged<T: Serialize>(document: T, tag: i64) -> Response {
    let mut response = data(document);
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// One new document of a resource that answers 201.
pub(crate) fn created<T: Serialize>(document: T) -> Response {
    (StatusCode::CREATED, Json(Data { data: document })).into_response()
}

/// The answer to a request that may have been sent before, with the status of a fresh one.
pub(crate) fn once<T: Serialize>(answer: Answer<T>, status: StatusCode) -> Response {
    match answer {
        Answer::Fresh(document) => (status, data(document)).into_response(),
        Answer::Repeated(document) => (status, data(document)).into_response(),
    }
}

/// Nothing to say.
pub(crate) fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// One page of a list.
pub(crate) fn page<T: Serialize>(entries: Vec<T>, total: i64, page: PageRequest) -> Response {
    let total_pages = total.saturating_add(page.size - 1) / page.size;
    let meta = Meta {
        page: page.number,
        per_page: page.size,
        total,
        total_pages: total_pages.max(1),
    };
    Json(List {
        data: entries,
        meta,
    })
    .into_response()
}

/// One page of a list that is known as a whole.
pub(crate) fn page_of<T: Serialize>(all: Vec<T>, wanted: PageRequest) -> Response {
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let count = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let before = (wanted.number - 1).saturating_mul(wanted.size);
    let entries = all.into_iter().skip(count(before));
    page(entries.take(count(wanted.size)).collect(), total, wanted)
}
