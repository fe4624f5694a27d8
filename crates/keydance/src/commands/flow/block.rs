//! `keydance flow block`.

use serde_json::json;

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Stop it now: its executions end and none starts
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    flow: String,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Blocks it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::flow(&client, &args.flow)?;
    let body = match &args.reason {
        Some(reason) => json!({ "reason": reason }),
        None => json!({}),
    };
    let body = client
        .post(format!("/flows/{id}/block"))
        .json(&body)?
        .send_for_body()?;
    let sentence = format!("flow {id} is blocked; `keydance flow recheck {id}` lets it run again");
    Ok(Output::new(&Say::new(sentence, body)))
}
