//! `keydance group delete`.

use crate::client::segment;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;
use crate::terminal;

/// Delete a group that owns nothing
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, or its name with @ before it
    group: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Deletes it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::group(&client, &args.group)?;
    terminal::confirm(&format!("delete group {id}?"), args.yes)?;
    let body = client
        .delete(format!("/groups/{}", segment(&id)))
        .send_for_body()?;
    Ok(Output::new(&Say::new(format!("deleted group {id}"), body)))
}
