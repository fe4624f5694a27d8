//! `keydance organisation list`.

use serde::Serialize;
use tokio::runtime::Runtime;

use crate::commands::Context;
use crate::commands::deployment::Deployment;
use crate::config::ConfigArgs;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::{Page, Render, Row};

/// Every organisation
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Lists them, oldest first.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let config = args.config.load(&context.environment, &[])?;
    let runtime = Runtime::new().map_err(Failure::unexpected)?;
    let deployment = Deployment::open(&config, &runtime)?;
    let organisations = runtime.block_on(deployment.organisations())?;
    let organisations = organisations.into_iter().map(|organisation| Organisation {
        id: organisation.id.to_string(),
        tenant: organisation.tenant.map(|tenant| tenant.to_string()),
    });
    Ok(Output::new(&Organisations(organisations.collect())))
}

#[derive(Serialize)]
struct Organisation {
    id: String,
    tenant: Option<String>,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Organisations(Vec<Organisation>);

impl Row for Organisation {
    const COLUMNS: &'static [&'static str] = &["id", "name"];
    fn cells(&self) -> Vec<String> {
        let nameless = || "(nameless)".to_owned();
        vec![
            self.id.clone(),
            self.tenant.clone().unwrap_or_else(nameless),
        ]
    }
}

impl Render for Organisations {
    fn render(&self, page: &mut Page) {
        self.0.as_slice().render(page);
    }
}
