//! What makes git call us: settings of one clone, a hook, and which paths they are for.
//!
//! All of it is local. Nothing is pushed, and nothing but what is ours is ever taken back.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::event::GitError;
use crate::event::git::Git;

/// The settings of one clone.
#[derive(Debug)]
pub struct Setup {
    git: Git,
    /// The folder that all working copies share.
    common: PathBuf,
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupState {
    /// It was as it is.
    Unchanged,
    /// It was changed.
    Changed,
}

/// Why the settings stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// There is a hook of somebody else's.
    #[error("{0} is there already, and not ours")]
    Hook(String),
    /// Hooks are in a folder that may be shared with others.
    #[error("core.hooksPath says that hooks are in {0}")]
    HooksPath(String),
    /// A file cannot be read or written.
    #[error("{path}: {problem}")]
    Io {
        /// Its path.
        path: String,
        /// Why.
        problem: String,
    },
}

/// The settings, and what each is.
const SETTINGS: [(&str, &str); 4] = [
    ("merge.keydance.name", "merge encrypted files"),
    (
        "merge.keydance.driver",
        "keydance merge-driver %O %A %B %L %P",
    ),
    ("diff.keydance.textconv", "keydance git-textconv"),
    // What was decrypted would be kept in the repository.
    ("diff.keydance.cachetextconv", "false"),
];

const HOOK: &str = "#!/bin/sh
# keydance: made by `keydance git-setup --hook`
exec keydance check --staged
";

const BEGIN: &str = "# keydance: begin, made by `keydance git-setup`";
const END: &str = "# keydance: end";

impl Setup {
    /// The settings of the repository around a folder; `program` is the path of git.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn open(program: &Path, folder: &Path) -> Result<Self, SetupError> {
        let git = Git::new(program, folder);
        let common = super::line(
            &git,
            &["rev-parse", "--path-format=absolute", "--git-common-dir"],
        )?;
        Ok(Self {
            git,
            common: common.into(),
        })
    }

    /// Makes git merge and show encrypted files with this program.
    ///
    /// # Errors
    ///
    /// If git refuses.
    pub fn install(&self) -> Result<SetupState, SetupError> {
        let mut state = SetupState::Unchanged;
        for (name, value) in SETTINGS {
            if self.setting(name)?.as_deref() != Some(value) {
                self.git.run(&["config", "--local", name, value])?;
                state = SetupState::Changed;
            }
        }
        Ok(state)
    }

    /// Takes the settings, the hook and the paths back, as far as they are ours.
    ///
    /// # Errors
    ///
    /// If git refuses, or a file cannot be written.
    pub fn undo(&self) -> Result<SetupState, SetupError> {
        let mut state = SetupState::Unchanged;
        for (name, value) in SETTINGS {
            if self.setting(name)?.as_deref() == Some(value) {
                self.git.run(&["config", "--local", "--unset", name])?;
                state = SetupState::Changed;
            }
        }
        let hook = self.hook();
        if read(&hook)?.as_deref() == Some(HOOK) {
            fs::remove_file(&hook).map_err(|error| io_error(&hook, &error))?;
            state = SetupState::Changed;
        }
        match self.choose(&[])? {
            SetupState::Changed => Ok(SetupState::Changed),
            SetupState::Unchanged => Ok(state),
        }
    }

    /// Makes git merge and show the files of these patterns of its own, in this clone only; no
    /// pattern takes back what was chosen before. An organisation has its paths in
    /// `.gitattributes`, for every clone.
    ///
    /// # Errors
    ///
    /// If the file of attributes cannot be read or written.
    pub fn choose(&self, patterns: &[String]) -> Result<SetupState, SetupError> {
        let path = self.common.join("info/attributes");
        let before = read(&path)?.unwrap_or_default();
        let mut after = without_block(&before);
        if !patterns.is_empty() {
            if !after.is_empty() && !after.ends_with('\n') {
                after.push('\n');
            }
            let lines = patterns
                .iter()
                .map(|one| format!("{one} merge=keydance diff=keydance\n"));
            after.extend([format!("{BEGIN}\n")].into_iter().chain(lines));
            after.extend([END, "\n"]);
        }
        if after == before {
            return Ok(SetupState::Unchanged);
        }
        let written =
            fs::create_dir_all(self.common.join("info")).and_then(|()| fs::write(&path, after));
        written.map_err(|error| io_error(&path, &error))?;
        Ok(SetupState::Changed)
    }

    /// Makes git check what is to be committed.
    ///
    /// # Errors
    ///
    /// If there is a hook of somebody else's, or hooks may be shared with others.
    pub fn install_hook(&self) -> Result<SetupState, SetupError> {
        for scope in ["--local", "--global"] {
            if let Some(folder) = self
                .git
                .find(&["config", scope, "--get", "core.hooksPath"])?
            {
                let folder = String::from_utf8_lossy(&folder).trim_end().to_owned();
                return Err(SetupError::HooksPath(folder));
            }
        }
        let hook = self.hook();
        match read(&hook)?.as_deref() {
            Some(HOOK) => return Ok(SetupState::Unchanged),
            Some(_) => return Err(SetupError::Hook(hook.display().to_string())),
            None => {}
        }
        let failed = |error: io::Error| io_error(&hook, &error);
        fs::create_dir_all(self.common.join("hooks")).map_err(failed)?;
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o755).open(&hook);
        file.and_then(|mut file| file.write_all(HOOK.as_bytes()))
            .map_err(failed)?;
        Ok(SetupState::Changed)
    }

    fn hook(&self) -> PathBuf {
        self.common.join("hooks/pre-commit")
    }

    fn setting(&self, name: &str) -> Result<Option<String>, SetupError> {
        let found = self.git.find(&["config", "--local", "--get", name])?;
        Ok(found.map(|value| {
            String::from_utf8_lossy(&value)
                .trim_end_matches('\n')
                .to_owned()
        }))
    }
}

