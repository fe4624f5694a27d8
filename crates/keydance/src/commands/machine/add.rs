//! `keydance machine add`.

use keydance_api::Data;
use keydance_api::principal::MachineIdentity;
use serde_json::json;

use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Add a machine identity
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What people will call it
    name: String,
    /// What it is
    #[arg(long, value_parser = ["service", "node", "pipeline"])]
    kind: String,
}

/// Adds it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let body = json!({ "name": args.name, "kind": args.kind });
    let machine = client.post("/machine-identities").json(&body)?;
    Ok(Output::new(&machine.send::<Data<MachineIdentity>>()?))
}
