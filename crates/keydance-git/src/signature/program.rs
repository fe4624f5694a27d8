//! `ssh-keygen`, which signs with whatever SSH signs with: files, agents, hardware keys.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::NAMESPACE;

/// The program.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    /// For what it reads from files only.
    folder: PathBuf,
}

/// It did not sign, or the signature is not by that key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ssh-keygen: {0}")]
pub struct ProgramError(String);

impl Program {
    /// The program at a path; what it must read from files is written to a folder, which holds
    /// nothing secret.
    #[must_use]
    pub fn new(path: PathBuf, folder: PathBuf) -> Self {
        Self { path, folder }
    }

    /// Signs a statement with a private key, or a public one whose private half an agent has.
    ///
    /// # Errors
    ///
    /// If it does not, for example because nobody touched the key.
    pub fn sign(&self, statement: &str, key: &Path) -> Result<String, ProgramError> {
        let mut command = Command::new(&self.path);
        command.args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"]);
        let output = run(command.arg(key).stderr(Stdio::inherit()), statement)?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(ProgramError(format!("no signature by {}", key.display()))),
        }
    }

    /// Whether an armored signature over a statement is by this public key, type and base64.
    ///
    /// # Errors
    ///
    /// If it is not, or cannot be verified.
    pub fn verify(&self, statement: &str, armored: &str, key: &str) -> Result<(), ProgramError> {
        let io = |error: io::Error| ProgramError(error.to_string());
        fs::create_dir_all(&self.folder).map_err(io)?;
        let signers = self.folder.join("allowed-signers");
        let signature = self.folder.join("file.sig");
        let listed = format!("signer namespaces=\"{NAMESPACE}\" {key}\n");
        fs::write(&signers, listed).map_err(io)?;
        fs::write(&signature, armored).map_err(io)?;
        let mut command = Command::new(&self.path);
        command.args(["-Y", "verify", "-n", NAMESPACE, "-I", "signer", "-f"]);
        command.arg(signers).arg("-s").arg(signature);
        let output = run(command.stderr(Stdio::piped()), statement)?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let said = said
            .lines()
            .next()
            .unwrap_or("the signature is not by that key");
        Err(ProgramError(said.to_owned()))
    }
}

fn run(command: &mut Command, statement: &str) -> Result<Output, ProgramError> {
    let failed = |error: io::Error| ProgramError(error.to_string());
    command.env("LC_ALL", "C");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read says why.
        drop(stdin.write_all(statement.as_bytes()));
    }
    child.wait_with_output().map_err(failed)
}
