//! `keydance execution end`.

use crate::client::segment;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// End one, or all of a flow
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id
    #[arg(required_unless_present = "flow", conflicts_with = "flow")]
    execution: Option<String>,
    /// End every execution of this flow
    #[arg(long, value_name = "FLOW")]
    flow: Option<String>,
}

/// Ends it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let (path, what) = match &args.flow {
        Some(flow) => {
            let id = reference::flow(&client, flow)?;
            (
                format!("/flows/{id}/executions"),
                format!("every execution of flow {id} has ended"),
            )
        }
        None => {
            let id = args.execution.as_deref().unwrap_or_default();
            (
                format!("/executions/{}", segment(id)),
                format!("execution {id} has ended"),
            )
        }
    };
    let body = client.delete(path).send_for_body()?;
    Ok(Output::new(&Say::new(what, body)))
}
