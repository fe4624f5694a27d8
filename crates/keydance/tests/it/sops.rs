//! `keydance sops`, and the same program under the name `sops`.

// What they stand on: files, people with keys, and the real sops.
pub(crate) mod desk;

// Each command, beside the real sops.
mod edit;
mod exec_env;
mod exec_file;
mod file_status;
mod groups;
mod identities;
mod in_place;
mod key_service;
mod layout;
mod looking;
mod old_style;
mod replace;
mod rotate;
mod set;
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
