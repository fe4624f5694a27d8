//! `keydance doctor`.

mod client_side;
mod server_side;

use serde::Serialize;

use super::Context;
use crate::config::ConfigArgs;
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::render::{Page, Render, Row};

/// Look for what is wrong, here and at the server
///
/// On the server's own machine, --deployment also looks at its files and at the machine. Ends with
/// exit code 1 if something is wrong; warnings are none.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Look at the deployment on this machine
    #[arg(long)]
    deployment: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Looks at everything it can reach.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let mut findings = client_side::findings(context)?;
    if args.deployment || args.config.names_a_deployment() {
        let config = args.config.load(&context.environment, &[])?;
        findings.extend(server_side::findings(&config)?);
    }
    let is_wrong = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Wrong);
    let output = Output::new(&Report { findings });
    Ok(if is_wrong {
        output.ending_as(Kind::Failed)
    } else {
        output
    })
}

/// What was found about one thing.
#[derive(Serialize)]
struct Finding {
    about: &'static str,
    verdict: Verdict,
    detail: String,
}

/// Whether it is well.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warning,
    Wrong,
}

impl Finding {
    fn new(about: &'static str, verdict: Verdict, detail: impl Into<String>) -> Self {
        Self {
            about,
            verdict,
            detail: detail.into(),
        }
    }

    fn ok(about: &'static str, detail: impl Into<String>) -> Self {
        Self::new(about, Verdict::Ok, detail)
    }

    fn warning(about: &'static str, detail: impl Into<String>) -> Self {
        Self::new(about, Verdict::Warning, detail)
    }

    fn wrong(about: &'static str, detail: impl Into<String>) -> Self {
        Self::new(about, Verdict::Wrong, detail)
    }
}

#[derive(Serialize)]
struct Report {
    findings: Vec<Finding>,
}

impl Row for Finding {
    const COLUMNS: &'static [&'static str] = &["about", "verdict", "detail"];
    fn cells(&self) -> Vec<String> {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Wrong => "WRONG",
        };
        vec![
            self.about.to_owned(),
            verdict.to_owned(),
            self.detail.clone(),
        ]
    }
}

impl Render for Report {
    fn render(&self, page: &mut Page) {
        self.findings.as_slice().render(page);
    }
}
