//! `replace`.

use super::desk::{ALICE, BOB, Desk, changed};

const PLAIN: &str = "# above\na: 1\nb: text # beside\nl:\n    - one\n    - two\n";

#[test]
fn what_is_equal_keeps_its_bytes() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE, BOB]);
    let before = desk.read("f.yaml");
    let plain = desk.plain("f.yaml", &[BOB]).replace("text", "other") + "new: true\n";
    desk.write("plain.yaml", &plain);
    desk.ours(&["replace", "f.yaml", "plain.yaml"], &[ALICE])
        .code(0);
    let changed = changed(&before, &desk.read("f.yaml"));
    let expected = ["b", "new", "mac", "lastmodified"];
    assert!(
        changed
            .iter()
            .all(|line| expected.contains(&line.as_str()) || line.starts_with("#ENC")),
        "{changed:?}"
    );
    assert_eq!(desk.plain("f.yaml", &[BOB]), plain);
}

#[test]
fn the_same_content_is_not_written() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let before = desk.read("f.yaml");
    desk.ours_reading(
        &["replace", "f.yaml"],
        &[ALICE],
        &desk.plain("f.yaml", &[ALICE]),
    )
    .code(0);
    assert_eq!(desk.read("f.yaml"), before);
}

#[test]
fn an_encrypted_file_is_no_plain_one() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk.encrypted("other.yaml", PLAIN, &[ALICE]);
    desk.ours(&["replace", "f.yaml", "other.yaml"], &[ALICE])
        .code(203);
    desk.write("plain.yaml", PLAIN);
    desk.ours(&["replace", "plain.yaml", "plain.yaml"], &[ALICE])
        .code(1);
    desk.ours(&["replace", "absent.yaml", "plain.yaml"], &[ALICE])
        .code(100);
}
