//! `rotate`.

use super::desk::{ALICE, BOB, CAROL, Desk};

const PLAIN: &str = "a: 1\nb: text\n";

fn ivs(text: &str) -> Vec<String> {
    let values = text.lines().filter(|line| line.starts_with(['a', 'b']));
    let iv = |line: &str| {
        line.split("iv:")
            .nth(1)
            .unwrap()
            .split(',')
            .next()
            .unwrap()
            .to_owned()
    };
    values.map(iv).collect()
}

#[test]
fn every_value_is_encrypted_anew_under_its_iv() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE, BOB]);
    let before = desk.read("f.yaml");
    desk.ours(&["rotate", "-i", "f.yaml"], &[ALICE]).code(0);
    let after = desk.read("f.yaml");
    assert_eq!(ivs(&before), ivs(&after));
    let kept = |line: &&str| line.contains("ENC[") && before.contains(*line);
    assert_eq!(after.lines().filter(kept).count(), 0);
    assert_eq!(desk.plain("f.yaml", &[BOB]), PLAIN);
    desk.theirs(&["rotate", "-i", "f.yaml"], &[BOB]).code(0);
    assert_eq!(desk.plain("f.yaml", &[ALICE]), PLAIN);
}

#[test]
fn recipients_are_added_and_removed() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE, BOB]);
    let arguments = [
        "rotate",
        "-i",
        "--add-age",
        CAROL.recipient,
        "--rm-age",
        BOB.recipient,
        "f.yaml",
    ];
    let before = desk.read("f.yaml");
    let mut dry = arguments.to_vec();
    dry.insert(1, "--dry-run");
    let told = desk.ours(&dry, &[ALICE]).code(0);
    for line in [
        format!("    {}", ALICE.recipient),
        format!("+++ {}", CAROL.recipient),
        format!("--- {}", BOB.recipient),
        "The data key will change.".to_owned(),
    ] {
        assert!(
            told.stdout.lines().any(|each| each == line),
            "{}",
            told.stdout
        );
    }
    assert_eq!(desk.read("f.yaml"), before);
    desk.ours(&arguments, &[ALICE]).code(0);
    assert_eq!(desk.plain("f.yaml", &[CAROL]), PLAIN);
    desk.ours(&["decrypt", "f.yaml"], &[BOB]).code(128);
    desk.theirs(&["decrypt", "f.yaml"], &[BOB]).code(128);
}

#[test]
fn the_result_goes_to_standard_output_or_a_file_if_not_in_place() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let before = desk.read("f.yaml");
    let told = desk.ours(&["rotate", "f.yaml"], &[ALICE]).code(0);
    desk.write("g.yaml", &told.stdout);
    desk.ours(&["rotate", "--output", "h.yaml", "f.yaml"], &[ALICE])
        .code(0);
    assert_eq!(desk.read("f.yaml"), before);
    assert_eq!(desk.plain("g.yaml", &[ALICE]), PLAIN);
    assert_eq!(desk.plain("h.yaml", &[ALICE]), PLAIN);
}

#[test]
fn what_was_tampered_with_is_not_rotated() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", "a: 1\nb_unencrypted: 2\n", &[ALICE]);
    let forged = desk
        .read("f.yaml")
        .replace("b_unencrypted: 2", "b_unencrypted: 3");
    desk.write("f.yaml", &forged);
    desk.ours(&["rotate", "-i", "f.yaml"], &[ALICE]).code(51);
    assert_eq!(desk.read("f.yaml"), forged);
}

#[test]
fn the_last_recipient_and_unknown_ones_stay() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk.ours(
        &["rotate", "-i", "--rm-age", ALICE.recipient, "f.yaml"],
        &[ALICE],
    )
    .code(1);
    let known = desk.read("f.yaml");
    desk.write("f.yaml", &format!("{known}    tpm:\n        - enc: x\n"));
    let told = desk.ours(&["rotate", "-i", "f.yaml"], &[ALICE]).code(1);
    assert!(told.stderr.contains("--drop-unknown"), "{}", told.stderr);
    desk.ours(&["set", "f.yaml", r#"["a"]"#, "2"], &[ALICE])
        .code(0);
    assert!(
        desk.read("f.yaml")
            .contains("\n    tpm:\n        - enc: x\n")
    );
    desk.ours(&["rotate", "-i", "--drop-unknown", "f.yaml"], &[ALICE])
        .code(0);
    assert!(!desk.read("f.yaml").contains("tpm"));
}

#[test]
fn several_files_are_rotated_and_failures_counted() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk.encrypted("g.json", "{\"a\": 1}", &[BOB]);
    let told = desk
        .ours(&["rotate", "-i", "f.yaml", "g.json"], &[ALICE])
        .code(1);
    assert!(
        told.stderr.contains("f.yaml: has a new data key"),
        "{}",
        told.stderr
    );
    assert!(
        told.stderr.contains("1 of 2 files failed"),
        "{}",
        told.stderr
    );
    desk.ours(&["rotate", "-i", "f.yaml", "g.json"], &[ALICE, BOB])
        .code(0);
    desk.ours(&["rotate", "-i", "absent.yaml"], &[ALICE])
        .code(100);
    let adding = ["rotate", "-i", "--add-age", BOB.recipient, "absent.yaml"];
    desk.ours(&adding, &[ALICE]).code(49);
    desk.theirs(&adding, &[ALICE]).code(49);
}
