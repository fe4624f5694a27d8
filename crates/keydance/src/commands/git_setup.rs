//! `keydance git-setup`: telling git how encrypted files are merged and shown.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::{Context, event};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Let git merge encrypted files and show what changed in them
///
/// Writes to the configuration of this clone only, as often as you like. Which files are meant says
/// .gitattributes: `keydance sync` keeps it, or write `secrets/** merge=keydance diff=keydance`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder in the repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Take it back
    #[arg(long)]
    undo: bool,
}

/// What git is told. Decrypted text is never cached, which git would do in the repository.
const SETTINGS: [(&str, &str); 4] = [
    (
        "merge.keydance.name",
        "encrypted files, merged by what is in them",
    ),
    (
        "merge.keydance.driver",
        "keydance merge-driver %O %A %B %L %P",
    ),
    ("diff.keydance.textconv", "keydance git-textconv"),
    ("diff.keydance.cachetextconv", "false"),
];

/// The sections that are ours alone.
const SECTIONS: [&str; 2] = ["merge.keydance", "diff.keydance"];

/// Tells it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let git = event::program(context, "git")?;
    let folder = args.repo.as_deref().unwrap_or(Path::new("."));
    let config = Config { git, folder };
    config.list()?;
    let sentence = match args.undo {
        true => {
            SECTIONS
                .iter()
                .try_for_each(|section| config.remove(section))?;
            "git merges and shows encrypted files as text again"
        }
        false => {
            let set = |(key, value): &(&str, &str)| config.run(&[key, value]).map(drop);
            SETTINGS.iter().try_for_each(set)?;
            "git merges encrypted files by what is in them, and shows it to you"
        }
    };
    let data = json!({ "data": { "set": !args.undo } });
    Ok(Output::new(&Say::new(sentence, data)))
}

/// The configuration of a clone.
struct Config<'a> {
    git: PathBuf,
    folder: &'a Path,
}

impl Config<'_> {
    /// # Errors
    /// There is no repository.
    fn list(&self) -> Result<(), Failure> {
        self.run(&["--list", "--name-only"]).map(drop)
    }

    /// Removes a section, if it is there.
    fn remove(&self, section: &str) -> Result<(), Failure> {
        let names = self.run(&["--list", "--name-only"])?;
        let prefix = format!("{section}.");
        match names.lines().any(|name| name.starts_with(&prefix)) {
            true => self.run(&["--remove-section", section]).map(drop),
            false => Ok(()),
        }
    }

    fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = Command::new(&self.git);
        command.current_dir(self.folder).env("LC_ALL", "C");
        let output = command.args(["config", "--local"]).args(arguments).output();
        let output = output.map_err(Failure::unexpected)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or("it gives no reason");
        Err(Failure::usage(format!(
            "git does not configure this: {said}"
        )))
    }
}
