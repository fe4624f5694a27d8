//! `keydance credential set`.

use keydance_core::credential::CredentialType;
use serde_json::{Map, Value};

use super::create::BindingArgs;
use super::value::{Missing, ValueArgs};
use crate::client::Client;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Change its value, name, domain or binding
///
/// Fields that are not given stay as they are. A changed value is a new version.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    credential: String,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    /// Free text
    #[arg(long, value_name = "TEXT")]
    domain: Option<String>,
    /// The environment of the value [default: default]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Remove a field that is not required; may be repeated
    #[arg(long = "remove-field", value_name = "NAME")]
    removed: Vec<String>,
    /// Only if it is still as it was then: the tag of `credential get --json` (`__v`)
    #[arg(long, value_name = "TAG")]
    if_match: Option<i64>,
    #[command(flatten)]
    binding: BindingArgs,
    #[command(flatten)]
    value: ValueArgs,
}

/// Changes it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::credential(&client, &args.credential)?;
    let change = change(args, &client, &id)?;
    if change.is_empty() {
        return Err(Failure::usage("nothing to change was given"));
    }
    let request = client.patch(format!("/credentials/{id}"));
    let request = request.header("if-match", args.if_match.map(|tag| format!("\"{tag}\"")));
    let body = request.json(&change)?.send_for_body()?;
    Ok(Output::new(&Say::new(sentence(&body["data"]), body)))
}

/// The answer may hold the value in clear, which nobody asked to see.
fn sentence(credential: &Value) -> String {
    let text = |key: &str| credential[key].as_str().unwrap_or_default();
    let (name, environment) = (text("name"), text("environment"));
    let version = &credential["version"];
    format!("changed {name}: version {version} in {environment}")
}

fn change(args: &Args, client: &Client, id: &str) -> Result<Map<String, Value>, Failure> {
    let mut value = Map::new();
    if !args.value.is_empty() {
        let kind = match args.value.names_its_fields() {
            true => None,
            false => Some(kind(client, id)?),
        };
        value = args.value.read(kind, Missing::LeftOut)?;
    }
    value.extend(args.removed.iter().map(|name| (name.clone(), Value::Null)));
    let texts = [("name", &args.name), ("domain", &args.domain)];
    let texts = texts
        .into_iter()
        .filter_map(|(key, text)| Some((key, text.clone()?.into())));
    let parts = texts
        .chain((!value.is_empty()).then_some(("value", Value::from(value))))
        .chain(args.binding.document().map(|bound| ("boundTo", bound)));
    let mut change: Map<_, _> = parts.map(|(key, part)| (key.to_owned(), part)).collect();
    if let (false, Some(environment)) = (change.is_empty(), &args.environment) {
        change.insert("environment".to_owned(), environment.as_str().into());
    }
    Ok(change)
}

/// The type decides which field a secret without a name is for. Lists show no values, so that finding
/// out hands nothing out.
fn kind(client: &Client, id: &str) -> Result<CredentialType, Failure> {
    let entries: Vec<Value> = reference::every(client, "/credentials", &[])?;
    let entry = entries.iter().find(|entry| entry["_id"] == id);
    let kind = entry.and_then(|entry| entry["type"].as_str());
    let kind = kind.ok_or_else(|| Failure::refused_as_unknown("credential", id))?;
    kind.parse().map_err(Failure::unexpected)
}
