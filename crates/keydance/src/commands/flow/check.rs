//! `keydance flow check`.

use super::document;
use keydance_api::Data;
use keydance_api::credential::Owner;
use keydance_api::flow::Verdict;
use keydance_api::principal::Me;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;

use crate::client::Client;
use crate::commands::Context;
use crate::commands::reference::OwnerArg;
use crate::failure::Failure;
use crate::failure::Kind;
use crate::output::Output;
use crate::render::{Page, Render};

/// Ask whether a flow would be stored or started, and store nothing
///
/// Ends with exit code 3 if it would be refused.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The flow as JSON; - is standard input
    file: PathBuf,
    /// Ask about starting it in this environment, instead of storing it
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// As if this person or machine identity asked (needs flows.check)
    #[arg(long, value_name = "USER:ID")]
    actor: Option<OwnerArg>,
}

/// Asks the flow guard.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let mut question = Question::persist(document::read(&args.file)?, args.actor.as_ref());
    if let Some(environment) = &args.environment {
        question.operation = "execute";
        question.environment = Some(environment.clone());
    }
    ask(&client, question)
}

/// A question to the flow guard.
#[derive(Serialize)]
pub(crate) struct Question {
    operation: &'static str,
    actor: Option<Owner>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    flow: Value,
}

impl Question {
    /// Whether the actor, or the caller, may store this flow.
    pub(crate) fn persist(flow: Value, actor: Option<&OwnerArg>) -> Self {
        Self {
            operation: "persist",
            actor: actor.map(|actor| actor.0.clone()),
            environment: None,
            flow,
        }
    }
}

/// The flow guard's answer; a refusal is an answer, and exit code 3.
pub(crate) fn ask(client: &Client, mut question: Question) -> Result<Output, Failure> {
    if question.actor.is_none() {
        let me: Data<Me> = client.get("/me").send()?.value;
        let (id, kind) = (me.data.id, "USER".to_owned());
        question.actor = Some(Owner { id, kind });
    }
    let request = client
        .post("/flows/check")
        .json(&json!({ "data": [question] }))?;
    let verdicts = request.send::<Verdicts>()?;
    let output = Output::new(&verdicts);
    let allowed = verdicts.value.data.iter().all(|verdict| verdict.allowed);
    Ok(if allowed {
        output
    } else {
        output.ending_as(Kind::Denied)
    })
}

#[derive(Deserialize)]
struct Verdicts {
    data: Vec<Verdict>,
}

impl Render for Verdicts {
    fn render(&self, page: &mut Page) {
        for verdict in &self.data {
            verdict.render(page);
        }
    }
}
