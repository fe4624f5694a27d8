//! `keydance audit verify --database`.

use keydance_server::engine::audit::compare;
use keydance_store::organisations::Organisation;
use keydance_store::recorded::{Fault, Finding};
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::commands::deployment::{Deployment, engine};
use crate::config::Config;
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::render::{Page, Render, Row};

/// Findings of one organisation shown to people.
const SHOWN: usize = 100;

/// Proves every log of a deployment and compares its rows with what the logs say of them.
pub(super) fn run(config: &Config) -> Result<Output, Failure> {
    let key = config.key_file();
    if !key.exists() {
        let failure = Failure::usage(format!("there is no key file {}", key.display()));
        return Err(failure.hint("run it on the server's machine, with the server's configuration"));
    }
    let runtime = Runtime::new().map_err(Failure::unexpected)?;
    let deployment = Deployment::open(config, &runtime)?;
    let organisations = runtime.block_on(async {
        let mut logs = Vec::new();
        for organisation in deployment.organisations().await? {
            logs.push(log(&deployment, organisation).await?);
        }
        Ok::<_, Failure>(logs)
    })?;
    let holds = organisations.iter().all(Log::holds);
    let output = Output::new(&Verified(organisations));
    Ok(if holds {
        output
    } else {
        output.ending_as(Kind::Failed)
    })
}

async fn log(deployment: &Deployment, of: Organisation) -> Result<Log, Failure> {
    let Deployment { store, keyring } = deployment;
    let compared = compare(store, keyring, of.id).await;
    let compared = compared.map_err(|error| engine(&error))?;
    Ok(Log {
        organisation: of
            .tenant
            .map_or_else(|| of.id.to_string(), |name| name.to_string()),
        events: compared.events,
        rows: compared.rows,
        log: compared.log.iter().map(ToString::to_string).collect(),
        findings: compared.findings.into_iter().map(FoundRow::from).collect(),
    })
}

/// The log of one organisation and its rows.
#[derive(Serialize)]
struct Log {
    organisation: String,
    events: u64,
    rows: u64,
    /// What is wrong with the log itself.
    log: Vec<String>,
    findings: Vec<FoundRow>,
}

impl Log {
    fn holds(&self) -> bool {
        self.log.is_empty() && self.findings.is_empty()
    }
}

/// A row that is not as the log says.
#[derive(Serialize)]
struct FoundRow {
    table: &'static str,
    key: Vec<String>,
    fault: &'static str,
    /// The last event about it.
    event: Option<u64>,
}

impl From<Finding> for FoundRow {
    fn from(finding: Finding) -> Self {
        Self {
            table: finding.table.name(),
            key: finding.key,
            fault: match finding.fault {
                Fault::Differs => "differs",
                Fault::Extra => "extra",
                Fault::Missing => "missing",
            },
            event: finding.seq,
        }
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct Verified(Vec<Log>);

impl Row for FoundRow {
    const COLUMNS: &'static [&'static str] = &["row", "is", "last changed by event"];
    fn cells(&self) -> Vec<String> {
        let event = self.event.map(|seq| seq.to_string());
        vec![
            format!("{} {}", self.table, self.key.join(" ")),
            self.fault.to_owned(),
            event.unwrap_or_else(|| "none".to_owned()),
        ]
    }
}

impl Render for Verified {
    fn render(&self, page: &mut Page) {
        for log in &self.0 {
            log.render(page);
        }
    }
}

impl Render for Log {
    fn render(&self, page: &mut Page) {
        let Self {
            organisation,
            events,
            rows,
            ..
        } = self;
        if self.holds() {
            page.line(format!(
                "{organisation}: the log holds ({events} events), and so do the {rows} rows it vouches for"
            ));
            return;
        }
        page.line(format!("{organisation}: {events} events, {rows} rows"));
        for fault in &self.log {
            page.line(format!("  {fault}"));
        }
        if self.findings.is_empty() {
            return;
        }
        page.line(format!(
            "  {} rows are not as the log says:",
            self.findings.len()
        ));
        let shown = self.findings.get(..SHOWN).unwrap_or(&self.findings);
        shown.render(page);
        if shown.len() < self.findings.len() {
            page.line("  more with --json");
        }
    }
}
