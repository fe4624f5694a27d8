//! `keydance person unfreeze`.

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Let a frozen person in again
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Their id
    person: String,
}

/// Unfreezes them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let person = &args.person;
    let path = format!("/persons/{}/unfreeze", segment(person));
    let body = context.client()?.post(path).send_for_body()?;
    let sentence =
        format!("{person} is active again; `keydance person enrol {person}` lets them in");
    Ok(Output::new(&Say::new(sentence, body)))
}
