//! `groups add` and `groups delete`.

use super::desk::{ALICE, BOB, CAROL, Desk};

const PLAIN: &str = "a: 1\n";
const THRESHOLD: &str = "--shamir-secret-sharing-threshold";

#[test]
fn groups_come_and_go_and_both_programs_open_the_file_all_the_time() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let mac = |text: &str| {
        text.lines()
            .find(|line| line.starts_with("    mac:"))
            .unwrap()
            .to_owned()
    };
    let before = mac(&desk.read("f.yaml"));
    desk.ours(
        &[
            "groups",
            "add",
            "-f",
            "f.yaml",
            "-i",
            "--age",
            BOB.recipient,
        ],
        &[ALICE],
    )
    .code(0);
    assert_eq!(desk.plain("f.yaml", &[ALICE, BOB]), PLAIN);
    desk.theirs(&["decrypt", "f.yaml"], &[ALICE]).code(128);
    desk.ours(&["decrypt", "f.yaml"], &[ALICE]).code(128);
    let add = [
        "groups",
        "add",
        "-f",
        "f.yaml",
        "-i",
        "--age",
        CAROL.recipient,
        THRESHOLD,
        "2",
    ];
    desk.ours(&add, &[ALICE, BOB]).code(0);
    for two in [[ALICE, BOB], [BOB, CAROL], [ALICE, CAROL]] {
        assert_eq!(desk.plain("f.yaml", &two), PLAIN);
    }
    desk.theirs(
        &["groups", "delete", "-f", "f.yaml", "-i", "1"],
        &[ALICE, BOB],
    )
    .code(0);
    assert_eq!(desk.plain("f.yaml", &[ALICE, CAROL]), PLAIN);
    let delete = [
        "groups", "delete", "-f", "f.yaml", "-i", THRESHOLD, "1", "0",
    ];
    desk.ours(&delete, &[ALICE, CAROL]).code(0);
    assert_eq!(desk.plain("f.yaml", &[CAROL]), PLAIN);
    assert_eq!(mac(&desk.read("f.yaml")), before);
}

#[test]
fn impossible_groups_are_refused_before_anybody_is_asked_for_a_key() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let add = [
        "groups",
        "add",
        "-f",
        "f.yaml",
        "-i",
        "--age",
        BOB.recipient,
        THRESHOLD,
        "2",
    ];
    desk.ours(&add, &[ALICE]).code(0);
    let before = desk.read("f.yaml");
    for arguments in [
        &["groups", "delete", "-f", "f.yaml", "-i", "0"][..],
        &["groups", "delete", "-f", "f.yaml", "-i", "2"],
        &["groups", "add", "-f", "f.yaml", "-i"],
        &[
            "groups",
            "add",
            "-f",
            "f.yaml",
            "-i",
            "--age",
            CAROL.recipient,
            THRESHOLD,
            "4",
        ],
    ] {
        desk.ours(arguments, &[]).code(1);
    }
    desk.ours(&["groups", "delete", "-f", "absent.yaml", "-i", "0"], &[])
        .code(100);
    let told = desk.ours(
        &["groups", "add", "-f", "f.yaml", "--age", CAROL.recipient],
        &[ALICE, BOB],
    );
    desk.write("g.yaml", &told.code(0).stdout);
    assert_eq!(desk.plain("g.yaml", &[BOB, CAROL]), PLAIN);
    assert_eq!(desk.read("f.yaml"), before);
}
