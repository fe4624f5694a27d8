//! `keydance flow delete`.

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;
use crate::terminal;

/// Delete it; its executions end
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    flow: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Deletes it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::flow(&client, &args.flow)?;
    terminal::confirm(&format!("delete flow {id}?"), args.yes)?;
    let body = client.delete(format!("/flows/{id}")).send_for_body()?;
    Ok(Output::new(&Say::new(format!("deleted flow {id}"), body)))
}
