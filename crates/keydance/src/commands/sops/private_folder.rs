//! A folder for plain text, which only its owner may enter and which does not outlive the command.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use keydance_crypto::digest;
use keydance_sops::random::{Random as _, SystemRandom};
use rustix::process::getuid;

use super::environment::{Environment, Variable};
use super::failure::{Exit, Failure};

/// The folder. Dropping it removes it with all that is in it.
///
/// INVARIANT: whoever has one holds the [`Signals`](super::signals::Signals) that end processes, or
/// it would be left behind.
pub(crate) struct PrivateFolder(PathBuf);

impl PrivateFolder {
    /// Makes it: in memory where there is a place for that, else among the temporary files.
    ///
    /// # Errors
    /// There is no place.
    pub(crate) fn make(environment: &Environment) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(Exit::Unwritable, format!("no private folder: {error}"))
        };
        let mut random = [0; 16];
        SystemRandom
            .fill(&mut random)
            .map_err(|error| failed(&error))?;
        let mark = digest::hex(&digest::sha256(&random));
        let name = format!("keydance-{}", mark.get(..16).unwrap_or(&mark));
        let in_memory = places_in_memory(environment)
            .into_iter()
            .filter(|place| is_in_memory(place));
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for place in in_memory.chain([std::env::temp_dir()]) {
            let path = place.join(&name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) => last = error,
            }
        }
        Err(failed(&last))
    }

    /// Writes a file in it, with mode 0600.
    ///
    /// # Errors
    /// The system says no.
    pub(crate) fn write(&self, name: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.place(name)?;
        let mut options = File::options();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(bytes)?;
        Ok(path)
    }

    /// The path of a file in it that is to be made.
    ///
    /// # Errors
    /// The folders above it cannot be made.
    pub(crate) fn place(&self, name: &Path) -> io::Result<PathBuf> {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&self.0))?;
        Ok(path)
    }

    /// Leaves it to somebody else to remove.
    pub(crate) fn leave(mut self) -> PathBuf {
        std::mem::take(&mut self.0)
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        if self.0.as_os_str().is_empty() {
            return;
        }
        if let Err(error) = fs::remove_dir_all(&self.0) {
            let path = self.0.display();
            super::failure::warn(&format!(
                "{path}: holds plain text and cannot be removed: {error}"
            ));
        }
    }
}

/// Folders that may be in memory.
fn places_in_memory(environment: &Environment) -> Vec<PathBuf> {
    let session = environment.get(Variable::RuntimeFolder).map(PathBuf::from);
    let usual = PathBuf::from(format!("/run/user/{}", getuid().as_raw()));
    let session = session.filter(|path| path.is_absolute()).unwrap_or(usual);
    vec![session, "/dev/shm".into()]
}

/// Whether a folder is never written to a disk, but perhaps to a swap area.
#[cfg(target_os = "linux")]
fn is_in_memory(path: &Path) -> bool {
    // As statfs(2) calls tmpfs.
    rustix::fs::statfs(path).is_ok_and(|found| found.f_type == 0x0102_1994)
}

/// Other systems have no such folders.
#[cfg(not(target_os = "linux"))]
fn is_in_memory(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_folder_is_private_and_does_not_outlive_its_owner() {
        let folder = PrivateFolder::make(&Environment::default()).unwrap();
        let file = folder.write(Path::new("a.yaml"), b"a: 1\n").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let inside = file.parent().unwrap().to_owned();
        assert_eq!((mode(&inside), mode(&file)), (0o700, 0o600));
        assert_eq!(fs::read(&file).unwrap(), b"a: 1\n");
        drop(folder);
        assert!(!inside.exists());
    }

    #[test]
    fn the_folder_is_in_memory_where_the_session_has_one_there() {
        let shared = Path::new("/dev/shm");
        if is_in_memory(shared) {
            let session = Environment::from([(Variable::RuntimeFolder, "/dev/shm")]);
            let folder = PrivateFolder::make(&session).unwrap();
            assert_eq!(folder.0.parent(), Some(shared));
        }
    }
}
