//! `updatekeys`.

use super::desk::{ALICE, BOB, CAROL, Desk, Person, changed};

const PLAIN: &str = "a: 1\nb: text\n";

fn rule(desk: &Desk, people: &[Person]) {
    let recipients: Vec<_> = people.iter().map(|person| person.recipient).collect();
    let rule = format!(
        "creation_rules:\n  - path_regex: f\n    age: {}\n",
        recipients.join(",")
    );
    desk.write(".sops.yaml", &rule);
}

#[test]
fn recipients_become_those_of_the_rule_and_nothing_else_changes() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE, BOB]);
    desk.write("theirs-f.yaml", &desk.read("f.yaml"));
    rule(&desk, &[ALICE, CAROL]);
    let before = desk.read("f.yaml");
    let told = desk.ours(&["updatekeys", "-y", "f.yaml"], &[ALICE]).code(0);
    let theirs = desk
        .theirs(&["updatekeys", "-y", "theirs-f.yaml"], &[ALICE])
        .code(0);
    assert_eq!(told.stdout, theirs.stdout);
    let after = desk.read("f.yaml");
    let kept = |line: &&str| line.contains("ENC[") || line.contains("lastmodified");
    assert!(before.lines().filter(kept).eq(after.lines().filter(kept)));
    // What was wrapped for Alice stays as it is, so only the lines of Carol are new.
    let alices = before
        .split("- enc: |")
        .nth(1)
        .unwrap()
        .split("recipient:")
        .next()
        .unwrap();
    assert!(
        after.contains(alices) && changed(&before, &after).len() < 9,
        "{after}"
    );
    assert_eq!(desk.plain("f.yaml", &[CAROL]), PLAIN);
    desk.theirs(&["decrypt", "f.yaml"], &[BOB]).code(128);
}

#[test]
fn a_file_that_is_as_it_should_be_needs_no_key_and_is_not_written() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE, BOB]);
    rule(&desk, &[BOB, ALICE]);
    let before = desk.read("f.yaml");
    let told = desk.ours(&["updatekeys", "f.yaml"], &[]).code(0);
    assert!(
        told.stderr.contains("already up to date"),
        "{}",
        told.stderr
    );
    assert_eq!((told.stdout.as_str(), desk.read("f.yaml")), ("", before));
}

#[test]
fn it_asks_and_takes_no_for_an_answer() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    rule(&desk, &[ALICE, BOB]);
    let before = desk.read("f.yaml");
    let told = desk
        .ours_reading(&["updatekeys", "f.yaml"], &[ALICE], "what\nn\n")
        .code(0);
    assert_eq!(told.stdout.matches("Is this okay? (y/n):").count(), 2);
    assert!(
        told.stdout.contains(&format!("+++ {}\n", BOB.recipient)),
        "{}",
        told.stdout
    );
    desk.ours_reading(&["updatekeys", "f.yaml"], &[ALICE], "")
        .code(1);
    desk.ours(&["updatekeys", "--dry-run", "f.yaml"], &[])
        .code(0);
    assert_eq!(desk.read("f.yaml"), before);
    desk.ours_reading(&["updatekeys", "f.yaml"], &[ALICE], "y\n")
        .code(0);
    assert_eq!(desk.plain("f.yaml", &[BOB]), PLAIN);
}

#[test]
fn several_files_go_on_after_a_failure() {
    let desk = Desk::new();
    for name in ["f1.yaml", "f2.yaml", "f3.yaml"] {
        let people = if name == "f2.yaml" { BOB } else { ALICE };
        desk.encrypted(name, PLAIN, &[people]);
    }
    desk.encrypted("g.yaml", PLAIN, &[ALICE]);
    rule(&desk, &[ALICE, CAROL]);
    let files = [
        "updatekeys",
        "-y",
        "f1.yaml",
        "f2.yaml",
        "f3.yaml",
        "g.yaml",
    ];
    let told = desk.ours(&files, &[ALICE]).code(1);
    assert!(
        told.stderr.contains("2 of 4 files failed"),
        "{}",
        told.stderr
    );
    assert!(
        told.stderr.contains("no matching creation rules found"),
        "{}",
        told.stderr
    );
    assert_eq!(desk.plain("f1.yaml", &[CAROL]), PLAIN);
    assert_eq!(desk.plain("f3.yaml", &[CAROL]), PLAIN);
    desk.ours_as_sops(&files, &[ALICE]).code(1);
    desk.ours(&["updatekeys", "-y", "f2.yaml"], &[ALICE])
        .code(128);
}

#[test]
fn key_groups_become_those_of_the_rule() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let groups = |people: &[Person], threshold: usize| {
        let groups: String = people
            .iter()
            .map(|person| format!("      - age: [{}]\n", person.recipient))
            .collect();
        let rule = format!("creation_rules:\n  - shamir_threshold: {threshold}\n    key_groups:\n");
        desk.write(".sops.yaml", &(rule + &groups));
    };
    groups(&[ALICE, BOB, CAROL], 2);
    desk.ours(
        &["updatekeys", "-y", "--threshold-from-config", "f.yaml"],
        &[ALICE],
    )
    .code(0);
    assert_eq!(desk.plain("f.yaml", &[BOB, CAROL]), PLAIN);
    groups(&[ALICE], 0);
    let told = desk
        .ours(&["updatekeys", "-y", "f.yaml"], &[BOB, CAROL])
        .code(0);
    assert!(
        told.stdout
            .contains("+++ shamir_threshold: 1\n--- shamir_threshold: 2\n")
    );
    assert_eq!(desk.plain("f.yaml", &[ALICE]), PLAIN);
}

#[test]
fn without_a_configuration_there_is_nothing_to_do() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let told = desk.ours(&["updatekeys", "-y", "f.yaml"], &[ALICE]).code(1);
    assert!(
        told.stderr.contains("config file not found"),
        "{}",
        told.stderr
    );
    desk.theirs(&["updatekeys", "-y", "f.yaml"], &[ALICE])
        .code(1);
}

#[test]
fn what_sops_writes_meanwhile_is_not_lost() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    rule(&desk, &[ALICE, BOB]);
    desk.ours_while_sops_writes(&["updatekeys", "-y", "f.yaml"])
        .code(0);
    assert_eq!(
        desk.plain("f.yaml", &[BOB]),
        format!("{PLAIN}theirs: true\n")
    );
}
