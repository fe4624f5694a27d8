//! Merging two changes of one encrypted file.
//!
//! The files themselves are merged by `keydance-sops`. Here is what a repository adds: the
//! identities of groups that another branch made, the roster, and the settings of git.

use std::collections::HashSet;
use std::path::Path;

use crate::event::GitError;
use crate::event::git::{Git, parts};
use crate::group_identity::GROUPS_FOLDER;

pub use roster::{RosterMerge, RosterMergeError, merge_rosters};
pub use setup::{Setup, SetupError, SetupState};

mod roster;
mod setup;

/// The files of group identities at the tips of all branches, the newest first; besides those of
/// `revisions` that are there. While git merges, what the other side made is in no working copy.
///
/// # Errors
///
/// If git cannot be asked.
pub fn identity_files(
    program: &Path,
    folder: &Path,
    revisions: &[String],
) -> Result<Vec<Vec<u8>>, GitError> {
    let git = Git::new(program, folder);
    let root = line(&git, &["rev-parse", "--show-toplevel"])?;
    let git = git.within(Path::new(&root));
    let tips = git.run(&[
        "for-each-ref",
        "--sort=-committerdate",
        MAX_TIPS,
        "--format=%(objectname)",
        "refs/heads",
        "refs/remotes",
    ])?;
    let tips = String::from_utf8_lossy(&tips).into_owned();
    let mut seen = HashSet::new();
    let mut files = Vec::new();
    let named = revisions.iter().map(String::as_str);
    for tip in ["HEAD"].into_iter().chain(named).chain(tips.lines()) {
        let listed = [
            "ls-tree",
            "-r",
            "-z",
            "--format=%(objectname)",
            tip,
            "--",
            GROUPS_FOLDER,
        ];
        // A revision that is not there has nothing to add.
        let Ok(listed) = git.run(&listed) else {
            continue;
        };
        for blob in parts(&listed) {
            if seen.insert(blob.to_owned()) {
                files.push(git.run(&["cat-file", "blob", blob])?);
            }
        }
    }
    Ok(files)
}

/// What git prints in one line.
fn line(git: &Git, arguments: &[&str]) -> Result<String, GitError> {
    let printed = git.run(arguments)?;
    Ok(String::from_utf8_lossy(&printed).trim_end().to_owned())
}

/// How many tips are looked at.
const MAX_TIPS: &str = "--count=64";
