//! The file seal: 32 random bytes in a file that only its owner may touch.
//!
//! It protects copies of the database, not the machine the file lies on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::process::geteuid;
use zeroize::Zeroizing;

use crate::random::RandomError;
use crate::secret::Key32;

/// A seal file could not be made or may not be used. The caller names the path.
#[derive(Debug, thiserror::Error)]
pub enum FileSealError {
    /// A new seal never replaces a file.
    #[error("the seal file exists already")]
    Exists,
    /// There is no such file.
    #[error("the seal file does not exist")]
    Missing,
    /// A symbolic link, folder, pipe or device.
    #[error("the seal file is not a regular file")]
    NotRegular,
    /// It belongs to another account.
    #[error("the seal file belongs to uid {found}, not to uid {expected} of this process")]
    Owner {
        /// The file's owner.
        found: u32,
        /// The effective uid of this process.
        expected: u32,
    },
    /// Group or others have permissions on it.
    #[error("the seal file has mode {mode:04o}, and only its owner may have access, as in 0600")]
    Mode {
        /// The file's permission bits.
        mode: u32,
    },
    /// It is not 32 bytes long.
    #[error("the seal file has {found} bytes, not 32")]
    Size {
        /// Its length in bytes.
        found: u64,
    },
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Anything else the system refused.
    #[error("the seal file cannot be read or written")]
    Io(#[source] io::Error),
}

/// Makes a new seal: the file with mode 0600, on disk with its folder entry when this returns.
pub fn create(path: &Path) -> Result<Key32, FileSealError> {
    let key = Key32::random()?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(open_error)?;
    let written = file.write_all(key.expose()).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| sync_folder_of(path)) {
        // Half a seal is of no use to anybody; the error that matters is the first.
        drop(fs::remove_file(path));
        return Err(FileSealError::Io(error));
    }
    Ok(key)
}

/// Reads a seal after checking that nobody else can have read or placed it.
pub fn load(path: &Path) -> Result<Key32, FileSealError> {
    // NONBLOCK: opening a pipe would wait for a writer. The checks are on the opened file, so that
    // what was checked is what is read.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.cast_signed())
        .open(path)
        .map_err(open_error)?;
    check(&file)?;
    let mut bytes = Zeroizing::new([0; 32]);
    file.read_exact(bytes.as_mut_slice())
        .map_err(FileSealError::Io)?;
    Ok(Key32::copy_of(&bytes))
}

fn check(file: &File) -> Result<(), FileSealError> {
    let metadata = file.metadata().map_err(FileSealError::Io)?;
    if !metadata.is_file() {
        return Err(FileSealError::NotRegular);
    }
    let expected = geteuid().as_raw();
    if metadata.uid() != expected {
        return Err(FileSealError::Owner {
            found: metadata.uid(),
            expected,
        });
    }
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(FileSealError::Mode { mode });
    }
    if metadata.len() != 32 {
        return Err(FileSealError::Size {
            found: metadata.len(),
        });
    }
    Ok(())
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn open_error(error: io::Error) -> FileSealError {
    match error.kind() {
        io::ErrorKind::AlreadyExists => FileSealError::Exists,
        io::ErrorKind::NotFound => FileSealError::Missing,
        // NOFOLLOW answers so to a symbolic link.
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            FileSealError::NotRegular
        }
        _ => FileSealError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::PathBuf;

    use super::*;

    /// A folder of its own for one test, gone afterwards.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("keydance-seal-{name}-{}", std::process::id());
            let path = std::env::temp_dir().join(name);
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn seal(&self) -> PathBuf {
            self.0.join("seal")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_seal_is_loaded_as_it_was_made() {
        let folder = Folder::new("loaded");
        let made = create(&folder.seal()).unwrap();
        assert!(made.ct_eq(&load(&folder.seal()).unwrap()));
        let mode = fs::metadata(folder.seal()).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
    }

    #[test]
    fn a_seal_never_replaces_a_file() {
        let folder = Folder::new("replaces");
        let made = create(&folder.seal()).unwrap();
        assert!(matches!(
            create(&folder.seal()).err(),
            Some(FileSealError::Exists)
        ));
        assert!(made.ct_eq(&load(&folder.seal()).unwrap()));
    }

    #[test]
    fn a_file_open_to_group_or_others_is_refused() {
        let folder = Folder::new("mode");
        create(&folder.seal()).unwrap();
        for mode in [0o640, 0o604, 0o610, 0o602] {
            fs::set_permissions(folder.seal(), fs::Permissions::from_mode(mode)).unwrap();
            let error = load(&folder.seal()).err().unwrap();
            assert!(matches!(error, FileSealError::Mode { mode: found } if found == mode));
        }
        fs::set_permissions(folder.seal(), fs::Permissions::from_mode(0o400)).unwrap();
        assert!(load(&folder.seal()).is_ok());
    }

    #[test]
    fn what_is_no_regular_file_is_refused() {
        let folder = Folder::new("regular");
        create(&folder.seal()).unwrap();
        let link = folder.0.join("link");
        symlink(folder.seal(), &link).unwrap();
        for path in [&link, &folder.0, &PathBuf::from("/dev/null")] {
            assert!(
                matches!(load(path).err(), Some(FileSealError::NotRegular)),
                "{path:?}"
            );
        }
        let absent = folder.0.join("absent");
        assert!(matches!(load(&absent).err(), Some(FileSealError::Missing)));
    }

    #[test]
    fn a_file_of_another_length_is_refused() {
        let folder = Folder::new("length");
        create(&folder.seal()).unwrap();
        for length in [0, 31, 33] {
            let file = OpenOptions::new().write(true).open(folder.seal()).unwrap();
            file.set_len(length).unwrap();
            let error = load(&folder.seal()).err().unwrap();
            assert!(matches!(error, FileSealError::Size { found } if found == length));
        }
    }
}
