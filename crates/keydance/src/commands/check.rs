//! `keydance check`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use keydance_git::check::{
    CheckError, Code, Finding, Listing, Means, Report, Severity, Source, check,
};
use keydance_git::sarif::sarif;
use keydance_sops::key_service::KeyService;
use serde::Serialize;

use super::{Context, event};
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::render::{HEADING, Page, QUIET, Render, styled};

/// Look for what is wrong with the secrets in this repository
///
/// Whether they are encrypted, whole, and to whom the roster says; needs no key, and with yours
/// looks into what they open. Ends with exit code 1 if something is found, 2 if it cannot be looked.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder in the repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Look at what is staged instead of the working copy: for a pre-commit hook
    #[arg(long)]
    staged: bool,
    /// Print SARIF 2.1.0, which code hosts show beside the lines
    #[arg(long, conflicts_with = "json")]
    sarif: bool,
    /// How bad a finding must be for exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severity)]
    fail_on: Severity,
    /// Look at nothing that takes a key
    #[arg(long)]
    no_keys: bool,
}

fn severity(word: &str) -> Result<Severity, String> {
    Severity::of_word(word).ok_or_else(|| "one of error, warning, info".to_owned())
}

/// Looks.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let git = event::program(context, "git")?;
    let folder = args.repo.as_deref().unwrap_or(Path::new("."));
    let listing = Listing::of(&git, folder, source(args, context));
    let listing = listing.map_err(|error| cannot(&error.into()))?;
    let own = match args.no_keys {
        true => None,
        false => Some(event::own_keys()?),
    };
    let services = own.as_ref().map(|own| own.services());
    let keys = services.as_ref().map(|keys| keys as &dyn KeyService);
    let ssh_keygen = event::program(context, "ssh-keygen")?;
    let means = Means {
        keys,
        ssh_keygen: Some(&ssh_keygen),
        now: event::now(),
    };
    let report = check(&listing, means).map_err(|error| cannot(&error))?;
    let is_bad = |finding: &Finding| finding.severity >= args.fail_on;
    let fails = report.findings.iter().any(is_bad);
    let output = if args.sarif {
        let log = sarif(&report.findings, env!("CARGO_PKG_VERSION"));
        let text = serde_json::to_string_pretty(&log).map_err(Failure::unexpected)?;
        Output::verbatim(&text)
    } else {
        Output::new(&Checked::from(report))
    };
    Ok(match fails {
        true => output.ending_as(Kind::Failed),
        false => output,
    })
}

/// Git tells a hook which index is about to be committed.
fn source(args: &Args, context: &Context) -> Source {
    if !args.staged {
        return Source::WorkingCopy;
    }
    let index = context.environment.get("GIT_INDEX_FILE");
    Source::Index(index.filter(|_| args.repo.is_none()).map(PathBuf::from))
}

/// Everything that keeps it from looking ends alike, so that no pipeline takes it for a finding.
fn cannot(error: &CheckError) -> Failure {
    let failure = Failure::usage(error);
    match error {
        CheckError::NoRoster => failure.hint("`keydance init` begins an organisation"),
        _ => failure,
    }
}

/// What was found.
#[derive(Serialize)]
struct Checked {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    findings: Vec<Finding>,
    files: usize,
    opened: usize,
}

impl From<Report> for Checked {
    fn from(report: Report) -> Self {
        let Report {
            findings,
            files,
            opened,
            ..
        } = report;
        let data = Data {
            findings,
            files,
            opened,
        };
        Self { data }
    }
}

impl Render for Checked {
    fn render(&self, page: &mut Page) {
        let Data {
            findings,
            files,
            opened,
        } = &self.data;
        for finding in findings {
            page.line(line(finding));
        }
        let kinds: BTreeSet<Code> = findings.iter().map(|finding| finding.code).collect();
        for code in kinds {
            let text = format!("{code}: {} {}", code.meaning(), code.remedy());
            page.text(&styled(QUIET, text));
        }
        let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
        let summary = format!(
            "errors: {}, warnings: {}, notes: {}; files: {files}, opened: {opened}",
            count(Severity::Error),
            count(Severity::Warning),
            count(Severity::Info),
        );
        page.text(&styled(HEADING, summary));
    }
}

/// `PATH:LINE: error: KEY: what [code]`, as compilers tell it.
fn line(finding: &Finding) -> String {
    let line = finding.line.map(|line| format!(":{line}"));
    let key = finding.key.as_ref().map(|key| format!("{key}: "));
    format!(
        "{}{}: {}: {}{} [{}]",
        finding.path,
        line.unwrap_or_default(),
        finding.severity.word(),
        key.unwrap_or_default(),
        finding.message,
        finding.code
    )
}
