use std::fs;

use tempfile::TempDir;

use super::*;

/// A repository that real git makes.
struct Made(TempDir);

impl Made {
    fn new() -> Self {
        let made = Self(tempfile::tempdir().unwrap());
        made.git(&["init", "-q", "-b", "main"]);
        made
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]);
        let done = command.args(arguments).current_dir(self.0.path()).status();
        assert!(done.unwrap().success(), "{arguments:?}");
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.path().join(name), bytes).unwrap();
    }

    fn open(&self) -> Repository {
        let git = Git::find(OsStr::new("relative:/usr/bin:/bin"), None).unwrap();
        Repository::open(git, self.0.path()).unwrap()
    }
}

#[test]
fn a_folder_outside_of_a_repository_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let git = Git::find(OsStr::new("/usr/bin:/bin"), None).unwrap();
    let refused = Repository::open(git, folder.path()).unwrap_err();
    assert!(
        refused.to_string().contains("not a git repository"),
        "{refused}"
    );
}

#[test]
fn refs_lead_to_commits_and_revisions_are_no_options() {
    let made = Made::new();
    made.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    made.git(&["tag", "-m", "annotated", "v1"]);
    let repository = made.open();
    let references = repository.references().unwrap();
    let names: Vec<_> = references.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["refs/heads/main", "refs/tags/v1"]);
    let head = repository.resolve("HEAD").unwrap();
    assert!(references.iter().all(|reference| reference.commit == head));
    for other in ["--all", "-h", "", "nowhere", "HEAD~1", "HEAD:x"] {
        assert!(repository.resolve(other).is_err(), "{other}");
    }
    assert_eq!(repository.gaps().unwrap(), Gaps::default());
}

#[test]
fn contents_come_one_after_another_and_large_ones_are_skipped() {
    let made = Made::new();
    made.write("small", b"one\ntwo");
    made.write("large", &[b'x'; 100]);
    made.git(&["add", "."]);
    made.git(&["commit", "-q", "-m", "first"]);
    let repository = made.open();
    let id = |path: &str| {
        let told = repository
            .run("rev-parse", &[&format!("HEAD:{path}")])
            .unwrap();
        ObjectId::parse(told.trim_ascii()).unwrap()
    };
    let missing = ObjectId::parse(&[b'a'; 40]).unwrap();
    let ids = [id("large"), missing, id("small")];
    let mut seen = Vec::new();
    let read = |_, content: Contents<'_>| {
        seen.push(format!("{content:?}"));
        Ok::<_, RepositoryError>(())
    };
    repository.contents(&ids, 99, read).unwrap();
    let small = format!("Bytes({:?})", b"one\ntwo");
    assert_eq!(seen, ["TooLarge", "Missing", &small]);
}

#[test]
fn a_repository_runs_nothing_of_its_own() {
    let made = Made::new();
    let trap = made.0.path().join("trap");
    let ran = made.0.path().join("ran");
    made.write(
        "trap",
        format!("#!/bin/sh\ntouch {}\n", ran.display()).as_bytes(),
    );
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(&trap, mode).unwrap();
    made.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    let trap = trap.to_str().unwrap();
    for setting in [
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "core.sshCommand",
    ] {
        made.git(&["config", setting, trap]);
    }
    made.git(&["config", "extensions.partialclone", "origin"]);
    made.git(&["config", "remote.origin.promisor", "true"]);
    made.git(&["config", "remote.origin.url", &format!("ext::{trap}")]);
    made.git(&["config", "protocol.ext.allow", "always"]);
    let repository = made.open();
    assert!(repository.gaps().unwrap().is_partial);
    repository.references().unwrap();
    let missing = ObjectId::parse(&[b'a'; 40]).unwrap();
    let read = |_, _: Contents<'_>| Ok::<_, RepositoryError>(());
    drop(repository.contents(&[missing], 99, read));
    assert!(!ran.exists());
}
