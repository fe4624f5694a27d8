//! A file that is to take the place of another.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use super::super::lock::mark;

/// A file beside another, with the content that this one is to have. Deleted unless it becomes it.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    /// Writes it, safe from a loss of power, with the owner and the mode of what it is to replace.
    pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        // Named by the path, so that what a crash leaves behind is found by whoever writes it next.
        // INVARIANT: we have the lock, so nobody else is at work on it.
        let mark = mark(path);
        let name = format!(".keydance-{}", mark.get(..16).unwrap_or(&mark));
        let temporary = Self(path.with_file_name(name));
        temporary.delete()?;
        let old = match fs::metadata(path) {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let mode = if old.is_some() { 0o600 } else { 0o666 };
        let mut options = File::options();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&temporary.0)?;
        if let Some(old) = old {
            let own = file.metadata()?;
            if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
                fchown(&file, Some(old.uid()), Some(old.gid()))?;
            }
            file.set_permissions(Permissions::from_mode(old.mode() & 0o7777))?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(temporary)
    }

    /// Takes its place unless it is there.
    pub(super) fn become_new_file(self, path: &Path) -> io::Result<()> {
        fs::hard_link(&self.0, path)?;
        sync_folder(path)
    }

    fn delete(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// Takes its place, at once.
    pub(super) fn become_file(self, path: &Path) -> io::Result<()> {
        fs::rename(&self.0, path)?;
        sync_folder(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Not there any more if it has become the file.
        drop(self.delete());
    }
}

/// Whether an error says that this file cannot be replaced by another, however often it is tried:
/// the folder may not be written, the owner may not be kept, or something is mounted on the file.
pub(super) fn is_for_good(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(
        error.kind(),
        CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy
    )
}

/// Makes sure that a loss of power does not undo a change of the folder.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().map(File::open) {
        Some(Ok(folder)) => folder.sync_all(),
        // Nobody who may not read a folder can do more for it.
        _ => Ok(()),
    }
}
