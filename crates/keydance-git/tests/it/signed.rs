//! Whose signature counts, in repositories that the real git and ssh-keygen made.

use std::path::{Path, PathBuf};
use std::process::Command;

use keydance_git::check::{Listing, Means, Severity, Source, check};
use keydance_git::event::{Leave, sync};
use keydance_git::signature::{Draft, DraftError, Program, path_of};
use keydance_sops::random::SystemRandom;
use tempfile::TempDir;

use crate::organisation::{Organisation, SIGNING, git_program, program};

const DB: &str = "secrets/db.yaml";
const ROSTER: &str = "keydance.yaml";

/// An organisation whose people sign.
struct Signing {
    organisation: Organisation,
    keys: TempDir,
}

impl Signing {
    /// Alice's, with a file that she has signed, and the roster.
    fn new() -> Self {
        let signing = Self {
            organisation: Organisation::new(),
            keys: tempfile::tempdir().unwrap(),
        };
        signing.give_key("alice");
        signing.organisation.encrypt(DB, "password: first\n");
        signing.organisation.commit("a file");
        signing.sign("alice", &[DB, ROSTER]);
        signing.organisation.commit("signed");
        signing
    }

    /// Somebody whose signing key is not a real one yet gets one.
    fn give_key(&self, who: &str) {
        let mut command = Command::new(program("ssh-keygen"));
        command.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]);
        assert!(command.arg(self.key(who)).status().unwrap().success());
        let public = self.public(who);
        self.change_roster(|text| text.replace(SIGNING, &public));
    }

    fn change_roster(&self, change: impl FnOnce(String) -> String) {
        let organisation = &self.organisation;
        let text = String::from_utf8(organisation.read(ROSTER)).unwrap();
        let changed = change(text.clone());
        assert_ne!(changed, text);
        organisation.write(ROSTER, &changed);
        organisation.commit("the roster");
        organisation.run(|scene| sync(scene, &mut SystemRandom));
    }

    fn key(&self, who: &str) -> PathBuf {
        self.keys.path().join(who)
    }

    fn public(&self, who: &str) -> String {
        let text = std::fs::read_to_string(self.key(who).with_extension("pub")).unwrap();
        text.trim().to_owned()
    }

    fn try_sign(&self, who: &str, path: &str) -> Result<(), DraftError> {
        let organisation = &self.organisation;
        let file = organisation.root().join(path);
        let now = organisation.now();
        let draft = Draft::of(&git_program(), &file, &self.public(who), now, None)?;
        let scratch = self.keys.path().to_owned();
        let program = Program::new(program("ssh-keygen"), scratch);
        let armored = program.sign(&draft.statement().text(), &self.key(who));
        let place = draft.place.clone();
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, draft.signed(armored.unwrap())).unwrap();
        Ok(())
    }

    fn sign(&self, who: &str, paths: &[&str]) {
        paths
            .iter()
            .for_each(|path| self.try_sign(who, path).unwrap());
    }

    /// What is found, and how bad it is.
    fn found(&self) -> Vec<(String, Severity)> {
        let organisation = &self.organisation;
        let listing = Listing::of(&git_program(), organisation.root(), Source::WorkingCopy);
        let means = Means {
            keys: None,
            ssh_keygen: Some(&program("ssh-keygen")),
            now: organisation.now(),
        };
        let report = check(&listing.unwrap(), means).unwrap();
        let told = report.findings.into_iter();
        told.map(|it| (format!("{} {}", it.code, it.path), it.severity))
            .collect()
    }

    fn findings(&self) -> Vec<String> {
        self.found().into_iter().map(|it| it.0).collect()
    }

    /// Stock encrypts another content.
    fn rewrite(&self, content: &str) {
        self.organisation.encrypt(DB, content);
    }

    fn version(&self) -> u64 {
        let text = String::from_utf8(self.organisation.read(&path_of(DB))).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("version: "));
        line.unwrap().parse().unwrap()
    }
}

#[test]
fn a_file_is_signed_or_told_of() {
    let signing = Signing::new();
    assert_eq!(signing.findings(), [""; 0]);
    std::fs::remove_dir_all(signing.organisation.root().join(".keydance/signatures")).unwrap();
    let unsigned = [
        "roster-unapproved keydance.yaml",
        "unsigned secrets/db.yaml",
    ];
    let told = |severity| unsigned.map(|it| (it.to_owned(), severity));
    assert_eq!(signing.found(), told(Severity::Warning));
    signing.change_roster(|text| text.replace("integrity: warn", "integrity: strict"));
    assert_eq!(signing.found(), told(Severity::Error));
    signing.change_roster(|text| text.replace("integrity: strict", "integrity: off"));
    assert_eq!(signing.found(), []);
}

