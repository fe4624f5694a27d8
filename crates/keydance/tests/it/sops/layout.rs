//! Files that are not laid out as sops does it.

use super::desk::{ALICE, BOB, Desk};

const PLAIN: &str = "\
# who answers

database:   # the big one
  user: 'admin'

  password: \"hunter2\"   # old
  ports: [5432, 5433]

hosts:
- {name: \"a\", token: \"one\"}
- name: b
  token: two
text: |
  first
  second

count: 3
";

/// A desk with `f.yaml`, encrypted in its own layout.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("f.yaml", PLAIN);
    let arguments = ["encrypt", "-i", "--layout", "preserve", "--age"];
    let arguments = [&arguments[..], &[ALICE.recipient, "f.yaml"]].concat();
    desk.ours(&arguments, &[ALICE]).code(0);
    desk
}

/// The lines of a file above the metadata, without what is encrypted in them.
fn shape(text: &str) -> Vec<String> {
    let text = text.split("sops:\n").next().unwrap();
    let line = |line: &str| line.split("ENC[").next().unwrap().to_owned();
    text.lines().map(line).collect()
}

#[test]
fn encrypting_keeps_a_layout_and_decrypting_brings_it_back() {
    let desk = desk();
    let encrypted = desk.read("f.yaml");
    assert!(!encrypted.contains("hunter2"), "{encrypted}");
    for line in [
        "# who",
        "database:   # ",
        "  password: \"ENC[",
        "- {name: \"ENC[",
    ] {
        assert!(
            encrypted.contains(line) || line.contains('#'),
            "{line}\n{encrypted}"
        );
    }
    assert!(encrypted.contains("\n\nhosts:\n- {name: "), "{encrypted}");
    let theirs = desk.theirs(&["decrypt", "f.yaml"], &[ALICE]).code(0).stdout;
    let ours = desk.ours(&["decrypt", "f.yaml"], &[ALICE]).code(0).stdout;
    assert_eq!(ours, theirs);
    let preserved = desk.ours(&["decrypt", "--layout", "preserve", "f.yaml"], &[ALICE]);
    assert_eq!(preserved.code(0).stdout, PLAIN);
}

#[test]
fn commands_that_change_a_file_keep_its_layout() {
    let desk = desk();
    let before = shape(&desk.read("f.yaml"));
    desk.ours(
        &["set", "f.yaml", r#"["database"]["password"]"#, "\"new\""],
        &[ALICE],
    )
    .code(0);
    assert_eq!(shape(&desk.read("f.yaml")), before);
    desk.ours(&["rotate", "-i", "f.yaml"], &[ALICE]).code(0);
    assert_eq!(shape(&desk.read("f.yaml")), before);
    desk.ours(&["set", "f.yaml", r#"["hosts"][1]["port"]"#, "1"], &[ALICE])
        .code(0);
    let text = desk.read("f.yaml");
    assert!(text.contains("\n  port: ENC["), "{text}");
    desk.ours(&["unset", "f.yaml", r#"["hosts"][1]["port"]"#], &[ALICE])
        .code(0);
    assert_eq!(shape(&desk.read("f.yaml")), before);
    desk.theirs(&["decrypt", "f.yaml"], &[ALICE]).code(0);
}

#[test]
fn recipients_change_in_the_layout_of_the_file() {
    let desk = desk();
    let both = format!("{},{}", ALICE.recipient, BOB.recipient);
    desk.write(
        ".sops.yaml",
        &format!("creation_rules:\n    - age: {both}\n"),
    );
    let before = desk.read("f.yaml");
    desk.ours(&["updatekeys", "-y", "f.yaml"], &[ALICE]).code(0);
    let after = desk.read("f.yaml");
    let plain = before.split("\nsops:\n").next().unwrap();
    assert!(after.starts_with(plain), "{after}");
    desk.theirs(&["decrypt", "f.yaml"], &[BOB]).code(0);
}

#[test]
fn the_canonical_layout_is_there_for_the_asking() {
    let desk = desk();
    let path = r#"["count"]"#;
    desk.ours(
        &["set", "--layout", "canonical", "f.yaml", path, "4"],
        &[ALICE],
    )
    .code(0);
    let text = desk.read("f.yaml");
    assert!(text.contains("\n    user: ENC["), "{text}");
    desk.ours(&["set", "f.yaml", path, "5"], &[ALICE]).code(0);
    assert_eq!(shape(&desk.read("f.yaml")), shape(&text));
}
