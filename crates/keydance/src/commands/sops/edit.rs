//! `edit`: the plain content in an editor, encrypted again when that is left.

mod editor;
mod example;
mod subject;
mod version;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use zeroize::Zeroizing;

use super::failure::{self, Exit, Failure};
use super::file;
use super::private_folder::PrivateFolder;
use super::request::Edit;
use super::session::Session;
use super::signals::Signals;
use super::write::{WriteError, Writer};
use editor::Editor;
use subject::Subject;

/// Runs the command.
///
/// # Errors
/// The file cannot be opened or written, there is no editor, or it left the file as it was.
pub(super) fn run(session: &Session, request: &Edit) -> Result<ExitCode, Failure> {
    let services = session.key_services(&request.opening.services);
    finish(session, request, &Subject::of(session, request, &services)?)
}

/// Runs `merge resolve`: `edit` of a file with conflicts, until none is left.
///
/// # Errors
/// Those of [`run`]; or there is nothing to resolve.
pub(super) fn resolve(session: &Session, request: &Edit) -> Result<ExitCode, Failure> {
    let services = session.key_services(&request.opening.services);
    let subject = Subject::of(session, request, &services)?.resolving()?;
    let exit = finish(session, request, &subject)?;
    let path = request.file.display();
    failure::say_of(&request.file, &format!("resolved; now `git add {path}`"));
    Ok(exit)
}

fn finish(session: &Session, request: &Edit, subject: &Subject<'_>) -> Result<ExitCode, Failure> {
    let sealed = edited(session, &request.file, subject)?;
    put(session, &request.file, subject, &sealed)?;
    Ok(ExitCode::SUCCESS)
}

/// The file as it is encrypted after whatever was done to it in the editor.
fn edited(session: &Session, path: &Path, subject: &Subject<'_>) -> Result<Vec<u8>, Failure> {
    let shown = subject.shown()?;
    let editor = Editor::of(&session.environment)?;
    let limit = file::limit(&session.environment)?;
    // Held back before there is a folder, so that it is removed however this ends.
    let mut signals = Signals::hold()?;
    let folder = PrivateFolder::make(&session.environment)?;
    let name = path.file_name().map_or(Path::new("file"), Path::new);
    let plain = folder
        .write(name, &shown)
        .map_err(|error| Failure::new(Exit::Unwritable, format!("the private folder: {error}")))?;
    loop {
        editor.run(&plain, &mut signals)?;
        let text: Zeroizing<Vec<u8>> = file::read(&plain, limit)
            .map_err(|error| Failure::from(error).ending(Exit::Unreadable))?;
        if *text == *shown {
            return Err(Failure::new(Exit::Unchanged, "File has not changed"));
        }
        match subject.sealed(&text) {
            Ok(sealed) => return Ok(sealed),
            Err(problem) => {
                let problem =
                    problem.hint("press Enter to go back to the editor, Ctrl-C to give up");
                let _ = failure::show(&problem);
                signals.wait_for_enter()?;
            }
        }
    }
}

/// Writes the file. If it is not what was edited any more, both changes are merged. What somebody
/// wrote is never lost: if it cannot be written there, it is beside it.
fn put(
    session: &Session,
    path: &Path,
    subject: &Subject<'_>,
    sealed: &[u8],
) -> Result<(), Failure> {
    let writer = session.writer()?;
    let written = match subject.before() {
        None => writer.create(path, sealed).map_err(Failure::from),
        Some(before) => {
            let put = writer.update(path, |now| match now == before {
                true => Ok(Some(sealed.to_vec())),
                false => merged(path, subject, now, sealed).map(Some),
            });
            put.map(drop)
        }
    };
    let Err(problem) = written else { return Ok(()) };
    Err(match keep(&writer, path, sealed) {
        Ok(kept) => {
            let kept = kept.display();
            problem.hint(format!("what you have written is in {kept}, encrypted"))
        }
        Err(error) => problem.hint(format!("what you have written is lost: {error}")),
    })
}

/// What somebody else made of the file meanwhile, together with what was edited.
fn merged(
    path: &Path,
    subject: &Subject<'_>,
    now: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, Failure> {
    let changed = || Failure::other(format!("{}: changed while it was edited", path.display()));
    let outcome = subject
        .merged(now, sealed)
        .map_err(|problem| changed().hint(problem.message()))?;
    if outcome.conflicts.is_empty() {
        failure::say_of(path, "changed while it was edited; both changes are in it");
        return Ok(outcome.bytes);
    }
    Err(changed().hint(format!("both sides changed {}", outcome.places())))
}

/// Writes a new file beside another: `db.edited.yaml` for `db.yaml`.
fn keep(writer: &Writer, path: &Path, sealed: &[u8]) -> Result<PathBuf, WriteError> {
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, extension) = (part(path.file_stem()), part(path.extension()));
    let dot = if extension.is_empty() { "" } else { "." };
    let mut number = 1_usize;
    loop {
        let edited = if number == 1 {
            "edited".to_owned()
        } else {
            format!("edited-{number}")
        };
        let beside = path.with_file_name(format!("{stem}.{edited}{dot}{extension}"));
        match writer.create(&beside, sealed) {
            Ok(()) => return Ok(beside),
            Err(WriteError::Exists(_)) => number += 1,
            Err(error) => return Err(error),
        }
    }
}
