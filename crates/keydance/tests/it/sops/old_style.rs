//! `sops -d FILE` and its like, beside the real sops.

use super::desk::{ALICE, BOB, Desk, Person};
use crate::{Told, tell};

const PLAIN: &str = "a: one\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk.write("plain.yaml", PLAIN);
    desk
}

/// A program that runs on a desk, with the identities of people.
type Program = fn(&Desk, &[&str], &[Person]) -> Told;

/// Ours under both names, then the real one.
const FACES: [Program; 3] = [Desk::ours, Desk::ours_as_sops, Desk::theirs];

#[test]
fn each_mode_does_what_its_command_does() {
    for face in FACES {
        let desk = desk();
        let told = face(&desk, &["-d", "f.yaml"], &[ALICE]).code(0);
        assert_eq!(told.stdout, PLAIN);
        let told = face(&desk, &["-d", "--extract", "[\"a\"]", "f.yaml"], &[ALICE]).code(0);
        assert_eq!(told.stdout, "one");
        face(
            &desk,
            &["-e", "-i", "--age", ALICE.recipient, "plain.yaml"],
            &[],
        )
        .code(0);
        assert_eq!(desk.plain("plain.yaml", &[ALICE]), PLAIN);
        face(
            &desk,
            &["-r", "-i", "--add-age", BOB.recipient, "f.yaml"],
            &[ALICE],
        )
        .code(0);
        assert_eq!(desk.plain("f.yaml", &[BOB]), PLAIN);
        face(&desk, &["--set", "[\"a\"] \"two\"", "f.yaml"], &[ALICE]).code(0);
        assert_eq!(desk.plain("f.yaml", &[ALICE]), "a: two\n");
    }
}

#[test]
fn without_a_mode_the_file_is_edited() {
    let desk = desk();
    let editor = desk.script("editor", "sed -i s/one/two/ \"$1\"");
    tell(desk.command(&["f.yaml"], &[ALICE]).env("EDITOR", &editor)).code(0);
    assert_eq!(desk.plain("f.yaml", &[ALICE]), "a: two\n");
    for mut command in [
        desk.command(&["f.yaml"], &[ALICE]),
        desk.real(&["f.yaml"], &[ALICE]),
    ] {
        tell(command.env("EDITOR", "true")).code(200);
    }
}

#[test]
fn a_file_that_is_not_there_has_the_codes_of_sops() {
    for face in FACES {
        let desk = Desk::new();
        for (arguments, code) in [
            (&["-d", "absent.yaml"][..], 100),
            (&["-e", "--age", ALICE.recipient, "absent.yaml"], 100),
            (&["-r", "absent.yaml"], 100),
            (&["-r", "--add-age", ALICE.recipient, "absent.yaml"], 49),
            (&["--rm-age", ALICE.recipient, "absent.yaml"], 49),
        ] {
            let told = face(&desk, arguments, &[ALICE]).code(code);
            assert_eq!(told.stdout, "", "{arguments:?}");
        }
    }
}

#[test]
fn of_several_modes_the_last_one_is_seen() {
    for face in FACES {
        let desk = desk();
        let before = desk.read("f.yaml");
        // Encrypting an encrypted file fails, which does not count here.
        let arguments = ["-e", "-d", "--age", ALICE.recipient, "f.yaml"];
        let told = face(&desk, &arguments, &[ALICE]).code(0);
        assert_eq!(told.stdout, PLAIN);
        let told = face(&desk, &["-d", "-r", "f.yaml"], &[ALICE]).code(0);
        assert!(told.stdout.starts_with("a: ENC["), "{}", told.stdout);
        assert_eq!(desk.read("f.yaml"), before);
    }
}

#[test]
fn a_rule_that_cannot_be_loaded_is_in_the_way_of_all_but_decrypting() {
    for face in FACES {
        let desk = desk();
        desk.write(
            ".sops.yaml",
            "creation_rules: [{path_regex: nothing, age: x}]\n",
        );
        face(&desk, &["-d", "f.yaml"], &[ALICE]).code(0);
        face(&desk, &["-r", "f.yaml"], &[ALICE]).code(1);
        face(&desk, &["-e", "--age", ALICE.recipient, "plain.yaml"], &[]).code(1);
        face(&desk, &["--set", "[\"a\"] 1", "f.yaml"], &[ALICE]).code(1);
        desk.write(".sops.yaml", "creation_rules: [\n");
        face(&desk, &["-d", "f.yaml"], &[ALICE]).code(1);
    }
}
