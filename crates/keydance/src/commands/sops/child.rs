//! A command that is run with what was decrypted.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use super::Face;
use super::failure::Failure;
use super::signals::{Ended, Signals};

/// A command for the shell.
pub(super) fn shell(command: &OsStr) -> Command {
    let mut shell = Command::new(SHELL);
    shell.arg("-c").arg(command);
    shell
}

/// Becomes the command; comes back only if it cannot.
pub(super) fn become_it(mut command: Command) -> Failure {
    about(&command.exec())
}

/// Starts the command without anything to read or to write to, and leaves it alone.
///
/// # Errors
/// It cannot be started.
pub(super) fn leave_alone(mut command: Command) -> Result<ExitCode, Failure> {
    let command = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().map_err(|error| about(&error))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the command to its end, which is ours.
///
/// # Errors
/// It cannot be started.
pub(super) fn wait_for(
    face: Face,
    mut command: Command,
    signals: &mut Signals,
) -> Result<ExitCode, Failure> {
    let child = command.spawn().map_err(|error| about(&error))?;
    let Ended { status, .. } = signals.wait(child, None).map_err(|error| about(&error))?;
    Ok(status.map_or(ExitCode::FAILURE, |status| code(face, status)))
}

/// The exit code of the command. For whoever died of a signal it is what a shell calls it, 128 and
/// the number of the signal; sops has one for all signals.
fn code(face: Face, status: ExitStatus) -> ExitCode {
    let of_signal = |signal: i32| match face {
        Face::Keydance => 128 + signal,
        Face::Sops => 255,
    };
    let code = status.code().or_else(|| status.signal().map(of_signal));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}

fn about(error: &io::Error) -> Failure {
    Failure::other(format!("{SHELL}: {error}"))
}

const SHELL: &str = "/bin/sh";
