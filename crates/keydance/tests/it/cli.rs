//! The command line itself: help, completions, manual pages, exit codes.

use std::process::Command;

use crate::{KEYDANCE, tell, tell_with};

fn keydance(arguments: &[&str]) -> Command {
    let home = std::env::temp_dir().join("keydance-no-such-home");
    let mut command = Command::new(KEYDANCE);
    command.args(arguments).env_clear().env("HOME", home);
    command
}

#[test]
fn help_lists_the_exit_codes() {
    let told = tell(&mut keydance(&["--help"])).code(0);
    for line in ["  3   denied", "  75  temporary"] {
        assert!(told.stdout.contains(line), "{}", told.stdout);
    }
}

#[test]
fn every_command_has_help() {
    let nouns = [
        "serve",
        "organisation",
        "login",
        "whoami",
        "credential",
        "environment",
        "flow",
        "execution",
        "run",
        "sops",
        "person",
        "group",
        "machine",
        "token",
        "audit",
        "doctor",
        "completions",
        "man",
    ];
    for noun in nouns {
        let told = tell(&mut keydance(&[noun, "--help"])).code(0);
        assert!(told.stdout.contains("Usage: keydance"), "{noun}");
    }
}

#[test]
fn completions_are_generated_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let told = tell(&mut keydance(&["completions", shell])).code(0);
        assert!(told.stdout.contains("credential"), "{shell}");
    }
    tell(&mut keydance(&["completions", "tcsh"])).code(2);
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let told = tell(&mut keydance(&["man"])).code(0);
    assert!(told.stdout.contains(".TH keydance 1"));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    tell(&mut keydance(&["man", "--out", out])).code(0);
    for page in [
        "keydance.1",
        "keydance-serve.1",
        "keydance-credential-create.1",
    ] {
        assert!(folder.path().join(page).exists(), "{page}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in [
        &["frobnicate"][..],
        &["credential", "create", "x"],
        &["credential", "create", "x", "--type", "NO_SUCH"],
        &["credential", "transfer", "x", "--add-owner", "ROBOT:1"],
        &[
            "organisation",
            "create",
            "x",
            "--admin",
            "eve",
            "--permission",
            "everything",
        ],
        &["--url", "http://keys.example.org", "whoami"],
        &["--url", "nonsense", "whoami"],
    ] {
        tell(&mut keydance(arguments)).code(2);
    }
}

#[test]
fn a_server_that_is_not_there_is_exit_code_75() {
    let told = tell(&mut keydance(&["--url", "http://127.0.0.1:1", "whoami"])).code(75);
    assert!(told.stderr.contains("keydance serve"), "{}", told.stderr);
    assert_eq!(told.stdout, "");
}

#[test]
fn what_cannot_be_taken_back_needs_a_yes() {
    let id = "a3f09c51d27be84406c1f9d2";
    for arguments in [
        &["credential", "delete", id][..],
        &["credential", "destroy", id, "1"],
        &["flow", "delete", id],
        &["person", "freeze", "ana"],
        &["group", "part", "g", "USER:ana"],
        &["environment", "delete", "staging"],
    ] {
        let told = tell(&mut keydance(arguments)).code(6);
        assert!(told.stderr.contains("--yes"), "{}", told.stderr);
    }
}

#[test]
fn a_secret_is_never_taken_as_an_argument() {
    let mut create = keydance(&["credential", "create", "x", "--type", "API_KEY"]);
    let told = tell(create.args(["--field", "key=sesame"])).code(2);
    assert!(!told.stderr.contains("sesame"), "{}", told.stderr);
    assert!(
        told.stderr.contains("--secret-from-stdin"),
        "{}",
        told.stderr
    );
}

#[test]
fn only_codes_and_tokens_are_logged_in_with() {
    let told = tell_with(&mut keydance(&["login"]), "my password").code(2);
    assert!(!told.stderr.contains("my password"));
}
