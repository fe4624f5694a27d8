//! `keydance execution start`.

use keydance_api::Data;
use keydance_api::execution::StartedExecution;
use serde_json::{Map, Value, json};

use crate::commands::reference::OwnerArg;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;

/// Start one and show its token, once
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The id or name of the flow
    flow: String,
    /// The environment whose values it gets [default: default]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only if this is the revision in force
    #[arg(long, value_name = "N")]
    revision: Option<u32>,
    /// Seconds it can be kept going by renewing it
    #[arg(long, value_name = "SECONDS")]
    max_lifetime: Option<u32>,
    /// Who it runs for (needs flows.register)
    #[arg(long, value_name = "USER:ID")]
    started_by: Option<OwnerArg>,
}

/// Starts it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::flow(&client, &args.flow)?;
    let parts = [
        ("environment", args.environment.as_deref().map(Value::from)),
        ("revision", args.revision.map(Value::from)),
        ("maxLifetimeSeconds", args.max_lifetime.map(Value::from)),
        (
            "startedBy",
            args.started_by.as_ref().map(|owner| json!(owner.0)),
        ),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(key, part)| Some((key.to_owned(), part?)));
    let body: Map<String, Value> = parts.collect();
    let request = client.post(format!("/flows/{id}/executions")).json(&body)?;
    Ok(Output::new(&request.send::<Data<StartedExecution>>()?))
}
