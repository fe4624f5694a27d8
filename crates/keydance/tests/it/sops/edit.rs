//! `edit`.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::desk::{ALICE, BOB, CAROL, Desk, changed};
use crate::{Told, tell, tell_with};

const PLAIN: &str = "a: one\nb:\n    - x\n    - \"y\"\nc: 2.5\n";

/// A desk with `f.yaml`, which Alice can open.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk
}

/// Runs our `edit` as Alice with this script as the editor, which gets the file as `$1`.
fn edit(desk: &Desk, arguments: &[&str], script: &str) -> Told {
    let editor = desk.script("editor", script);
    tell(desk.command(arguments, &[ALICE]).env("EDITOR", editor))
}

/// The same with the real sops.
fn theirs(desk: &Desk, arguments: &[&str], script: &str) -> Told {
    let editor = desk.script("editor", script);
    tell(desk.real(arguments, &[ALICE]).env("EDITOR", editor))
}

#[test]
fn what_was_not_edited_keeps_its_ciphertext() {
    let desk = desk();
    let before = desk.read("f.yaml");
    edit(&desk, &["edit", "f.yaml"], "sed -i s/one/two/ \"$1\"").code(0);
    let after = desk.read("f.yaml");
    // The time of the change may be the same second.
    let changed = changed(&before, &after).into_iter();
    let changed: Vec<_> = changed.filter(|line| line != "lastmodified").collect();
    assert_eq!(changed, ["a", "mac"]);
    assert_eq!(desk.plain("f.yaml", &[ALICE]), PLAIN.replace("one", "two"));
}

#[test]
fn every_format_can_be_edited() {
    for (name, plain) in [
        ("f.json", "{\n\t\"a\": \"one\"\n}\n"),
        ("f.env", "A=one\n"),
        ("f.ini", "[a]\nb = one\n"),
        ("f.bin", "one\n"),
    ] {
        let desk = Desk::new();
        desk.encrypted(name, plain, &[ALICE]);
        edit(&desk, &["edit", name], "sed -i s/one/two/ \"$1\"").code(0);
        let edited = desk.plain(name, &[ALICE]);
        assert!(edited.contains("two"), "{name}: {edited}");
    }
}

#[test]
fn codes_are_those_of_sops() {
    for (script, code) in [("true", 200), ("false", 201), ("rm \"$1\"", 2)] {
        let desk = desk();
        let before = desk.read("f.yaml");
        let ours = edit(&desk, &["edit", "f.yaml"], script).code(code);
        theirs(&desk, &["edit", "f.yaml"], script).code(code);
        assert_eq!(desk.read("f.yaml"), before);
        assert_eq!(ours.stdout, "");
        if code == 200 {
            assert!(
                ours.stderr.contains("File has not changed"),
                "{}",
                ours.stderr
            );
        }
    }
}

#[test]
fn an_editor_that_is_not_there_is_named() {
    let desk = desk();
    let mut command = desk.command(&["edit", "f.yaml"], &[ALICE]);
    let told = tell(
        command
            .env("SOPS_EDITOR", "no-such-editor -x")
            .env("EDITOR", "true"),
    );
    assert!(told.code(201).stderr.contains("no-such-editor"));
    let mut command = desk.command(&["edit", "f.yaml"], &[ALICE]);
    let told = tell(command.env("PATH", "/nowhere")).code(201);
    assert!(told.stderr.contains("SOPS_EDITOR"), "{}", told.stderr);
}

#[test]
fn a_file_that_is_not_there_begins_with_an_example() {
    let desk = Desk::new();
    desk.write(
        ".sops.yaml",
        &format!("creation_rules: [{{age: {}}}]\n", ALICE.recipient),
    );
    for name in ["new.yaml", "new.json", "new.env", "new.ini", "new.bin"] {
        edit(&desk, &["edit", name], "true").code(200);
        assert!(!desk.path(name).exists(), "{name}");
        edit(
            &desk,
            &["edit", name],
            "sed -i s/change-me/changed/ \"$1\"; sed -i s/like/please/ \"$1\"",
        )
        .code(0);
        let plain = desk.plain(name, &[ALICE]);
        assert!(
            plain.contains("please") || plain.contains("changed"),
            "{plain}"
        );
    }
}

#[test]
fn nobody_is_asked_to_write_what_nobody_could_open() {
    let desk = Desk::new();
    for told in [
        edit(&desk, &["edit", "new.yaml"], "touch started"),
        theirs(&desk, &["edit", "new.yaml"], "touch started"),
    ] {
        assert_eq!(told.code(1).stdout, "");
    }
    assert!(!desk.path("started").exists());
}

#[test]
fn enter_goes_back_to_the_editor_when_the_file_is_invalid() {
    let script = "if mkdir asked 2>/dev/null; then echo 'a: [' >\"$1\"; \
                  else grep -q '\\[' \"$1\" && echo 'a: mended' >\"$1\"; fi";
    let desk = desk();
    let editor = desk.script("editor", script);
    let mut command = desk.command(&["edit", "f.yaml"], &[ALICE]);
    let told = tell_with(command.env("EDITOR", editor), "\n").code(0);
    assert!(told.stderr.contains("line 1"), "{}", told.stderr);
    assert_eq!(desk.plain("f.yaml", &[ALICE]), "a: mended\n");
}

#[test]
fn an_invalid_file_is_given_up_where_nobody_can_press_enter() {
    let desk = desk();
    let before = desk.read("f.yaml");
    edit(&desk, &["edit", "f.yaml"], "echo 'a: [' >\"$1\"").code(1);
    assert_eq!(desk.read("f.yaml"), before);
}

