//! `verify`, `recipients` and `diff`, which only `keydance sops` has.

use serde_json::{Value, json};

use super::desk::{ALICE, BOB, Desk};

const PLAIN: &str = "a: one\nb_unencrypted: two\nl:\n    - 1\n    - 2\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.encrypted("a.yaml", PLAIN, &[ALICE]);
    desk
}

/// The lines of an output, each of them JSON.
fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_file_is_verified_without_a_value_of_it_being_shown() {
    let desk = desk();
    let told = desk.ours(&["verify", "a.yaml"], &[ALICE]).code(0);
    assert_eq!(
        (told.stdout.as_str(), told.stderr.as_str()),
        ("", "a.yaml: verified\n")
    );
    let told = desk.ours(&["verify", "--json", "a.yaml"], &[ALICE]).code(0);
    let expected = json!({
        "file": "a.yaml", "verified": true, "opened_by": [ALICE.recipient], "lints": [],
    });
    assert_eq!(told.json(), expected);
}

#[test]
fn whoever_changed_a_file_without_its_key_is_found_out() {
    let desk = desk();
    let text = desk.read("a.yaml");
    for (changed, code) in [
        (
            text.replace("b_unencrypted: two", "b_unencrypted: three"),
            51,
        ),
        (text.replacen("data:", "data:AAAA", 1), 25),
    ] {
        desk.write("changed.yaml", &changed);
        desk.ours(&["verify", "changed.yaml"], &[ALICE]).code(code);
        let told = desk
            .ours(&["verify", "a.yaml", "changed.yaml"], &[ALICE])
            .code(1);
        assert!(
            told.stderr.contains("a.yaml: verified\n"),
            "{}",
            told.stderr
        );
    }
    desk.ours(&["verify", "a.yaml"], &[BOB]).code(128);
}

#[test]
fn what_the_mac_does_not_cover_is_a_lint_and_refused_when_strict() {
    let desk = desk();
    let text = desk.read("a.yaml");
    desk.write(
        "odd.yaml",
        &text.replacen("type:str]", "type:str] and more", 1),
    );
    let told = desk.ours(&["verify", "odd.yaml"], &[ALICE]).code(0);
    assert!(told.stderr.contains("warning: "), "{}", told.stderr);
    desk.ours(&["verify", "--strict", "odd.yaml"], &[ALICE])
        .code(1);
    desk.ours(&["verify", "--strict", "a.yaml"], &[ALICE])
        .code(0);
    desk.encrypted("colon.yaml", "\"a:b\": 1\n", &[ALICE]);
    desk.ours(&["verify", "--strict", "colon.yaml"], &[ALICE])
        .code(1);
}

#[test]
fn who_can_open_a_file_is_seen_without_a_key() {
    let desk = desk();
    desk.encrypted("b.yaml", PLAIN, &[ALICE, BOB]);
    let told = desk.ours(&["recipients", "b.yaml"], &[]).code(0);
    let (alice, bob) = (ALICE.recipient, BOB.recipient);
    assert_eq!(
        told.stdout,
        format!("b.yaml\n  age  {alice}\n  age  {bob}\n")
    );
    let told = desk
        .ours(&["recipients", "--json", "a.yaml", "b.yaml"], &[])
        .code(0);
    let of = |recipient: &str| json!({"kind": "age", "recipient": recipient});
    assert_eq!(
        lines(&told.stdout),
        [
            json!({"file": "a.yaml", "threshold": 1, "groups": [[of(alice)]]}),
            json!({"file": "b.yaml", "threshold": 1, "groups": [[of(alice), of(bob)]]}),
        ]
    );
    desk.write("plain.yaml", PLAIN);
    desk.ours(&["recipients", "plain.yaml"], &[]).code(1);
}

#[test]
fn a_difference_is_told_by_its_place_and_by_its_values_only_on_demand() {
    let desk = desk();
    let new = "a: uno\nb_unencrypted: two\nl:\n    - 0\n    - 1\n    - 2\n";
    desk.encrypted("b.yaml", new, &[ALICE, BOB]);
    let told = desk.ours(&["diff", "a.yaml", "b.yaml"], &[ALICE]).code(0);
    let expected = format!(
        "added     recipient age {}\nchanged   [\"a\"]\nadded     [\"l\"][0]\n",
        BOB.recipient
    );
    assert_eq!(told.stdout, expected);
    let told = desk
        .ours(
            &["diff", "--reveal", "--json", "a.yaml", "b.yaml"],
            &[ALICE],
        )
        .code(0);
    let revealed = lines(&told.stdout);
    let place = |path: &str| json!({"document": 0, "path": path});
    let with = |mut line: Value, more: Value| {
        line.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        line
    };
    let changed = json!({"change": "changed", "old": "one", "new": "uno"});
    assert_eq!(revealed[1], with(changed, place("[\"a\"]")));
    let added = json!({"change": "added", "new": 0});
    assert_eq!(revealed[2], with(added, place("[\"l\"][0]")));
}

#[test]
fn a_plain_file_can_be_compared_with_an_encrypted_one() {
    let desk = desk();
    desk.write("plain.yaml", PLAIN);
    let told = desk
        .ours(&["diff", "plain.yaml", "a.yaml"], &[ALICE])
        .code(0);
    assert_eq!(told.stdout, "");
    desk.ours(&["diff", "plain.yaml", "a.yaml"], &[BOB])
        .code(128);
}
