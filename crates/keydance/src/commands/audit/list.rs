//! `keydance audit list`.

use crate::client::Request;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::audit::Event;
use crate::render::{Page, Render};

/// Show events, newest last
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Not before this time
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Only by this person, machine identity or execution
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Only this action: credential.handed_out, flow.created, …
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Only about this object
    #[arg(long, value_name = "ID")]
    object: Option<String>,
    /// Only about this flow
    #[arg(long, value_name = "ID")]
    flow: Option<String>,
    /// allowed or denied
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<String>,
    /// Only after this number
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
    /// Events at most, up to 1000
    #[arg(long, value_name = "N")]
    size: Option<u32>,
}

/// Lists them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let request = filtered(args, client.get("/audit"));
    Ok(Output::new(&request.send::<Events>()?))
}

fn filtered<'a>(args: &Args, request: Request<'a>) -> Request<'a> {
    request
        .query("from", args.from.as_deref())
        .query("to", args.to.as_deref())
        .query("actor", args.actor.as_deref())
        .query("action", args.action.as_deref())
        .query("object", args.object.as_deref())
        .query("flow", args.flow.as_deref())
        .query("outcome", args.outcome.as_deref())
        .query("page[after]", args.after)
        .query("page[size]", args.size)
}

/// Events have a cursor instead of pages.
#[derive(serde::Deserialize)]
struct Events {
    data: Vec<Event>,
    meta: keydance_api::audit::Cursor,
}

impl Render for Events {
    fn render(&self, page: &mut Page) {
        self.data.as_slice().render(page);
        if let Some(after) = self.meta.after {
            page.line(format!("there may be more: --after {after}"));
        }
    }
}