#[test]
fn ssh_keygen_itself_accepts_a_signature() {
    let signing = Signing::new();
    let text = String::from_utf8(signing.organisation.read(&path_of(DB))).unwrap();
    let (statement, signature) = text.split_once("\n\n").unwrap();
    let write = |name: &str, text: &str| {
        let place = signing.keys.path().join(name);
        std::fs::write(&place, text).unwrap();
        place
    };
    let statement = write("statement", &format!("{statement}\n"));
    let signature = write("signature", signature);
    let signers = write(
        "signers",
        &format!("alice/laptop {}\n", signing.public("alice")),
    );
    let mut command = Command::new(program("ssh-keygen"));
    command.args(["-Y", "verify", "-n", "keydance-file", "-I", "alice/laptop"]);
    command.arg("-f").arg(signers).arg("-s").arg(signature);
    command.stdin(std::fs::File::open(statement).unwrap());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_file_that_changed_is_signed_as_the_next_version() {
    let signing = Signing::new();
    signing.rewrite("password: second\n");
    assert_eq!(signing.findings(), ["bad-signature secrets/db.yaml"]);
    signing.sign("alice", &[DB]);
    assert_eq!((signing.findings(), signing.version()), (vec![], 2));
    assert!(matches!(
        signing.try_sign("alice", DB),
        Err(DraftError::Already(_))
    ));
    signing.organisation.commit("second");
    assert_eq!(signing.findings(), [""; 0]);
}

#[test]
fn an_older_version_that_comes_back_is_found() {
    let signing = Signing::new();
    signing.rewrite("password: second\n");
    signing.sign("alice", &[DB]);
    signing.organisation.commit("second");
    assert_eq!(signing.findings(), [""; 0]);
    // In a new commit it does not follow what was signed before it.
    let sig = path_of(DB);
    signing
        .organisation
        .git(&["checkout", "-q", "HEAD~1", "--", DB, &sig]);
    assert_eq!(signing.findings(), ["bad-signature secrets/db.yaml"]);
    signing.organisation.commit("back");
    assert_eq!(signing.findings(), ["bad-signature secrets/db.yaml"]);
    // In a history that was rewritten, the clone remembers.
    signing
        .organisation
        .git(&["reset", "-q", "--hard", "HEAD~2"]);
    assert_eq!(signing.findings(), ["rollback secrets/db.yaml"]);
}

#[test]
fn only_writers_who_are_there_sign() {
    let mut signing = Signing::new();
    signing.organisation.join("bob", &["admins"]);
    signing.give_key("bob");
    signing.sign("alice", &[ROSTER]);
    signing.rewrite("password: second\n");
    signing.sign("bob", &[DB]);
    assert_eq!(signing.findings(), [""; 0]);
    signing.organisation.commit("by bob");
    assert_eq!(signing.findings(), [""; 0]);
    signing.organisation.tomorrow();
    let who = "bob".parse().unwrap();
    signing
        .organisation
        .run(|scene| Leave { who }.plan(scene, &mut SystemRandom));
    signing.sign("alice", &[DB, ROSTER]);
    signing.organisation.commit("bob has left");
    assert_eq!(signing.findings(), [""; 0]);
    assert_eq!(signing.try_sign("bob", DB), Err(DraftError::UnknownKey));
    // Bob signs all the same, with a time at which he was there.
    let text = String::from_utf8(signing.organisation.read(&path_of(DB))).unwrap();
    let statement = text.split_once("\n\n").unwrap().0;
    let forged = statement.replace("signer: alice/laptop", "signer: bob/laptop");
    let forged = format!("{forged}\n");
    let program = Program::new(program("ssh-keygen"), signing.keys.path().to_owned());
    let armored = program.sign(&forged, &signing.key("bob")).unwrap();
    signing
        .organisation
        .git(&["reset", "-q", "--soft", "HEAD~1"]);
    signing
        .organisation
        .write(&path_of(DB), &format!("{forged}\n{armored}"));
    assert_eq!(signing.findings(), ["wrong-signer secrets/db.yaml"]);
}

#[test]
fn some_paths_need_more_than_one_writer() {
    let signing = Signing::new();
    signing.organisation.join("bob", &["admins"]);
    signing.give_key("bob");
    signing.change_roster(|text| text.replace("match:", "approvals: 1\n    match:"));
    signing.sign("alice", &[ROSTER]);
    signing.rewrite("password: second\n");
    signing.sign("alice", &[DB]);
    assert_eq!(signing.findings(), ["bad-signature secrets/db.yaml"]);
    signing.sign("bob", &[DB]);
    assert_eq!(signing.findings(), [""; 0]);
    signing.organisation.commit("both");
    assert_eq!((signing.findings(), signing.version()), (vec![], 2));
}

#[test]
fn a_signature_is_for_one_path_and_its_recipients() {
    let signing = Signing::new();
    let organisation = &signing.organisation;
    let copy = "secrets/copy.yaml";
    let (file, sig) = (organisation.read(DB), organisation.read(&path_of(DB)));
    let place = |path: &str| organisation.root().join(path);
    std::fs::write(place(copy), file).unwrap();
    std::fs::write(place(&path_of(copy)), sig).unwrap();
    assert_eq!(signing.findings(), ["bad-signature secrets/copy.yaml"]);
    let outside = signing.key("alice");
    let now = organisation.now();
    let refused = Draft::of(
        &git_program(),
        &outside,
        &signing.public("alice"),
        now,
        None,
    );
    assert!(matches!(refused, Err(DraftError::Git(_))), "{refused:?}");
    let readme = Path::new("README.md");
    organisation.write("README.md", "plain\n");
    assert!(matches!(
        signing.try_sign("alice", readme.to_str().unwrap()),
        Err(DraftError::NoWriter(_))
    ));
}
