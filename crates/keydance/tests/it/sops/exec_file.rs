//! `exec-file`, beside the real sops.

use std::path::Path;

use super::desk::{ALICE, Desk};

const PLAIN: &str = "a: one\nb:\n    - 1\n    - 2\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    desk
}

#[test]
fn the_command_reads_the_plain_content_from_a_fifo() {
    let desk = desk();
    for face in [Desk::ours, Desk::ours_as_sops, Desk::theirs] {
        let arguments = ["exec-file", "f.yaml", "stat -c %a-%F {}; cat {}; exit 5"];
        let told = face(&desk, &arguments, &[ALICE]).code(5);
        assert_eq!(told.stdout, format!("600-fifo\n{PLAIN}"));
    }
}

#[test]
fn a_file_can_be_read_more_than_once_and_is_gone_afterwards() {
    let desk = desk();
    let command = "stat -c %a-%F {}; cat {} {}; echo {} >where";
    for face in [Desk::ours, Desk::theirs] {
        let told = face(
            &desk,
            &["exec-file", "--no-fifo", "f.yaml", command],
            &[ALICE],
        )
        .code(0);
        assert_eq!(told.stdout, format!("600-regular file\n{PLAIN}{PLAIN}"));
        let place = desk.read("where");
        assert!(
            !Path::new(place.trim()).parent().unwrap().exists(),
            "{place}"
        );
    }
}

#[test]
fn a_command_that_reads_nothing_or_little_ends_all_the_same() {
    let desk = Desk::new();
    let long = format!("a: {}\n", "x".repeat(1 << 20));
    desk.encrypted("f.yaml", &long, &[ALICE]);
    for command in ["exit 4", "head -c 3 {} >/dev/null; exit 4"] {
        desk.ours(&["exec-file", "f.yaml", command], &[ALICE])
            .code(4);
    }
    let told = desk
        .ours(&["exec-file", "f.yaml", "wc -c <{}"], &[ALICE])
        .code(0);
    assert_eq!(told.stdout.trim(), long.len().to_string());
}

#[test]
fn the_name_and_the_format_can_be_chosen() {
    let desk = desk();
    for face in [Desk::ours, Desk::theirs] {
        let arguments = [
            "exec-file",
            "--filename",
            "x.json",
            "--output-type",
            "json",
            "f.yaml",
            "basename {}; cat {}",
        ];
        let told = face(&desk, &arguments, &[ALICE]).code(0);
        assert!(
            told.stdout.starts_with("x.json\n{\n\t\"a\": \"one\""),
            "{}",
            told.stdout
        );
    }
}

#[test]
fn a_name_stays_within_the_private_folder() {
    let desk = desk();
    for name in ["/x", "../x", "a/../../x"] {
        for face in [Desk::ours, Desk::theirs] {
            face(
                &desk,
                &["exec-file", "--filename", name, "f.yaml", "touch started"],
                &[ALICE],
            )
            .code(1);
        }
    }
    assert!(!desk.path("started").exists());
}

#[test]
fn a_command_in_the_background_has_its_file_until_it_ends() {
    let desk = desk();
    // It cannot end before that: nobody reads the fifo yet.
    desk.fifo("told");
    let command = "{ cat {}; echo {}; } >told";
    desk.ours(&["exec-file", "--background", "f.yaml", command], &[ALICE])
        .code(0);
    let told = desk.read("told");
    let place = told.strip_prefix(PLAIN).unwrap();
    // Whoever cleans up does so after the command has ended, which it has.
    while Path::new(place.trim()).parent().unwrap().exists() {
        std::thread::yield_now();
    }
}

#[test]
fn another_user_can_read_the_file() {
    if !rustix::process::getuid().is_root() {
        return;
    }
    let desk = desk();
    for fifo in [&[][..], &["--no-fifo"]] {
        let rest = ["--user", "nobody", "f.yaml", "id -un; cat {}"];
        let arguments = [&["exec-file"], fifo, &rest].concat();
        let told = desk.ours(&arguments, &[ALICE]).code(0);
        assert_eq!(told.stdout, format!("nobody\n{PLAIN}"));
    }
}
