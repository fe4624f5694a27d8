//! `keydance credential versions`.

use keydance_api::credential::Version;
use serde::Deserialize;

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::{Page, Render};

/// Show its versions, without values
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    credential: String,
}

/// Lists them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::credential(&client, &args.credential)?;
    let versions = client.get(format!("/credentials/{id}/versions"));
    Ok(Output::new(&versions.send::<Versions>()?))
}

/// Versions come all at once, without pages.
#[derive(Deserialize)]
struct Versions {
    data: Vec<Version>,
}

impl Render for Versions {
    fn render(&self, page: &mut Page) {
        self.data.as_slice().render(page);
    }
}
