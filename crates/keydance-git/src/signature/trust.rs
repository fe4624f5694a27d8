//! Which roster a clone trusts: everything that was approved follows from it.
//!
//! It is beside the repository, in no commit: whoever could write commits would otherwise decide
//! what they are compared with.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Digest;
use crate::check::seen::Seen;
use crate::event::GitError;
use crate::event::git::Git;

/// What one clone trusts.
#[derive(Clone, Debug)]
pub struct Trust {
    folder: PathBuf,
}

impl Trust {
    /// That of the clone around a folder; `git` is the path of the program.
    ///
    /// # Errors
    ///
    /// If there is no repository.
    pub fn of(git: &Path, folder: &Path) -> Result<Self, GitError> {
        let asked = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
        let common = Git::new(git, folder).run(&asked)?;
        let common = String::from_utf8_lossy(&common)
            .trim_end_matches('\n')
            .to_owned();
        Ok(Self {
            folder: Path::new(&common).join("keydance"),
        })
    }

    /// What is kept in a folder.
    pub(crate) fn kept_in(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder for what this clone remembers.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The digest of the trusted roster, if there is one.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is none: that must not count as trusting nothing.
    pub fn roster(&self) -> io::Result<Option<Digest>> {
        match fs::read_to_string(self.place()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
            Ok(text) => {
                let digest = text.trim().parse();
                digest
                    .map(Some)
                    .map_err(|_| io::ErrorKind::InvalidData.into())
            }
        }
    }

    /// Trusts a roster from now on.
    ///
    /// # Errors
    ///
    /// If it cannot be written down.
    pub fn begin(&self, roster: Digest) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let new = self
            .folder
            .join(format!("trusted.{}.new", std::process::id()));
        let mut file = fs::File::create(&new)?;
        writeln!(file, "{roster}")?;
        file.sync_all()?;
        fs::rename(new, self.place())
    }

    fn place(&self) -> PathBuf {
        self.folder.join("trusted")
    }
}

/// Whether this clone has seen a higher version of a file, and notes this one if it is the highest.
///
/// A clone that cannot be written to remembers nothing.
#[must_use]
pub fn is_rollback(trust: &Trust, path: &str, version: u64) -> bool {
    let mut seen = Seen::load(trust.folder());
    let is_older = seen.note(path, version).is_some();
    drop(seen.save());
    is_older
}
