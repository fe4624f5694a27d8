//! `keydance flow put`.

use super::check::{self, Question};
use super::document;
use keydance_api::Data;
use keydance_api::flow::Flow;
use serde_json::json;
use std::path::PathBuf;

use crate::client::segment;
use crate::commands::Context;
use crate::commands::reference::OwnerArg;
use crate::failure::Failure;
use crate::output::Output;

/// Store a flow, if its owners may use what it references
///
/// A document with an id replaces the flow of that id; without one it is a new flow.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The flow as JSON; - is standard input
    file: PathBuf,
    /// The id to store it under, instead of the document's own
    #[arg(long)]
    id: Option<String>,
    /// End its open executions, which would not run the new graph
    #[arg(long)]
    end_executions: bool,
    /// For this person or machine identity (needs flows.register)
    #[arg(long, value_name = "USER:ID")]
    actor: Option<OwnerArg>,
    /// Ask the flow guard, and store nothing
    #[arg(long)]
    dry_run: bool,
}

/// Stores it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let mut document = document::read(&args.file)?;
    if args.dry_run {
        if let Some(id) = &args.id {
            document["id"] = json!(id);
        }
        let question = Question::persist(document, args.actor.as_ref());
        return check::ask(&client, question);
    }
    let id = args.id.as_deref().or(document["id"].as_str());
    let request = match id {
        Some(id) => client.put(format!("/flows/{}", segment(id))),
        None => client.post("/flows"),
    };
    let actor = args
        .actor
        .as_ref()
        .map(|OwnerArg(actor)| format!("{}:{}", actor.kind, actor.id));
    let flow = request
        .switch("endExecutions", args.end_executions)
        .header("x-keydance-actor", actor)
        .json(&document)?;
    Ok(Output::new(&flow.send::<Data<Flow>>()?))
}
