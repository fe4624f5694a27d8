//! `keydance group join`.

use serde_json::json;

use crate::commands::reference::OwnerArg;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Put somebody into a group
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, or its name with @ before it
    group: String,
    /// USER:id, or GROUP:id for a group within the group
    member: OwnerArg,
    /// Until when
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT", default_value = "by command line")]
    reason: String,
}

/// Opens the membership.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::group(&client, &args.group)?;
    let mut body = json!({ "reason": args.reason });
    if let Some(until) = &args.until {
        body["until"] = until.as_str().into();
    }
    let (member, path) = (&args.member.0, super::member_path(&id, &args.member.0));
    let body = client.put(path).json(&body)?.send_for_body()?;
    let sentence = format!("{}:{} is in group {id}", member.kind, member.id);
    Ok(Output::new(&Say::new(sentence, body)))
}
