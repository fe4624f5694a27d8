//! The repository, through the `git` program.
//!
//! Whoever wrote the repository does not decide what runs here: git gets an environment of ours,
//! no hooks, no file system monitor, no replaced objects and no transport, and is only ever asked
//! for objects, never for a working tree.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use contents::Contents;
pub use object_id::ObjectId;
pub use stream::Answers;

mod contents;
mod object_id;
mod past;
mod stream;

/// The program `git`, and whose configuration it reads.
#[derive(Clone, Debug)]
pub struct Git {
    program: PathBuf,
    home: Option<OsString>,
}

/// A repository.
#[derive(Clone, Debug)]
pub struct Repository {
    git: Git,
    folder: PathBuf,
    common: PathBuf,
}

/// A ref and the commit it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its full name: `refs/heads/main`.
    pub name: String,
    /// The commit, behind tags too.
    pub commit: ObjectId,
}

/// What a repository lacks of its own history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Commits before some point.
    pub is_shallow: bool,
    /// Objects that would be fetched when they are needed.
    pub is_partial: bool,
}

/// Why the repository did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// Git said no; with its first line.
    #[error("git {command} failed: {message}")]
    Failed {
        /// The subcommand.
        command: String,
        /// What it said.
        message: String,
    },
    /// Git wrote what it never writes.
    #[error("git {0} answered something else than was asked for")]
    Malformed(&'static str),
    /// Git was not started, or its output not read.
    #[error("git cannot be run: {0}")]
    Run(#[from] io::Error),
    /// There is no such commit.
    #[error("{0:?} is no commit of this repository")]
    UnknownCommit(String),
}

impl Git {
    /// The first `git` in the absolute folders of a search path.
    #[must_use]
    pub fn find(path: &OsStr, home: Option<OsString>) -> Option<Self> {
        let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
        let program = folders
            .map(|folder| folder.join("git"))
            .find(|it| it.is_file())?;
        Some(Self { program, home })
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(folder)
            .env_clear()
            .envs(self.home.iter().map(|home| ("HOME", home)))
            .env("LC_ALL", "C")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_GRAFT_FILE", "/dev/null")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .args([
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=/dev/null",
            ])
            .stdin(Stdio::null());
        command
    }
}

impl Repository {
    /// The repository that a folder is in.
    ///
    /// # Errors
    ///
    /// If it is in none, or git refuses to look into it.
    pub fn open(git: Git, folder: &Path) -> Result<Self, RepositoryError> {
        let mut repository = Self {
            git,
            folder: folder.to_owned(),
            common: PathBuf::new(),
        };
        let common = ["--path-format=absolute", "--git-common-dir"];
        let mut common = repository.run("rev-parse", &common)?;
        common.truncate(common.trim_ascii_end().len());
        repository.common = PathBuf::from(OsString::from_vec(common));
        Ok(repository)
    }

    /// The folder that all working trees of the repository share.
    #[must_use]
    pub fn common_folder(&self) -> &Path {
        &self.common
    }

    /// What it lacks of its own history.
    ///
    /// # Errors
    ///
    /// If git cannot be asked.
    pub fn gaps(&self) -> Result<Gaps, RepositoryError> {
        let shallow = self.run("rev-parse", &["--is-shallow-repository"])?;
        let promisors = r"^(extensions\.partialclone|remote\..*\.promisor)$";
        let settings = self.run_or_none("config", &["--local", "--get-regexp", promisors])?;
        Ok(Gaps {
            is_shallow: shallow.trim_ascii() == b"true",
            is_partial: settings.is_some_and(|settings| !settings.is_empty()),
        })
    }

    /// Every ref that leads to a commit, in the order of their names.
    ///
    /// # Errors
    ///
    /// If git cannot be asked.
    pub fn references(&self) -> Result<Vec<Reference>, RepositoryError> {
        const FORMAT: &str = "--format=%(refname) %(objectname) %(objecttype) %(*objectname)";
        let told = self.run("for-each-ref", &[FORMAT])?;
        let told = String::from_utf8_lossy(&told);
        let read = |line: &str| {
            let mut words = line.split(' ');
            let (name, id) = (words.next()?, words.next()?);
            let id = match words.next()? {
                "commit" => id,
                _ => words.next()?,
            };
            let commit = ObjectId::parse(id.as_bytes())?;
            let name = name.to_owned();
            Some(Reference { name, commit })
        };
        Ok(told.lines().filter_map(read).collect())
    }

    /// The commit that a revision means.
    ///
    /// # Errors
    ///
    /// If it means none.
    pub fn resolve(&self, revision: &str) -> Result<ObjectId, RepositoryError> {
        let commit = format!("{revision}^{{commit}}");
        let asked = ["--verify", "--quiet", "--end-of-options", &commit];
        let told = self.run_or_none("rev-parse", &asked)?.unwrap_or_default();
        let unknown = || RepositoryError::UnknownCommit(revision.to_owned());
        ObjectId::parse(told.trim_ascii()).ok_or_else(unknown)
    }

    /// A file of what is checked out, as it was committed; nothing if there is none, or it is too
    /// large.
    ///
    /// # Errors
    ///
    /// If git cannot be asked.
    pub fn committed(
        &self,
        path: &str,
        max_len: usize,
    ) -> Result<Option<Vec<u8>>, RepositoryError> {
        self.named(&format!("HEAD:{path}"), max_len)
    }

    /// What a subcommand prints.
    fn run(&self, subcommand: &str, arguments: &[&str]) -> Result<Vec<u8>, RepositoryError> {
        let mut command = self.git.command(&self.folder);
        let output = command.arg(subcommand).args(arguments).output()?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let message = String::from_utf8_lossy(&output.stderr);
        Err(RepositoryError::Failed {
            command: subcommand.to_owned(),
            message: message.lines().next().unwrap_or_default().to_owned(),
        })
    }

    /// As [`run`](Self::run); nothing where it ends with 1, which says that there is no answer.
    fn run_or_none(
        &self,
        subcommand: &str,
        arguments: &[&str],
    ) -> Result<Option<Vec<u8>>, RepositoryError> {
        let mut command = self.git.command(&self.folder);
        let output = command.arg(subcommand).args(arguments).output()?;
        Ok(output.status.success().then_some(output.stdout))
    }
}

#[cfg(test)]
mod tests;
