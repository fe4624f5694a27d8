//! `keydance person add`.

use keydance_api::Data;
use keydance_api::principal::Person;
use keydance_core::permission::Permission;
use serde_json::json;

use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Add a person; `enrol` lets them in
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What people call them
    name: String,
    /// The id that owner entries use [default: chosen by the server]
    #[arg(long)]
    id: Option<String>,
    /// An address
    #[arg(long)]
    email: Option<String>,
    /// What they may do; may be repeated [default: what every new person may]
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<Permission>,
}

/// Adds them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let mut body = json!({ "name": args.name });
    let texts = [("id", &args.id), ("email", &args.email)];
    for (key, text) in texts {
        if let Some(text) = text {
            body[key] = text.as_str().into();
        }
    }
    if !args.permissions.is_empty() {
        let words = args
            .permissions
            .iter()
            .map(|permission| permission.as_str());
        body["permissions"] = words.collect();
    }
    let person = context
        .client()?
        .post("/persons")
        .json(&body)?
        .send::<Data<Person>>()?;
    Ok(Output::new(&person))
}
