//! Histories for tests, which real git makes.

use std::fs;
use std::path::Path;
use std::process::Command;

use keydance_sops::random::SystemRandom;
use tempfile::TempDir;

use super::{History, HistoryError, Missing};
use crate::repository::{Git, Repository};

/// A repository, and what can be done in it.
pub(crate) struct Made {
    folder: TempDir,
    /// Each commit is a minute later than the one before.
    minutes: std::cell::Cell<i64>,
}

impl Made {
    pub(crate) fn new() -> Self {
        let made = Self {
            folder: tempfile::tempdir().unwrap(),
            minutes: std::cell::Cell::new(0),
        };
        made.git(&["init", "-q", "-b", "main"]);
        made
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What git says.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let time = format!("{} +0000", 1_767_225_600 + 60 * self.minutes.get());
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]);
        command
            .env("GIT_COMMITTER_DATE", &time)
            .env("GIT_AUTHOR_DATE", &time);
        let done = command
            .args(arguments)
            .current_dir(self.path())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments:?}: {told}");
        String::from_utf8(done.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.path().join(name)).ok()
    }

    /// Commits everything there is, and gives the id.
    pub(crate) fn commit(&self) -> String {
        self.minutes.set(self.minutes.get() + 1);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn repository(&self) -> Repository {
        let git = Git::find("/usr/bin:/bin".as_ref(), None).unwrap();
        Repository::open(git, self.path()).unwrap()
    }

    pub(crate) fn history(&self) -> Result<History, HistoryError> {
        History::read(&self.repository(), Missing::Refuse, &mut SystemRandom)
    }
}
