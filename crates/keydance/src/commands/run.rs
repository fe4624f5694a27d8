//! `keydance run`.

mod variables;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use keydance_api::Data;
use keydance_api::credential::{CredentialEntry, HandedOut};
use keydance_api::execution::{ExecutionCredential, StartedExecution};
use serde::Deserialize;
use serde_json::Map;
use zeroize::Zeroizing;

use super::{Context, reference};
use crate::client::{Client, segment};
use crate::failure::Failure;
use crate::output::Output;
use variables::{PrefixArg, Variables};

/// Run a command with the credentials of a flow in its environment
///
/// The command replaces this one and gets the environment of this one, without access tokens, plus a
/// variable for each field of each credential: PREFIX_FIELD in capitals, such as LEDGER_API_KEY and
/// LEDGER_API_HEADER_NAME for an API_KEY called "Ledger API" with --map ID=LEDGER_API. The prefix is
/// what --map says, else the name of the credential if you own it, else CREDENTIAL_ and its id.
/// Values are never arguments and never touch a disk.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Start an execution of this flow, take its credentials, and end it
    #[arg(long, value_name = "FLOW", required_unless_present = "execution")]
    flow: Option<String>,
    /// The environment whose values the flow gets [default: default]
    #[arg(long, value_name = "NAME", requires = "flow")]
    environment: Option<String>,
    /// An execution that runs already; its token is in KEYDANCE_EXECUTION_TOKEN or in a file
    #[arg(long, value_name = "ID", conflicts_with = "flow")]
    execution: Option<String>,
    /// The file with the token of the execution
    #[arg(long, value_name = "FILE", requires = "execution")]
    execution_token_file: Option<PathBuf>,
    /// The prefix of the variables of a credential; may be repeated
    #[arg(long = "map", value_name = "ID=PREFIX")]
    prefixes: Vec<PrefixArg>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Becomes the command; comes back only if it cannot.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let values = match &args.execution {
        Some(id) => fetch(&client.with_token(token(args, context)?), id)?,
        None => from_flow(&client, args)?,
    };
    let names = names(&client, args, &values)?;
    let variables = Variables::of(&values, &args.prefixes, &names)?;
    let [program, arguments @ ..] = args.command.as_slice() else {
        return Err(Failure::usage("which command?"));
    };
    let kept = std::env::vars_os().filter(|(name, _)| !is_ours(name));
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(kept);
    command.envs(variables.iter());
    let error = command.exec();
    Err(Failure::usage(format!("{}: {error}", program.display())))
}

/// Starts, fetches and ends: the command needs the values, not the execution.
fn from_flow(client: &Client, args: &Args) -> Result<Vec<HandedOut>, Failure> {
    let id = reference::flow(client, args.flow.as_deref().unwrap_or_default())?;
    let mut body = Map::new();
    if let Some(environment) = &args.environment {
        body.insert("environment".to_owned(), environment.as_str().into());
    }
    let request = client.post(format!("/flows/{id}/executions")).json(&body)?;
    let started: Data<StartedExecution> = request.send()?.value;
    let StartedExecution { id, token, .. } = started.data;
    let values = fetch(&client.with_token(Zeroizing::new(token)), &id);
    let ended = client.delete(format!("/executions/{id}")).send_for_body();
    // Why there are no values matters more than why the execution could not be ended.
    let values = values?;
    ended.map(|_| values)
}

/// Every credential that an execution may fetch.
fn fetch(client: &Client, execution: &str) -> Result<Vec<HandedOut>, Failure> {
    #[derive(Deserialize)]
    struct Credentials {
        data: Vec<ExecutionCredential>,
    }
    let path = format!("/executions/{}/credentials", segment(execution));
    let credentials: Credentials = client.get(&path).send()?.value;
    let values = credentials.data.iter().map(|credential| {
        let value = client.get(format!("{path}/{}", credential.id));
        Ok(value.send::<Data<HandedOut>>()?.value.data)
    });
    values.collect()
}

fn token(args: &Args, context: &Context) -> Result<Zeroizing<String>, Failure> {
    let token = match &args.execution_token_file {
        Some(path) => std::fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?,
        None => {
            let token = context.environment.get("KEYDANCE_EXECUTION_TOKEN");
            Zeroizing::new(token.unwrap_or_default().to_owned())
        }
    };
    if token.trim().is_empty() {
        return Err(Failure::usage("there is no execution token")
            .hint("set KEYDANCE_EXECUTION_TOKEN, or name a file with --execution-token-file"));
    }
    Ok(Zeroizing::new(token.trim().to_owned()))
}

/// The names of the credentials that need one and that the caller may see.
fn names(
    client: &Client,
    args: &Args,
    values: &[HandedOut],
) -> Result<BTreeMap<String, String>, Failure> {
    let mapped = |value: &HandedOut| args.prefixes.iter().any(|prefix| prefix.id == value.id);
    if !client.has_token() || values.iter().all(mapped) {
        return Ok(BTreeMap::new());
    }
    let entries: Vec<CredentialEntry> = reference::every(client, "/credentials", &[])?;
    let entries = entries.into_iter().map(|entry| (entry.id, entry.name));
    Ok(entries.collect())
}

/// What this command was given and the other must not get.
fn is_ours(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("KEYDANCE_TOKEN") || name.starts_with("KEYDANCE_EXECUTION")
}
