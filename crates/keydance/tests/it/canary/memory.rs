//! What the server holds in memory is nobody's to read: not of the user it runs as, and not from a
//! core file.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use keydance_testkit::{Backend, Home, Options, Server};

use super::evidence::arguments;

/// Nobody in particular.
const SERVER_USER: u32 = 65_534;

/// Where tests run as root, the server runs as somebody else: root may read everything.
const AS_SERVER_USER: &str = r#"#!/bin/sh
set -e
cp "$KEYDANCE_BINARY" "$HOME/keydance"
chown -R 65534:65534 "$HOME"
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$HOME/keydance" "$@"
"#;

#[test]
fn the_memory_of_the_server_is_closed_to_its_own_user_and_to_core_files() {
    let home = Home::new(Backend::Sqlite);
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let mut server = Server::start(&options(scratch.path(), &home));
    let id = server.process_id();
    let folder = home.data();
    let folder = folder.parent().expect("the data folder is in a folder");

    let limits = std::fs::read_to_string(format!("/proc/{id}/limits")).expect("it runs");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<&str> = core.unwrap_or_default().split_whitespace().collect();
    assert_eq!(words, ["Max", "core", "file", "size", "0", "0", "bytes"]);

    // The same user may look into any other process of its own.
    let mut other = as_server_user("sleep", &["60"])
        .spawn()
        .expect("sleep starts");
    drop(arguments(other.id(), "sleep"));
    assert!(read(other.id(), "environ").status.success());
    for file in ["environ", "mem", "maps"] {
        let output = read(id, file);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && said.contains("ermission denied"),
            "{file}: {said}"
        );
    }
    let owner = std::fs::metadata(format!("/proc/{id}/environ"))
        .expect("it runs")
        .uid();
    assert_eq!(owner, 0, "what cannot be dumped belongs to root");

    let core = folder.join("taken");
    let taken = core.display().to_string();
    let dumped = as_server_user("gcore", &["-o", &taken, &id.to_string()]).output();
    assert!(!dumped.expect("gcore starts").status.success());
    let aborted = Command::new("kill")
        .args(["-ABRT", &id.to_string()])
        .status();
    assert!(aborted.expect("kill starts").success());
    let status = (0..).find_map(|_| server.ended()).expect("it ends");
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
    let cores = ["core", "taken"].map(|name| cores(folder, name) + cores(&home.data(), name));
    assert_eq!(cores, [0, 0]);
    other.kill().expect("a child can be killed");
    drop(other.wait());
}

fn options(scratch: &Path, home: &std::sync::Arc<Home>) -> Options {
    let binary = env!("CARGO_BIN_EXE_keydance");
    if !is_root() {
        return Options::at(binary, home.clone());
    }
    let wrapper = scratch.join("serve-as-nobody");
    std::fs::write(&wrapper, AS_SERVER_USER.replace("$KEYDANCE_BINARY", binary)).expect("a script");
    std::fs::set_permissions(&wrapper, Permissions::from_mode(0o755)).expect("a script");
    Options::at(wrapper, home.clone())
}

/// A command of the user the server runs as.
fn as_server_user(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(if is_root() { "setpriv" } else { program });
    if is_root() {
        let user = SERVER_USER.to_string();
        command.args([format!("--reuid={user}"), format!("--regid={user}")]);
        command.args(["--clear-groups", program]);
    }
    command
        .args(arguments)
        .current_dir("/")
        .stdin(Stdio::null());
    command
}

fn read(id: u32, file: &str) -> Output {
    let path = format!("/proc/{id}/{file}");
    as_server_user("head", &["-c", "1", &path])
        .output()
        .expect("head starts")
}

fn cores(folder: &Path, name: &str) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(name))
        .count()
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}
