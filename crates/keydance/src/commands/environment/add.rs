//! `keydance environment add`.

use keydance_api::Data;
use keydance_api::credential::Environment;
use serde_json::json;

use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Add an environment
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its name: small letters, digits and dashes
    name: String,
    /// Show values to executions only
    #[arg(long)]
    protected: bool,
}

/// Adds it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let body = json!({ "name": args.name, "protected": args.protected });
    let environment = client.post("/environments").json(&body)?;
    Ok(Output::new(&environment.send::<Data<Environment>>()?))
}
