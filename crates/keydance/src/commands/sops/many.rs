//! A command on several files: one line for each, a summary, and a failure if any failed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use keydance_sops::file::{File, FileError};
use keydance_sops::format::{Format, ReadError};

use super::Face;
use super::failure::{self, Exit, Failure};
use super::file;
use super::jobs::{Jobs, Summary};
use super::output;
use super::paths;
use super::request::Input;
use super::session::{Session, format_of};

/// The files of an input that means several; nothing if it means one, or standard input.
///
/// # Errors
/// A pattern that is none, or that nothing fits.
pub(super) fn files(session: &Session, input: &Input) -> Result<Option<Vec<PathBuf>>, Failure> {
    let Input::Files(typed) = input else {
        return Ok(None);
    };
    let is_one = matches!(typed.as_slice(), [only] if !only.is_dir());
    if session.face == Face::Sops || is_one && typed.iter().all(|path| path.exists()) {
        return Ok(None);
    }
    let files = paths::meant(typed, |path| is_sops(session, path))?;
    let same = matches!((files.as_slice(), typed.as_slice()), ([file], [path]) if file == path);
    Ok((!same).then_some(files))
}

/// Runs over files, several at a time.
///
/// # Errors
/// Any of them failed.
pub(super) fn run(
    session: &Session,
    files: &[PathBuf],
    work: impl Fn(&Path) -> Result<String, Failure> + Sync,
) -> Result<ExitCode, Failure> {
    run_and_tell(session, files, work, |path, done| {
        if !done.is_empty() {
            failure::say_of(path, &done);
        }
        Ok(())
    })
}

/// Runs over files, several at a time, and tells what came of each in their order.
///
/// # Errors
/// Any of them failed, or it cannot be told.
pub(super) fn run_and_tell<T: Send>(
    session: &Session,
    files: &[PathBuf],
    work: impl Fn(&Path) -> Result<T, Failure> + Sync,
    mut tell: impl FnMut(&Path, T) -> Result<(), Failure>,
) -> Result<ExitCode, Failure> {
    let summary = Jobs::of(&session.options).run(files, work, |path, result| {
        if let Err(failed) = result.and_then(|done| tell(path, done)) {
            let _exit = failure::show(&failed);
        }
    });
    end(summary)
}

/// Runs over files, several at a time, and prints what comes of each in the order of the files.
///
/// # Errors
/// Any of them failed, or nothing can be printed.
pub(super) fn print(
    session: &Session,
    files: &[PathBuf],
    work: impl Fn(&Path) -> Result<String, Failure> + Sync,
) -> Result<ExitCode, Failure> {
    run_and_tell(session, files, work, |_, text| {
        output::print(text.as_bytes())
    })
}

/// How a command ends that went over several files.
///
/// # Errors
/// Any of them failed.
pub(super) fn end(summary: Summary) -> Result<ExitCode, Failure> {
    let Summary { done, failed, left } = summary;
    if failed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    let left = if left == 0 {
        String::new()
    } else {
        format!(", {left} not begun")
    };
    Err(Failure::new(
        Exit::Failed,
        format!("{failed} of {} files failed{left}", done + failed),
    ))
}

/// Whether a file has metadata.
fn is_sops(session: &Session, path: &Path) -> bool {
    let Ok(limit) = file::limit(&session.environment) else {
        return false;
    };
    let Ok(bytes) = file::read(path, limit) else {
        return false;
    };
    let format = format_of(path);
    if format == Format::Yaml
        && bytes
            .split(|byte| *byte == b'\n')
            .any(|line| line == b"sops:")
    {
        // As sops lays it out. Whoever works on the file reads it anyway.
        return true;
    }
    let marked = bytes.windows(4).any(|window| window == b"sops");
    let read = || File::read(format, &bytes, &session.read_options());
    marked
        && !matches!(
            read(),
            Err(FileError::Read(
                ReadError::NoMetadata | ReadError::Syntax { .. }
            ))
        )
}
