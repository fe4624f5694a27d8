//! `POST /flows/{id}/executions`: an execution, and the token that opens its credentials.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use keydance_api::execution::{StartExecution, StartedExecution};
use keydance_core::event::Action;
use serde_json::{Map, Value};

use crate::engine::credentials::environment;
use crate::engine::executions::{Start, Trigger, lifetime};
use crate::engine::flows::ActingFor;
use crate::engine::{Code, Error};
use crate::http::api::flows::{acting_for, flow_id};
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/flows/{id}/executions",
        "startExecution",
        handler,
    )
    .summary("Starts a flow in an environment and issues the token that opens its credentials")
    .records(Action::ExecutionStarted)
    .body::<StartExecution>()
    .status(201)
    .answers::<StartedExecution>()
    .codes(&[
        Code::EnvironmentValueMissing,
        Code::FlowBlocked,
        Code::FlowGuardDenied,
        Code::MissingPermission,
        Code::PreconditionFailed,
        Code::UnknownEnvironment,
        Code::VersionState,
    ])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Outcome<Response> {
    let start = Start {
        flow: flow_id(&id)?,
        environment: environment(&body.fields)?,
        revision: revision(&body.fields)?,
        trigger: trigger(&body.fields)?,
        started_by: started_by(&headers, &body.fields)?,
        max_lifetime: lifetime(body.fields.get("maxLifetimeSeconds"))?,
    };
    let started = app.start_execution(&session, start, body.once).await?;
    Ok(answer::once(started, StatusCode::CREATED))
}

fn revision(fields: &Map<String, Value>) -> Result<Option<i64>, Error> {
    match fields.get("revision") {
        None | Some(Value::Null) => Ok(None),
        Some(number) => match number.as_i64() {
            Some(number) => Ok(Some(number)),
            None => Err(Error::invalid_field("revision", "must be a number")),
        },
    }
}

fn trigger(fields: &Map<String, Value>) -> Result<Trigger, Error> {
    match fields.get("trigger").map(Value::as_str) {
        None | Some(Some("manual")) => Ok(Trigger::Manual),
        Some(Some("schedule")) => Ok(Trigger::Schedule),
        Some(Some("webhook")) => Ok(Trigger::Webhook),
        Some(_) => Err(Error::invalid_field(
            "trigger",
            "must be manual, schedule or webhook",
        )),
    }
}

/// For whom it starts: `startedBy`, else the header, else the caller.
fn started_by(headers: &HeaderMap, fields: &Map<String, Value>) -> Outcome<ActingFor> {
    let problem = "must be an object with the id of a principal";
    match fields.get("startedBy") {
        None | Some(Value::Null) => acting_for(headers),
        Some(starter) => match starter.get("id").and_then(Value::as_str) {
            Some(id) => Ok(ActingFor::Principal(id.to_owned())),
            None => Err(Error::invalid_field("startedBy", problem).into()),
        },
    }
}
