//! `keydance person show`.

use keydance_api::Data;
use keydance_api::principal::Person;

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Show one
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Their id
    person: String,
}

/// Reads them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let person = client.get(format!("/persons/{}", segment(&args.person)));
    Ok(Output::new(&person.send::<Data<Person>>()?))
}
