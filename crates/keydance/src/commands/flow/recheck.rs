//! `keydance flow recheck`.

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Let a blocked flow run again, if the rule holds
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    flow: String,
}

/// Asks the flow guard again.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::flow(&client, &args.flow)?;
    let body = client
        .post(format!("/flows/{id}/recheck"))
        .send_for_body()?;
    Ok(Output::new(&Say::new(format!("flow {id} may run"), body)))
}
