//! The body of a request: strict JSON, bounded, bare or wrapped as `{"data": …}`.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use keydance_core::json;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::App;
use super::problem::Problem;
use crate::engine::idempotency::Once;
use crate::engine::{Code, Error};

/// A JSON object, out of its wrapper, and what the headers say about the change. An empty body is
/// an empty object.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) fields: Map<String, Value>,
    /// The tag the thing to be changed must have.
    pub(crate) if_match: Option<i64>,
    /// The idempotency key and what it stands for.
    pub(crate) once: Option<Once>,
}

/// The list in the wrapper of a request, which must be there.
#[derive(Debug)]
pub(crate) struct WrappedList(pub(crate) Vec<Value>);

impl FromRequest<App> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let if_match = if_match(request.headers())?;
        let key = idempotency_key(request.headers())?;
        let mut route = format!("{} {}\n", request.method(), request.uri().path()).into_bytes();
        let bytes = read(request, app.settings().body_limit).await?;
        let once = key.map(|key| {
            route.extend_from_slice(&bytes);
            Once {
                key,
                request: Arc::new(Zeroizing::new(route)),
            }
        });
        let Value::Object(fields) = json::data(parse(&bytes)?) else {
            return Err(Problem(Error::new(
                Code::BadJson,
                "The body must be a JSON object.",
            )));
        };
        Ok(Self {
            fields,
            if_match,
            once,
        })
    }
}

impl FromRequest<App> for WrappedList {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let bytes = read(request, app.settings().body_limit).await?;
        match parse(&bytes)?.get_mut("data").map(Value::take) {
            Some(Value::Array(list)) => Ok(Self(list)),
            _ => Err(Error::invalid_field("data", "must be a list").into()),
        }
    }
}

async fn read(request: Request, limit: usize) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let is_json = is_json(request.headers());
    let body = Limited::new(request.into_body(), limit).collect().await;
    let bytes = body.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
        Some(_) => Problem(Error::new(Code::TooLarge, "The body is too large.")),
        None => Problem(Error::new(Code::BadJson, "The body ended too early.")),
    })?;
    let bytes = Zeroizing::new(bytes.to_bytes().to_vec());
    if is_json || bytes.is_empty() {
        return Ok(bytes);
    }
    Err(Problem(Error::new(
        Code::UnsupportedMediaType,
        "Send application/json.",
    )))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    if bytes.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    json::parse(bytes).map_err(|error| {
        Problem(Error::new(
            Code::BadJson,
            format!("The body is no acceptable JSON: {error}."),
        ))
    })
}

/// The tag of an `If-Match` header. `*` matches whatever is there.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(header) = headers.get(IF_MATCH) else {
        return Ok(None);
    };
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.trim_start_matches("W/").trim_matches('"').parse().ok();
    tag.map(Some).ok_or_else(|| {
        Problem(Error::new(
            Code::PreconditionFailed,
            "If-Match is not the tag of this document.",
        ))
    })
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(header) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = header
        .to_str()
        .ok()
        .filter(|key| (1..=64).contains(&key.len()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        Problem(Error::invalid_field(
            "Idempotency-Key",
            "must be 1 to 64 printable characters",
        ))
    })
}
