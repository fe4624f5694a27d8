//! `keydance sops`, and the same program under the name `sops`.

// What they stand on: files, people with keys, the real sops, and servers.
pub(crate) mod desk;
mod servers;

// Each command, beside the real sops.
mod edit;
mod exec_env;
mod exec_file;
mod file_status;
mod groups;
mod identities;
mod in_place;
mod key_service;
mod large;
mod layout;
mod looking;
mod old_style;
mod publish;
mod replace;
mod rotate;
mod set;
mod strict;
mod unset;
mod updatekeys;

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::{KEYDANCE, tell};

/// A folder where this program is called `sops`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    symlink(KEYDANCE, folder.path().join("sops")).unwrap();
    folder
}

/// A program in a folder, with no environment but that.
fn program(folder: &Path, name: &str) -> Command {
    let mut command = Command::new(folder.join(name));
    command.env_clear().env("HOME", folder).current_dir(folder);
    command
}

/// The same arguments under both names.
fn under_both_names(folder: &Path, arguments: &[&str]) -> [Command; 2] {
    let mut keydance = program(folder, KEYDANCE);
    keydance.arg("sops").args(arguments);
    let mut sops = program(folder, "sops");
    sops.args(arguments);
    [keydance, sops]
}

#[test]
fn the_version_is_the_one_that_other_tools_look_for() {
    let folder = folder();
    for mut command in under_both_names(folder.path(), &["--version"]) {
        let told = tell(&mut command).code(0);
        assert_eq!(
            (told.stdout.as_str(), told.stderr.as_str()),
            ("sops 3.13.3\n", "")
        );
    }
}

#[test]
fn failures_go_to_standard_error_with_the_exit_codes_of_sops() {
    let folder = folder();
    for (arguments, code) in [
        (&[][..], 100),
        (&["set", "a.yaml", "[\"a\"]"], 100),
        (&["encrypt", "-i"], 8),
        (&["decrypt", "--nonsense", "a.yaml"], 1),
        (&["decrypt", "--decryption-order", "age,age", "a.yaml"], 112),
        (&["--set", "nonsense", "a.yaml"], 7),
    ] {
        for mut command in under_both_names(folder.path(), arguments) {
            let told = tell(&mut command).code(code);
            assert_eq!(told.stdout, "", "{arguments:?}");
            assert!(told.stderr.starts_with("error: "), "{}", told.stderr);
        }
    }
}

#[test]
fn keydance_shows_sops_among_its_commands() {
    let folder = folder();
    let told = tell(program(folder.path(), KEYDANCE).arg("--help")).code(0);
    let line = told.stdout.lines().find(|line| line.starts_with("  sops "));
    assert!(line.unwrap().contains("SOPS files"), "{}", told.stdout);
    let told = tell(program(folder.path(), KEYDANCE).args(["--json", "sops", "decrypt"])).code(2);
    assert!(
        told.stderr.contains("keydance sops decrypt"),
        "{}",
        told.stderr
    );
}

#[test]
fn bash_completes_what_the_program_suggests() {
    let folder = folder();
    let complete = |words: &str, last: usize| {
        let script = format!(
            "source <(sops completion bash); COMP_WORDS=({words}); COMP_CWORD={last}; _sops; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let mut bash = Command::new("bash");
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        bash.args(["--norc", "-c", &script])
            .env_clear()
            .env("PATH", path);
        tell(&mut bash).code(0).stdout
    };
    assert_eq!(complete("sops dec", 1), "decrypt\n");
    assert_eq!(complete("sops groups ''", 2), "add\ndelete\n");
    assert_eq!(
        complete("sops decrypt --in", 2),
        "--in-place\n--input-type\n"
    );
    assert_eq!(complete("sops decrypt ''", 2), "\n");
}

#[test]
fn fish_completes_what_the_program_suggests() {
    let folder = folder();
    let complete = |words: &str| {
        let script = format!("sops completion fish | source; complete --do-complete '{words}'");
        let mut fish = Command::new("fish");
        fish.args(["--no-config", "-c", &script]);
        let told = in_a_shell(&mut fish, folder.path()).stdout;
        let mut found: Vec<_> = told.lines().map(str::to_owned).collect();
        found.sort();
        found
    };
    assert_eq!(
        complete("sops dec"),
        ["decrypt\tDecrypt a file, or standard input"]
    );
    assert_eq!(
        complete("sops groups del"),
        ["delete\tDelete a group of recipients; the first is 0"]
    );
    let flags = complete("sops decrypt --in");
    assert!(
        flags.len() == 2 && flags[0].starts_with("--in-place\t"),
        "{flags:?}"
    );
    // Files are the shell's own.
    assert_eq!(complete("sops decrypt "), ["sops"]);
}

#[test]
fn zsh_completes_what_the_program_suggests() {
    let folder = folder();
    let complete = |words: &str, current: usize| {
        // What is called here belongs to zsh's own completion, which needs a terminal.
        let script = format!(
            "compdef() {{ : }}; _files() {{ print files }}; _describe() {{ print -l -- ${{(P)2}} }}
             source <(sops completion zsh); words=({words}) CURRENT={current}; _sops"
        );
        let mut zsh = Command::new("zsh");
        in_a_shell(zsh.args(["-f", "-c", &script]), folder.path()).stdout
    };
    let commands = complete("sops dec", 2);
    assert!(
        commands.contains("\ndecrypt:Decrypt a file, or standard input\n"),
        "{commands}"
    );
    let groups =
        "add:Add a group of recipients\ndelete:Delete a group of recipients; the first is 0\n";
    assert_eq!(complete("sops groups ''", 3), groups);
    let flags = complete("sops decrypt --in", 3);
    assert!(
        flags.starts_with("--in-place:") && flags.lines().count() == 2,
        "{flags}"
    );
    assert_eq!(complete("sops decrypt ''", 3), "files\n");
}

/// Runs a shell that finds this program as `sops`.
fn in_a_shell(shell: &mut Command, folder: &Path) -> crate::Told {
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let shell = shell.env_clear().env("HOME", folder).env("PATH", path);
    tell(shell.current_dir(folder)).code(0)
}

#[test]
fn a_file_of_no_known_format_is_encrypted_as_a_whole_whatever_the_rule() {
    let folder = folder();
    std::fs::write(folder.path().join("plain.bin"), "the plain bytes").unwrap();
    let alice = "age14qzajvkl2vy2huac02nmcmt4axe3xj5ym6rclp2967u3f79mp99sc6mxsu";
    let rule = ["encrypt", "--age", alice, "--encrypted-regex", "none"];
    for output in [&[][..], &["--output-type", "json"]] {
        let arguments = [&rule, output, &["plain.bin"]].concat();
        for mut command in under_both_names(folder.path(), &arguments) {
            let told = tell(&mut command).code(0);
            assert!(told.stdout.contains("\"data\": \"ENC["), "{}", told.stdout);
            assert!(told.stderr.contains("rules"), "{}", told.stderr);
        }
    }
}
