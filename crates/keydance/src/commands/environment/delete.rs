//! `keydance environment delete`.

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;
use crate::terminal;

/// Delete one that holds no values
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its name
    name: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Deletes it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let name = &args.name;
    terminal::confirm(&format!("delete environment {name}?"), args.yes)?;
    let path = format!("/environments/{}", segment(name));
    let body = context.client()?.delete(path).send_for_body()?;
    Ok(Output::new(&Say::new(
        format!("deleted environment {name}"),
        body,
    )))
}
