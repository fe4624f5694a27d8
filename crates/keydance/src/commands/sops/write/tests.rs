mod processes;

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

use super::super::environment::Variable;
use super::*;

/// A folder with a file of this content, and who writes it.
fn scene(content: &[u8]) -> (TempDir, PathBuf, Writer) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("a.yaml");
    fs::write(&file, content).unwrap();
    let writer = writer(home.path());
    (home, file, writer)
}

fn writer(home: &Path) -> Writer {
    let runtime = (Variable::RuntimeFolder, home.to_str().unwrap());
    Writer::new(&Environment::from([runtime]), Duration::from_secs(60)).unwrap()
}

/// A change that always gives this.
fn to(new: &[u8]) -> impl FnMut(&[u8]) -> Result<Option<Vec<u8>>, WriteError> {
    move |_| Ok(Some(new.to_vec()))
}

/// What is in a folder, but for the folder of the session.
fn names(home: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(home)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names.filter(|name| name != "keydance").collect()
}

#[test]
fn what_is_written_keeps_mode_and_owner_and_leaves_nothing_beside_it() {
    let (home, file, writer) = scene(b"old");
    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(&file).unwrap();
    assert_eq!(writer.update(&file, to(b"new")).unwrap(), Written::Yes);
    let after = fs::metadata(&file).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"new");
    assert_eq!(after.mode(), before.mode());
    assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
    assert_eq!(names(home.path()), BTreeSet::from(["a.yaml".to_owned()]));
}

#[test]
fn a_link_stays_and_its_target_is_written() {
    let (home, file, writer) = scene(b"old");
    let link = home.path().join("link");
    symlink("a.yaml", &link).unwrap();
    writer.update(&link, to(b"new")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&file).unwrap(), b"new");
}

#[test]
fn no_change_is_no_write() {
    let (_home, file, writer) = scene(b"old");
    let before = fs::metadata(&file).unwrap().ino();
    assert_eq!(writer.update(&file, to(b"old")).unwrap(), Written::No);
    let nothing = |_: &[u8]| Ok::<_, WriteError>(None::<Vec<u8>>);
    assert_eq!(writer.update(&file, nothing).unwrap(), Written::No);
    assert_eq!(fs::metadata(&file).unwrap().ino(), before);
}

#[test]
fn work_begins_again_when_others_have_written_meanwhile() {
    let (_home, file, writer) = scene(b"old");
    let mut runs = 0;
    let written = writer.update(&file, |old| {
        runs += 1;
        if runs <= RESTARTS {
            // Somebody who knows of no locks.
            fs::write(&file, format!("theirs {runs}")).unwrap();
        }
        Ok::<_, WriteError>(Some([old, b", ours"].concat()))
    });
    assert_eq!(written.unwrap(), Written::Yes);
    assert_eq!(fs::read(&file).unwrap(), b"theirs 5, ours");
}

#[test]
fn a_file_that_never_rests_is_left_to_the_others() {
    let (home, file, writer) = scene(b"old");
    let mut runs = 0;
    let written = writer.update(&file, |_| {
        runs += 1;
        fs::write(&file, format!("theirs {runs}")).unwrap();
        Ok::<_, WriteError>(Some(b"ours"))
    });
    assert!(matches!(written, Err(WriteError::Changing(_))));
    assert_eq!(fs::read(&file).unwrap(), b"theirs 6");
    assert_eq!(names(home.path()).len(), 1);
}

#[test]
fn a_failure_of_the_work_leaves_everything_as_it_was() {
    let (home, file, writer) = scene(b"old");
    let fails = |_: &[u8]| Err::<Option<Vec<u8>>, _>(Failure::other("no"));
    assert_eq!(writer.update(&file, fails).unwrap_err().message(), "no");
    assert_eq!(fs::read(&file).unwrap(), b"old");
    assert_eq!(names(home.path()).len(), 1);
}

#[test]
fn only_regular_files_are_changed_and_anything_is_written_to() {
    let (home, _, writer) = scene(b"old");
    let fifo = home.path().join("fifo");
    mkfifoat(CWD, &fifo, Mode::RUSR | Mode::WUSR).unwrap();
    let refused = Failure::from(writer.update(&fifo, to(b"new")).unwrap_err());
    assert_eq!(refused.exit(), Exit::Conflict);
    let absent = Failure::from(
        writer
            .update(&home.path().join("b"), to(b"new"))
            .unwrap_err(),
    );
    assert_eq!(absent.exit(), Exit::NoFile);
    let read = thread::scope(|scope| {
        let reader = scope.spawn(|| fs::read(&fifo).unwrap());
        writer.put(&fifo, b"new").unwrap();
        reader.join().unwrap()
    });
    assert_eq!(read, b"new");
}

#[test]
fn output_replaces_what_is_there_and_makes_what_is_not() {
    let (home, file, writer) = scene(b"something longer");
    writer.put(&file, b"new").unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"new");
    let other = home.path().join("b.yaml");
    writer.put(&other, b"b").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"b");
}

#[test]
fn a_new_file_never_replaces_one_that_is_there() {
    let (home, file, writer) = scene(b"old");
    assert!(matches!(
        writer.create(&file, b"new"),
        Err(WriteError::Exists(_))
    ));
    assert_eq!(fs::read(&file).unwrap(), b"old");
    let other = home.path().join("b.yaml");
    writer.create(&other, b"new").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"new");
    assert_eq!(names(home.path()).len(), 2);
}

#[test]
fn who_reads_at_any_moment_sees_a_whole_file() {
    let whole = |byte: u8| vec![byte; 100_000];
    let (_home, file, writer) = scene(&whole(0));
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                let bytes = fs::read(&file).unwrap();
                assert_eq!(bytes, whole(bytes[0]));
                seen.insert(bytes[0]);
            }
            seen
        });
        for byte in 1..=30 {
            writer.update(&file, to(&whole(byte))).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(!seen.is_empty());
}
