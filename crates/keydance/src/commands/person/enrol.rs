//! `keydance person enrol`.

use keydance_api::Data;
use keydance_api::principal::Enrolment;
use serde_json::json;

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Issue the one-time code with which a person gets an access token
///
/// They type it into `keydance login`. It works once, for at most 24 hours.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Their id
    person: String,
    /// End the tokens they have
    #[arg(long, requires = "reason")]
    reset: bool,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Issues it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let mut body = json!({});
    if args.reset {
        body["reset"] = true.into();
    }
    if let Some(reason) = &args.reason {
        body["reason"] = reason.as_str().into();
    }
    let path = format!("/persons/{}/enrolment", segment(&args.person));
    let code = context
        .client()?
        .post(path)
        .json(&body)?
        .send::<Data<Enrolment>>()?;
    Ok(Output::new(&code))
}
