//! Looking for what is wrong, from outside.

use std::os::unix::fs::PermissionsExt as _;

use super::desk::Desk;
use crate::{KEYDANCE, tell};

impl Desk {
    fn with_a_file() -> Self {
        let desk = Self::new();
        desk.encrypt("secrets/db.yaml", "password: hunter2\n");
        desk.commit("a file");
        desk
    }

    /// Changes the roster, and what follows from it.
    fn change_roster(&self, from: &str, to: &str) {
        let text = String::from_utf8(self.read("keydance.yaml")).unwrap();
        assert!(text.contains(from), "{text}");
        self.write("keydance.yaml", &text.replace(from, to));
        self.commit("the roster");
        self.done("alice", &["sync", "--apply"]);
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.repository().join(path), text).unwrap();
    }
}

#[test]
fn the_exit_code_says_whether_something_was_found() {
    let desk = Desk::with_a_file();
    desk.change_roster("integrity: warn", "integrity: off");
    let told = desk.done("alice", &["check"]);
    assert!(
        told.stdout.contains("errors: 0, warnings: 0"),
        "{}",
        told.stdout
    );
    assert!(
        told.stdout.contains("files: 1, opened: 1"),
        "{}",
        told.stdout
    );
    desk.write("secrets/link.yaml", "a: b\n");
    let told = desk.keydance("alice", &["check", "--no-keys"]).code(1);
    let expected = "secrets/link.yaml: error: it is not encrypted [plaintext]";
    assert!(told.stdout.contains(expected), "{}", told.stdout);
    std::fs::remove_file(desk.repository().join("secrets/link.yaml")).unwrap();
    std::os::unix::fs::symlink("db.yaml", desk.repository().join("secrets/link.yaml")).unwrap();
    desk.done("alice", &["check"]);
    desk.keydance("alice", &["check", "--fail-on", "warning"])
        .code(1);
    let elsewhere = desk.home("alice");
    let elsewhere = elsewhere.to_str().unwrap();
    desk.keydance("alice", &["check", "--repo", elsewhere])
        .code(2);
    std::fs::remove_file(desk.repository().join("keydance.yaml")).unwrap();
    let told = desk.keydance("alice", &["check"]).code(2);
    assert!(told.stderr.contains("keydance init"), "{}", told.stderr);
}

#[test]
fn findings_are_data_too() {
    let desk = Desk::with_a_file();
    desk.write("secrets/a.yaml", "a: b\n");
    let told = desk.keydance("alice", &["check", "--json"]).code(1).json();
    let findings = told["data"]["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|it| it["path"] == "secrets/a.yaml")
        .unwrap();
    assert_eq!(finding["code"], "plaintext");
    assert_eq!(finding["severity"], "error");
    let told = desk.keydance("alice", &["check", "--sarif"]).code(1).json();
    assert_eq!(told["version"], "2.1.0");
    let results = told["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|it| it["ruleId"] == "plaintext"));
}

#[test]
fn a_pre_commit_hook_stops_what_is_not_encrypted() {
    let desk = Desk::with_a_file();
    let hook = desk.repository().join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(
        &hook,
        format!("#!/bin/sh\nexec {KEYDANCE} check --staged\n"),
    )
    .unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    desk.write("README.md", "two\n");
    desk.commit("fine");
    desk.write("secrets/plain.env", "PASSWORD=hunter2\n");
    desk.write("README.md", "three\n");
    desk.git(&["add", "secrets/plain.env"]);
    let committing = |arguments: &[&str]| tell(&mut desk.command("alice", "git", arguments));
    // Only the named file is committed, from an index of its own.
    committing(&["commit", "-q", "-m", "fine", "README.md"]).code(0);
    let told = committing(&["commit", "-q", "-m", "not fine"]).code(1);
    let said = told.stdout + &told.stderr;
    assert!(said.contains("secrets/plain.env: error"), "{said}");
    assert!(!said.contains("hunter2"));
}

#[test]
fn what_alice_signs_is_checked_and_what_changes_afterwards_is_found() {
    let desk = Desk::with_a_file();
    let key = desk.home("alice").join("signing");
    let key = key.to_str().unwrap();
    let sign = |paths: &[&str]| {
        let arguments = ["sign", "--signing-key", key];
        desk.keydance("alice", &[&arguments[..], paths].concat())
    };
    let told = sign(&["secrets/db.yaml"]).code(3);
    assert!(
        told.stderr.contains("no device or machine"),
        "{}",
        told.stderr
    );
    let public = std::fs::read_to_string(format!("{key}.pub")).unwrap();
    let recipient = "      laptop:\n        recipient:";
    let signing = format!(
        "      laptop:\n        signing: {}\n        recipient:",
        public.trim()
    );
    desk.change_roster(recipient, &signing);
    desk.change_roster("integrity: warn", "integrity: strict");
    desk.keydance("alice", &["check"]).code(1);
    let told = sign(&["secrets/db.yaml", "keydance.yaml"]).code(0);
    assert!(
        told.stdout.contains("secrets/db.yaml is signed, version 1"),
        "{}",
        told.stdout
    );
    desk.commit("signed");
    desk.done("alice", &["check", "--fail-on", "info"]);
    sign(&["secrets/db.yaml"]).code(5);
    desk.encrypt("secrets/db.yaml", "password: changed\n");
    let told = desk.keydance("alice", &["check"]).code(1);
    assert!(told.stdout.contains("[bad-signature]"), "{}", told.stdout);
    sign(&["secrets/db.yaml"]).code(0);
    desk.done("alice", &["check"]);
}
