//! Where identities come from, and which recipients may be used at all.

use super::desk::{ALICE, BOB, CAROL, Desk};
use crate::tell;

#[test]
fn identities_are_found_where_sops_finds_them() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", "a: 1\n", &[ALICE]);
    desk.write("key.txt", &format!("# mine\n\n{}\n", ALICE.identity));
    std::fs::create_dir_all(desk.path(".config/sops/age")).unwrap();
    let command = format!("cat {}", desk.path("key.txt").display());
    let file = desk.path("key.txt").display().to_string();
    for (variable, value) in [
        ("SOPS_AGE_KEY", ALICE.identity),
        ("SOPS_AGE_KEY_FILE", &file),
        ("SOPS_AGE_KEY_CMD", &command),
    ] {
        for mut program in [
            desk.command(&["decrypt", "f.yaml"], &[]),
            desk.real(&["decrypt", "f.yaml"], &[]),
        ] {
            let program = program.env_remove("SOPS_AGE_KEY").env(variable, value);
            assert_eq!(tell(program).code(0).stdout, "a: 1\n", "{variable}");
        }
    }
    let told = desk.ours(&["decrypt", "f.yaml"], &[]).code(128);
    assert!(
        told.stderr.contains(".config/sops/age/keys.txt"),
        "{}",
        told.stderr
    );
    desk.write(".config/sops/age/keys.txt", ALICE.identity);
    for face in [Desk::ours, Desk::theirs] {
        assert_eq!(
            face(&desk, &["decrypt", "f.yaml"], &[]).code(0).stdout,
            "a: 1\n"
        );
    }
}

#[test]
fn a_line_that_is_no_identity_is_named_and_not_repeated() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", "a: 1\n", &[ALICE]);
    desk.write(
        "key.txt",
        &format!("# mine\n{}\nnot-to-be-seen\n", ALICE.identity),
    );
    let mut command = desk.command(&["decrypt", "f.yaml"], &[]);
    let told = tell(command.env("SOPS_AGE_KEY_FILE", desk.path("key.txt"))).code(128);
    assert!(told.stderr.contains("line 3"), "{}", told.stderr);
    assert!(!told.stderr.contains("not-to-be-seen"), "{}", told.stderr);
}

/// How often a command of these lines ran while files for Alice, Bob and Carol were opened.
fn runs(script: &str) -> usize {
    let desk = Desk::new();
    for (name, person) in [("a.yaml", ALICE), ("b.yaml", BOB), ("c.yaml", CAROL)] {
        for copy in ["1", "2"] {
            desk.encrypted(&format!("{copy}{name}"), "a: 1\n", &[person]);
        }
    }
    let script = desk.script("identity", &format!("echo >>runs\n{script}"));
    let mut command = desk.command(&["verify", "--jobs", "1", "."], &[]);
    tell(command.env("SOPS_AGE_KEY_CMD", script)).code(0);
    desk.read("runs").len()
}

#[test]
fn a_key_command_runs_once_for_a_recipient() {
    let script = format!(
        "case $SOPS_AGE_RECIPIENT in\n{}) echo {};;\n{}) echo {};;\n{}) echo {};;\nesac",
        ALICE.recipient,
        ALICE.identity,
        BOB.recipient,
        BOB.identity,
        CAROL.recipient,
        CAROL.identity
    );
    assert_eq!(runs(&script), 3);
}

#[test]
fn a_key_command_that_gave_the_same_twice_is_not_asked_again() {
    let everything = [ALICE, BOB, CAROL].map(|person| format!("echo {}", person.identity));
    assert_eq!(runs(&everything.join("\n")), 2);
}

/// A file for a key of a Vault that is not there, and Alice's.
fn with_a_vault(desk: &Desk) {
    desk.encrypted("f.yaml", "a: 1\n", &[ALICE]);
    let vault = "    hc_vault:\n        - vault_address: http://127.0.0.1:9\n          \
                 engine_path: transit\n          key_name: k\n          \
                 created_at: \"2025-01-01T00:00:00Z\"\n          enc: vault:v1:AAAA\n";
    let text = desk
        .read("f.yaml")
        .replacen("sops:\n", &format!("sops:\n{vault}"), 1);
    desk.write("f.yaml", &text);
}

#[test]
fn what_is_not_on_the_allow_list_is_denied_by_name() {
    let desk = Desk::new();
    with_a_vault(&desk);
    desk.write("allow.yaml", "hc_vault: ['https://vault.example.org']\n");
    for (variable, value) in [
        ("KEYDANCE_SOPS_ALLOW", "allow.yaml"),
        ("SOPS_HC_VAULT_ALLOWLIST", "none"),
    ] {
        let mut command = desk.command(&["decrypt", "f.yaml"], &[BOB]);
        let told = tell(command.env(variable, value)).code(128);
        let denied = "http://127.0.0.1:9/v1/transit/keys/k is not allowed by policy";
        assert!(told.stderr.contains(denied), "{}", told.stderr);
        let mut command = desk.command(&["decrypt", "f.yaml"], &[ALICE]);
        tell(command.env(variable, value)).code(0);
    }
}

#[test]
fn an_allow_list_that_makes_no_sense_allows_nothing() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", "a: 1\n", &[ALICE]);
    desk.write("allow.yaml", "hc_vault: [nonsense]\n");
    for (variable, value) in [
        ("KEYDANCE_SOPS_ALLOW", "allow.yaml"),
        ("KEYDANCE_SOPS_ALLOW", "absent.yaml"),
        ("SOPS_HC_VAULT_ALLOWLIST", "nonsense"),
    ] {
        let mut command = desk.command(&["decrypt", "f.yaml"], &[ALICE]);
        let told = tell(command.env(variable, value)).code(1);
        assert!(told.stderr.contains(variable), "{}", told.stderr);
    }
}
