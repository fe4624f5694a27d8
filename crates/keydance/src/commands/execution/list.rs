//! `keydance execution list`.

use keydance_api::execution::Execution;

use crate::commands::paging::PageArgs;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Listing;

/// Show those of your flows
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only those of this flow
    #[arg(long, value_name = "FLOW")]
    flow: Option<String>,
    #[command(flatten)]
    page: PageArgs,
}

/// Lists them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let flow = args.flow.as_deref();
    let flow = flow
        .map(|flow| reference::flow(&client, flow))
        .transpose()?;
    let request = client.get("/executions").query("flow", flow);
    let page = args.page.add_to(request);
    Ok(Output::new(&page.send::<Listing<Execution>>()?))
}
