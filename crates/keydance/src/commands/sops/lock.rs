//! Waiting for whoever else writes the same file.
//!
//! A lock is a file that one process has locked (`flock`), named by the path that it protects. It
//! lies in the folder that all clones and work trees of a git repository share, or where there is
//! no repository, in the folder of the session; never beside the file. Only who holds a lock
//! deletes it, so that none is left behind; who waited for a lock that is deleted takes a new one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use keydance_crypto::digest;
use rustix::fs::{Access, Mode, OFlags, access};
use rustix::process::getuid;

use super::environment::{Environment, Variable};

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    /// Others had it all the time.
    #[error("{}: others have been writing it for {} seconds", path.display(), waited.as_secs())]
    Busy { path: PathBuf, waited: Duration },
    /// The folder for locks is not safe to use.
    #[error("{}: is not a folder that only you may enter", .0.display())]
    Unsafe(PathBuf),
    /// The system says no.
    #[error("{}: cannot be locked: {cause}", path.display())]
    System { path: PathBuf, cause: io::Error },
}

/// The right to write a file, until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Waits for the lock of a file, whose path must be canonical.
    ///
    /// # Errors
    /// Others have it for as long as `patience`, or there is no place for it.
    pub(crate) fn take(
        file: &Path,
        runtime: &RuntimeFolder,
        patience: Duration,
    ) -> Result<Self, LockError> {
        let path = place(file, runtime)?.join(mark(file));
        let system = |cause| LockError::System {
            path: file.to_owned(),
            cause,
        };
        let deadline = Instant::now() + patience;
        loop {
            let lock = open(&path).map_err(system)?;
            let left = deadline.saturating_duration_since(Instant::now());
            let Some(lock) = locked(lock, left).map_err(system)? else {
                let path = file.to_owned();
                return Err(LockError::Busy {
                    path,
                    waited: patience,
                });
            };
            if lock.metadata().map_err(system)?.nlink() != 0 {
                return Ok(Self { path, _file: lock });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // INVARIANT: the file is still locked here, so whoever waits for it finds it deleted.
        drop(fs::remove_file(&self.path));
    }
}

/// The folder of this session, which only its user may enter.
#[derive(Debug)]
pub(crate) struct RuntimeFolder(PathBuf);

impl RuntimeFolder {
    /// Where the environment says, or a folder of this user among the temporary ones.
    pub(crate) fn of(environment: &Environment) -> Self {
        let named = environment.get(Variable::RuntimeFolder).map(Path::new);
        let named = named.filter(|path| path.is_absolute() && path.is_dir());
        let usual = PathBuf::from(format!("/run/user/{}", getuid().as_raw()));
        Self(match named {
            Some(named) => named.join("keydance"),
            None if usual.is_dir() => usual.join("keydance"),
            None => std::env::temp_dir().join(format!("keydance-{}", getuid().as_raw())),
        })
    }

    /// A folder in it, made if it is not there.
    ///
    /// # Errors
    /// It cannot be made, or others may have made it.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, LockError> {
        let Self(root) = self;
        let system = |cause| LockError::System {
            path: root.clone(),
            cause,
        };
        make(root).map_err(system)?;
        let metadata = fs::symlink_metadata(root).map_err(system)?;
        let private = metadata.is_dir()
            && metadata.uid() == getuid().as_raw()
            && metadata.mode() & 0o077 == 0;
        if !private {
            return Err(LockError::Unsafe(root.clone()));
        }
        let folder = root.join(name);
        make(&folder).map_err(system)?;
        Ok(folder)
    }
}

/// A name that stands for a path.
pub(crate) fn mark(path: &Path) -> String {
    digest::hex(&digest::sha256(path.as_os_str().as_encoded_bytes()))
}

/// The folder for the lock of a file.
fn place(file: &Path, runtime: &RuntimeFolder) -> Result<PathBuf, LockError> {
    let shared = file.ancestors().skip(1).find_map(git_folder);
    let shared = shared.map(|git| git.join("keydance/locks"));
    match shared.filter(|folder| is_writable(folder)) {
        Some(folder) => Ok(folder),
        None => runtime.folder("locks"),
    }
}