#[test]
fn recipients_are_added_and_removed_in_the_sops_block() {
    let desk = desk();
    let add = format!(
        "sed -i 's/^    age:/    age:\\n        - recipient: {}/' \"$1\"",
        BOB.recipient
    );
    edit(&desk, &["edit", "-s", "f.yaml"], &add).code(0);
    for person in [ALICE, BOB] {
        assert_eq!(desk.plain("f.yaml", &[person]), PLAIN);
    }
    // What was wrapped for Alice is nothing for Carol, so it is wrapped anew.
    let replace = format!("sed -i s/{}/{}/ \"$1\"", ALICE.recipient, CAROL.recipient);
    edit(&desk, &["edit", "-s", "f.yaml"], &replace).code(0);
    desk.theirs(&["decrypt", "f.yaml"], &[ALICE]).code(128);
    for person in [BOB, CAROL] {
        assert_eq!(desk.plain("f.yaml", &[person]), PLAIN);
    }
}

#[test]
fn the_rule_in_the_sops_block_decides_what_is_encrypted() {
    let desk = desk();
    let script = "sed -i 's/unencrypted_suffix: .*/encrypted_regex: ^c$/' \"$1\"";
    edit(&desk, &["edit", "-s", "f.yaml"], script).code(0);
    let text = desk.read("f.yaml");
    assert!(
        text.starts_with("a: one\n") && text.contains("c: ENC["),
        "{text}"
    );
    assert_eq!(desk.plain("f.yaml", &[ALICE]), PLAIN);
}

#[test]
fn what_was_written_while_others_wrote_the_file_is_kept_beside_it_encrypted() {
    let desk = desk();
    desk.encrypted("theirs", "a: theirs\n", &[ALICE]);
    let script = "echo 'a: mine-alone' >\"$1\"; cp theirs f.yaml";
    let told = edit(&desk, &["edit", "f.yaml"], script).code(1);
    assert!(told.stderr.contains("f.edited.yaml"), "{}", told.stderr);
    assert_eq!(desk.read("f.yaml"), desk.read("theirs"));
    assert!(!desk.read("f.edited.yaml").contains("mine-alone"));
    assert_eq!(desk.plain("f.edited.yaml", &[ALICE]), "a: mine-alone\n");
}

#[test]
fn what_others_changed_meanwhile_is_merged_with_what_was_edited() {
    let desk = desk();
    let real = super::desk::sops();
    let script = format!(
        "sed -i s/one/mine/ \"$1\"; SOPS_AGE_KEY={} {} set f.yaml '[\"new\"]' '\"theirs\"' >&2",
        ALICE.identity,
        real.display()
    );
    let told = edit(&desk, &["edit", "f.yaml"], &script).code(0);
    assert!(told.stderr.contains("both changes"), "{}", told.stderr);
    let expected = format!("{}new: theirs\n", PLAIN.replace("one", "mine"));
    assert_eq!(desk.plain("f.yaml", &[ALICE]), expected);
    assert!(!desk.path("f.edited.yaml").exists());
}

#[test]
fn a_new_file_that_others_make_meanwhile_stays_theirs() {
    let desk = Desk::new();
    let script = "echo 'a: mine' >\"$1\"; echo theirs >new.yaml";
    let told = edit(
        &desk,
        &["edit", "--age", ALICE.recipient, "new.yaml"],
        script,
    )
    .code(1);
    assert!(told.stderr.contains("new.edited.yaml"), "{}", told.stderr);
    assert_eq!(desk.read("new.yaml"), "theirs\n");
    assert_eq!(desk.plain("new.edited.yaml", &[ALICE]), "a: mine\n");
}

#[test]
fn the_plain_file_is_private_and_gone_afterwards() {
    let desk = desk();
    let script =
        "stat -c %a \"$1\" \"$(dirname \"$1\")\" >modes; echo \"$1\" >where; echo 'a: 2' >\"$1\"";
    edit(&desk, &["edit", "f.yaml"], script).code(0);
    assert_eq!(desk.read("modes"), "600\n700\n");
    let place = desk.read("where");
    let place = Path::new(place.trim());
    assert_eq!(place.file_name().unwrap(), "f.yaml");
    assert!(!place.parent().unwrap().exists());
}

#[test]
fn no_signal_leaves_plain_text_behind() {
    for signal in [Signal::HUP, Signal::INT, Signal::TERM] {
        let desk = desk();
        let before = desk.read("f.yaml");
        // Nobody writes to the fifo, so it is open until a signal comes.
        let editor = desk.script("editor", "mkfifo never; echo \"$1\"; exec cat never");
        let mut command = desk.command(&["edit", "f.yaml"], &[ALICE]);
        let command = command
            .env("EDITOR", editor)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut place = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut place)
            .unwrap();
        let folder = Path::new(place.trim()).parent().unwrap().to_owned();
        assert!(folder.exists());
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1));
        assert!(!folder.exists(), "{signal:?}");
        assert_eq!(desk.read("f.yaml"), before);
    }
}

#[test]
fn the_version_is_raised_and_one_that_is_none_is_refused() {
    let desk = desk();
    let said = desk.read("f.yaml");
    for (version, code, after) in [
        ("3.9.0", 0, "3.13.3"),
        ("3.99.0", 0, "3.99.0"),
        ("new", 202, "new"),
    ] {
        desk.write(
            "f.yaml",
            &said.replace("version: 3.13.3", &format!("version: {version}")),
        );
        edit(&desk, &["edit", "f.yaml"], "sed -i s/one/two/ \"$1\"").code(code);
        let line = format!("version: {after}\n");
        assert!(desk.read("f.yaml").contains(&line), "{version}");
    }
}
