//! `exec-env`, beside the real sops.

use super::desk::{ALICE, Desk};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.encrypted(
        "f.yaml",
        "# note\nA: one\nB: two words\nC: 2.5\nD: true\nE: 2025-01-02T03:04:05Z\nF: 1e21\nG: |\n    two\n    lines\n",
        &[ALICE],
    );
    desk
}

#[test]
fn values_are_variables_of_the_command() {
    let desk = desk();
    let show = "for name in A B C D E F G; do eval \"echo \\\"$name=\\$$name\\\"\"; done";
    let arguments = ["exec-env", "f.yaml", show];
    let ours = desk.ours(&arguments, &[ALICE]).code(0);
    let theirs = desk.theirs(&arguments, &[ALICE]).code(0);
    assert_eq!(ours.stdout, theirs.stdout);
    assert!(
        ours.stdout.contains("B=two words\nC=2.5\nD=true\n"),
        "{}",
        ours.stdout
    );
    assert_eq!(ours.stderr, "");
}

#[test]
fn the_exit_code_is_that_of_the_command() {
    let desk = desk();
    for (command, code) in [("exit 0", 0), ("exit 7", 7), ("no-such-program", 127)] {
        desk.ours(&["exec-env", "f.yaml", command], &[ALICE])
            .code(code);
        desk.theirs(&["exec-env", "f.yaml", command], &[ALICE])
            .code(code);
    }
    let killed = ["exec-env", "f.yaml", "kill -9 $$"];
    desk.ours(&killed, &[ALICE]).code(137);
    desk.ours_as_sops(&killed, &[ALICE]).code(255);
    desk.theirs(&killed, &[ALICE]).code(255);
}

#[test]
fn pristine_is_without_anything_else() {
    let desk = desk();
    let arguments = [
        "exec-env",
        "--pristine",
        "f.yaml",
        "/usr/bin/env | /usr/bin/sort",
    ];
    let ours = desk.ours(&arguments, &[ALICE]).code(0).stdout;
    assert_eq!(ours, desk.theirs(&arguments, &[ALICE]).code(0).stdout);
    assert!(!ours.contains("SOPS_AGE_KEY"), "{ours}");
}

#[test]
fn the_same_process_becomes_the_command() {
    let desk = desk();
    for face in [Desk::ours, Desk::ours_as_sops, Desk::theirs] {
        let arguments = ["exec-env", "--same-process", "f.yaml", "echo $A; exit 3"];
        assert_eq!(face(&desk, &arguments, &[ALICE]).code(3).stdout, "one\n");
    }
}

#[test]
fn what_is_left_in_the_background_is_not_waited_for() {
    let desk = desk();
    // It cannot end before that: nobody reads the fifo yet.
    desk.fifo("told");
    desk.ours(
        &["exec-env", "--background", "f.yaml", "echo $A >told"],
        &[ALICE],
    )
    .code(0);
    assert_eq!(desk.read("told"), "one\n");
}

#[test]
fn what_is_no_variable_is_refused_before_anything_runs() {
    let desk = Desk::new();
    for (plain, key) in [
        ("m: {a: 1}\n", "m"),
        ("l: [1]\n", "l"),
        ("\"a=b\": c\n", "a=b"),
    ] {
        desk.encrypted("f.yaml", plain, &[ALICE]);
        for face in [Desk::ours, Desk::theirs] {
            let told = face(&desk, &["exec-env", "f.yaml", "echo started"], &[ALICE]).code(1);
            assert_eq!(told.stdout, "");
            assert!(told.stderr.contains(key), "{}", told.stderr);
        }
    }
}

#[test]
fn null_is_an_empty_variable_and_said_to_be() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", "N: null\nA: b\n", &[ALICE]);
    let told = desk
        .ours(&["exec-env", "f.yaml", "echo [$N]"], &[ALICE])
        .code(0);
    assert_eq!(told.stdout, "[]\n");
    assert!(told.stderr.contains("null"), "{}", told.stderr);
}

#[test]
fn a_changed_file_runs_nothing() {
    let desk = Desk::new();
    desk.encrypted("f.env", "A=one\nB_unencrypted=two\n", &[ALICE]);
    desk.write("f.env", &desk.read("f.env").replace("=two", "=three"));
    for face in [Desk::ours, Desk::theirs] {
        let told = face(&desk, &["exec-env", "f.env", "echo started"], &[ALICE]).code(51);
        assert_eq!(told.stdout, "");
    }
}

#[test]
fn another_user_gets_a_home_and_its_groups() {
    let desk = desk();
    let who = "id -u; id -G; echo $HOME $USER $LOGNAME $A";
    let arguments = ["exec-env", "--user", "nobody", "f.yaml", who];
    let ours = desk.ours(&arguments, &[ALICE]);
    if rustix::process::getuid().is_root() {
        assert_eq!(
            ours.code(0).stdout,
            desk.theirs(&arguments, &[ALICE]).code(0).stdout
        );
    } else {
        assert!(ours.code(1).stderr.contains("nobody"));
    }
    desk.ours(
        &["exec-env", "--user", "no-such-user", "f.yaml", "true"],
        &[ALICE],
    )
    .code(1);
}
