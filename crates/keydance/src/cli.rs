//! The command line as a whole.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::commands::{Command, Context};
use crate::config::Environment;
use crate::{failure, output};

/// Keeps credentials outside of flows, and hands them out to those that may use them
#[derive(Parser)]
#[command(name = "keydance", version, after_long_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every command.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Print the data of the answer as JSON, as the REST API gives it
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The server [default: KEYDANCE_URL, where you logged in, or http://127.0.0.1:9001]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Send tokens over plain http to another machine
    #[arg(long, global = true)]
    pub(crate) allow_http: bool,
}

/// Runs the command that was typed, shows what came of it, and says how it ended.
pub(crate) fn run(
    arguments: impl IntoIterator<Item = OsString>,
    environment: Environment,
) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // Help and version are no failures; clap knows which is which.
        Err(usage) => {
            drop(usage.print());
            return ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2));
        }
    };
    let json = cli.global.json;
    let context = Context::new(cli.global, environment);
    let shown = cli.command.run(&context).and_then(|done| {
        output::show(&done, json)?;
        Ok(done.exit())
    });
    match shown {
        Ok(exit) => exit,
        Err(failure) => failure::show(&failure, json),
    }
}

const AFTER_HELP: &str = "\
Exit codes:
  0   done
  1   failed: an unexpected error, with the id of the request
  2   wrong usage or configuration
  3   denied, with the next step where there is one
  4   not found, or not yours to know of
  5   conflict: changed meanwhile, exists already, still in use
  6   incomplete: needs a person's decision (see --yes)
  75  temporary: unreachable, sealed or throttled; repeat the same command

Results go to standard output, everything else to standard error. Secrets are asked for on the
terminal or read from standard input, and never taken as arguments.

The server is found by --url, KEYDANCE_URL or the last login; the access token by
KEYDANCE_TOKEN_FILE, KEYDANCE_TOKEN or the last login. A stored token goes only to the server it was
stored for.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
