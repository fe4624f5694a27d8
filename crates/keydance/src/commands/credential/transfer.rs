//! `keydance credential transfer`.

use keydance_api::Data;
use keydance_api::credential::{Credential, Owner};
use serde_json::json;

use crate::client::{Client, Reply};
use crate::commands::reference::OwnerArg;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Add and remove owners; additions come first
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("change").required(true).multiple(true)))]
pub(crate) struct Args {
    /// Its id or name
    credential: String,
    /// USER:id, GROUP:id or TENANT:organisation; may be repeated
    #[arg(long = "add-owner", value_name = "TYPE:ID", group = "change")]
    added: Vec<OwnerArg>,
    /// USER:id, GROUP:id or TENANT:organisation; may be repeated
    #[arg(long = "remove-owner", value_name = "TYPE:ID", group = "change")]
    removed: Vec<OwnerArg>,
    /// Remove owners that flows need, which blocks those flows
    #[arg(long)]
    force: bool,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Changes the owners one by one and shows the credential.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::credential(&client, &args.credential)?;
    let added = || args.added.iter().map(|owner| &owner.0);
    let removed = || args.removed.iter().map(|owner| &owner.0);
    if args.dry_run {
        let plan = json!({
            "would": "transfer",
            "credential": id,
            "addOwners": added().collect::<Vec<_>>(),
            "removeOwners": removed().collect::<Vec<_>>(),
        });
        let sentence = sentence(&id, added(), removed());
        return Ok(Output::new(&Say::new(sentence, plan)));
    }
    let mut last = None;
    for owner in added() {
        let request = client.post(format!("/credentials/{id}/owners"));
        last = Some(request.json(owner)?.send()?);
    }
    for owner in removed() {
        last = Some(remove(&client, &id, owner, args.force)?);
    }
    last.map(|credential| Output::new(&credential))
        .ok_or_else(|| Failure::usage("no owner was given"))
}

fn remove(
    client: &Client,
    id: &str,
    owner: &Owner,
    force: bool,
) -> Result<Reply<Data<Credential>>, Failure> {
    client
        .delete(format!("/credentials/{id}/owners"))
        .query("id", Some(&owner.id))
        .query("type", Some(&owner.kind))
        .switch("force", force)
        .send()
}

fn sentence<'a>(
    id: &str,
    added: impl Iterator<Item = &'a Owner>,
    removed: impl Iterator<Item = &'a Owner>,
) -> String {
    let named =
        |verb: &'static str| move |owner: &Owner| format!("{verb} {}:{}", owner.kind, owner.id);
    let changes: Vec<_> = added
        .map(named("add"))
        .chain(removed.map(named("remove")))
        .collect();
    format!("credential {id}: would {}", changes.join(", "))
}
