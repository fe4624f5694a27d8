//! Reading files: whole, up to a limit, and without leaving copies in memory.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::environment::{Environment, Variable};
use super::failure::{Exit, Failure};

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// There is none.
    #[error("{}: there is no such file", .0.display())]
    Absent(PathBuf),
    /// It is a folder.
    #[error("{}: is a folder", .0.display())]
    Folder(PathBuf),
    /// The system says no.
    #[error("{}: cannot be read: {cause}", path.display())]
    System { path: PathBuf, cause: io::Error },
    /// It holds more than is read.
    #[error("{}: is longer than {limit} bytes", path.display())]
    TooLong { path: PathBuf, limit: u64 },
    /// Encrypted, it would hold more than is read.
    #[error("{}: would be longer than {limit} bytes, encrypted", path.display())]
    WouldBeTooLong { path: PathBuf, limit: u64 },
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let exit = match error {
            ReadError::Absent(_) => Exit::NoFile,
            _ => Exit::Unreadable,
        };
        let failure = Self::new(exit, &error);
        match error {
            ReadError::TooLong { .. } | ReadError::WouldBeTooLong { .. } => {
                let name = Variable::MaxBytes.name();
                failure.hint(format!(
                    "{name} is the number of bytes that are read at most"
                ))
            }
            _ => failure,
        }
    }
}

/// The bytes of a file, of a fifo, or of what `/dev/stdin` stands for. They may be secret, so they
/// are wiped in the end.
///
/// # Errors
/// It cannot be read or is longer than `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let failed = |cause| failed(path, cause);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(ReadError::Folder(path.to_owned()));
    }
    if metadata.is_file() && metadata.len() > limit {
        let path = path.to_owned();
        return Err(ReadError::TooLong { path, limit });
    }
    read_from(file, metadata.len(), limit, path)
}

/// The bytes of standard input.
///
/// # Errors
/// As with [`read`].
pub(crate) fn read_stdin(limit: u64) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    read_from(io::stdin().lock(), 0, limit, Path::new("standard input"))
}

/// Bytes of a file that are read at most, as the environment says.
///
/// # Errors
/// The variable is no number.
pub(crate) fn limit(environment: &Environment) -> Result<u64, Failure> {
    let Some(text) = environment.get(Variable::MaxBytes) else {
        return Ok(LIMIT);
    };
    let number = OsStr::to_str(text).and_then(|text| text.parse().ok());
    let name = Variable::MaxBytes.name();
    number.ok_or_else(|| Failure::other(format!("{name} is no number of bytes")))
}

/// Whether an encrypted file may be as long as it would be: what cannot be read again is not
/// written.
///
/// # Errors
/// It may not.
pub(crate) fn check_length(
    environment: &Environment,
    path: &Path,
    bytes: &[u8],
) -> Result<(), Failure> {
    let limit = limit(environment)?;
    if bytes.len() as u64 <= limit {
        return Ok(());
    }
    let path = path.to_owned();
    Err(ReadError::WouldBeTooLong { path, limit }.into())
}

/// Reads to the end. `expected` is how many bytes there seem to be.
fn read_from(
    mut source: impl Read,
    expected: u64,
    limit: u64,
    path: &Path,
) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    // One more than expected, to see the end without growing.
    let capacity = usize::try_from(expected.min(limit)).unwrap_or(0) + 1;
    let mut buffer = Zeroizing::new(vec![0; capacity.max(SMALLEST)]);
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            // A vector that grows by itself would leave its old bytes behind.
            let mut larger = Zeroizing::new(vec![0; buffer.len() * 2]);
            larger[..filled].copy_from_slice(&buffer);
            buffer = larger;
        }
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(path, error)),
        }
        if filled as u64 > limit {
            let path = path.to_owned();
            return Err(ReadError::TooLong { path, limit });
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}

fn failed(path: &Path, cause: io::Error) -> ReadError {
    let path = path.to_owned();
    match cause.kind() {
        io::ErrorKind::NotFound => ReadError::Absent(path),
        _ => ReadError::System { path, cause },
    }
}

/// Bytes of a file that are read at most, unless the environment says otherwise.
const LIMIT: u64 = 64 << 20;

/// Bytes of the first buffer, at least.
const SMALLEST: usize = 8 << 10;

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::thread;

    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;

    #[test]
    fn a_file_is_read_whole_whatever_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for length in [0, 1, SMALLEST - 1, SMALLEST, SMALLEST + 1, 100_000] {
            let bytes = vec![b'x'; length];
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(*read(&path, LIMIT).unwrap(), bytes);
        }
    }

    #[test]
    fn a_fifo_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fifo");
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
        let bytes = vec![b'y'; 3 * SMALLEST];
        let read = thread::scope(|scope| {
            let writer = || File::options().write(true).open(&path)?.write_all(&bytes);
            let writer = scope.spawn(writer);
            let read = read(&path, LIMIT).unwrap();
            writer.join().unwrap().unwrap();
            read
        });
        assert_eq!(*read, bytes);
    }

    #[test]
    fn what_is_too_long_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "four").unwrap();
        assert_eq!(*read(&path, 4).unwrap(), b"four");
        let failure = Failure::from(read(&path, 3).unwrap_err());
        assert_eq!(failure.exit(), Exit::Unreadable);
        assert!(failure.message().ends_with("is longer than 3 bytes"));
        let endless = read(Path::new("/dev/zero"), 100_000);
        assert!(matches!(endless, Err(ReadError::TooLong { .. })));
    }

    #[test]
    fn what_is_no_file_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let failure = |path: &Path| Failure::from(read(path, LIMIT).unwrap_err()).exit();
        assert_eq!(failure(folder.path()), Exit::Unreadable);
        assert_eq!(failure(&folder.path().join("a")), Exit::NoFile);
    }

    #[test]
    fn the_environment_sets_the_limit() {
        assert_eq!(limit(&Environment::default()).unwrap(), LIMIT);
        let more = Environment::from([(Variable::MaxBytes, "123")]);
        assert_eq!(limit(&more).unwrap(), 123);
        let none = Environment::from([(Variable::MaxBytes, "much")]);
        assert!(limit(&none).is_err());
    }
}
