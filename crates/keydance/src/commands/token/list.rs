//! `keydance token list`.

use keydance_api::token::AccessToken;

use crate::commands::Context;
use crate::commands::paging::PageArgs;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Listing;

/// Show yours, without the secrets
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    page: PageArgs,
}

/// Lists them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let page = args.page.add_to(client.get("/tokens"));
    Ok(Output::new(&page.send::<Listing<AccessToken>>()?))
}
