//! `keydance completions`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;

/// Print what makes a shell complete this command line
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

/// Generates it from the command line itself.
pub(crate) fn run(args: &Args) -> Result<Output, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "keydance", &mut script);
    let script = String::from_utf8(script).map_err(Failure::unexpected)?;
    Ok(Output::verbatim(&script))
}
