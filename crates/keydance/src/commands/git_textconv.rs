//! `keydance git-textconv`: what git runs to show the difference between encrypted files.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use keydance_git::group_identity::Keyring;
use keydance_git::merge::{Surroundings, shown};

use super::{Context, event};
use crate::failure::Failure;
use crate::output::Output;

/// Print what is in an encrypted file, for `git diff`: see `git-setup`
///
/// Whoever cannot open it sees its structure, with marks that change when a value does.
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
}

/// Prints it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let place = args.file.display();
    let bytes = std::fs::read(&args.file);
    let bytes = bytes.map_err(|error| Failure::usage(format!("{place}: {error}")))?;
    let git = event::program(context, "git")?;
    // Outside of a repository there are no groups.
    let around = Surroundings::of(&git, Path::new(".")).ok();
    let identities = around.map(|around| around.identities()).unwrap_or_default();
    let keys = event::own_keys()?;
    let own = keys.services();
    let ring = Keyring::new(&own, identities.into_values());
    let text = shown(&args.file.to_string_lossy(), &bytes, &ring);
    // Past the output that can show itself: what it keeps is not wiped.
    let printed = match &text {
        Some(text) => io::stdout().write_all(text),
        None => io::stdout().write_all(&bytes),
    };
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unexpected(error)),
        _ => Ok(Output::silent()),
    }
}
