//! `keydance person freeze`.

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;
use crate::terminal;

/// End a person's tokens and executions at once
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Their id
    person: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Freezes them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let person = &args.person;
    terminal::confirm(
        &format!("end every token and execution of {person}?"),
        args.yes,
    )?;
    let path = format!("/persons/{}/freeze", segment(person));
    let body = context.client()?.post(path).send_for_body()?;
    Ok(Output::new(&Say::new(format!("{person} is frozen"), body)))
}
