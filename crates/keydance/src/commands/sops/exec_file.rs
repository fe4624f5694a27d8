//! `exec-file`: runs a command with the plain content in a file that only it can read.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path};
use std::process::ExitCode;
use std::thread;

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use super::account::Account;
use super::child;
use super::failure::{Exit, Failure, warn};
use super::opening::about_writing;
use super::private_folder::PrivateFolder;
use super::request::{ExecFile, Input, Waiting};
use super::session::Session;
use super::signals::Signals;

/// Runs the command.
///
/// # Errors
/// The file cannot be opened, or the command not be started.
pub(super) fn run(session: &Session, request: &ExecFile) -> Result<ExitCode, Failure> {
    let name = local_name(request)?;
    let account = request.user.as_deref().map(Account::named).transpose()?;
    let plain = plain(session, request)?;
    if let Some(account) = &account {
        account.assume()?;
    }
    // Held back before there is a folder, so that it is removed however this ends.
    let mut signals = Signals::hold()?;
    let folder = PrivateFolder::make(&session.environment)?;
    if request.waiting == Waiting::Ends {
        return leave_alone(request, account.as_ref(), folder, name, &plain);
    }
    if !request.fifo {
        let path = folder
            .write(name, &plain)
            .map_err(|error| about_folder(&error))?;
        let command = command(request, account.as_ref(), &path);
        return child::wait_for(session.face, command, &mut signals);
    }
    let path = folder
        .place(name)
        .and_then(|path| fifo(&path).map(|()| path));
    let path = path.map_err(|error| about_folder(&error))?;
    feed(&path, plain);
    let command = command(request, account.as_ref(), &path);
    let ended = child::wait_for(session.face, command, &mut signals);
    release(&path);
    ended
}

/// Content and command for somebody else to clean up after, as we are gone by then.
fn leave_alone(
    request: &ExecFile,
    account: Option<&Account>,
    folder: PrivateFolder,
    name: &Path,
    plain: &[u8],
) -> Result<ExitCode, Failure> {
    if request.fifo {
        warn("--background: nobody is left to write to a fifo, so it is a file");
    }
    let path = folder
        .write(name, plain)
        .map_err(|error| about_folder(&error))?;
    let inner = placed(&request.command, &path);
    let mut command = child::shell(OsStr::new(r#"/bin/sh -c "$1"; exec rm -rf -- "$2""#));
    command.arg("sh").arg(inner).arg(folder.leave());
    if let Some(account) = account {
        command.envs(account.variables());
    }
    child::leave_alone(command)
}

fn command(request: &ExecFile, account: Option<&Account>, path: &Path) -> std::process::Command {
    let mut command = child::shell(&placed(&request.command, path));
    if let Some(account) = account {
        command.envs(account.variables());
    }
    command
}

/// The command with the path for every `{}`.
fn placed(command: &OsStr, path: &Path) -> OsString {
    let mut placed = Vec::new();
    let mut rest = command.as_bytes();
    while let Some(at) = rest.windows(2).position(|pair| pair == b"{}") {
        let (before, behind) = rest.split_at(at);
        placed.extend_from_slice(before);
        placed.extend_from_slice(path.as_os_str().as_bytes());
        rest = behind.get(2..).unwrap_or_default();
    }
    placed.extend_from_slice(rest);
    OsString::from_vec(placed)
}

/// The name of the file within its folder.
fn local_name(request: &ExecFile) -> Result<&Path, Failure> {
    let Some(name) = &request.filename else {
        return Ok(Path::new("tmp-file"));
    };
    let is_local = name
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if is_local && name.file_name().is_some() {
        return Ok(name);
    }
    Err(Failure::other(
        "--filename must be a name within the private folder: relative, without ..",
    ))
}

fn plain(session: &Session, request: &ExecFile) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let ExecFile {
        file,
        types,
        opening,
        ..
    } = request;
    let source = session.source(&Input::Files(vec![file.clone()]), None)?;
    let services = session.key_services(&opening.services);
    let format = source.format(*types);
    let unlocked = session.unlock(file, format, &source.bytes, &services, &opening.order)?;
    let (opened, _) = unlocked.open(file, opening)?;
    let output = source.output_format(*types);
    let plain = output.write(&opened.tree, None, &session.write_options(output)?);
    plain
        .map(Zeroizing::new)
        .map_err(|error| about_writing(file, &error))
}

/// Makes a fifo that only its owner may use.
#[cfg(target_os = "linux")]
fn fifo(path: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, Mode, mkfifoat};
    Ok(mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR)?)
}

/// Makes a fifo that only its owner may use.
#[cfg(not(target_os = "linux"))]
fn fifo(path: &Path) -> io::Result<()> {
    let made = std::process::Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(path)
        .status()?;
    if made.success() {
        Ok(())
    } else {
        Err(io::Error::other("mkfifo failed"))
    }
}

/// Writes to the fifo, once somebody reads it. [`release`] ends the wait for that.
fn feed(path: &Path, plain: Zeroizing<Vec<u8>>) {
    let path = path.to_owned();
    thread::spawn(move || {
        let fifo = File::options().write(true).open(path);
        // A command that reads only a part of it, or nothing, has its reasons.
        drop(fifo.and_then(|mut fifo| fifo.write_all(&plain)));
    });
}

/// Lets the writer go on that still waits for a reader; it finds that there is none.
fn release(path: &Path) {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    drop(File::options().read(true).custom_flags(flags).open(path));
}

fn about_folder(error: &io::Error) -> Failure {
    Failure::new(Exit::Unwritable, format!("the private folder: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_stands_for_every_pair_of_braces() {
        let placed = |command: &str| placed(OsStr::new(command), Path::new("/p/f"));
        assert_eq!(placed("cat {} {}"), "cat /p/f /p/f");
        assert_eq!(placed("{{}}"), "{/p/f}");
        assert_eq!(placed("true"), "true");
        assert_eq!(placed(""), "");
    }
}
