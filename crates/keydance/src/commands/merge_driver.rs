//! `keydance merge-driver`: what git runs to merge two changes of an encrypted file.

use std::fs;
use std::path::{Path, PathBuf};

use keydance_git::merge::{MergeFileError, MergedFile, Surroundings, Three};
use keydance_sops::random::SystemRandom;

use super::{Context, event};
use crate::failure::{self, Failure, Kind};
use crate::output::Output;

/// Merge two changes of an encrypted file: git runs this, see `git-setup`
///
/// Ends with exit code 0 if it is merged and 1 if a person has to look: at conflicts in the file, or
/// because it cannot be opened, and then it is as on our side. With 129 git gives up.
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub(crate) struct Args {
    /// The version both began with (%O)
    base: PathBuf,
    /// Our version, which is replaced (%A)
    ours: PathBuf,
    /// Their version (%B)
    theirs: PathBuf,
    /// The size of conflict markers, which these files do not have (%L)
    #[arg(value_name = "SIZE")]
    _size: String,
    /// Where the file is in the repository (%P)
    path: String,
}

/// More than this git takes for no answer at all.
const GIVE_UP: u8 = 129;

/// Merges.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let ended = match merged(args, context) {
        Ok(Ok(merged)) => write(args, &merged),
        Ok(Err(error)) => return Err(refusal(args, &error)),
        Err(failure) => Err(failure),
    };
    // Whatever went wrong besides, git must not take for a conflict.
    Ok(ended.unwrap_or_else(|failure| {
        failure::show(&failure, context.global.json);
        Output::silent().ending_with(GIVE_UP)
    }))
}

fn merged(args: &Args, context: &Context) -> Result<Result<MergedFile, MergeFileError>, Failure> {
    let git = event::program(context, "git")?;
    let around = Surroundings::of(&git, Path::new(".")).map_err(Failure::unexpected)?;
    let [base, ours, theirs] = [&args.base, &args.ours, &args.theirs].map(|path| read(path));
    let (base, ours, theirs) = (base?, ours?, theirs?);
    let three = Three {
        path: &args.path,
        base: &base,
        ours: &ours,
        theirs: &theirs,
    };
    let keys = event::own_keys()?;
    Ok(around.merge(three, &keys.services(), event::now(), &mut SystemRandom))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = fs::read(path);
    read.map_err(|error| Failure::unexpected(format!("{}: {error}", path.display())))
}

fn write(args: &Args, merged: &MergedFile) -> Result<Output, Failure> {
    let Args { ours, path, .. } = args;
    let written = fs::write(ours, &merged.bytes);
    written.map_err(|error| Failure::unexpected(format!("{}: {error}", ours.display())))?;
    if merged.conflicts.is_empty() {
        return Ok(Output::silent());
    }
    let places = merged.conflicts.join(", ");
    let conflict = Failure::unexpected(format!("{path}: both sides changed {places}"));
    let conflict = conflict.hint(format!(
        "`keydance merge resolve {path}` lets you choose, then `git add {path}`"
    ));
    failure::show(&conflict, false);
    Ok(Output::silent().ending_as(Kind::Failed))
}

/// Nothing was merged, and our version is as it was.
fn refusal(args: &Args, error: &MergeFileError) -> Failure {
    let path = &args.path;
    let failure = Failure::unexpected(format!("{path}: not merged: {error}"));
    match error {
        MergeFileError::Locked { .. } => {
            failure.hint("the file is as on our side; ask one of them to merge the branches")
        }
        error if error.is_plain() => failure.hint(format!(
            "encrypt it on both branches first: keydance sops encrypt -i {path}"
        )),
        _ => failure.hint("the file is as on our side"),
    }
}