fn without_block(text: &str) -> String {
    match (text.find(BEGIN), text.find(END)) {
        (Some(begin), Some(end)) if begin < end => {
            let (before, rest) = text.split_at(begin);
            let after = rest.split_once(END).map_or("", |(_, after)| after);
            format!("{before}{}", after.strip_prefix('\n').unwrap_or(after))
        }
        _ => text.to_owned(),
    }
}

fn read(path: &Path) -> Result<Option<String>, SetupError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(path, &error)),
    }
}

fn io_error(path: &Path, error: &io::Error) -> SetupError {
    SetupError::Io {
        path: path.display().to_string(),
        problem: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git(folder: &Path, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(folder)
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn program() -> PathBuf {
        let path = std::env::var_os("PATH").unwrap();
        std::env::split_paths(&path)
            .map(|folder| folder.join("git"))
            .find(|git| git.is_file())
            .unwrap()
    }

    #[test]
    fn settings_are_made_once_and_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "-q"]);
        let config = folder.path().join(".git/config");
        let attributes = folder.path().join(".git/info/attributes");
        fs::create_dir_all(folder.path().join(".git/info")).unwrap();
        fs::write(&attributes, "*.png binary").unwrap();
        let before = fs::read_to_string(&config).unwrap();
        let setup = Setup::open(&program(), folder.path()).unwrap();
        let patterns = ["secrets/**".to_owned()];
        for expected in [SetupState::Changed, SetupState::Unchanged] {
            assert_eq!(setup.install(), Ok(expected));
            assert_eq!(setup.choose(&patterns), Ok(expected));
            assert_eq!(setup.install_hook(), Ok(expected));
        }
        let driver = git(folder.path(), &["config", "merge.keydance.driver"]);
        assert_eq!(driver, "keydance merge-driver %O %A %B %L %P\n");
        let attribute = git(
            folder.path(),
            &["check-attr", "merge", "secrets/a/b.yaml", "c.yaml"],
        );
        assert_eq!(
            attribute,
            "secrets/a/b.yaml: merge: keydance\nc.yaml: merge: unspecified\n"
        );
        for expected in [SetupState::Changed, SetupState::Unchanged] {
            assert_eq!(setup.undo(), Ok(expected));
        }
        assert_eq!(
            fs::read_to_string(&config).unwrap().trim_end(),
            before.trim_end()
        );
        assert_eq!(fs::read_to_string(&attributes).unwrap(), "*.png binary\n");
        assert!(!setup.hook().exists());
    }

    #[test]
    fn what_is_not_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "-q"]);
        let setup = Setup::open(&program(), folder.path()).unwrap();
        fs::create_dir_all(folder.path().join(".git/hooks")).unwrap();
        fs::write(setup.hook(), "#!/bin/sh\n").unwrap();
        assert!(matches!(setup.install_hook(), Err(SetupError::Hook(_))));
        git(
            folder.path(),
            &["config", "diff.keydance.textconv", "other"],
        );
        setup.undo().unwrap();
        assert_eq!(
            git(folder.path(), &["config", "diff.keydance.textconv"]),
            "other\n"
        );
        assert!(setup.hook().exists());
        git(folder.path(), &["config", "core.hooksPath", "shared"]);
        assert!(matches!(
            setup.install_hook(),
            Err(SetupError::HooksPath(_))
        ));
    }
}
