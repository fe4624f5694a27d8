//! `POST /flows/check`: the guard's verdict on flows that others keep.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use keydance_api::flow::{CheckRequest, Verdict};
use keydance_core::environment::EnvironmentName;
use serde_json::{Value, json};

use crate::engine::flows::CheckItem;
use crate::engine::{Code, Error};
use crate::http::App;
use crate::http::body::WrappedList;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;

/// Flows in one request at most.
const MAX_ITEMS: usize = 100;

pub(crate) fn route() -> Route {
    Route::new(Method::POST, "/flows/check", "checkFlows", handler)
        .summary("Says whether flows that others keep may be persisted or executed")
        .body::<CheckRequest>()
        .answers_list::<Verdict>()
        .codes(&[Code::MissingPermission, Code::UnknownEnvironment])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    body: WrappedList,
) -> Outcome<Response> {
    let items = body.0;
    if items.len() > MAX_ITEMS {
        return Err(Error::invalid_field("data", "at most 100 flows").into());
    }
    let items = items.into_iter().enumerate().map(|(n, item)| read(n, item));
    let checked = app
        .check_flows(&session, items.collect::<Result<_, _>>()?)
        .await?;
    let meta = json!({ "checkedAt": checked.checked_at, "epoch": checked.epoch });
    Ok(Json(json!({ "data": checked.verdicts, "meta": meta })).into_response())
}

fn read(n: usize, mut item: Value) -> Result<CheckItem, Error> {
    let field = |name: &str| format!("data[{n}].{name}");
    let text = |path: &str| {
        item.pointer(path)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let actor = text("/actor/id");
    let actor = actor.ok_or_else(|| Error::invalid_field(field("actor.id"), "required"))?;
    let environment = match text("/operation").as_deref() {
        Some("persist") => None,
        Some("execute") => Some(environment(n, text("/environment"))?),
        _ => {
            return Err(Error::invalid_field(
                field("operation"),
                "must be persist or execute",
            ));
        }
    };
    let reference = text("/ref");
    let flow = item.get_mut("flow").map(Value::take).unwrap_or_default();
    Ok(CheckItem {
        reference,
        environment,
        actor,
        flow,
    })
}

fn environment(n: usize, name: Option<String>) -> Result<EnvironmentName, Error> {
    let Some(name) = name else {
        return Ok(EnvironmentName::default());
    };
    name.parse().map_err(|_| {
        Error::new(
            Code::UnknownEnvironment,
            format!("data[{n}].environment is no environment."),
        )
    })
}
