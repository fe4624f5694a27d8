//! `keydance man`.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use clap_mangen::Man;
use serde_json::json;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Print the manual page, or write one for every command
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder for a page for every command
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Generates them from the command line itself.
pub(crate) fn run(args: &Args) -> Result<Output, Failure> {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &args.out else {
        let page = String::from_utf8(page(&command)?).map_err(Failure::unexpected)?;
        return Ok(Output::verbatim(&page));
    };
    let failed = |error| Failure::usage(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let count = write(&command, folder)?;
    let sentence = format!("wrote {count} pages to {}", folder.display());
    Ok(Output::new(&Say::new(
        sentence,
        json!({ "pages": count, "folder": folder }),
    )))
}

/// The page of a command and those of the commands below it.
fn write(command: &clap::Command, folder: &Path) -> Result<usize, Failure> {
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name());
    let path = folder.join(format!("{}.1", name.replace(' ', "-")));
    std::fs::write(&path, page(command)?)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    let below = command
        .get_subcommands()
        .filter(|below| below.get_name() != "help");
    below
        .map(|below| write(below, folder))
        .try_fold(1, |sum, count| Ok(sum + count?))
}

fn page(command: &clap::Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command.clone())
        .render(&mut page)
        .map_err(Failure::unexpected)?;
    Ok(page)
}
