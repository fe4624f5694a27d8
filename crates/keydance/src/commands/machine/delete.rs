//! `keydance machine delete`.

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;
use crate::terminal;

/// Close one; its tokens end
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id
    machine: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Closes it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let machine = &args.machine;
    terminal::confirm(&format!("close {machine} and end its tokens?"), args.yes)?;
    let path = format!("/machine-identities/{}", segment(machine));
    let body = context.client()?.delete(path).send_for_body()?;
    Ok(Output::new(&Say::new(format!("closed {machine}"), body)))
}
