//! Running the `git` program, so that neither the environment nor a hook decides what it does.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program, run in one folder.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    program: PathBuf,
    folder: PathBuf,
}

/// Git did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("git {command}: {message}")]
pub struct GitError {
    /// Its first argument.
    pub command: String,
    /// What it said, or why it did not run.
    pub message: String,
    /// Its exit code, if it ran to its end.
    pub code: Option<i32>,
}

/// What would make git look at another repository than the one in the folder.
const VARIABLES: [&str; 14] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_WORK_TREE",
];

/// What holds for every command: no hook, no monitor, and what is written is on the disk.
const OPTIONS: [&str; 8] = [
    "--literal-pathspecs",
    "--no-replace-objects",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsync=committed,loose-object",
];

impl Git {
    /// The program at this path, run in a folder.
    pub(crate) fn new(program: &Path, folder: &Path) -> Self {
        Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
        }
    }

    /// The same program in another folder.
    pub(crate) fn within(&self, folder: &Path) -> Self {
        Self::new(&self.program, folder)
    }

    /// Runs a command and gives what it prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        self.run_with(arguments, b"", &[])
    }

    /// Runs a command that may find nothing, which is exit code 1.
    pub(crate) fn find(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, GitError> {
        match self.run(arguments) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.code == Some(1) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs a command with this on its standard input and these variables.
    pub(crate) fn run_with(
        &self,
        arguments: &[&str],
        input: &[u8],
        variables: &[(&str, &OsStr)],
    ) -> Result<Vec<u8>, GitError> {
        let failed = |message: String, code| GitError {
            command: arguments.first().copied().unwrap_or_default().to_owned(),
            message,
            code,
        };
        let output = self.output(arguments, input, variables);
        let output = output.map_err(|error| failed(error.to_string(), None))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(failed(said.trim().to_owned(), output.status.code()))
    }

    fn output(
        &self,
        arguments: &[&str],
        input: &[u8],
        variables: &[(&str, &OsStr)],
    ) -> std::io::Result<Output> {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder);
        VARIABLES.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.env("LC_ALL", "C").envs(variables.iter().copied());
        command.args(OPTIONS).args(arguments);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let stdin = child.stdin.take();
        std::thread::scope(|scope| {
            // It may print before it has read everything. If it does not read, it says why.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
            child.wait_with_output()
        })
    }
}

/// The parts of an output that `-z` separates, those that are no text left out.
pub(crate) fn parts(output: &[u8]) -> impl Iterator<Item = &str> {
    let parts = output.split(|byte| *byte == 0);
    parts.filter_map(|part| {
        std::str::from_utf8(part)
            .ok()
            .filter(|part| !part.is_empty())
    })
}
