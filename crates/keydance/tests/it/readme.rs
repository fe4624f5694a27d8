//! The README does what it says: its own lines, run as a newcomer would run them.

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use keydance_testkit::Backend;
use keydance_testkit::readme::blocks;

use crate::{KEYDANCE, server, tell};

#[test]
fn the_lines_of_the_readme_do_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let server = server(Backend::Sqlite);
    let folder = tempfile::tempdir().unwrap();
    symlink(server.home().data(), folder.path().join("keydance-data")).unwrap();
    let (script, expected) = script(&readme, &server.url());
    let mut shell = Command::new("bash");
    shell.args(["-euc", &script]).current_dir(folder.path());
    shell
        .env("HOME", folder.path())
        .env("KEYDANCE_DATA_DIR", server.home().data())
        .env("KEYDANCE_URL", server.url());
    assert_shown(&tell(&mut shell).code(0).stdout, &expected);
}

#[test]
fn the_lines_of_the_guide_to_an_organisation_in_git_do_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guide = root.join("docs/guide/organisation-in-git.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (script, expected) = script(&guide, "http://127.0.0.1:9001");
    let mut shell = Command::new("bash");
    shell.args(["-euc", &script]).current_dir(folder.path());
    let home = folder.path().join("alice");
    std::fs::create_dir(&home).unwrap();
    shell.env("HOME", home);
    for name in ["GIT_AUTHOR", "GIT_COMMITTER"] {
        shell.env(format!("{name}_NAME"), "Alice");
        shell.env(format!("{name}_EMAIL"), "alice@example.org");
    }
    assert_shown(&tell(&mut shell).code(0).stdout, &expected);
}

#[track_caller]
fn assert_shown(stdout: &str, expected: &[(usize, String)]) {
    for (line, shown) in expected {
        let part = stdout.split(&marker(*line)).nth(1).unwrap_or_default();
        let printed = part.split("##").next().unwrap_or_default().trim();
        assert_eq!(printed, shown, "line {line}");
    }
}

/// One script of all commands, each behind a mark, and what the README shows below some of them.
fn script(readme: &str, url: &str) -> (String, Vec<(usize, String)>) {
    let binary = Path::new(KEYDANCE).parent().unwrap().display();
    let (mut script, mut expected) = (format!("PATH={binary}:$PATH\n"), Vec::new());
    for command in blocks(readme).into_iter().flatten() {
        let text = command.text.replace("http://127.0.0.1:9001", url);
        writeln!(script, "echo; echo '{}'\n{text}", marker(command.line)).unwrap();
        let shown = command.output.join("\n").trim().to_owned();
        if !shown.is_empty() {
            expected.push((command.line, shown));
        }
    }
    assert!(
        expected.len() > 2,
        "the README shows what some commands print"
    );
    (script, expected)
}

fn marker(line: usize) -> String {
    format!("## {line} ##")
}
