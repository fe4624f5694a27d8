//! `keydance environment list`.

use keydance_api::credential::Environment;

use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Listing;

/// Show every environment
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Lists them.
pub(crate) fn run(_: &Args, context: &Context) -> Result<Output, Failure> {
    let environments = context
        .client()?
        .get("/environments")
        .send::<Listing<Environment>>()?;
    Ok(Output::new(&environments))
}