/// Makes the folder if it is not there, for whoever may use the repository.
fn is_writable(folder: &Path) -> bool {
    let made = fs::create_dir_all(folder);
    made.is_ok() && access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The folder that all work trees of a repository share, if this is the top of one.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    let own = match fs::read_to_string(&git) {
        // A work tree or a submodule: the file says where its folder is.
        Ok(text) => top.join(text.strip_prefix("gitdir:")?.trim()),
        Err(_) => git,
    };
    let common = match fs::read_to_string(own.join("commondir")) {
        Ok(text) => own.join(text.trim()),
        Err(_) => own,
    };
    common.join("HEAD").is_file().then_some(common)
}

fn make(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::from_raw_mode(0o666))?.into())
}

/// The file, once nobody else has it locked; nothing if that takes too long.
fn locked(file: File, patience: Duration) -> io::Result<Option<File>> {
    match file.try_lock() {
        Ok(()) => return Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // The system has no lock with a deadline. If it passes, the thread goes on to wait: it owns
    // nothing but the lock, which it drops at once since nobody receives it any more.
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        drop(sender.send(file.lock().map(|()| file)));
    })?;
    receiver.recv_timeout(patience).ok().transpose()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn runtime_in(home: &Path) -> RuntimeFolder {
        let home = home.to_str().unwrap();
        RuntimeFolder::of(&Environment::from([(Variable::RuntimeFolder, home)]))
    }

    #[test]
    fn one_at_a_time_has_the_lock_and_nothing_is_left() {
        let home = tempfile::tempdir().unwrap();
        let runtime = runtime_in(home.path());
        let file = home.path().join("a");
        let inside = AtomicUsize::new(0);
        let passes = || {
            let lock = Lock::take(&file, &runtime, Duration::from_secs(60)).unwrap();
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
            thread::yield_now();
            inside.fetch_sub(1, Ordering::SeqCst);
            drop(lock);
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..25).for_each(|_| passes()));
            }
        });
        let locks = runtime.folder("locks").unwrap();
        assert_eq!(fs::read_dir(locks).unwrap().count(), 0);
    }

    #[test]
    fn who_waits_too_long_is_told_so() {
        let home = tempfile::tempdir().unwrap();
        let runtime = runtime_in(home.path());
        let file = home.path().join("a");
        let held = Lock::take(&file, &runtime, Duration::ZERO).unwrap();
        let busy = Lock::take(&file, &runtime, Duration::from_millis(20)).unwrap_err();
        assert!(matches!(busy, LockError::Busy { .. }), "{busy}");
        let other = home.path().join("b");
        Lock::take(&other, &runtime, Duration::ZERO).unwrap();
        drop(held);
        Lock::take(&file, &runtime, Duration::from_secs(60)).unwrap();
    }

    #[test]
    fn work_trees_share_the_folder_of_their_repository() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str| home.path().join(path);
        fs::create_dir_all(at("repository/.git/worktrees/other")).unwrap();
        fs::create_dir_all(at("other/secrets")).unwrap();
        fs::write(at("repository/.git/HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(at("repository/.git/worktrees/other/commondir"), "../..\n").unwrap();
        let link = format!(
            "gitdir: {}\n",
            at("repository/.git/worktrees/other").display()
        );
        fs::write(at("other/.git"), link).unwrap();
        let runtime = runtime_in(home.path());
        for file in ["repository/a.yaml", "other/secrets/a.yaml"] {
            let place = place(&at(file), &runtime).unwrap();
            let expected = at("repository/.git/keydance/locks").canonicalize().unwrap();
            assert_eq!(place.canonicalize().unwrap(), expected);
        }
        let elsewhere = place(&at("a.yaml"), &runtime).unwrap();
        assert_eq!(elsewhere, at("keydance/locks"));
    }

    #[test]
    fn a_folder_that_others_may_enter_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let runtime = runtime_in(home.path());
        fs::create_dir(&runtime.0).unwrap();
        fs::set_permissions(&runtime.0, fs::Permissions::from_mode(0o777)).unwrap();
        let refused = runtime.folder("locks").unwrap_err();
        assert!(matches!(refused, LockError::Unsafe(_)), "{refused}");
    }
}
