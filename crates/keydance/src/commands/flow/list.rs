//! `keydance flow list`.

use keydance_api::flow::Flow;

use crate::commands::Context;
use crate::commands::paging::PageArgs;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Listing;

/// Show those you own
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    page: PageArgs,
}

/// Lists them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let page = args.page.add_to(client.get("/flows"));
    Ok(Output::new(&page.send::<Listing<Flow>>()?))
}
