//! Files that cost more than they should: each ends with the exit code of sops, is left as it is,
//! and takes no more memory than its size gives reason for.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::process::Command;

use super::desk::{ALICE, BOB, Desk};
use crate::{KEYDANCE, Told, tell};

const PLAIN: &str = "a: 1\n";

/// A desk with the encrypted file `f.yaml`, which its rule gives to Alice and Bob.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.encrypted("f.yaml", PLAIN, &[ALICE]);
    let (alice, bob) = (ALICE.recipient, BOB.recipient);
    desk.write(
        ".sops.yaml",
        &format!("creation_rules:\n  - age: {alice},{bob}\n"),
    );
    desk
}

/// Every command that writes, and one that does not, on a file.
fn commands(file: &str) -> [Vec<&str>; 7] {
    [
        vec!["decrypt", file],
        vec!["encrypt", "-i", file],
        vec!["rotate", "-i", file],
        vec!["set", file, "[\"a\"]", "2"],
        vec!["unset", file, "[\"a\"]"],
        vec!["updatekeys", "-y", file],
        vec!["groups", "add", "-i", "-f", file, "--age", BOB.recipient],
    ]
}

/// Runs a command with so much memory at most, in MiB.
fn within(desk: &Desk, mebibytes: usize, arguments: &[&str]) -> Told {
    let mut typed = desk.command(&[], &[ALICE]);
    let script = format!(
        "ulimit -v {} && exec {KEYDANCE} sops \"$@\"",
        mebibytes * 1024
    );
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", &script, "sh"])
        .args(arguments)
        .env_clear();
    let variables = typed.env_remove("PATH").get_envs();
    let variables = variables.filter_map(|(name, value)| Some((name, value?)));
    shell.envs(variables).current_dir(desk.path("."));
    tell(&mut shell)
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused_at_once() {
    let desk = desk();
    for name in ["long.yaml", "long.json", "long.env", "long.ini", "long.bin"] {
        let file = File::create(desk.path(name)).unwrap();
        file.set_len(100_000_000).unwrap();
        for command in commands(name) {
            let told = within(&desk, 200, &command).code(2);
            assert!(
                told.stderr.contains("KEYDANCE_SOPS_MAX_BYTES"),
                "{}",
                told.stderr
            );
            let length = fs::metadata(desk.path(name)).unwrap().len();
            assert_eq!(length, 100_000_000, "{command:?}");
        }
        fs::remove_file(desk.path(name)).unwrap();
    }
}

#[test]
fn what_never_ends_is_read_up_to_the_limit() {
    let desk = desk();
    let decrypt = ["decrypt", "--input-type", "yaml", "/dev/zero"];
    let mut command = desk.command(&decrypt, &[ALICE]);
    let told = tell(command.env("KEYDANCE_SOPS_MAX_BYTES", "1000000")).code(2);
    assert!(
        told.stderr.contains("longer than 1000000 bytes"),
        "{}",
        told.stderr
    );
}

#[test]
fn what_could_not_be_read_again_is_not_encrypted() {
    let desk = desk();
    desk.write("f.bin", &"x".repeat(9_000));
    let encrypt = |limit| {
        let mut command = desk.command(&["encrypt", "-i", "f.bin"], &[ALICE]);
        tell(command.env("KEYDANCE_SOPS_MAX_BYTES", limit))
    };
    let told = encrypt("10000").code(2);
    assert!(told.stderr.contains("encrypted"), "{}", told.stderr);
    assert_eq!(desk.read("f.bin").len(), 9_000);
    encrypt("20000").code(0);
}

#[test]
fn nesting_and_aliases_that_multiply_end_as_what_cannot_be_parsed() {
    const LEVELS: usize = 100_000;
    let desk = desk();
    let metadata = desk
        .read("f.yaml")
        .split_once("sops:\n")
        .unwrap()
        .1
        .to_owned();
    let (open, close) = ("[".repeat(LEVELS), "]".repeat(LEVELS));
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{},", level - 1).repeat(10);
        writeln!(laughs, "a{level}: &a{level} [{below}]").unwrap();
    }
    for (name, text) in [
        ("deep.yaml", format!("a: {open}{close}\nsops:\n{metadata}")),
        (
            "steps.yaml",
            format!("a:\n  {}x\nsops:\n{metadata}", "- ".repeat(LEVELS)),
        ),
        ("laughs.yaml", format!("{laughs}sops:\n{metadata}")),
        ("deep.json", format!("{{\"a\":{open}{close}}}")),
        ("maps.json", "{\"a\":".repeat(LEVELS)),
        (
            "inside.yaml",
            format!("a: 1\nsops:\n    future: {open}{close}\n{metadata}"),
        ),
    ] {
        desk.write(name, &text);
        for command in commands(name) {
            within(&desk, 400, &command).code(2);
            assert!(desk.read(name) == text, "{name} {command:?}");
        }
    }
}

#[test]
fn a_value_of_a_megabyte_takes_a_few_times_its_size() {
    let desk = desk();
    let megabytes = 1;
    let value = "0123456789abcdef".repeat(megabytes << 16);
    for (name, text) in [
        ("f.bin", value.clone()),
        ("f.env", format!("A={value}\n")),
        ("f.json", format!("{{\n\t\"a\": \"{value}\"\n}}\n")),
        ("g.yaml", format!("a: {value}\n")),
    ] {
        desk.write(name, &text);
        // The program itself, its libraries and their threads need some room.
        let room = 150 + 8 * megabytes;
        within(&desk, room, &["encrypt", "-i", name]).code(0);
        assert!(desk.read(name) != text);
        let told = within(&desk, room, &["decrypt", name]).code(0);
        assert!(told.stdout == text, "{name}");
    }
}
