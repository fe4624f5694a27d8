//! Writing files so that nobody loses anything: others that write at the same time, readers, and
//! whoever pulls the plug.
//!
//! The new content is written to a file of its own in the same folder, and takes the place of the
//! old one at once. So a reader sees the one or the other, and so does who comes after a crash.
//! Writers of ours wait for each other ([`Lock`]); that others have written meanwhile is found out
//! just before, and the work begins again with what they wrote.

mod temporary;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Access, access};

use super::environment::Environment;
use super::failure::{Exit, Failure, warn};
use super::file::{self, ReadError};
use super::lock::{Lock, LockError, RuntimeFolder, mark};
use crate::private_file;
use temporary::{Temporary, is_for_good};

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// Somebody has written it again and again, who does not wait for us.
    #[error("{}: changed {RESTARTS} times while it was worked on", .0.display())]
    Changing(PathBuf),
    /// It was there already, and should not have been.
    #[error("{}: exists", .0.display())]
    Exists(PathBuf),
    /// Nobody can wait for it or replace it.
    #[error("{}: is no regular file, so it cannot be changed in place", .0.display())]
    Irregular(PathBuf),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The system says no. Its content is as it was.
    #[error("{}: cannot be written: {cause}", path.display())]
    System { path: PathBuf, cause: io::Error },
    /// The system said no in the middle of writing in place.
    #[error("{}: writing stopped in the middle: {cause}; its old content is in {}", path.display(), saved.display())]
    Torn {
        path: PathBuf,
        saved: PathBuf,
        cause: io::Error,
    },
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let exit = match error {
            WriteError::Read(error) => return error.into(),
            WriteError::Changing(_) | WriteError::Exists(_) | WriteError::Lock(_) => Exit::Failed,
            WriteError::Irregular(_) => Exit::Conflict,
            WriteError::System { .. } | WriteError::Torn { .. } => Exit::Unwritable,
        };
        Self::new(exit, error)
    }
}

/// Whether a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// There was nothing to change.
    No,
    Yes,
}

/// How files are written.
#[derive(Debug)]
pub(crate) struct Writer {
    runtime: RuntimeFolder,
    /// How long others are waited for.
    patience: Duration,
    /// Bytes of a file at most.
    limit: u64,
}

impl Writer {
    /// With what the environment says.
    ///
    /// # Errors
    /// It makes no sense.
    pub(crate) fn new(environment: &Environment, patience: Duration) -> Result<Self, Failure> {
        Ok(Self {
            runtime: RuntimeFolder::of(environment),
            patience,
            limit: file::limit(environment)?,
        })
    }

    /// Changes a file that is there. `change` gets its content and gives the new one, or nothing if
    /// it is to stay; it runs again if the file has changed meanwhile.
    ///
    /// # Errors
    /// Those of `change`; or the file cannot be read or written, or is no regular one.
    pub(crate) fn update<B: AsRef<[u8]>, E: From<WriteError>>(
        &self,
        path: &Path,
        mut change: impl FnMut(&[u8]) -> Result<Option<B>, E>,
    ) -> Result<Written, E> {
        for _ in 0..=RESTARTS {
            let target = resolve(path)?;
            let _lock = self.lock(&target)?;
            let old = file::read(&target, self.limit).map_err(WriteError::from)?;
            let new = change(&old)?;
            let Some(new) = new
                .as_ref()
                .map(B::as_ref)
                .filter(|new| *new != old.as_slice())
            else {
                return Ok(Written::No);
            };
            if self.replace(&target, &old, new)? == Replaced::Yes {
                return Ok(Written::Yes);
            }
        }
        Err(WriteError::Changing(path.to_owned()).into())
    }

