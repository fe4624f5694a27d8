//! `set`.

use std::thread;

use super::desk::{ALICE, BOB, Desk, changed};

const PLAIN: &str = "a: 1\nb:\n    c: text\nl:\n    - same\n    - same\n    - other\n";

#[test]
fn a_value_is_set_and_nothing_else_changes() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    for (path, value, lines) in [
        (r#"["a"]"#, "2", &["a", "lastmodified", "mac"][..]),
        (r#"["b"]["c"]"#, r#""other""#, &["c", "lastmodified", "mac"]),
        (
            r#"["b"]["new"]"#,
            r#"{"d": [1, true]}"#,
            &["new", "d", "-", "-", "lastmodified", "mac"],
        ),
        (r#"["z"]"#, "2.5", &["z", "lastmodified", "mac"]),
    ] {
        let before = desk.read("f.yaml");
        desk.ours(&["set", "f.yaml", path, value], &[ALICE]).code(0);
        let mut changed = changed(&before, &desk.read("f.yaml"));
        // Written in the same second, it is the same time.
        changed.retain(|line| line != "lastmodified");
        changed
            .iter_mut()
            .filter(|line| line.starts_with("- ENC"))
            .for_each(|line| *line = "-".into());
        let expected: Vec<_> = lines
            .iter()
            .filter(|line| **line != "lastmodified")
            .collect();
        assert_eq!(changed.iter().collect::<Vec<_>>(), expected, "{path}");
    }
    let expected = "a: 2\nb:\n    c: other\n    new:\n        d:\n            - 1\n            - true\n\
                    l:\n    - same\n    - same\n    - other\nz: 2.5\n";
    assert_eq!(desk.plain("f.yaml", &[ALICE]), expected);
    desk.theirs(&["set", "f.yaml", r#"["a"]"#, "3"], &[ALICE])
        .code(0);
    assert!(desk.plain("f.yaml", &[ALICE]).starts_with("a: 3\n"));
}

#[test]
fn an_equal_value_is_not_written() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let before = desk.read("f.yaml");
    desk.ours(&["set", "f.yaml", r#"["a"]"#, "1"], &[ALICE])
        .code(0);
    desk.ours(
        &[
            "set",
            "--idempotent",
            "f.yaml",
            r#"["b"]"#,
            r#"{"c":"text"}"#,
        ],
        &[ALICE],
    )
    .code(0);
    let told = desk
        .ours(&["set", "--dry-run", "f.yaml", r#"["a"]"#, "2"], &[ALICE])
        .code(0);
    assert!(
        told.stderr.contains("values would change"),
        "{}",
        told.stderr
    );
    assert_eq!(desk.read("f.yaml"), before);
}

#[test]
fn a_bare_number_is_a_float_under_the_name_of_sops() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let kind = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("a: ")).unwrap();
        line.rsplit("type:")
            .next()
            .unwrap()
            .trim_end_matches(']')
            .to_owned()
    };
    desk.ours(&["set", "f.yaml", r#"["a"]"#, "5"], &[ALICE])
        .code(0);
    assert_eq!(kind(&desk.read("f.yaml")), "int");
    desk.ours_as_sops(&["set", "f.yaml", r#"["a"]"#, "5"], &[ALICE])
        .code(0);
    assert_eq!(kind(&desk.read("f.yaml")), "float");
    desk.theirs(&["set", "f.yaml", r#"["a"]"#, "6"], &[ALICE])
        .code(0);
    assert_eq!(kind(&desk.read("f.yaml")), "float");
    desk.ours(
        &["set", "--type", "string", "f.yaml", r#"["a"]"#, "5"],
        &[ALICE],
    )
    .code(0);
    assert_eq!(kind(&desk.read("f.yaml")), "str");
}

#[test]
fn a_value_comes_from_a_file_or_from_standard_input() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk.write("value", "\"from file\"\n");
    desk.ours(
        &["set", "--value-file", "f.yaml", r#"["a"]"#, "value"],
        &[ALICE],
    )
    .code(0);
    assert!(desk.plain("f.yaml", &[ALICE]).starts_with("a: from file\n"));
    let arguments = ["set", "--value-stdin", "f.yaml", r#"["a"]"#];
    desk.ours_reading(&arguments, &[ALICE], "\"typed\"").code(0);
    assert!(desk.plain("f.yaml", &[ALICE]).starts_with("a: typed\n"));
}

#[test]
fn failures_have_the_exit_codes_of_sops_and_write_nothing() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk.write("plain.yaml", PLAIN);
    let before = desk.read("f.yaml");
    for (file, path, value, code) in [
        ("f.yaml", "a", "1", 7),
        ("f.yaml", r#"["a"]"#, "hunter2", 7),
        ("f.yaml", r#"["l"]["key"]"#, "1", 7),
        ("f.yaml", "", "1", 7),
        ("absent.yaml", r#"["a"]"#, "1", 100),
        ("plain.yaml", r#"["a"]"#, "1", 1),
    ] {
        let told = desk.ours(&["set", file, path, value], &[ALICE]).code(code);
        assert!(!told.stderr.contains("hunter2"), "{}", told.stderr);
    }
    desk.ours(&["set", "f.yaml", r#"["a"]"#, "2"], &[BOB])
        .code(128);
    assert_eq!(desk.read("f.yaml"), before);
    let item = before
        .lines()
        .find(|line| line.starts_with("    - ENC"))
        .unwrap();
    let forged = before.replacen(item, &format!("{item}\n{item}"), 1);
    desk.write("f.yaml", &forged);
    desk.ours(&["set", "f.yaml", r#"["a"]"#, "2"], &[ALICE])
        .code(51);
    assert_eq!(desk.read("f.yaml"), forged);
    desk.ours(
        &["set", "--ignore-mac", "f.yaml", r#"["a"]"#, "2"],
        &[ALICE],
    )
    .code(0);
    desk.plain("f.yaml", &[ALICE]);
}

#[test]
fn twenty_processes_that_set_at_once_lose_nothing() {
    let desk = Desk::new();
    desk.write(
        ".sops.yaml",
        &format!("creation_rules:\n  - age: {}\n", ALICE.recipient),
    );
    thread::scope(|scope| {
        for number in 0..20 {
            let desk = &desk;
            scope.spawn(move || {
                let path = format!("[\"key{number}\"]");
                let arguments = ["set", "--create", "f.yaml", &path, &number.to_string()];
                desk.ours(&arguments, &[ALICE]).code(0);
            });
        }
    });
    let plain = desk.plain("f.yaml", &[ALICE]);
    for number in 0..20 {
        assert!(
            plain
                .lines()
                .any(|line| line == format!("key{number}: {number}")),
            "{plain}"
        );
    }
}

#[test]
fn what_sops_writes_meanwhile_is_not_lost() {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk.ours_while_sops_writes(&["set", "f.yaml", r#"["ours"]"#, "true"])
        .code(0);
    let plain = desk.plain("f.yaml", &[ALICE]);
    assert!(plain.ends_with("theirs: true\nours: true\n"), "{plain}");
}
