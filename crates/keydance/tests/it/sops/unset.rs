//! `unset`.

use super::desk::{ALICE, Desk, changed};

const PLAIN: &str = "a: 1\nb:\n    c: text\n    d: more\nl:\n    - one\n    - two\n";

#[test]
fn a_value_goes_away_and_the_others_keep_their_bytes() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    for (path, rest) in [
        (
            r#"["b"]["c"]"#,
            "a: 1\nb:\n    d: more\nl:\n    - one\n    - two\n",
        ),
        (r#"["l"][0]"#, "a: 1\nb:\n    d: more\nl:\n    - two\n"),
        (r#"["a"]"#, "b:\n    d: more\nl:\n    - two\n"),
    ] {
        let before = desk.read("f.yaml");
        desk.ours(&["unset", "f.yaml", path], &[ALICE]).code(0);
        let changed = changed(&before, &desk.read("f.yaml"));
        assert!(
            changed
                .iter()
                .all(|line| line == "mac" || line == "lastmodified"),
            "{changed:?}"
        );
        assert_eq!(desk.plain("f.yaml", &[ALICE]), rest, "{path}");
    }
    desk.theirs(&["unset", "f.yaml", r#"["l"]"#], &[ALICE])
        .code(0);
    assert_eq!(desk.plain("f.yaml", &[ALICE]), "b:\n    d: more\n");
}

#[test]
fn what_is_not_there_fails_unless_it_may() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let before = desk.read("f.yaml");
    for path in [r#"["z"]"#, r#"["l"][7]"#, r#"["b"][0]"#, r#"["b"]["z"]"#] {
        for (arguments, code) in [
            (&["unset", "f.yaml", path][..], 1),
            (&["unset", "--idempotent", "f.yaml", path], 0),
        ] {
            desk.ours(arguments, &[ALICE]).code(code);
            desk.theirs(arguments, &[ALICE]).code(code);
        }
    }
    desk.ours(&["unset", "f.yaml", "z"], &[ALICE]).code(7);
    desk.ours(&["unset", "f.yaml", ""], &[ALICE]).code(7);
    desk.ours(&["unset", "absent.yaml", r#"["a"]"#], &[ALICE])
        .code(100);
    assert_eq!(desk.read("f.yaml"), before);
}
