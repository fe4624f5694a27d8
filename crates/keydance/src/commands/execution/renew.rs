//! `keydance execution renew`.

use keydance_api::Data;
use keydance_api::execution::RenewedExecution;
use serde_json::json;

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Keep one going for some minutes
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id
    execution: String,
    /// Issue another token and end the old one
    #[arg(long)]
    rotate: bool,
}

/// Renews it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let path = format!("/executions/{}/renew", segment(&args.execution));
    let request = client.post(path).json(&json!({ "rotate": args.rotate }))?;
    Ok(Output::new(&request.send::<Data<RenewedExecution>>()?))
}
