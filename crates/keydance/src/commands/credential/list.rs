//! `keydance credential list`.

use keydance_api::credential::CredentialEntry;

use crate::commands::Context;
use crate::commands::paging::PageArgs;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Listing;

/// Show those you own
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only with this in the name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Only with this owner: me, USER:id, GROUP:id or TENANT:organisation
    #[arg(long, value_name = "OWNER")]
    owner: Option<String>,
    /// Only with a value in this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// createdAt, updatedAt or name; with - before it, backwards
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    sort: Option<String>,
    #[command(flatten)]
    page: PageArgs,
}

/// Lists them, with their environments.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let request = client
        .get("/credentials")
        .query("view", Some("full"))
        .query("filter[type]", args.kind.as_deref())
        .query("filter[name]", args.name.as_deref())
        .query("filter[owner]", args.owner.as_deref())
        .query("filter[environment]", args.environment.as_deref())
        .query("sort", args.sort.as_deref());
    let page = args
        .page
        .add_to(request)
        .send::<Listing<CredentialEntry>>()?;
    Ok(Output::new(&page))
}