    /// Makes a file that is not there.
    ///
    /// # Errors
    /// It is there, or cannot be written.
    pub(crate) fn create(&self, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
        let system = |cause| system(path, cause);
        let path = absolute(path).map_err(system)?;
        let _lock = self.lock(&path)?;
        let temporary = Temporary::write(&path, bytes).map_err(system)?;
        match temporary.become_new_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(WriteError::Exists(path))
            }
            made => made.map_err(system),
        }
    }

    /// Writes a file, whether it is there or not, and whatever is in it. What is no regular file,
    /// such as `/dev/stdout`, is written to.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
        let system = |cause| system(path, cause);
        let target = match resolve(path) {
            Err(WriteError::Irregular(_)) => {
                let file = File::options().write(true).open(path);
                return file
                    .and_then(|mut file| file.write_all(bytes))
                    .map_err(system);
            }
            Err(WriteError::Read(ReadError::Absent(_))) => absolute(path).map_err(system)?,
            target => target?,
        };
        let _lock = self.lock(&target)?;
        let replaced =
            Temporary::write(&target, bytes).and_then(|temporary| temporary.become_file(&target));
        match replaced {
            Err(cause) if is_for_good(&cause) => fs::write(&target, bytes).map_err(system),
            done => done.map_err(system),
        }
    }

    fn lock(&self, path: &Path) -> Result<Lock, WriteError> {
        Ok(Lock::take(path, &self.runtime, self.patience)?)
    }

    /// Puts the new content in the place of the old one, if that is still there.
    fn replace(&self, path: &Path, old: &[u8], new: &[u8]) -> Result<Replaced, WriteError> {
        let temporary = Temporary::write(path, new);
        match file::read(path, self.limit) {
            Ok(now) if *now == old => {}
            Ok(_) | Err(ReadError::Absent(_)) => return Ok(Replaced::No),
            Err(error) => return Err(error.into()),
        }
        match temporary.and_then(|temporary| temporary.become_file(path)) {
            Err(cause) if is_for_good(&cause) => self.write_in_place(path, old, new, &cause)?,
            done => done.map_err(|cause| system(path, cause))?,
        }
        Ok(Replaced::Yes)
    }

    /// The last resort: writes over the old content, which is kept elsewhere until that is done.
    fn write_in_place(
        &self,
        path: &Path,
        old: &[u8],
        new: &[u8],
        why: &io::Error,
    ) -> Result<(), WriteError> {
        let name = format!("{}-{}", mark(path), std::process::id());
        let saved = self.runtime.folder("saved")?.join(name);
        private_file::write(&saved, old).map_err(|cause| system(&saved, cause))?;
        warn(&format!(
            "{}: cannot be replaced at once ({why}), so it is written in place; until that is \
             done, its old content is in {}",
            path.display(),
            saved.display()
        ));
        let written = File::options().write(true).open(path);
        let Ok(mut file) = written else {
            drop(fs::remove_file(&saved));
            return written.map(drop).map_err(|cause| system(path, cause));
        };
        let length = new.len() as u64;
        let written = file.write_all(new).and_then(|()| file.set_len(length));
        if let Err(cause) = written.and_then(|()| file.sync_all()) {
            let path = path.to_owned();
            return Err(WriteError::Torn { path, saved, cause });
        }
        fs::remove_file(&saved).map_err(|cause| system(&saved, cause))
    }
}

/// The canonical path of a regular file, where the path may be that of a link to it.
fn resolve(path: &Path) -> Result<PathBuf, WriteError> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => WriteError::Read(ReadError::Absent(path.to_owned())),
        _ => system(path, cause),
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(ReadError::Folder(path.to_owned()).into());
    }
    if !metadata.is_file() {
        return Err(WriteError::Irregular(path.to_owned()));
    }
    // Replacing it would not ask, and who protects a file from being written means it.
    access(path, Access::WRITE_OK).map_err(|cause| failed(cause.into()))?;
    path.canonicalize().map_err(failed)
}

#[derive(PartialEq, Eq)]
enum Replaced {
    /// The old content was not there any more.
    No,
    Yes,
}

/// A path whose folder is canonical, for a file that need not be there.
fn absolute(path: &Path) -> io::Result<PathBuf> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).canonicalize()?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(folder.join(name))
}

fn system(path: &Path, cause: io::Error) -> WriteError {
    let path = path.to_owned();
    WriteError::System { path, cause }
}

/// How often work begins again because somebody else has written the file.
const RESTARTS: usize = 5;

#[cfg(test)]
mod tests;
