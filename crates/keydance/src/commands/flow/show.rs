//! `keydance flow show`.

use keydance_api::Data;
use keydance_api::flow::Flow;

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;

/// Show one, and whether it may run
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    flow: String,
}

/// Reads it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::flow(&client, &args.flow)?;
    let flow = client.get(format!("/flows/{id}"));
    Ok(Output::new(&flow.send::<Data<Flow>>()?))
}
