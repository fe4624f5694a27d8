//! `keydance execution show`.

use keydance_api::Data;
use keydance_api::execution::Execution;

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Show one
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id
    execution: String,
}

/// Reads it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let execution = client.get(format!("/executions/{}", segment(&args.execution)));
    Ok(Output::new(&execution.send::<Data<Execution>>()?))
}
