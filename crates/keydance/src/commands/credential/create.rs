//! `keydance credential create`.

use keydance_api::Data;
use keydance_api::credential::{Credential, NewCredential, Owner};
use keydance_core::credential::CredentialType;
use serde_json::{Value, json};

use super::value::{Missing, ValueArgs};
use crate::commands::Context;
use crate::commands::reference::OwnerArg;
use crate::failure::Failure;
use crate::output::Output;

/// Keep a new credential
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What people will call it
    name: String,
    /// Its type: API_KEY, SIMPLE, MIXED, KEY_PAIR, …
    #[arg(long = "type", value_name = "TYPE")]
    kind: CredentialType,
    /// Another owner besides you: USER:id, GROUP:id or TENANT:organisation; may be repeated
    #[arg(long = "owner", value_name = "TYPE:ID")]
    owners: Vec<OwnerArg>,
    /// The environment of the value [default: default]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Free text
    #[arg(long, value_name = "TEXT")]
    domain: Option<String>,
    #[command(flatten)]
    binding: BindingArgs,
    #[command(flatten)]
    value: ValueArgs,
}

/// What a credential may be used with.
#[derive(Debug, clap::Args)]
pub(crate) struct BindingArgs {
    /// Only with this component; may be repeated
    #[arg(long = "bind-component", value_name = "ID")]
    components: Vec<String>,
    /// Only with this destination; may be repeated
    #[arg(long = "bind-destination", value_name = "ORIGIN")]
    destinations: Vec<String>,
}

impl BindingArgs {
    /// As the wire has it; nothing if nothing was typed.
    pub(crate) fn document(&self) -> Option<Value> {
        let Self {
            components,
            destinations,
        } = self;
        let any = !components.is_empty() || !destinations.is_empty();
        any.then(|| json!({ "componentIds": components, "destinations": destinations }))
    }
}

/// Creates it and shows it masked.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let new = NewCredential {
        name: args.name.clone(),
        kind: args.kind.as_str().to_owned(),
        value: args.value.read(Some(args.kind), Missing::AskedFor)?,
        owners: args
            .owners
            .iter()
            .map(|owner| owner.0.clone())
            .collect::<Vec<Owner>>(),
        domain: args.domain.clone(),
        environment: args.environment.clone(),
        bound_to: args.binding.document(),
    };
    let made = client.post("/credentials").json(&new)?;
    Ok(Output::new(&made.send::<Data<Credential>>()?))
}
