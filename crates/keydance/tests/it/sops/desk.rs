//! A folder with files, people who have age identities, and both programs: ours and the real sops.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::{KEYDANCE, Told, tell, tell_with};

/// The real sops: where `KEYDANCE_TEST_SOPS` says, or on the path.
pub(crate) fn sops() -> PathBuf {
    let named = std::env::var_os("KEYDANCE_TEST_SOPS").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join("sops"));
    let sops = named.or_else(|| found.find(|sops| sops.is_file()));
    sops.unwrap_or_else(|| panic!("the real sops is needed: on the path, or by KEYDANCE_TEST_SOPS"))
}

/// Somebody with an age identity. They are the same in every run, and good for nothing else.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    pub(crate) recipient: &'static str,
    pub(crate) identity: &'static str,
}

pub(crate) const ALICE: Person = Person {
    recipient: "age1we465ynxyt3yg0c9y6cpkszuq72vpurmt42em8wsk5rjpag5vcxsftvy2v",
    identity: "AGE-SECRET-KEY-18ZCJEWA97Y9W8J8WVVQJNDZF3PME0SA8L6NU0WPM4WJDRERZSKFSAJ9P3D",
};
pub(crate) const BOB: Person = Person {
    recipient: "age1t0pvr6kplat2f4uwzza4g3uqqhqrc99saytewacpkq93sd2apu8s9pehk8",
    identity: "AGE-SECRET-KEY-1PKEL092R3A7ZZLQRY6Z05X524RXY7CSDLSNT0EHPPR3XRZDDZX7SCYJPLQ",
};
pub(crate) const CAROL: Person = Person {
    recipient: "age19skutkx3etzdm597sj6ca29cs7hd5rf2zk995veg5wrurg9fsgxqxnlv48",
    identity: "AGE-SECRET-KEY-130Y77KY0L93EQHZS2UGAYJ23PTLH9PXUV2K33KD24MDM3ZTKZMFQCG5LFD",
};

/// Where the tests of a command work.
pub(super) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a program, which a shell runs.
    pub(super) fn script(&self, name: &str, text: &str) -> PathBuf {
        self.write(name, &format!("#!/bin/sh\n{text}"));
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o700)).unwrap();
        self.path(name)
    }

    /// Makes a fifo: who reads it waits for who writes to it, and the other way round.
    pub(super) fn fifo(&self, name: &str) {
        tell(Command::new("mkfifo").arg(self.path(name))).code(0);
    }

    /// Makes an encrypted file with the real sops.
    pub(super) fn encrypted(&self, name: &str, plain: &str, people: &[Person]) {
        self.write(name, plain);
        let recipients: Vec<_> = people.iter().map(|person| person.recipient).collect();
        self.theirs(
            &["encrypt", "-i", "--age", &recipients.join(","), name],
            people,
        )
        .code(0);
    }

    /// Runs `keydance sops` as people, whose identities it has.
    pub(super) fn ours(&self, arguments: &[&str], people: &[Person]) -> Told {
        tell(&mut self.command(arguments, people))
    }

    /// As [`ours`](Self::ours), with something to read.
    pub(super) fn ours_reading(&self, arguments: &[&str], people: &[Person], text: &str) -> Told {
        tell_with(&mut self.command(arguments, people), text)
    }

    /// The command that [`ours`](Self::ours) runs.
    pub(super) fn command(&self, arguments: &[&str], people: &[Person]) -> Command {
        let mut command = self.program(KEYDANCE.into(), people);
        command.arg("sops").args(arguments);
        command
    }

    /// Runs our program under the name `sops`.
    pub(super) fn ours_as_sops(&self, arguments: &[&str], people: &[Person]) -> Told {
        let link = self.path("sops");
        if !link.exists() {
            symlink(KEYDANCE, &link).unwrap();
        }
        tell(self.program(link, people).args(arguments))
    }

    /// Runs the real sops as people.
    pub(super) fn theirs(&self, arguments: &[&str], people: &[Person]) -> Told {
        tell(&mut self.real(arguments, people))
    }

    /// The command that [`theirs`](Self::theirs) runs.
    pub(super) fn real(&self, arguments: &[&str], people: &[Person]) -> Command {
        let mut command = self.program(sops(), people);
        command.args(arguments);
        command
    }

    /// Runs `keydance sops` as Alice, whose identity a command gives: the first time it is asked, the
    /// real sops sets `theirs` in `f.yaml` before it answers.
    pub(super) fn ours_while_sops_writes(&self, arguments: &[&str]) -> Told {
        let script = format!(
            "if mkdir asked 2>/dev/null; then env -u SOPS_AGE_KEY_CMD SOPS_AGE_KEY={0} {1} \
             set f.yaml '[\"theirs\"]' true >&2 || exit 1; fi; echo {0}",
            ALICE.identity,
            sops().display()
        );
        let script = self.script("identity", &script);
        let mut command = self.command(arguments, &[]);
        tell(
            command
                .env_remove("SOPS_AGE_KEY")
                .env("SOPS_AGE_KEY_CMD", script),
        )
    }

    /// A program with no environment but the identities of people.
    fn program(&self, program: PathBuf, people: &[Person]) -> Command {
        let identities: Vec<_> = people.iter().map(|person| person.identity).collect();
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", "/usr/bin:/bin")
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("SOPS_DISABLE_VERSION_CHECK", "1")
            .env("SOPS_AGE_KEY", identities.join("\n"))
            .current_dir(self.folder.path());
        command
    }

    /// What both programs say is in a file; fails the test unless they agree.
    #[track_caller]
    pub(super) fn plain(&self, name: &str, people: &[Person]) -> String {
        let ours = self.ours(&["decrypt", name], people).code(0).stdout;
        let theirs = self.theirs(&["decrypt", name], people).code(0).stdout;
        assert_eq!(ours, theirs);
        ours
    }
}

/// The lines of a file that are not those of another one.
pub(super) fn changed(before: &str, after: &str) -> Vec<String> {
    let known: Vec<_> = before.lines().collect();
    let new = after.lines().filter(|line| !known.contains(line));
    new.map(|line| line.trim().split(':').next().unwrap_or_default().to_owned())
        .collect()
}
