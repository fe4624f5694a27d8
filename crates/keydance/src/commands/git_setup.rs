//! `keydance git-setup`.

use std::path::{Path, PathBuf};

use keydance_git::merge::{Setup, SetupError, SetupState};
use serde_json::json;

use super::{Context, event};
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::render::Say;

/// Make git merge and show encrypted files in this clone
///
/// Changes the configuration of this clone and nothing else; --undo takes it back. Which files they
/// are stands in .gitattributes, where `keydance sync` puts the paths of the roster.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Patterns of .gitattributes to merge and show here, where no roster says so
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,
    /// Also check what is to be committed, in a pre-commit hook
    #[arg(long)]
    hook: bool,
    /// Take everything back
    #[arg(long, conflicts_with_all = ["hook", "patterns"])]
    undo: bool,
    /// A folder in the repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
}

/// Makes it so.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let git = event::program(context, "git")?;
    let folder = args.repo.as_deref().unwrap_or(Path::new("."));
    let state = change(args, &git, folder).map_err(|error| failure(&error))?;
    let sentence = match (state, args.undo) {
        (SetupState::Changed, false) => "git merges and shows encrypted files here now",
        (SetupState::Changed, true) => "git does not merge and show encrypted files here any more",
        (SetupState::Unchanged, _) => "nothing to do",
    };
    let is_changed = state == SetupState::Changed;
    let said = Say::new(sentence.to_owned(), json!({ "changed": is_changed }));
    Ok(Output::new(&said))
}

fn change(args: &Args, git: &Path, folder: &Path) -> Result<SetupState, SetupError> {
    let setup = Setup::open(git, folder)?;
    if args.undo {
        return setup.undo();
    }
    let mut states = vec![setup.install()?];
    if !args.patterns.is_empty() {
        states.push(setup.choose(&args.patterns)?);
    }
    if args.hook {
        states.push(setup.install_hook()?);
    }
    let is_changed = states.contains(&SetupState::Changed);
    Ok(if is_changed {
        SetupState::Changed
    } else {
        SetupState::Unchanged
    })
}

fn failure(error: &SetupError) -> Failure {
    let kind = match error {
        SetupError::Hook(_) | SetupError::HooksPath(_) => Kind::Conflict,
        SetupError::Git(_) => Kind::Usage,
        _ => Kind::Failed,
    };
    let failure = Failure::new(kind, error);
    match error {
        SetupError::Hook(_) | SetupError::HooksPath(_) => {
            failure.hint("add a line `keydance check --staged` to the pre-commit hook there")
        }
        SetupError::Git(_) => failure.hint("run it inside the repository, or name it with --repo"),
        _ => failure,
    }
}
